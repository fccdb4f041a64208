// All that a server needs, in one file: a copy of its database as of one
// moment, and beside its tables the key files of its directory. The file is a
// database of its own kind, so that any SQLite shell can look into it, and as
// secret as the directory: it holds the signing key and the comments' key.
//
// What devices sent after the backup is not lost: they keep it and send it
// again, as soon as the restored server says how far it holds their chains.
// Devices that enrolled after it must enrol again.
#pragma once
#include "office/office.h"
#include "office/verify.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Files of the directory that go along, by name.
struct backup_file {
    const char *name;
    const void *bytes;
    size_t size;
};

// Writes the backup (0600) beside `path` and renames it when it is whole and
// was found sound; a file of that name is refused with OFFICE_NONE. `office`
// may be a reader while the server runs.
enum office_result backup_write(struct office *office, const char *path,
                                const struct backup_file *files, size_t count,
                                int64_t now);

// Takes a backup apart: `file` is called for each key file, then the database
// is written beside `database_path` and renamed, so that a directory is whole
// from the moment it has its database. False from `file` ends it with
// OFFICE_ERROR; OFFICE_CORRUPT: damaged, or no backup at all (logged).
typedef bool backup_file_row(void *ctx, const struct backup_file *file);
enum office_result backup_restore(const char *path, const char *database_path,
                                  backup_file_row *file, void *ctx,
                                  int64_t *out_made_at);

// Everything in a backup again, from the bytes, as office_verify() does it.
// Nothing else may read the file meanwhile.
enum office_result backup_verify(const char *path, office_finding_row *row,
                                 void *ctx,
                                 struct office_verification *out_summary);

// What the last backup by a timer was: a file of the server's directory, for
// those who watch whether there is one.
enum { BACKUP_NAME_SIZE = 40, BACKUP_FOLDER_SIZE = 1024 };
struct backup_note {
    int64_t at;           // when it was made
    int64_t lines, bytes; // that are in it; of the file
    char folder[BACKUP_FOLDER_SIZE];
    char name[BACKUP_NAME_SIZE]; // of the file in it
    int64_t kept;                // backups that are there, with this one
};
bool backup_note_write(const char *directory, const struct backup_note *note);
// False: none was ever made.
bool backup_note_read(const char *directory, struct backup_note *out);
