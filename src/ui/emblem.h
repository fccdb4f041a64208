// The sign in the head of every screen: a white lotus on a red disc. It is no
// emblem of the State, whose use is regulated by law.
#pragma once
#include "ui/canvas.h"
#include "ui/theme.h"

void emblem_draw(struct canvas *canvas, const struct theme *theme, double x,
                 double y, double radius);
