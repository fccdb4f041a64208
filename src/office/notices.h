// Notices for the waiting screen: what the ward did about what citizens said.
// They are the settings document `notices`:
//
//   {"notices": [{"vi": "…", "en": "…", "from": "2026-11-20",
//                 "to": "2026-12-20", "cases": ["<id>"]}]}
//
// A device is told of those that are not past and whose cases are all closed.
// A notice has at most two lines there, no figure of satisfaction, and nothing
// that looks like somebody's number.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    NOTICES_MOST = 40,
    NOTICES_AT_ONCE = 4,
    NOTICES_TOLD = 8, // to a device; later ones follow when others are past
    NOTICE_LETTERS = 60,
    NOTICE_DIGITS = 4, // one after the other
    NOTICE_CASES_MOST = 50
};

// Pure. False: `why` has what, where, and what to do.
bool notices_check(const json_t *body, struct buf *why);

// What devices are told, [{"vi","en","from","to"}]; empty when there is
// nothing. A new reference.
enum office_result office_notices(struct office *office, int32_t today,
                                  json_t **out);
