#include "office/touched.h"
#include <stdlib.h>

static bool is_same(const struct touched_day *a, const struct touched_day *b)
{
    return a->counter_no == b->counter_no && a->day == b->day &&
           a->device_no == b->device_no && a->gen == b->gen;
}

static bool make_room(struct touched *touched)
{
    if (touched->count < touched->capacity) {
        return true;
    }
    size_t capacity = touched->capacity ? touched->capacity * 2 : 64;
    struct touched_day *days =
        realloc(touched->days, capacity * sizeof *touched->days);
    if (!days) {
        return false;
    }
    touched->days = days;
    touched->capacity = capacity;
    return true;
}

// NULL on no memory.
static struct touched_day *find(struct touched *touched,
                                const struct touched_day *day)
{
    // Lines of a batch are mostly of one day at one counter.
    if (touched->count > 0 &&
        is_same(&touched->days[touched->count - 1], day)) {
        return &touched->days[touched->count - 1];
    }
    const int64_t name[] = {day->counter_no, day->day, day->device_no,
                            day->gen};
    int64_t at;
    if (map_get(&touched->index, name, sizeof name, &at)) {
        return &touched->days[at];
    }
    if (!make_room(touched) ||
        !map_put(&touched->index, name, sizeof name, (int64_t)touched->count)) {
        return NULL;
    }
    struct touched_day *found = &touched->days[touched->count++];
    *found = *day;
    found->first = INT64_MAX;
    found->last = 0;
    return found;
}

void touched_add(struct touched *touched, const struct touched_day *day,
                 int64_t seq)
{
    struct touched_day *found = find(touched, day);
    if (!found) {
        touched->failed = true;
        return;
    }
    found->first = seq < found->first ? seq : found->first;
    found->last = seq > found->last ? seq : found->last;
}

void touched_clear(struct touched *touched)
{
    map_clear(&touched->index);
    touched->count = 0;
    touched->failed = false;
}

void touched_free(struct touched *touched)
{
    map_free(&touched->index);
    free(touched->days);
    *touched = (struct touched){0};
}
