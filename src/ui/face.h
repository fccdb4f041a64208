// The five faces. Mouth and brows carry the scale; colour is only the third
// cue. Level 5 is the best.
#pragma once
#include "ui/canvas.h"
#include "ui/theme.h"

// `level` 1..5; x, y the middle of the disc, pixels.
void face_draw(struct canvas *canvas, const struct theme *theme, int level,
               double x, double y, double radius);
