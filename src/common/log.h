// Log lines of all programs: one line each on standard error,
//
//   2026-11-23T09:15:02.120+07:00 warn sync answered 503; waits 4 s
//
// so that journald, a file or a person reads the same thing; or in a form for
// programs (log_line.h). A newline inside the text is written as "\n"; a line
// never holds a secret or a comment.
// What one place in the program says again and again is held back and counted
// (log_limit.h); a try that fails like the last one says nothing new
// (log_tries.h). All functions may be called from any thread; lines never mix.
#pragma once
#include "common/log_line.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

// Lines below `level` are dropped. Starts at LOG_INFO.
void log_set_level(enum log_level level);

// Reads "debug", "info", "warn", "error"; false when it is none of them.
bool log_parse_level(const char *name, enum log_level *out_level);

// Starts as LOG_TEXT.
void log_set_format(enum log_format format);

// Reads "text", "logfmt", "json"; false when it is none of them.
bool log_parse_format(const char *name, enum log_format *out_format);

// The ward that this thread works for from now on, told with each of its lines;
// "": none. The text is copied.
void log_set_ward(const char *ward);
// pthread_create(), for a thread that works for the same ward.
int log_thread_create(pthread_t *out, void *(*run)(void *), void *ctx);

// Sends lines to `sink` instead of standard error (tests); NULL restores it.
// `text` is the message with its fields, valid during the call only.
typedef void log_sink(void *ctx, enum log_level level, const char *module,
                      const char *text);
void log_set_sink(log_sink *sink, void *ctx);

void log_write(enum log_level level, const char *module, const char *format,
               ...) __attribute__((format(printf, 3, 4)));

// With fields beside the message.
void log_write_with(enum log_level level, const char *module,
                    const struct log_field *fields, size_t count,
                    const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#define log_debug(module, ...) log_write(LOG_DEBUG, module, __VA_ARGS__)
#define log_info(module, ...) log_write(LOG_INFO, module, __VA_ARGS__)
#define log_warn(module, ...) log_write(LOG_WARN, module, __VA_ARGS__)
#define log_error(module, ...) log_write(LOG_ERROR, module, __VA_ARGS__)
