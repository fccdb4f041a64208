#include "ui/trace.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/log.h"
#include "ui/screen.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct trace {
    int fd;
    struct buf line;
};

struct trace *trace_open(const char *path)
{
    struct trace *trace = calloc(1, sizeof *trace);
    int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (!trace || fd < 0) {
        log_error("ui", "%s: %s", path, strerror(trace ? errno : ENOMEM));
        if (fd >= 0)
            close(fd);
        free(trace);
        return NULL;
    }
    trace->fd = fd;
    return trace;
}

void trace_close(struct trace *trace)
{
    if (!trace)
        return;
    close(trace->fd);
    buf_free(&trace->line);
    free(trace);
}

// Ids are texts of our own: letters, digits, dots and dashes.
static void begin(struct trace *trace, const char *what)
{
    buf_clear(&trace->line);
    buf_printf(&trace->line, "{\"t\":%lld,\"ev\":\"%s\"",
               (long long)clock_mono_us(), what);
}

// A whole line at once, so that a reader never sees half of one.
static void end(struct trace *trace)
{
    buf_append_text(&trace->line, "}\n");
    if (!buf_ok(&trace->line) ||
        write(trace->fd, trace->line.data, trace->line.size) !=
            (ssize_t)trace->line.size)
        log_warn("ui", "the trace misses a line: %s", strerror(errno));
}

void trace_screen(struct trace *trace, const char *name,
                  const struct targets *targets)
{
    if (!trace)
        return;
    begin(trace, "screen");
    buf_printf(&trace->line, ",\"name\":\"%s\",\"targets\":[", name);
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *t = &targets->list[i];
        buf_printf(&trace->line,
                   "%s{\"id\":\"%s\",\"x\":%d,\"y\":%d,\"w\":%d,\"h\":%d}",
                   i ? "," : "", t->id, t->area.x, t->area.y, t->area.w,
                   t->area.h);
    }
    buf_append_char(&trace->line, ']');
    end(trace);
}

void trace_touch(struct trace *trace, const char *what, const char *target)
{
    if (!trace)
        return;
    begin(trace, what);
    buf_printf(&trace->line, ",\"id\":\"%s\"", target);
    end(trace);
}

void trace_frame(struct trace *trace)
{
    if (!trace)
        return;
    begin(trace, "frame");
    end(trace);
}

void trace_draft(struct trace *trace, const char *id)
{
    if (!trace)
        return;
    begin(trace, "draft");
    buf_printf(&trace->line, ",\"id\":\"%s\"", id);
    end(trace);
}

void trace_saved(struct trace *trace, const char *id, int64_t seq)
{
    if (!trace)
        return;
    begin(trace, "saved");
    buf_printf(&trace->line, ",\"id\":\"%s\",\"seq\":%lld", id, (long long)seq);
    end(trace);
}
