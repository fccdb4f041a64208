// Pictures as PNG files.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// 0xAARRGGBB, row by row; alpha is not kept. False when the file cannot be
// written.
bool picture_write(const char *path, const uint32_t *pixels, int width,
                   int height);
// The same for grey ones, a byte a pixel.
bool picture_write_grey(const char *path, const uint8_t *pixels, int width,
                        int height);
// NULL when there is none that can be read; the caller frees it.
uint8_t *picture_read_grey(const char *path, int *out_width, int *out_height);
