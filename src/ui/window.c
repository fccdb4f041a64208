#include "ui/window.h"
#include "common/log.h"
#include <stdlib.h>
#include <string.h>

struct window {
    SDL_Window *handle;
    SDL_Renderer *renderer; // NULL: the window's surface is used
    SDL_Texture *texture;
    int texture_width, texture_height;
    int shift_x, shift_y;
};

static void set_hints(void)
{
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    // The touch that gives the window the keyboard is a touch like any other.
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_WINDOWS_NO_CLOSE_ON_ALT_F4, "1");
    SDL_SetHint(SDL_HINT_ALLOW_ALT_TAB_WHILE_GRABBED, "0");
    // Told by a compositor to draw its own frame, SDL takes the window away to
    // make it anew with libdecor, and where no plugin of that is installed it
    // never comes back.
    SDL_SetHint(SDL_HINT_VIDEO_WAYLAND_ALLOW_LIBDECOR, "0");
}

// Two things that SDL's X11 driver would do before the first picture and that
// no kiosk needs: Xlib reads the rules for composing letters from key strokes,
// and where no session bus is told of, libdbus tries to start one.
static void spare_start(void)
{
    setenv("XCOMPOSEFILE", "/dev/null", 0);
    setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", 0);
}

static bool is_x11(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return driver && strcmp(driver, "x11") == 0;
}

bool window_owns_display(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return !is_x11() && driver && strcmp(driver, "wayland") != 0;
}

// The drivers on which SDL writes a surface to the window by itself. Whoever
// names a renderer gets it.
static bool has_surface(void)
{
    if (getenv("SDL_RENDER_DRIVER"))
        return false;
    const char *driver = SDL_GetCurrentVideoDriver();
    return is_x11() || (driver && strcmp(driver, "dummy") == 0);
}

static bool open_renderer(struct window *window)
{
    SDL_RendererInfo info;
    window->renderer = SDL_CreateRenderer(window->handle, -1, 0);
    if (!window->renderer)
        log_error("ui", "no renderer for the display: %s", SDL_GetError());
    else if (SDL_GetRendererInfo(window->renderer, &info) == 0)
        log_info("ui", "the picture goes through SDL's renderer %s", info.name);
    return window->renderer != NULL;
}

// The whole screen. On X11 a window without border that covers it: asked for
// fullscreen, SDL waits 100 ms for the window to change its size, which it
// never does, for SDL made it as large as the screen.
static SDL_Window *open_whole(const char *title)
{
    SDL_Rect screen = {0, 0, 1280, 800};
    if (is_x11() && SDL_GetDisplayBounds(0, &screen) == 0)
        return SDL_CreateWindow(title, screen.x, screen.y, screen.w, screen.h,
                                SDL_WINDOW_BORDERLESS);
    return SDL_CreateWindow(
        title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, screen.w,
        screen.h, SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_FULLSCREEN_DESKTOP);
}

struct window *window_open(const struct window_options *options)
{
    struct window *window = calloc(1, sizeof *window);
    if (!window) {
        log_error("ui", "out of memory for the window");
        return NULL;
    }
    set_hints();
    spare_start();
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        log_error("ui", "no display: %s", SDL_GetError());
        free(window);
        return NULL;
    }
    // Keys are read as they lie on a keyboard: no method of input may make
    // other letters of what a scanner sends.
    SDL_StopTextInput();
    bool whole = options->width == 0;
    window->handle =
        whole
            ? open_whole(options->title)
            : SDL_CreateWindow(options->title, SDL_WINDOWPOS_UNDEFINED,
                               SDL_WINDOWPOS_UNDEFINED, options->width,
                               options->height,
                               SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_RESIZABLE);
    if (!window->handle) {
        log_error("ui", "no window: %s", SDL_GetError());
        window_close(window);
        return NULL;
    }
    if (!has_surface() && !open_renderer(window)) {
        window_close(window);
        return NULL;
    }
    if (whole)
        SDL_ShowCursor(SDL_DISABLE);
    return window;
}

void window_close(struct window *window)
{
    if (!window)
        return;
    if (window->texture)
        SDL_DestroyTexture(window->texture);
    if (window->renderer)
        SDL_DestroyRenderer(window->renderer);
    if (window->handle)
        SDL_DestroyWindow(window->handle);
    free(window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

void window_size(const struct window *window, int *out_width, int *out_height)
{
    if (!window->renderer ||
        SDL_GetRendererOutputSize(window->renderer, out_width, out_height) != 0)
        SDL_GetWindowSize(window->handle, out_width, out_height);
}

void window_points(const struct window *window, int *out_width, int *out_height)
{
    SDL_GetWindowSize(window->handle, out_width, out_height);
}

double window_px_per_mm(const struct window *window)
{
    float dpi = 0;
    int display = SDL_GetWindowDisplayIndex(window->handle);
    if (display < 0 || SDL_GetDisplayDPI(display, NULL, &dpi, NULL) != 0)
        return 0;
    return dpi / 25.4;
}

static bool present_surface(struct window *window, const uint32_t *pixels,
                            size_t stride, const SDL_Rect *rects, size_t count)
{
    SDL_Surface *surface = SDL_GetWindowSurface(window->handle);
    if (!surface)
        return false;
    size_t depth = surface->format->BytesPerPixel;
    for (size_t i = 0; i < count; i++) {
        SDL_Rect r, all = {0, 0, surface->w, surface->h};
        if (!SDL_IntersectRect(&rects[i], &all, &r))
            continue;
        const uint32_t *from = pixels + (size_t)r.y * stride + r.x;
        unsigned char *to = (unsigned char *)surface->pixels +
                            (size_t)r.y * (size_t)surface->pitch +
                            (size_t)r.x * depth;
        if (SDL_ConvertPixels(r.w, r.h, SDL_PIXELFORMAT_RGB888, from,
                              (int)(stride * sizeof *pixels),
                              surface->format->format, to, surface->pitch) != 0)
            return false;
    }
    return SDL_UpdateWindowSurfaceRects(window->handle, rects, (int)count) == 0;
}

static bool fit_texture(struct window *window)
{
    int width, height;
    window_size(window, &width, &height);
    if (window->texture && width == window->texture_width &&
        height == window->texture_height)
        return true;
    if (window->texture)
        SDL_DestroyTexture(window->texture);
    window->texture =
        SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_ARGB8888,
                          SDL_TEXTUREACCESS_STREAMING, width, height);
    window->texture_width = width;
    window->texture_height = height;
    return window->texture != NULL;
}

static bool present_texture(struct window *window, const uint32_t *pixels,
                            size_t stride, const SDL_Rect *rects, size_t count)
{
    if (!fit_texture(window))
        return false;
    for (size_t i = 0; i < count; i++) {
        const uint32_t *from =
            pixels + (size_t)rects[i].y * stride + rects[i].x;
        if (SDL_UpdateTexture(window->texture, &rects[i], from,
                              (int)(stride * sizeof *pixels)) != 0)
            return false;
    }
    // The back buffer's content is unknown after a flip: the whole again.
    if (SDL_RenderCopy(window->renderer, window->texture, NULL, NULL) != 0)
        return false;
    SDL_RenderPresent(window->renderer);
    return true;
}

void window_shift(struct window *window, int x, int y)
{
    window->shift_x = x;
    window->shift_y = y;
}

static int clamp(int value, int most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

// One line of the picture as it is shown beside its place.
static void shift_row(const struct window *window, const uint32_t *pixels,
                      size_t stride, int height, int y, uint32_t *out)
{
    const uint32_t *from =
        pixels + (size_t)clamp(y - window->shift_y, height - 1) * stride;
    for (int x = 0; x < (int)stride; x++)
        out[x] = from[clamp(x - window->shift_x, (int)stride - 1)];
}

// The whole picture, line by line: it is as wide as the window.
static bool present_shifted(struct window *window, const uint32_t *pixels,
                            size_t stride)
{
    bool (*present)(struct window *, const uint32_t *, size_t, const SDL_Rect *,
                    size_t) =
        window->renderer ? present_texture : present_surface;
    int width, height;
    window_size(window, &width, &height);
    uint32_t *whole = malloc(stride * (size_t)height * sizeof *whole);
    const SDL_Rect all = {0, 0, (int)stride, height};
    if (!whole)
        return present(window, pixels, stride, &all, 1);
    for (int y = 0; y < height; y++)
        shift_row(window, pixels, stride, height, y,
                  whole + (size_t)y * stride);
    bool ok = present(window, whole, stride, &all, 1);
    free(whole);
    return ok;
}

bool window_present(struct window *window, const uint32_t *pixels,
                    size_t stride, const SDL_Rect *rects, size_t count)
{
    bool shifted = window->shift_x != 0 || window->shift_y != 0;
    bool ok = shifted ? present_shifted(window, pixels, stride)
              : window->renderer
                  ? present_texture(window, pixels, stride, rects, count)
                  : present_surface(window, pixels, stride, rects, count);
    if (!ok)
        log_warn("ui", "the display refused a picture: %s", SDL_GetError());
    return ok;
}
