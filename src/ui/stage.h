// From a screen to the glass: what has changed is drawn into one picture and
// only that is shown. A change of screen fades over 120 ms, unless motion is
// not wanted or memory is short: then it cuts.
#pragma once
#include "ui/screen.h"
#include "ui/trace.h"
#include "ui/window.h"
#include <stdbool.h>
#include <stdint.h>

struct stage {
    struct window *window;       // borrowed
    struct trace *trace;         // borrowed
    bool still;                  // no motion: cut instead of fading
    unsigned veil;               // black over every picture, 0 to 255
    struct canvas canvas;        // what is on the glass
    struct canvas before, after; // during a fade only
    bool fading;
    int64_t fade_began, fade_next;
};

// Fits the picture to the window; what was on it is lost. False when memory ran
// out.
bool stage_resize(struct stage *stage, int width, int height);
void stage_free(struct stage *stage);

// Draws the damaged parts and shows them.
void stage_update(struct stage *stage, const struct view *view,
                  const struct screen *screen, const struct targets *targets,
                  const struct damage *damage);
// Draws the whole screen and fades over to it.
void stage_change(struct stage *stage, const struct view *view,
                  const struct screen *screen, const struct targets *targets);
// Shows again what is there: another window had covered it.
void stage_expose(struct stage *stage);

// The next step of a fade; INT64_MAX: none.
int64_t stage_deadline(const struct stage *stage);
void stage_tick(struct stage *stage, int64_t now);
