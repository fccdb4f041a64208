// Laying colour on single pixels, spans and rows of a canvas; for the canvas's
// own files. Who calls keeps inside the picture; pixels_span() minds the clip.
#pragma once
#include "ui/canvas.h"
#include <string.h>

// Two channels at once; `a` 0..255 stands for a / 255.
static inline uint32_t pixels_mix(uint32_t under, uint32_t over, unsigned a)
{
    unsigned w = a + (a >> 7); // 0..256
    uint32_t rb = under & 0xff00ffu, g = under & 0x00ff00u;
    uint32_t orb = over & 0xff00ffu, og = over & 0x00ff00u;
    rb = (rb * (256 - w) + orb * w + 0x800080u) >> 8 & 0xff00ffu;
    g = (g * (256 - w) + og * w + 0x8000u) >> 8 & 0x00ff00u;
    return 0xff000000u | rb | g;
}

// `coverage` 0..1; what lies beyond is taken as the nearer end.
static inline void pixels_put(struct canvas *canvas, int x, int y, color c,
                              double coverage)
{
    if (coverage <= 0)
        return;
    unsigned a = c >> 24;
    if (coverage < 1)
        a = (unsigned)(a * coverage + 0.5);
    uint32_t *at = canvas->pixels + (size_t)y * (size_t)canvas->width + x;
    *at = pixels_mix(*at, c, a);
}

// Four pixels, and their channels two by two: the multiplications of
// pixels_mix() fit into 16 bits, so that four pixels are mixed in the time of
// one on any processor.
enum { PIXELS_AT_ONCE = 4 };
typedef uint32_t pixels_four __attribute__((vector_size(16)));
typedef uint16_t pixels_halves __attribute__((vector_size(16)));
typedef float pixels_shares __attribute__((vector_size(16)));
typedef int32_t pixels_numbers __attribute__((vector_size(16)));

static inline pixels_four pixels_channels(pixels_four under, pixels_four over,
                                          pixels_halves weight)
{
    return (pixels_four)(((pixels_halves)under * (256 - weight) +
                          (pixels_halves)over * weight + 0x80) >>
                         8);
}

// `a` as of pixels_mix(), one each.
static inline void pixels_mix_four(uint32_t *at, color c, pixels_four a)
{
    pixels_four under, over = {c, c, c, c}, w = a + (a >> 7);
    pixels_halves weight = (pixels_halves)(w | w << 16);
    memcpy(&under, at, sizeof under);
    pixels_four rb =
        pixels_channels(under & 0xff00ffu, over & 0xff00ffu, weight);
    pixels_four g =
        pixels_channels(under >> 8 & 0xffu, over >> 8 & 0xffu, weight);
    under = 0xff000000u | rb | g << 8;
    memcpy(at, &under, sizeof under);
}

// Columns from..to, each with the coverage 0..1 that stands for it in the
// canvas's row.
static inline void pixels_row(struct canvas *canvas, int y, int from, int to,
                              color c)
{
    uint32_t *at = canvas->pixels + (size_t)y * (size_t)canvas->width;
    const float *coverage = canvas->row;
    float alpha = (float)(c >> 24);
    int x = from;
    for (; x + PIXELS_AT_ONCE <= to; x += PIXELS_AT_ONCE) {
        pixels_shares share;
        memcpy(&share, coverage + x, sizeof share);
        pixels_mix_four(at + x, c,
                        (pixels_four) __builtin_convertvector(
                            share * alpha + 0.5f, pixels_numbers));
    }
    for (; x < to; x++)
        at[x] =
            pixels_mix(at[x], c, (unsigned)(int)(alpha * coverage[x] + 0.5f));
}

static inline void pixels_span(struct canvas *canvas, int y, int from, int to,
                               color c)
{
    const SDL_Rect *clip = &canvas->clip;
    if (y < clip->y || y >= clip->y + clip->h)
        return;
    if (from < clip->x)
        from = clip->x;
    if (to > clip->x + clip->w)
        to = clip->x + clip->w;
    uint32_t *at = canvas->pixels + (size_t)y * (size_t)canvas->width;
    unsigned a = c >> 24;
    int x = from;
    if (a == 255) {
        pixels_four over = {c, c, c, c};
        for (; x + PIXELS_AT_ONCE <= to; x += PIXELS_AT_ONCE)
            memcpy(at + x, &over, sizeof over);
    } else {
        for (; x + PIXELS_AT_ONCE <= to; x += PIXELS_AT_ONCE)
            pixels_mix_four(at + x, c, (pixels_four){a, a, a, a});
    }
    for (; x < to; x++)
        at[x] = pixels_mix(at[x], c, a);
}
