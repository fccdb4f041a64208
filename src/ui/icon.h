// The small pictures beside words. Each fills a square of `size` pixels around
// its middle and is drawn in one ink.
#pragma once
#include "ui/canvas.h"
#include <stdbool.h>

enum icon {
    ICON_NONE,
    ICON_SPEAKER,
    ICON_LARGE_TEXT,
    ICON_CONTRAST,
    ICON_GLOBE,
    ICON_HAND,
    ICON_CHECK,
    ICON_CHECK_DISC, // a disc of ink with a check in `paper`
    ICON_BACK,       // an arrow that turns back
    ICON_PEN,
    ICON_CLOCK,
    ICON_CALENDAR_CHECK,
    ICON_CALENDAR_LATE,
    ICON_PERSON,
    ICON_GUIDANCE, // a speech bubble with a question mark
    ICON_TURNS,    // two arrows in a circle
    ICON_DOCUMENT,
    ICON_CHAIR,
    ICON_SCREEN,
    ICON_MORE, // three dots
    ICON_PHONE,
    ICON_WARNING, // a triangle of ink with a mark in `paper`
    ICON_LOCK,
    ICON_ARROW_LEFT,
    ICON_SHIFT,
    ICON_SHIFT_ON, // the same, filled
    ICON_BACKSPACE,
    ICON_ENTER,
    ICON_TOOLS,
    ICON_COUNT
};

// `paper` is what lies under the ink, for pictures with a cut-out.
void icon_draw(struct canvas *canvas, enum icon icon, double x, double y,
               double size, color ink, color paper);
// "clock", "person": the names that question sets use. False: no such icon.
bool icon_by_name(const char *name, enum icon *out);
