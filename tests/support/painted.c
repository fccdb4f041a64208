#include "support/painted.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

void painted_open(struct canvas *canvas, int width, int height)
{
    *canvas = (struct canvas){0};
    assert_true(canvas_resize(canvas, width, height));
    painted_clear(canvas);
}

void painted_clear(struct canvas *canvas)
{
    canvas_clip(canvas, NULL);
    canvas_fill(canvas, COLOR(0));
    canvas_forget_damage(canvas);
}

int painted_at(const struct canvas *canvas, int x, int y)
{
    assert_in_range(x, 0, canvas->width - 1);
    assert_in_range(y, 0, canvas->height - 1);
    return (int)(canvas->pixels[y * canvas->width + x] & 0xff);
}

double painted_area(const struct canvas *canvas)
{
    double area = 0;
    for (int i = 0; i < canvas->width * canvas->height; i++)
        area += (canvas->pixels[i] & 0xff) / 255.0;
    return area;
}

SDL_Rect painted_bounds(const struct canvas *canvas, int least)
{
    int left = canvas->width, top = canvas->height, right = -1, bottom = -1;
    for (int y = 0; y < canvas->height; y++) {
        for (int x = 0; x < canvas->width; x++) {
            if (painted_at(canvas, x, y) < least)
                continue;
            left = x < left ? x : left;
            right = x > right ? x : right;
            top = y < top ? y : top;
            bottom = y > bottom ? y : bottom;
        }
    }
    assert_true(right >= 0);
    return (SDL_Rect){left, top, right - left + 1, bottom - top + 1};
}

int painted_asymmetry(const struct canvas *canvas)
{
    int most = 0;
    for (int y = 0; y < canvas->height; y++) {
        for (int x = 0; x < canvas->width / 2; x++) {
            int difference = abs(painted_at(canvas, x, y) -
                                 painted_at(canvas, canvas->width - 1 - x, y));
            most = difference > most ? difference : most;
        }
    }
    return most;
}
