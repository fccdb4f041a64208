// A key file: 32 secret bytes in base64 and a newline, mode 0600. Shared by
// the signing keys and the box keys of this room.
#pragma once
#include <stdbool.h>

enum { SECRET_FILE_BYTES = 32 };

// False with errno: EPERM when others may read it, EINVAL when it is no key.
bool secret_file_load(const char *path, unsigned char out[SECRET_FILE_BYTES]);
bool secret_file_save(const char *path,
                      const unsigned char secret[SECRET_FILE_BYTES]);
