// The colours of the house, by what they are for: the ordinary look, black for
// people who need the contrast, and the night of a closed counter.
#pragma once
#include "ui/canvas.h"
#include <stdbool.h>

enum theme_name { THEME_LIGHT, THEME_DARK, THEME_NIGHT, THEME_COUNT };

struct theme {
    color bg;         // page
    color surface;    // cards, keys, secondary buttons
    color ink;        // text
    color ink2;       // hints, counters
    color primary;    // main button, selection, progress
    color on_primary; // text on it
    color accent;     // words and icons of secondary buttons, chips' icons
    color tint;       // what is pressed, under ink
    color on_tint;    // text on it that is not ink
    color chosen;     // a selected card, its border `primary`
    color on_chosen;  // text on it
    color badge;      // disc of its check
    color on_badge;   // the check
    color pill;       // of the counter
    color on_pill;    // text on it
    color sand;       // function keys
    color control;    // border of chips and tools
    color card_line;  // border of rating cards
    color key_line;   // decoration
    color rule;       // decoration
    color notice;     // border of the notice
    color track;      // of a countdown's ring
    color red;        // tone marks, caret, notice title
    color emblem;     // disc of the emblem
    color lotus;      // flower on it
    color gold;       // ornament, with its opacity
    color ok, warn;   // diagnostics, always beside an icon
    color face[6];    // discs of levels 1..5; 0 is not used
    color on_face;    // eyes and mouth
    color shadow;     // with its opacity; 0: none
    color dim;        // over a screen that waits behind a question
    double border;    // u: of cards, chips and tools
    bool ornament;    // the drum is drawn
};

const struct theme *theme_get(enum theme_name name);
