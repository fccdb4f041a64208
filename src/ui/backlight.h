// The panel's backlight, where the kernel offers one (class backlight of
// sysfs; a separate monitor has none). The kiosk's user needs the right to
// write its file "brightness".
#pragma once
#include <stdbool.h>

#define BACKLIGHT_ROOT "/sys/class/backlight"

struct backlight;

// NULL: there is none that can be set; said once in the log.
struct backlight *backlight_open(const char *root);
// Gives full light back. Accepts NULL.
void backlight_close(struct backlight *backlight);
// 0 (dark) to 100. False when it cannot be set: then darken the picture.
// Accepts NULL.
bool backlight_set(struct backlight *backlight, int percent);
