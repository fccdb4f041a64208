// The screen keyboard on the glass: survey/keyboard.h turned into targets below
// the text box, and each key as it looks. Sending is its last key on wide
// screens and a button of its own below it on tall ones.
#pragma once
#include "ui/screen.h"

// Adds the keys of the page that the comment is on, then "comment.send". A
// key's look tells what its label depends on (capitals), so that a change of it
// is drawn.
void keys_lay_out(const struct view *view, struct targets *out);
// One of them.
void keys_draw(const struct view *view, struct canvas *canvas,
               const struct target *target);
