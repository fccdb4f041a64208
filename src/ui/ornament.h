// The bronze drum of Đông Sơn behind the quiet screens: a star of fourteen
// rays, rings of dots, teeth and flying birds. It is dear to draw, so it is
// baked once, after the first frame, and stamped from then on.
#pragma once
#include "ui/canvas.h"
#include <stdbool.h>

struct ornament {
    int size; // side of the square picture in pixels, 0: not baked
    double angle;
    uint8_t *coverage; // owned
};

// Bakes for this radius (pixels) and angle (turns) unless it is so already.
// False when memory ran out; then nothing is drawn.
bool ornament_bake(struct ornament *ornament, double radius, double angle);
// The same drum turned clockwise by `angle` (turns), sampled from the picture,
// which touches less memory than baking. False when memory ran out; `out` is
// then as it was.
bool ornament_turn(const struct ornament *from, double angle,
                   struct ornament *out);
void ornament_draw(const struct ornament *ornament, struct canvas *canvas,
                   double x, double y, color c);
void ornament_free(struct ornament *ornament);
