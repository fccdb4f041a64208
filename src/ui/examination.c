#include "ui/examination.h"
#include "common/clock.h"
#include "common/log.h"
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct examination {
    char directory[PATH_MAX];
    pthread_t thread;
    struct doctor_facts facts; // the thread's until `done`
    atomic_bool done;
};

static void *look(void *ctx)
{
    struct examination *examination = ctx;
    char boot[CLOCK_BOOT_ID_SIZE];
    doctor_look(examination->directory, &examination->facts);
    clock_boot_id(boot);
    doctor_hear(boot, clock_boot_ms(), &examination->facts);
    atomic_store(&examination->done, true);
    return NULL;
}

struct examination *examination_start(const char *directory)
{
    struct examination *examination = calloc(1, sizeof *examination);
    if (!examination) {
        log_error("ui", "out of memory: the device is not examined");
        return NULL;
    }
    snprintf(examination->directory, sizeof examination->directory, "%s",
             directory);
    if (pthread_create(&examination->thread, NULL, look, examination) == 0)
        return examination;
    log_error("ui", "no thread: the device is not examined");
    free(examination);
    return NULL;
}

void examination_close(struct examination *examination)
{
    if (!examination)
        return;
    pthread_join(examination->thread, NULL);
    free(examination);
}

bool examination_is_done(const struct examination *examination)
{
    return atomic_load(&examination->done);
}

static void copy_line(const struct doctor_line *line,
                      struct examination_line *out)
{
    *out = (struct examination_line){.check = line->check,
                                     .verdict = line->verdict};
    snprintf(out->says, sizeof out->says, "%s", buf_text(&line->says));
    snprintf(out->advice, sizeof out->advice, "%s", buf_text(&line->advice));
}

void examination_read(struct examination *examination, const struct i18n *texts,
                      enum i18n_language language,
                      struct examination_lines *out)
{
    // Who stands there wants to know first what is to be done.
    static const enum doctor_verdict order[] = {DOCTOR_FAIL, DOCTOR_WARN,
                                                DOCTOR_SKIP, DOCTOR_PASS};
    struct doctor_line lines[DOCTOR_CHECK_COUNT];
    size_t count = 0;
    out->ready = examination && atomic_load(&examination->done);
    if (!out->ready)
        return;
    doctor_judge(&examination->facts, texts, language, lines);
    for (size_t v = 0; v < sizeof order / sizeof order[0]; v++)
        for (int i = 0; i < DOCTOR_CHECK_COUNT; i++)
            if (lines[i].verdict == order[v])
                copy_line(&lines[i], &out->list[count++]);
    doctor_free(lines);
}
