#include "report/state.h"
#include "common/date.h"
#include "common/log.h"
#include "office/trust.h"
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

bool state_read_complete(struct office *office, int64_t now,
                         const struct office_filter *filter,
                         const struct period *period,
                         struct report_complete *out)
{
    struct office_trust trust;
    int64_t duplicates = 0, unanchored = 0;
    if (office_read_trust(office, now, REPORT_HEARTBEAT_MS, &trust) !=
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
    return true;
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
