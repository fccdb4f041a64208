// Measuring what was painted: shapes are drawn white on a black canvas, and
// their coverage is read back. Each function fails the running test when it
// cannot do its work.
#pragma once
#include "ui/canvas.h"

#define PAINTED_WHITE COLOR(0xffffff)

void painted_open(struct canvas *canvas, int width, int height);
void painted_clear(struct canvas *canvas);
// 0..255: the coverage of white on black at a pixel.
int painted_at(const struct canvas *canvas, int x, int y);
// The sum of the coverage, in pixels.
double painted_area(const struct canvas *canvas);
// The smallest rectangle that holds every pixel covered by at least `least`.
SDL_Rect painted_bounds(const struct canvas *canvas, int least);
// The largest difference between the two halves, left against right.
int painted_asymmetry(const struct canvas *canvas);
