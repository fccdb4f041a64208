// A disk of its own for a folder: a file with a file system in it, of blocks of
// 4 KiB, mounted over the folder by the loop driver, in a name space that goes
// with the process.
#pragma once
#include "support/scratch.h"
#include <stdbool.h>

struct small_disk {
    char folder[SCRATCH_SIZE]; // holds the image; "": nothing to give back
};

// False where this process may not mount, or the kernel has no loop driver;
// the folder is as it was.
bool small_disk_mount(struct small_disk *disk, const char *folder, int mib);
void small_disk_unmount(struct small_disk *disk, const char *folder);

// Fills the file system with a file, but for so many bytes; and removes it.
void small_disk_fill(const char *folder, long left);
void small_disk_empty(const char *folder);
