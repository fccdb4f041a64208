// Random bytes, UUIDs (RFC 9562) and hexadecimal. Randomness comes from
// getrandom(2), which never fails once the kernel has booted.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ID_SIZE = 37 }; // 36 characters and NUL

void id_random(void *out, size_t size);
uint64_t id_random_u64(void);
// Version 4: random. For devices, boots of a test, invitations.
void id_new_v4(char out[ID_SIZE]);
// Version 7: 48 bits of `wall_ms`, then random. For records: nearly sorted by
// time, which keeps unique indexes append-mostly.
void id_new_v7(int64_t wall_ms, char out[ID_SIZE]);
// True for 36 characters of lower-case hex with dashes in place.
bool id_is_valid(const char *text, size_t size);
// The 16 bytes of a valid id; false when the text is none.
bool id_to_bytes(const char *text, unsigned char out[16]);
void id_from_bytes(const unsigned char bytes[16], char out[ID_SIZE]);

// `out` holds 2 × size + 1 characters.
void hex_encode(const void *bytes, size_t size, char *out);
// Exactly `size` bytes from 2 × size lower- or upper-case digits.
bool hex_decode(const char *text, size_t text_size, void *out, size_t size);
