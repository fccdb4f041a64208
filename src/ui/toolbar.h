// The tools of a citizen's screen (read aloud, large text, dark, language),
// with one quiet button beside them.
#pragma once
#include "ui/screen.h"
#include <stddef.h>

// The button beside the tools: its text id and what it does. NULL: none.
struct toolbar_button {
    const char *id;
    enum flow_act act;
};
// Adds the targets of the bar.
void toolbar_layout(const struct view *view,
                    const struct toolbar_button *button, struct targets *out);
// Draws those `count` targets.
void toolbar_draw(const struct view *view, struct canvas *canvas,
                  const struct target *targets, size_t count);
