// cmocka with the headers that it wants before it.
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// True when `text` holds `part`; else both are shown.
#define assert_holds(text, part)                                               \
    do {                                                                       \
        if (!strstr((text), (part)))                                           \
            fail_msg("\"%s\" does not hold \"%s\"", (text), (part));           \
    } while (0)
