#include "report/state.h"
#include "common/date.h"
#include "common/log.h"
#include "office/trust.h"
#include "survey/hours.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "report";

// A device speaks up when a visit ends, so that the time of a contact would
// tell when one was.
static int64_t quarter_of(int64_t wall_ms)
{
    const int64_t quarter_ms = 15 * 60 * 1000;
    return wall_ms - wall_ms % quarter_ms;
}

struct silence {
    struct report_complete *complete;
    int64_t from, to; // of the period, as far as it has come
};

// Without hours, or with some that cannot be read, a counter is always open.
static void read_hours(const char *configuration, struct hours *out)
{
    char why[JSON_MESSAGE_SIZE];
    struct buf message = {0};
    json_t *object = configuration
                         ? json_read(configuration, strlen(configuration), why)
                         : NULL;
    *out = (struct hours){.given = false};
    if (object)
        hours_read(object, out, &message);
    buf_free(&message);
    json_decref(object);
}

// Of a device that was never heard there is nothing to go by.
static int64_t guess(const struct silence *silence,
                     const struct office_silent *silent)
{
    const int64_t day_ms = 24 * 3600 * INT64_C(1000);
    struct hours hours;
    int64_t seen = silent->seen_at;
    int64_t from = seen > silence->from ? seen : silence->from;
    if (seen == 0 || silent->visits <= 0)
        return 0;
    read_hours(silent->configuration, &hours);
    int64_t before_s =
        hours_open_ms(&hours, seen - OFFICE_SILENT_DAYS * day_ms, seen) / 1000;
    int64_t since_s = hours_open_ms(&hours, from, silence->to) / 1000;
    return before_s > 0 ? (silent->visits * since_s + before_s / 2) / before_s
                        : 0;
}

static bool collect_silent(void *ctx, const struct office_silent *silent)
{
    struct silence *silence = ctx;
    struct report_complete *complete = silence->complete;
    int64_t unsent = guess(silence, silent);
    complete->unsent += unsent;
    if (complete->silent_count < REPORT_SILENT_MAX) {
        struct report_silent *own =
            &complete->silents[complete->silent_count++];
        *own = (struct report_silent){.since = quarter_of(silent->seen_at),
                                      .unsent = unsent};
        snprintf(own->name, sizeof own->name, "%s", silent->name);
        snprintf(own->counter, sizeof own->counter, "%s", silent->counter);
    }
    return true;
}

static bool read_silents(struct office *office, int64_t now,
                         const struct office_filter *filter,
                         const struct period *period,
                         struct report_complete *complete)
{
    int64_t end = date_wall_ms_of_day(period->last + 1);
    struct silence silence = {.complete = complete,
                              .from = date_wall_ms_of_day(period->first),
                              .to = now < end ? now : end};
    return complete->silent == 0 ||
           office_silent_devices(office, filter, now, REPORT_HEARTBEAT_MS,
                                 collect_silent, &silence) == OFFICE_OK;
}

bool state_read_complete(struct office *office, int64_t now,
                         const struct office_filter *filter,
                         const struct period *period,
                         struct report_complete *out)
{
    struct office_trust trust;
    int64_t duplicates = 0, unanchored = 0;
    if (office_part_trust(office, filter, now, REPORT_HEARTBEAT_MS, &trust) !=
            OFFICE_OK ||
        office_count_duplicates(office, filter, period->first, period->last,
                                &duplicates) != OFFICE_OK ||
        office_count_unanchored(office, filter, period->first, period->last,
                                &unanchored) != OFFICE_OK)
        return false;
    *out = (struct report_complete){
        .devices = trust.devices,
        .silent = trust.silent,
        .never_seen = trust.never_seen,
        .missing = trust.missing_lines,
        .flagged = trust.flagged,
        .duplicates = duplicates,
        .unanchored = unanchored,
        .oldest_contact = quarter_of(trust.oldest_contact),
        .data_as_of = quarter_of(trust.data_as_of),
    };
    return read_silents(office, now, filter, period, out);
}

bool state_append_head(struct report_head **heads, size_t *count,
                       const struct report_head *head)
{
    struct report_head *more = realloc(*heads, (*count + 1) * sizeof *more);
    if (!more)
        return false;
    more[(*count)++] = *head;
    *heads = more;
    return true;
}

struct collection {
    struct report_head *heads;
    size_t count;
    bool failed;
};

static bool collect_head(void *ctx, const struct office_head *head)
{
    struct collection *collection = ctx;
    struct report_head copy = {.gen = head->gen, .to = head->to};
    memcpy(copy.device, head->device, sizeof copy.device);
    memcpy(copy.head, head->head, sizeof copy.head);
    if (state_append_head(&collection->heads, &collection->count, &copy))
        return true;
    log_error(MODULE, "out of memory for the chains of a report");
    collection->failed = true;
    return false;
}

bool state_read_heads(struct office *office, struct report_head **out_heads,
                      size_t *out_count)
{
    struct collection collection = {0};
    enum office_result result = office_heads(office, collect_head, &collection);
    if ((result != OFFICE_OK && result != OFFICE_NONE) || collection.failed) {
        free(collection.heads);
        return false;
    }
    *out_heads = collection.heads;
    *out_count = collection.count;
    return true;
}

struct office_head *state_office_heads(const struct report_head *heads,
                                       size_t count)
{
    struct office_head *list = calloc(count + 1, sizeof *list);
    if (!list) {
        log_error(MODULE, "out of memory for the chains of a report");
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        list[i].gen = heads[i].gen;
        list[i].to = heads[i].to;
        memcpy(list[i].device, heads[i].device, sizeof list[i].device);
        memcpy(list[i].head, heads[i].head, sizeof list[i].head);
    }
    return list;
}

bool state_is_complete(const struct report_complete *complete, int32_t last)
{
    if (complete->missing > 0 || complete->never_seen > 0 ||
        complete->devices == 0)
        return false;
    int64_t end = date_wall_ms_of_day(last + 1);
    return complete->silent == 0 || complete->oldest_contact >= end;
}
