// The course of a visit as a pure machine: state + input + now -> state +
// effects. It knows no window, no store and no clock, so every path and every
// time can be tested at a desk.
//
//   attract --touch--> rating --face, 200 ms--> reasons --send--> (stored)
//   waiting --invited-->  |  ^-- change: the draft goes  ^  |     |
//                         +-- decline --> declined       |  v     +-> thanks
//                                                       comment        --> home
//   attract, waiting --touch--> fields --one--> rating
//
//   home --name held--> PIN --right--> diagnostics --exit--> home
//
// Home is the screen of the moment: out of service while a fault or a pause
// holds, closed outside the opening hours, else attract or waiting. A counter
// whose visits come by invitation goes on as one without while it has no
// contact with the server.
//
// A visit by invitation may be declined, and its time runs from its opening;
// one by a touch may not, and its time runs from the last touch.
//
// The caller feeds every input with the time of a steady clock, carries out the
// effects, draws the screen that the state names, and sleeps until
// flow_deadline() at most. The screen of reasons is the window for second
// thoughts: the visit is closed, once, when it is left. Thanks wait for
// FLOW_STORED. What the comment says, and which PIN is typed, is not known
// here.
#pragma once
#include "i18n/i18n.h"
#include "ledger/record.h"
#include "survey/aids.h"
#include "survey/survey.h"
#include <stdbool.h>
#include <stdint.h>

enum flow_screen {
    FLOW_WAITING,
    FLOW_ATTRACT,
    FLOW_FIELDS, // which field the business was of
    FLOW_RATING,
    FLOW_REASONS,
    FLOW_COMMENT,
    FLOW_STILL, // "still there?" over the reasons, or over the comment
    FLOW_THANKS,
    FLOW_DECLINED,
    FLOW_APOLOGY, // the opinion could not be stored
    FLOW_OUT_OF_SERVICE,
    FLOW_CLOSED, // outside the opening hours
    // For staff.
    FLOW_PIN,
    FLOW_DIAGNOSTICS,
    FLOW_TOUCH_TEST,
    FLOW_ENROLMENT, // the form of a device that is not enrolled yet
    FLOW_CLEANING,  // touches mean nothing: the glass is being wiped
    FLOW_CHECKS,    // what the doctor finds
    FLOW_SCREEN_COUNT
};

// Why no visit can be taken. The numbers are shown as "E-21".
enum flow_fault {
    FLOW_FINE = 0,
    FLOW_NOT_ENROLLED = 10,
    FLOW_BAD_CONFIGURATION = 11,
    FLOW_PAUSED = 12,  // by staff; only staff end it
    FLOW_REVOKED = 13, // the server takes no more from this device
    FLOW_STORE_FAULT = 21,
    FLOW_DISK_FULL = 22,
    FLOW_TOUCH_FAULT = 31,
    FLOW_BATTERY_EMPTY = 41
};

// How long each screen stays by itself, in milliseconds.
struct flow_times {
    int64_t fields;   // no field chosen, no touch
    int64_t selected; // the chosen face is shown
    int64_t rating;   // no face touched
    int64_t reasons;  // no reason chosen
    int64_t chosen;   // some reason chosen, then no touch
    int64_t comment;  // no key touched
    int64_t still;    // the question "still there?"
    int64_t thanks;   // twice as long with large text or sound
    int64_t declined;
    int64_t apology;
    int64_t save; // the store is waited for
    int64_t pin;  // no key touched
    int64_t diagnostics;
    int64_t cleaning;
};
extern const struct flow_times FLOW_TIMES;

// What a touch opens while nobody was invited.
enum flow_walk_up {
    FLOW_WALK_UP_ON,     // the rating
    FLOW_WALK_UP_FIELDS, // first the choice of a field
    FLOW_WALK_UP_OFF     // nothing
};

struct flow_setting {
    struct flow_times times;
    bool transaction; // visits come by invitation
    bool reasons_low; // reasons only after an answer that is not satisfied
    enum flow_walk_up walk_up;
    int field_count; // of which one is chosen
};

struct flow {
    const struct survey *survey;
    struct flow_setting setting;
    enum flow_screen screen;
    enum flow_screen behind; // the question "still there?" lies over it
    enum i18n_language language;
    struct aids aids; // switched on
    struct aids used; // at any time of this visit
    enum flow_fault fault;
    bool paused;     // by staff
    bool closed;     // by the hour
    bool alone;      // without contact with the server
    int64_t since;   // the screen appeared
    int64_t touched; // last touch of this screen, or `since`
    int level;       // 0: none yet
    bool chosen[SURVEY_REASONS_MAX];
    bool in_visit; // from the opening of the rating to its closing
    bool invited;  // not by a touch
    bool answered; // a face was touched, if only to change it
    int field;     // that was chosen; -1: none
    bool saving;   // closed, the store has not answered yet
    bool reopened; // came back from "no rating" once
};

enum flow_kind {
    FLOW_TICK,          // time passed
    FLOW_TOUCH,         // a finger went down, anywhere
    FLOW_ACT,           // a target was tapped: `act`, `value`
    FLOW_INVITED,       // the counter's work is done, or a code was read: open
                        // the rating
    FLOW_WITHDRAWN,     // the invitation of the visit is taken back
    FLOW_CONTACT,       // there is contact with the server (`value` 1) or none
                        // (0)
    FLOW_STORED,        // this visit's line is durable
    FLOW_STORE_FAILED,  // it is not, and will not be; `fault` says why
    FLOW_SERVICE,       // `fault` holds from now on; FLOW_FINE: none
    FLOW_HOURS,         // the counter is open (`value` 1) or closed (0)
    FLOW_PAUSED_BEFORE, // the staff's pause of before a restart holds
    FLOW_STAFF,         // the name was held: somebody wants the staff's page
    FLOW_ADMITTED,      // the PIN was right
    FLOW_STOP           // the program ends
};

enum flow_act {
    FLOW_WAKE,
    FLOW_FIELD,  // value: which of the tiles
    FLOW_LEVEL,  // value: 1..5
    FLOW_REASON, // value: index of the chip
    FLOW_CHANGE, // back to the faces
    FLOW_WRITE,  // a comment
    FLOW_KEY,    // of a keyboard, by its id; the caller's
    FLOW_BACK,   // from the comment to the reasons, from the fields home
    FLOW_SEND,
    FLOW_DECLINE,
    FLOW_AGAIN, // rate after all
    FLOW_DONE,
    FLOW_MORE, // more time
    FLOW_LANGUAGE,
    FLOW_LARGE,
    FLOW_DARK,
    FLOW_LISTEN,
    // Of the staff's page.
    FLOW_LEAVE, // home
    FLOW_ENROL, // opens the form, on a device that is not enrolled
    FLOW_TEST_TOUCH,
    FLOW_TEST_SOUND, // the caller's
    FLOW_SEND_NOW,   // the caller's: wakes the courier
    FLOW_CLEAN,
    FLOW_PAUSE,   // begins or ends the pause
    FLOW_EXAMINE, // the doctor's page; from there: anew
    FLOW_PAGE     // value: which of its pages; the caller's
};

struct flow_input {
    enum flow_kind kind;
    enum flow_act act;
    int value;
    enum flow_fault fault;
    int64_t now; // milliseconds of a steady clock
};

// What the caller has to do, in this order.
struct flow_effects {
    bool open;  // a visit begins: give it an id
    bool draft; // keep `level` safe against a power cut
    bool undo;  // the draft's level no longer holds
    bool close; // the visit ends with `outcome`: write its line
    enum record_outcome outcome;
    bool comment; // with what is written on the screen of the comment
    enum i18n_language language; // of the visit that ends
    struct aids used;            // in it
    bool forget;                 // wipe what was typed: comment, PIN
    bool pause;                  // the staff's pause began or ended: keep it
    bool changed;                // something on the screen changed
};

// Starts on the home screen. `survey` is kept, not copied.
void flow_init(struct flow *flow, const struct survey *survey,
               const struct flow_setting *setting, int64_t now);
void flow_step(struct flow *flow, const struct flow_input *input,
               struct flow_effects *out);
// When the state next changes by itself; INT64_MAX: never.
int64_t flow_deadline(const struct flow *flow);
// How long thanks stay.
int64_t flow_thanks_ms(const struct flow *flow);

// True on a screen that belongs to nobody: settings may change now.
bool flow_is_idle(const struct flow *flow);
// Only while idle. `out` as flow_step().
void flow_configure(struct flow *flow, const struct survey *survey,
                    const struct flow_setting *setting, int64_t now,
                    struct flow_effects *out);

// The reasons that belong to the chosen level.
enum survey_list flow_list(const struct flow *flow);
size_t flow_chosen_count(const struct flow *flow);
// How the visit came to the screen.
enum record_mode flow_mode(const struct flow *flow);
// What a touch opens now, on a screen that waits for one.
enum flow_walk_up flow_walk_up(const struct flow *flow);
// True on a screen of the staff.
bool flow_is_staff(const struct flow *flow);
// Why no visit can be taken, the staff's pause included.
enum flow_fault flow_fault(const struct flow *flow);
