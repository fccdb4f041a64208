// A folder of a test, flat, removed with what is in it.
#pragma once

enum { SCRATCH_SIZE = 64 };

void scratch_make(char out_folder[SCRATCH_SIZE]);
void scratch_remove(const char *folder);
