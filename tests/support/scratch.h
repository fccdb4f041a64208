// A folder of a test, flat, removed with what is in it.
#pragma once
#include <stdbool.h>

enum { SCRATCH_SIZE = 64 };

void scratch_make(char out_folder[SCRATCH_SIZE]);
void scratch_remove(const char *folder);

// Whether a file holds the text; false when there is no such file.
bool scratch_file_holds(const char *path, const char *text);
