// Every screen of the kiosk in every mode, one picture after the other: the
// whole app on SDL's dummy drivers, touched as a citizen and staff touch it.
// Needs a running cmocka test, which fails when a screen cannot be reached.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct gallery_picture {
    const char *name; // "rating-large"
    int width, height;
    const uint32_t *pixels; // 0xffRRGGBB, row by row; borrowed for the call
    // What it shows depends on the machine: free disk, its parts.
    bool varies;
};
typedef void gallery_visitor(void *ctx, const struct gallery_picture *picture);

// `folder` of scratch_make() is the device's directory, emptied by the caller.
void gallery_walk(int width, int height, gallery_visitor *visit, void *ctx);
