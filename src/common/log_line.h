// One line of the log as bytes, in one of three ways, each ended by a newline
// and holding none inside:
//
//   text    2026-11-23T09:15:02.120+07:00 warn sync answered 503 waits_s=4
//   logfmt  time=2026-… level=warn module=sync msg="answered 503" waits_s=4
//   json    {"time":"2026-…","level":"warn","module":"sync",…,"waits_s":4}
//
// The last two are for programs: the message is a value like the others, and
// bytes that are no UTF-8 become U+FFFD. Pure.
#pragma once
#include "common/buf.h"
#include <stdint.h>

enum log_format { LOG_TEXT, LOG_LOGFMT, LOG_JSON };

// What is told beside the message, so that programs need not read prose. Names
// are ours: lower-case letters and "_".
struct log_field {
    const char *name;
    const char *text; // NULL: the number
    int64_t number;
};

struct log_line {
    const char *at, *level, *module, *text;
    const char *ward; // "": not of one ward
    const struct log_field *fields;
    size_t count;
    int64_t unsaid; // lines like it that were left out before
};

void log_line_write(enum log_format format, const struct log_line *line,
                    struct buf *out);
// " ward=H24.12 status=503", as behind the message of a text line.
void log_line_fields(const struct log_line *line, struct buf *out);
