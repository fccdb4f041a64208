#include "ui/canvas.h"
#include "ui/pixels.h"
#include <stdlib.h>
#include <string.h>

bool canvas_resize(struct canvas *canvas, int width, int height)
{
    uint32_t *pixels = calloc((size_t)width * (size_t)height, sizeof *pixels);
    float *row = malloc(((size_t)width + PIXELS_AT_ONCE) * sizeof *row);
    if (!pixels || !row) {
        free(pixels);
        free(row);
        return false;
    }
    free(canvas->pixels);
    free(canvas->row);
    canvas->width = width;
    canvas->height = height;
    canvas->pixels = pixels;
    canvas->row = row;
    canvas->damage_count = 0;
    canvas_clip(canvas, NULL);
    return true;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->pixels);
    free(canvas->row);
    *canvas = (struct canvas){0};
}

void canvas_clip(struct canvas *canvas, const SDL_Rect *clip)
{
    SDL_Rect whole = {0, 0, canvas->width, canvas->height};
    if (!clip)
        canvas->clip = whole;
    else if (!SDL_IntersectRect(clip, &whole, &canvas->clip))
        canvas->clip = (SDL_Rect){0, 0, 0, 0};
}

void canvas_touch(struct canvas *canvas, SDL_Rect rect)
{
    SDL_Rect whole = {0, 0, canvas->width, canvas->height};
    if (!SDL_IntersectRect(&rect, &whole, &rect))
        return;
    for (size_t i = 0; i < canvas->damage_count; i++) {
        if (SDL_HasIntersection(&canvas->damage[i], &rect)) {
            SDL_UnionRect(&canvas->damage[i], &rect, &canvas->damage[i]);
            return;
        }
    }
    if (canvas->damage_count < CANVAS_DAMAGE_MAX) {
        canvas->damage[canvas->damage_count++] = rect;
        return;
    }
    for (size_t i = 0; i < canvas->damage_count; i++)
        SDL_UnionRect(&rect, &canvas->damage[i], &rect);
    canvas->damage[0] = rect;
    canvas->damage_count = 1;
}

void canvas_forget_damage(struct canvas *canvas)
{
    canvas->damage_count = 0;
}

void canvas_fill(struct canvas *canvas, color c)
{
    SDL_Rect clip = canvas->clip;
    for (int y = clip.y; y < clip.y + clip.h; y++)
        pixels_span(canvas, y, clip.x, clip.x + clip.w, c);
    canvas_touch(canvas, clip);
}

void canvas_blend(struct canvas *canvas, const uint32_t *pixels, int width,
                  int height, int x, int y, unsigned alpha)
{
    SDL_Rect from = {x, y, width, height}, box;
    if (!SDL_IntersectRect(&from, &canvas->clip, &box))
        return;
    for (int row = box.y; row < box.y + box.h; row++) {
        const uint32_t *over = pixels + (size_t)(row - y) * (size_t)width - x;
        uint32_t *at = canvas->pixels + (size_t)row * (size_t)canvas->width;
        for (int col = box.x; col < box.x + box.w; col++) {
            unsigned a = (over[col] >> 24) * alpha / 255;
            if (a)
                at[col] = pixels_mix(at[col], over[col], a);
        }
    }
    canvas_touch(canvas, box);
}

void canvas_stamp(struct canvas *canvas, const uint8_t *coverage, int width,
                  int height, int x, int y, color c)
{
    SDL_Rect from = {x, y, width, height}, box;
    if (!SDL_IntersectRect(&from, &canvas->clip, &box))
        return;
    unsigned alpha = c >> 24;
    for (int row = box.y; row < box.y + box.h; row++) {
        const uint8_t *over = coverage + (size_t)(row - y) * (size_t)width - x;
        uint32_t *at = canvas->pixels + (size_t)row * (size_t)canvas->width;
        for (int col = box.x; col < box.x + box.w; col++)
            if (over[col])
                at[col] = pixels_mix(at[col], c, over[col] * alpha / 255);
    }
    canvas_touch(canvas, box);
}

void canvas_mix(struct canvas *out, const struct canvas *from,
                const struct canvas *to, double t)
{
    size_t count = (size_t)out->width * (size_t)out->height;
    unsigned a = (unsigned)(t * 255 + 0.5);
    for (size_t i = 0; i < count; i++)
        out->pixels[i] = from->pixels[i] == to->pixels[i]
                             ? to->pixels[i]
                             : pixels_mix(from->pixels[i], to->pixels[i], a);
    canvas_touch(out, (SDL_Rect){0, 0, out->width, out->height});
}

bool canvas_copy(struct canvas *out, const struct canvas *from)
{
    if ((out->width != from->width || out->height != from->height) &&
        !canvas_resize(out, from->width, from->height))
        return false;
    memcpy(out->pixels, from->pixels,
           (size_t)from->width * (size_t)from->height * sizeof *from->pixels);
    return true;
}
