// A part of all visits, and of all transactions: those of one counter, or of
// one counter and one field. Totals are kept of single dimensions and of pairs
// of them (tally.h), so not every part can be broken down by everything.
#pragma once
#include "office/totals.h"
#include <stdbool.h>
#include <stddef.h>

enum { OFFICE_FILTER_PARTS = 2 };
// A key is that of the breakdown; "" stands for what names none.
struct office_filter_part {
    enum office_breakdown by;
    const char *key;
};
// Its parts hold together; they are of different breakdowns. None: everything.
struct office_filter {
    struct office_filter_part parts[OFFICE_FILTER_PARTS];
    size_t count;
};

// Whether a part may be of this breakdown: counter, field, procedure, officer,
// step or channel.
bool office_filters_by(enum office_breakdown by);
// Whether totals are kept of the parts, broken down so. By time, and by the
// dimension of a part itself, one part always is and two are when they make a
// pair; by anything else one part is when it makes a pair with that.
bool office_filter_is_kept(const struct office_filter *filter,
                           enum office_breakdown by);
// Whether the office knows what a part names: a visit or a transaction was
// counted under it at any time, or a device stands there.
enum office_result office_filter_knows(struct office *office,
                                       const struct office_filter_part *part,
                                       bool *out_known);
