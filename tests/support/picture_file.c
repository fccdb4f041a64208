#include "support/picture_file.h"
#include <png.h>
#include <stdlib.h>

bool picture_write(const char *path, const uint32_t *pixels, int width,
                   int height)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = PNG_FORMAT_RGB};
    size_t count = (size_t)width * (size_t)height;
    uint8_t *bytes = malloc(count * 3);
    for (size_t i = 0; bytes && i < count; i++) {
        bytes[3 * i] = (uint8_t)(pixels[i] >> 16);
        bytes[3 * i + 1] = (uint8_t)(pixels[i] >> 8);
        bytes[3 * i + 2] = (uint8_t)pixels[i];
    }
    bool ok = bytes && png_image_write_to_file(&image, path, 0, bytes, 0, NULL);
    free(bytes);
    return ok;
}

bool picture_write_grey(const char *path, const uint8_t *pixels, int width,
                        int height)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = PNG_FORMAT_GRAY};
    return png_image_write_to_file(&image, path, 0, pixels, 0, NULL);
}

uint8_t *picture_read_grey(const char *path, int *out_width, int *out_height)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&image, path))
        return NULL;
    image.format = PNG_FORMAT_GRAY;
    uint8_t *pixels = malloc(PNG_IMAGE_SIZE(image));
    if (!pixels || !png_image_finish_read(&image, NULL, pixels, 0, NULL)) {
        png_image_free(&image);
        free(pixels);
        return NULL;
    }
    *out_width = (int)image.width;
    *out_height = (int)image.height;
    return pixels;
}
