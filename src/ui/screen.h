// What a screen is: a table of functions over one view of the state. Layout
// gives the targets of a moment, draw paints them where they lie, tap says what
// a touch means, tick says what moves by itself. Drawing and touching use the
// same rectangles.
//
// A screen holds no state of its own: all of it is in the flow and the view.
#pragma once
#include "i18n/i18n.h"
#include "survey/flow.h"
#include "survey/survey.h"
#include "ui/canvas.h"
#include "ui/layout.h"
#include "ui/ornament.h"
#include "ui/setting.h"
#include "ui/text.h"
#include "ui/theme.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TARGETS_MAX = 64, TARGET_ID_SIZE = 72 };

// How a target looks at the moment; a change of it is what is drawn anew. The
// bits from LOOK_NUMBER on may carry a number that the label shows.
enum { LOOK_PRESSED = 1, LOOK_CHOSEN = 2, LOOK_FADED = 4, LOOK_NUMBER = 16 };

struct target {
    char id[TARGET_ID_SIZE]; // a text id: "level.5", "rate.decline"
    SDL_Rect area;           // drawn, pixels
    double reach;            // pixels beyond it that still hit
    enum flow_act act;
    int value;
    unsigned look;
    bool key; // of a keyboard
};

struct targets {
    struct target list[TARGETS_MAX];
    size_t count;
};

// Rectangles that have to be drawn anew.
enum { DAMAGE_MAX = 12 };
struct damage {
    SDL_Rect rects[DAMAGE_MAX];
    size_t count;
    bool all;
};
void damage_add(struct damage *damage, SDL_Rect rect);

struct staff_page; // ui/staff.h
struct comment;    // survey/comment.h
struct typed;      // ui/typed.h

struct view {
    const struct flow *flow;
    const struct survey *survey;
    const struct setting *setting;
    bool enrolled;     // the setting is the device's own
    const char *field; // the pill's; "": only the counter is known
    bool linked;       // the dossier's code is kept with the answer
    const struct i18n *i18n;
    enum i18n_language language;
    struct layout layout;
    const struct theme *theme;
    struct text *text;
    const struct ornament *ornament;
    int64_t now;         // milliseconds of the steady clock
    int64_t wall_ms;     // 0: the clock cannot be believed, no time is shown
    int battery_low; // percent, when it is to be plugged in; -1: all is fine
    int64_t turns_until; // the ornament turns until then
    bool can_listen;     // the texts can be read aloud
    unsigned loudness;   // of the reading: 1 to 3; 0 while nothing is read
    const struct staff_page *staff; // what the staff's pages show
    bool can_comment;               // what is written can be sealed
    const struct comment *comment;  // that is being written
    struct typed *typed;            // its lines
};

struct screen {
    const char *name; // in the trace
    void (*layout)(const struct view *view, struct targets *out);
    void (*draw)(const struct view *view, const struct targets *targets,
                 struct canvas *canvas);
    // What a tap beside every target means; NULL: nothing.
    bool (*tap_beside)(const struct view *view, enum flow_act *out_act);
    // Adds what has moved by now and returns when it moves next, INT64_MAX:
    // never. NULL: nothing moves.
    int64_t (*tick)(const struct view *view, struct damage *out);
};

extern const struct screen SCREEN_ATTRACT, SCREEN_WAITING, SCREEN_FIELDS,
    SCREEN_RATING, SCREEN_REASONS, SCREEN_COMMENT, SCREEN_STILL, SCREEN_THANKS,
    SCREEN_DECLINED, SCREEN_APOLOGY, SCREEN_OUT_OF_SERVICE, SCREEN_CLOSED,
    SCREEN_PIN, SCREEN_DIAGNOSTICS, SCREEN_TOUCH_TEST, SCREEN_ENROLMENT,
    SCREEN_CLEANING, SCREEN_CHECKS;
const struct screen *screen_of(enum flow_screen screen);

// Adds a target; `reach` in u.
struct target *targets_add(struct targets *targets, const struct view *view,
                           const char *id, struct box box, double reach,
                           enum flow_act act, int value);
SDL_Rect view_rect(const struct view *view, struct box box);
static inline double view_px(const struct view *view, double u)
{
    return u * view->layout.scale;
}
const char *view_text(const struct view *view, const char *id);
// A size as it is, or in large text.
static inline double view_size(const struct view *view, double plain,
                               double large)
{
    return view->flow->aids.large ? large : plain;
}
