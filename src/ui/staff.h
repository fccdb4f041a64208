// What the staff's pages know and do, without their pictures: the PIN that is
// typed and its tries, the form that enrols the device, the cells of the touch
// test, the pause. No rating is known here. The drawing thread's alone; a PIN
// is checked on it (about 0.1 s on a slow machine, for staff only).
#pragma once
#include "ledger/pin.h"
#include "store/enrol_form.h"
#include "store/store.h"
#include "ui/diagnosis.h"
#include "ui/examination.h"
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

// Values of FLOW_KEY on the page of the PIN; 0 to 9 are digits.
enum { STAFF_KEY_CLEAR = 10, STAFF_KEY_OK = 11 };

// The form: where the cursor stands, what a key does.
enum staff_field {
    STAFF_FIELD_SERVER,
    STAFF_FIELD_CODE,
    STAFF_FIELD_PIN,
    STAFF_FIELD_COUNT
};
enum { STAFF_FIELD_SIZE = 96 };
// Values of FLOW_KEY on the form; a character is its own code (32 to 126).
enum {
    STAFF_FORM_DELETE = 1,
    STAFF_FORM_NEXT = 2,
    STAFF_FORM_SUBMIT = 3,
    STAFF_FORM_FIELD = 8 // + enum staff_field: puts the cursor there
};
enum staff_form_state {
    STAFF_FORM_TYPING,
    STAFF_FORM_WAITING, // for the courier's answer
    STAFF_FORM_ANSWERED // `result` says what came
};

// The touch test covers the screen with cells: so many along its longer side
// and along its shorter one. The two in the middle are the way out.
enum {
    STAFF_CELLS_LONG = 8,
    STAFF_CELLS_SHORT = 5,
    STAFF_CELLS = STAFF_CELLS_LONG * STAFF_CELLS_SHORT
};

struct staff {
    char directory[PATH_MAX];
    char hash[PIN_HASH_SIZE]; // "": no PIN is set
    char typed[PIN_DIGITS + 1];
    bool wrong; // the last PIN was
    struct pin_tries tries;
    bool tries_read;

    char fields[STAFF_FIELD_COUNT][STAFF_FIELD_SIZE];
    enum staff_field field;
    enum staff_form_state form;
    char pin[VOUCHER_PIN_SIZE]; // of the server's key, out of a QR code; "":
                                // none
    char request[ID_SIZE];
    char result[ENROL_FORM_RESULT_SIZE]; // "code-used", or of our own:
                                         // "incomplete", "bad-pin", "disk",
                                         // "scanned", "scan-other"
    int64_t answered_ms;                 // wall clock
    int64_t asked_at;

    bool cells[STAFF_CELLS]; // touched; row by row
    bool send_asked;

    struct examination *examination; // NULL: none was begun
    int checks_page;
};

void staff_init(struct staff *staff, const char *directory);
// Waits for a look at the device that is going on.
void staff_release(struct staff *staff);
// Somebody wants in: reads the PIN's hash from device.json and the tries from
// the store. `store` may be NULL on a device that is not enrolled.
void staff_open_pin(struct staff *staff, struct store *store);
enum staff_answer { STAFF_TYPED, STAFF_REFUSED, STAFF_ADMITTED };
enum staff_answer staff_pin_key(struct staff *staff, struct store *store,
                                int key);
// Tries left, and the minutes for which none is taken (0: not locked).
int staff_tries_left(const struct staff *staff);
int staff_lock_minutes(const struct staff *staff);

void staff_open_form(struct staff *staff);
enum staff_answer staff_form_key(struct staff *staff, int key, int64_t now);
// A scanner read this. The text of an enrolment fills the form and leaves the
// cursor at the PIN; where that stands already, the form is handed in.
void staff_form_scan(struct staff *staff, const char *text, int64_t now);
// Looks for the courier's answer, and for its note of a stick. True when
// something changed.
bool staff_form_look(struct staff *staff, int64_t now);

// What the courier does with a stick, when nobody asked: true when there is
// news, which the form then shows.
bool staff_form_look_for_note(struct staff *staff);

void staff_open_cells(struct staff *staff);
// A finger is at these parts (0 to 1) of the screen. True when its cell was not
// touched before.
bool staff_touch_cell(struct staff *staff, double x, double y, bool portrait);
// The two cells of the way out.
bool staff_cell_is_exit(size_t cell, bool portrait);

// Begins a look at the device, unless one is going on.
void staff_examine(struct staff *staff);

// Forgets what was typed.
void staff_wipe(struct staff *staff);

// What the pages show.
struct staff_page {
    bool pin_set, pin_wrong;
    size_t pin_typed;
    int pin_left, pin_lock_minutes;
    bool send_asked; // since the page was opened
    struct diagnosis diagnosis;
    struct examination_lines checks;
    int checks_page;
    char fields[STAFF_FIELD_COUNT][STAFF_FIELD_SIZE];
    enum staff_field field;
    enum staff_form_state form;
    char result[ENROL_FORM_RESULT_SIZE];
    int64_t answered_ms;
    bool cells[STAFF_CELLS];
};
// All but the diagnosis and the checks.
void staff_write_page(const struct staff *staff, struct staff_page *out);
// True when both look the same.
bool staff_page_is(const struct staff_page *a, const struct staff_page *b);
