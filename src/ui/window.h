// The window and the way of pixels onto the glass. On X11 the picture goes
// into the window's surface and only changed rectangles are sent, without any
// OpenGL (which would cost most of the start and of the memory). Where SDL has
// no such path (KMSDRM, Wayland) one streaming texture takes the rectangles.
//
// One window a program; all calls on the thread that opened it.
#pragma once
#include <SDL.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window;

struct window_options {
    const char *title;
    int width, height; // of the window; 0: the whole screen
};

// Starts SDL's video. NULL with a log line when there is no display.
struct window *window_open(const struct window_options *options);
// Accepts NULL. Ends SDL's video, and nothing else of SDL.
void window_close(struct window *window);

void window_size(const struct window *window, int *out_width, int *out_height);
// The same in the unit of the mouse's places.
void window_points(const struct window *window, int *out_width,
                   int *out_height);
// Pixels in a millimetre as the display reports it; 0: it does not know.
double window_px_per_mm(const struct window *window);

// The picture goes onto a display of its own, and every panel is known from the
// start: not on X11 or Wayland, where a desktop and its mouse are likely.
bool window_owns_display(void);

// From now on pictures are shown this many pixels beside their place, their
// border going on into the gap: against burning in. Show the whole picture
// afterwards.
void window_shift(struct window *window, int x, int y);

// Shows rectangles of a picture as large as the window; `pixels` are
// 0xffRRGGBB, `stride` in pixels. False with a log line when the display
// refused, which a change of size in the same moment may cause: draw again.
bool window_present(struct window *window, const uint32_t *pixels,
                    size_t stride, const SDL_Rect *rects, size_t count);
