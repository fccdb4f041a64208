#include "common/log.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/log_limit.h"
#include "common/log_tries.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static const char *const format_names[] = {"text", "logfmt", "json"};

enum { WARD_SIZE = 32 };

static atomic_int least_level = LOG_INFO;
static atomic_int line_format = LOG_TEXT;
static _Thread_local char ward[WARD_SIZE];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static log_sink *sink;         // guarded by lock
static void *sink_ctx;         // guarded by lock
static struct log_limit limit; // guarded by lock

void log_set_level(enum log_level level)
{
    atomic_store(&least_level, (int)level);
}

bool log_parse_level(const char *name, enum log_level *out_level)
{
    for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
        if (strcmp(name, level_names[i]) != 0)
            continue;
        *out_level = (enum log_level)i;
        return true;
    }
    return false;
}

void log_set_format(enum log_format format)
{
    atomic_store(&line_format, (int)format);
}

bool log_parse_format(const char *name, enum log_format *out_format)
{
    for (int i = LOG_TEXT; i <= LOG_JSON; i++) {
        if (strcmp(name, format_names[i]) != 0)
            continue;
        *out_format = (enum log_format)i;
        return true;
    }
    return false;
}

void log_set_ward(const char *new_ward)
{
    snprintf(ward, sizeof ward, "%s", new_ward);
}

struct start {
    void *(*run)(void *ctx);
    void *ctx;
    char ward[WARD_SIZE];
};

static void *begin_thread(void *ctx)
{
    struct start start = *(struct start *)ctx;
    free(ctx);
    log_set_ward(start.ward);
    return start.run(start.ctx);
}

int log_thread_create(pthread_t *out, void *(*run)(void *), void *ctx)
{
    struct start *start = malloc(sizeof *start);
    if (!start)
        return ENOMEM;
    *start = (struct start){.run = run, .ctx = ctx};
    memcpy(start->ward, ward, sizeof ward);
    int fault = pthread_create(out, NULL, begin_thread, start);
    if (fault != 0)
        free(start);
    return fault;
}

void log_set_sink(log_sink *new_sink, void *ctx)
{
    pthread_mutex_lock(&lock);
    sink = new_sink;
    sink_ctx = ctx;
    pthread_mutex_unlock(&lock);
}

static void write_line(const struct buf *line)
{
    // One write, so that the lines of several processes do not mix either. A
    // closed or full standard error is nothing that could be told anybody.
    ssize_t ignored = write(STDERR_FILENO, line->data, line->size);
    (void)ignored;
}

// `format` is the place in the program, for the limit.
static void say(enum log_level level, const struct log_line *line,
                const char *format)
{
    struct buf out = {0};
    char at[CLOCK_ISO_SIZE];
    struct log_line whole = *line;
    clock_format(clock_wall_ms(), at);
    whole.at = at;
    whole.level = level_names[level];
    whole.ward = ward;
    pthread_mutex_lock(&lock);
    if (sink) {
        buf_append_text(&out, line->text);
        log_line_fields(&whole, &out);
        sink(sink_ctx, level, line->module, buf_text(&out));
    } else if (level == LOG_DEBUG ||
               log_limit_take(&limit, format, clock_mono_us(), &whole.unsaid)) {
        log_line_write((enum log_format)atomic_load(&line_format), &whole,
                       &out);
        if (buf_ok(&out))
            write_line(&out);
    }
    pthread_mutex_unlock(&lock);
    buf_free(&out);
}

__attribute__((format(printf, 5, 0))) static void
write_all(enum log_level level, const char *module,
          const struct log_field *fields, size_t count, const char *format,
          va_list args)
{
    struct buf text = {0};
    buf_vprintf(&text, format, args);
    if (level == LOG_DEBUG ||
        log_tries_take(module, buf_text(&text), clock_mono_us())) {
        say(level,
            &(struct log_line){.module = module,
                               .text = buf_text(&text),
                               .fields = fields,
                               .count = count},
            format);
    }
    buf_free(&text);
}

void log_write(enum log_level level, const char *module, const char *format,
               ...)
{
    va_list args;
    if ((int)level < atomic_load(&least_level))
        return;
    va_start(args, format);
    write_all(level, module, NULL, 0, format, args);
    va_end(args);
}

void log_write_with(enum log_level level, const char *module,
                    const struct log_field *fields, size_t count,
                    const char *format, ...)
{
    va_list args;
    if ((int)level < atomic_load(&least_level))
        return;
    va_start(args, format);
    write_all(level, module, fields, count, format, args);
    va_end(args);
}
