// What a citizen may switch on to see or hear better. Off again when the visit
// ends; the record keeps which were used.
#pragma once
#include <stdbool.h>

struct aids {
    bool large; // large text
    bool dark;  // high contrast
    bool audio; // read aloud, explore by touch
};
