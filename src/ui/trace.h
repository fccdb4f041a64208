// The kiosk's trace: one JSON line an event, so that a test can see what a
// person would see and touch. Off unless a file is named. Holds no comment.
//
//   {"t":5120033,"ev":"screen","name":"rating",
//    "targets":[{"id":"level.5","x":40,"y":252,"w":224,"h":408}]}
//   {"t":…,"ev":"down","id":"level.5"}   "tap" likewise
//   {"t":…,"ev":"frame"}                 after each present
//   {"t":…,"ev":"draft","id":"UUID"}     after a draft's commit
//   {"t":…,"ev":"saved","id":"UUID","seq":7}   after a line's
//
// Times are microseconds of the monotonic clock. Every function accepts NULL.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace;
struct targets; // ui/screen.h

// Empties the file. NULL with a log line when it cannot be written.
struct trace *trace_open(const char *path);
void trace_close(struct trace *trace);

void trace_screen(struct trace *trace, const char *name,
                  const struct targets *targets);
void trace_touch(struct trace *trace, const char *what, const char *target);
void trace_frame(struct trace *trace);
void trace_draft(struct trace *trace, const char *id);
void trace_saved(struct trace *trace, const char *id, int64_t seq);
