// Several texts for Prometheus as one: a city tells of all its wards in one
// answer, each sample with the label ward. The format wants all samples of one
// name together, behind one head.
//
//   struct metrics_join join = {0};
//   metrics_join_add(&join, "H24.12", text);
//   metrics_join_write(&join, &out);
//   metrics_join_free(&join);
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum { METRICS_NAME_SIZE = 80 };

struct metrics_family {
    char name[METRICS_NAME_SIZE];
    struct buf head, samples;
};

struct metrics_join {
    struct metrics_family *all; // in the order in which they came
    size_t count;
    bool failed; // out of memory
};

// A text as metrics.h writes it: each name with its head in front. `ward` is a
// code, without a sign to be escaped; NULL: the samples have the label already.
void metrics_join_add(struct metrics_join *join, const char *ward,
                      const char *text);
// False when memory ran out, here or before.
bool metrics_join_write(const struct metrics_join *join, struct buf *out);
void metrics_join_free(struct metrics_join *join);
