#include "common/log.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/log_limit.h"
#include "common/log_tries.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static atomic_int least_level = LOG_INFO;
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

static void append_one_line(struct buf *line, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            buf_append_text(line, "\\n");
        else if ((unsigned char)*text < 0x20 && *text != '\t')
            buf_printf(line, "\\x%02x", (unsigned char)*text);
        else
            buf_append_char(line, *text);
    }
}

void log_write(enum log_level level, const char *module, const char *format,
               ...)
{
    if ((int)level < atomic_load(&least_level))
        return;
    struct buf text = {0}, line = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    if (level != LOG_DEBUG &&
        !log_tries_take(module, buf_text(&text), clock_mono_us())) {
        buf_free(&text);
        return;
    }

    char at[CLOCK_ISO_SIZE];
    clock_format(clock_wall_ms(), at);
    pthread_mutex_lock(&lock);
    int64_t unsaid = 0;
    if (sink) {
        sink(sink_ctx, level, module, buf_text(&text));
    } else if (level == LOG_DEBUG ||
               log_limit_take(&limit, format, clock_mono_us(), &unsaid)) {
        buf_printf(&line, "%s %s %s ", at, level_names[level], module);
        append_one_line(&line, buf_text(&text));
        if (unsaid > 0)
            buf_printf(&line, " (%lld more like it were left out)",
                       (long long)unsaid);
        buf_append_char(&line, '\n');
        if (buf_ok(&line))
            write_line(&line);
    }
    pthread_mutex_unlock(&lock);
    buf_free(&text);
    buf_free(&line);
}
