// Draws the screens of a visit with other settings, where nobody sees them, and
// says whether the display can show them: every label fits its place, every
// target lies on the glass.
#pragma once
#include "i18n/i18n.h"
#include "survey/survey.h"
#include "ui/layout.h"
#include "ui/setting.h"
#include "ui/text.h"
#include <stdbool.h>

struct rehearsal {
    const struct i18n *i18n;
    struct text *text;
    struct layout layout; // of the display
};

// A display that is too small for the program's own words already is measured
// against these. False with a message that names the screen.
bool rehearsal_fits(const struct rehearsal *rehearsal,
                    const struct setting *setting, const struct survey *survey,
                    struct buf *message);
