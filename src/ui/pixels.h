// Laying colour on single pixels and spans of a canvas; for the canvas's own
// files. Who calls keeps inside the picture; pixels_span() minds the clip.
#pragma once
#include "ui/canvas.h"

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
    if (a == 255)
        for (int x = from; x < to; x++)
            at[x] = c;
    else
        for (int x = from; x < to; x++)
            at[x] = pixels_mix(at[x], c, a);
}
