// The least that a counter's screen could be: SDL2 and SDL2_ttf, the window's
// own surface, one line of text and five discs; a disc darkens while it is
// pressed. The ruler that `make bench` holds the kiosk against.
//
//   bare_window FONT
//
// Ends on SIGTERM.
#include <SDL.h>
#include <SDL_ttf.h>
#include <stdbool.h>
#include <stdio.h>

enum { DISCS = 5, WIDTH = 1280, HEIGHT = 800, RADIUS = 100, TEXT_SIZE = 56 };

struct bare {
    SDL_Window *window;
    SDL_Surface *surface;
    int pressed; // -1: none
};

static SDL_Rect disc_area(int disc)
{
    return (SDL_Rect){40 + disc * 244, 330, 2 * RADIUS, 2 * RADIUS};
}

static Uint32 disc_colour(const struct bare *bare, int disc)
{
    static const Uint8 colours[DISCS][3] = {{0x1b, 0x7a, 0x43},
                                            {0x5d, 0x9c, 0x3a},
                                            {0xc9, 0x9a, 0x1c},
                                            {0xd0, 0x6a, 0x1f},
                                            {0xb8, 0x32, 0x2a}};
    const Uint8 *c = colours[disc];
    int part = bare->pressed == disc ? 2 : 1;
    return SDL_MapRGB(bare->surface->format, (Uint8)(c[0] / part),
                      (Uint8)(c[1] / part), (Uint8)(c[2] / part));
}

static void draw_disc(const struct bare *bare, int disc)
{
    SDL_Rect area = disc_area(disc);
    for (int y = 0; y < area.h; y++) {
        double from_middle = y + 0.5 - RADIUS;
        int half = (int)SDL_sqrt(RADIUS * RADIUS - from_middle * from_middle);
        SDL_Rect row = {area.x + RADIUS - half, area.y + y, 2 * half, 1};
        SDL_FillRect(bare->surface, &row, disc_colour(bare, disc));
    }
}

static bool draw_text(const struct bare *bare, const char *font_path)
{
    TTF_Font *font = TTF_OpenFont(font_path, TEXT_SIZE);
    SDL_Surface *text = NULL;
    SDL_Rect place = {40, 120, 0, 0};
    if (font)
        text = TTF_RenderUTF8_Blended(font, "Ông/Bà thấy thế nào?",
                                      (SDL_Color){0x1a, 0x1a, 0x1a, 0xff});
    bool ok = text && SDL_BlitSurface(text, NULL, bare->surface, &place) == 0;
    SDL_FreeSurface(text);
    if (font)
        TTF_CloseFont(font);
    return ok;
}

static bool draw_all(const struct bare *bare, const char *font_path)
{
    SDL_FillRect(bare->surface, NULL,
                 SDL_MapRGB(bare->surface->format, 0xfa, 0xf7, 0xf2));
    for (int disc = 0; disc < DISCS; disc++)
        draw_disc(bare, disc);
    return draw_text(bare, font_path) &&
           SDL_UpdateWindowSurface(bare->window) == 0;
}

static void press(struct bare *bare, int disc)
{
    int before = bare->pressed;
    bare->pressed = disc;
    const int changed[] = {before, disc};
    for (int i = 0; i < 2; i++) {
        if (changed[i] < 0)
            continue;
        SDL_Rect area = disc_area(changed[i]);
        draw_disc(bare, changed[i]);
        SDL_UpdateWindowSurfaceRects(bare->window, &area, 1);
    }
}

static void take_event(struct bare *bare, const SDL_Event *event)
{
    if (event->type == SDL_MOUSEBUTTONDOWN) {
        SDL_Point at = {event->button.x, event->button.y};
        for (int disc = 0; disc < DISCS; disc++) {
            SDL_Rect area = disc_area(disc);
            if (SDL_PointInRect(&at, &area))
                press(bare, disc);
        }
    } else if (event->type == SDL_MOUSEBUTTONUP && bare->pressed >= 0) {
        press(bare, -1);
    } else if (event->type == SDL_WINDOWEVENT &&
               event->window.event == SDL_WINDOWEVENT_EXPOSED) {
        SDL_UpdateWindowSurface(bare->window);
    }
}

static bool open_window(struct bare *bare)
{
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0 || TTF_Init() != 0)
        return false;
    bare->window =
        SDL_CreateWindow("bare", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_BORDERLESS);
    if (bare->window)
        bare->surface = SDL_GetWindowSurface(bare->window);
    return bare->surface != NULL;
}

int main(int argc, char **argv)
{
    struct bare bare = {.pressed = -1};
    SDL_Event event;
    if (argc != 2) {
        fputs("usage: bare_window FONT\n", stderr);
        return 2;
    }
    if (!open_window(&bare) || !draw_all(&bare, argv[1])) {
        fprintf(stderr, "bare_window: %s\n", SDL_GetError());
        return 1;
    }
    while (SDL_WaitEvent(&event) && event.type != SDL_QUIT)
        take_event(&bare, &event);
    SDL_DestroyWindow(bare.window);
    TTF_Quit();
    SDL_Quit();
    return 0;
}
