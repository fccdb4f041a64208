// What was told of the figures so far, in steps (publish.h): all that the
// public board and an officer's own page are made of.
#pragma once
#include "office/office.h"
#include "office/publish.h"

enum published_kind {
    PUBLISHED_FIELD,  // the key is its code; "" : none was given
    PUBLISHED_MIXED,  // several fields, the key is ""
    PUBLISHED_OFFICER // the key is the officer's code
};

// Writer only. Adds the steps that may be told on the local day `today`, of the
// month that runs and the twelve before it, in one commit. Called again it adds
// what has come since.
enum office_result office_publish(struct office *office, int32_t today,
                                  int64_t now);

struct published_total {
    enum published_kind kind;
    int32_t month;
    const char *key; // lives during the call
    struct publish_sums sums;
    int32_t to_day; // the last day that is in it
};
// False ends the reading.
typedef bool published_row(void *ctx, const struct published_total *total);
// Sums of whole steps, by kind, month and key, in this order. `officer`: of
// that officer alone; NULL: of the fields and what is mixed.
enum office_result office_published(struct office *office, int32_t from_month,
                                    int32_t to_month, const char *officer,
                                    published_row *row, void *ctx);
// All fields together.
enum office_result office_published_flow(struct office *office,
                                         int32_t from_month, int32_t to_month,
                                         struct publish_flow *out);
