#include "server/metrics_join.h"
#include "common/log.h"
#include <stdlib.h>
#include <string.h>

static const char HELP[] = "# HELP ", TYPE[] = "# TYPE ";

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

// Of this name; a new one when there is none. NULL: out of memory.
static struct metrics_family *find(struct metrics_join *join, const char *name,
                                   size_t size)
{
    for (size_t i = 0; i < join->count; i++) {
        struct metrics_family *family = &join->all[i];
        if (strncmp(family->name, name, size) == 0 &&
            family->name[size] == '\0') {
            return family;
        }
    }
    struct metrics_family *all =
        size < METRICS_NAME_SIZE
            ? realloc(join->all, (join->count + 1) * sizeof *all)
            : NULL;
    if (!all) {
        log_error("server", "out of memory for the figures of the wards");
        join->failed = true;
        return NULL;
    }
    join->all = all;
    struct metrics_family *family = &all[join->count++];
    *family = (struct metrics_family){.name = ""};
    memcpy(family->name, name, size);
    return family;
}

// Its label before those that it has.
static void add_sample(struct metrics_family *family, const char *ward,
                       const char *line, size_t size)
{
    size_t name = strcspn(line, "{ ");
    const char *rest = line + name;
    size_t left = size - name;
    buf_append(&family->samples, line, name);
    if (ward && *rest == '{') {
        buf_printf(&family->samples, "{ward=\"%s\",", ward);
        rest++;
        left--;
    } else if (ward) {
        buf_printf(&family->samples, "{ward=\"%s\"}", ward);
    }
    buf_append(&family->samples, rest, left);
    buf_append_char(&family->samples, '\n');
}

void metrics_join_add(struct metrics_join *join, const char *ward,
                      const char *text)
{
    struct metrics_family *family = NULL;
    bool is_new = false;
    while (*text) {
        size_t size = strcspn(text, "\n");
        if (begins(text, HELP)) {
            const char *name = text + sizeof HELP - 1;
            family = find(join, name, strcspn(name, " "));
            is_new = family && family->head.size == 0;
        }
        if (family && (begins(text, HELP) || begins(text, TYPE))) {
            if (is_new) {
                buf_append(&family->head, text, size);
                buf_append_char(&family->head, '\n');
            }
        } else if (family) {
            add_sample(family, ward, text, size);
        }
        text += size + (text[size] == '\n');
    }
}

bool metrics_join_write(const struct metrics_join *join, struct buf *out)
{
    bool done = !join->failed;
    for (size_t i = 0; i < join->count; i++) {
        const struct metrics_family *family = &join->all[i];
        done = done && buf_ok(&family->head) && buf_ok(&family->samples);
        buf_append(out, family->head.data, family->head.size);
        buf_append(out, family->samples.data, family->samples.size);
    }
    return done && buf_ok(out);
}

void metrics_join_free(struct metrics_join *join)
{
    for (size_t i = 0; i < join->count; i++) {
        buf_free(&join->all[i].head);
        buf_free(&join->all[i].samples);
    }
    free(join->all);
}
