// What a machine needs to enrol, as one text: on paper and screens as a QR
// code, on a stick as a line of a file.
//
//   HAILONG:MAY-CHU.EXAMPLE:8650/7K2QF-9M3TX
//   HAILONG:192.0.2.7:8650/7K2QF-9M3TX/<52 letters>
//   HAILONG-HTTP:127.0.0.1:8650/7K2QF-9M3TX
//   HAILONG:MAY-CHU.EXAMPLE/W/H24.12/7K2QF-9M3TX
//
// The server's address, with the ward's place where one server has several, the
// one-time code and, for a server whose certificate
// nobody else vouches for, the SHA-256 of its public key in base32. Capital or
// small makes no difference anywhere in it: a QR code of capitals is smaller,
// and a scanner with Caps Lock on still reads it. Pure.
#pragma once
#include "common/buf.h"
#include "store/device.h"
#include <stdbool.h>

// What stands before a ward's code in the address of a server of several.
#define VOUCHER_WARDS "/w/"

enum { VOUCHER_CODE_SIZE = 16, VOUCHER_PIN_SIZE = 64 };

struct voucher {
    char server[DEVICE_TEXT_SIZE]; // "https://host[:port][/w/UNIT]"
    char code[VOUCHER_CODE_SIZE];  // "XXXXX-XXXXX"
    char pin[VOUCHER_PIN_SIZE];    // "sha256//BASE64"; "": none
};

// Appends it. False, and nothing is appended, when the address is none that can
// stand in one: no host, another path, letters that no host has.
bool voucher_write(const struct voucher *voucher, struct buf *out);

enum voucher_result {
    VOUCHER_READ,
    VOUCHER_OTHER,  // something else: a dossier's code, a web address
    VOUCHER_DAMAGED // begins as one, and cannot be read
};
// Blanks around it are people's.
enum voucher_result voucher_read(const char *text, struct voucher *out);

// --- Many, on a stick --------------------------------------------------------
// A text that people can read: a line that begins with # is for them, a line
// "PIN HASH" sets the PIN of the staff's page, every other one begins with a
// voucher; what stands behind it, after a blank, is for people.

#define VOUCHER_FILE "hailong-enrol.txt" // on the stick
enum { VOUCHER_FILE_MAX = 64 * 1024, VOUCHERS_MAX = 200 };

void voucher_file_begin(const char *staff_pin, struct buf *out); // "": none
void voucher_file_add(const char *voucher, const char *counter,
                      const char *name, struct buf *out);

struct voucher_line {
    size_t number; // from 1
    enum voucher_result result;
    struct voucher voucher;
};
// The next line that should be a voucher, from `*at`, 0 at first. A mark of the
// order of bytes and the line ends of other systems are passed over; a line
// "PIN …" goes to `staff_pin`. False: there is none left.
bool voucher_file_next(const char *text, size_t size, size_t *at,
                       struct voucher_line *line,
                       char staff_pin[DEVICE_TEXT_SIZE]);
