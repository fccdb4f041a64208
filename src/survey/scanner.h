// A scanner for barcodes and QR codes that behaves like a keyboard: fast keys
// that end in Enter. Pure: characters and times in, codes out. What people type
// on a keyboard that is plugged in, and what a broken scanner throws, never
// comes out.
//
// - Characters of one code follow each other within 100 ms (real scanners: 1 to
//   30 ms); a longer pause forgets what came before.
// - A code has 4 to 700 printable ASCII characters.
// - The same code again within 5 s is the same scan: a scanner that is stuck,
//   or a paper held under it.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCANNER_CODE_SIZE = 768, // with NUL
    SCANNER_LEAST = 4,
    SCANNER_MOST = 700,
    SCANNER_GAP_MS = 100,
    SCANNER_AGAIN_MS = 5000
};

struct scanner {
    char text[SCANNER_CODE_SIZE];
    size_t size;
    bool spoiled; // too long, or a byte that no code has: until the Enter
    bool wasted;  // a part of it came where none is wanted: likewise
    int64_t last_at;
    char before[SCANNER_CODE_SIZE]; // the last code, and when it came
    int64_t before_at;
};

void scanner_init(struct scanner *scanner);
// One character; `\r` and `\n` are Enter. True when a code is complete: it is
// in `out` until the next call.
bool scanner_take(struct scanner *scanner, char c, int64_t now,
                  const char **out);

// The same where no code is wanted: what comes is lost, to its Enter, so that
// the rest of a code that began there is not taken for one. A scanner that is
// stuck meanwhile is still the same scan afterwards.
void scanner_waste(struct scanner *scanner, char c, int64_t now);

// For so long before the next character nobody looked: that is no pause.
void scanner_overlook(struct scanner *scanner, int64_t ms);

// --- Codes of dossiers -------------------------------------------------------
// Circular 01/2018/TT-VPCP, article 2 with the annexed form:
// V1V2V3.Z1Z2.Y1Y2.MX1X2-YYMMDD-XXXX, and the shorter ones that are in use,
// such as H24.12-261123-0007. A code that looks otherwise is taken as well: a
// one-stop system may have its own.
enum dossier_form {
    DOSSIER_REGULAR, // groups, a day that exists, a number
    DOSSIER_UNUSUAL, // may be one: letters, digits, dots, dashes, slashes
    DOSSIER_NONE     // no code of a dossier
};
enum { DOSSIER_LEAST = 4, DOSSIER_MOST = 60 };
enum dossier_form dossier_form(const char *code);
