#include "common/log.h"
#include "office/judging_sql.h"
#include <stdlib.h>
#include <string.h>

void judged_flags_free(struct judged_flags *flags)
{
    for (size_t i = 0; i < flags->count; i++) {
        free(flags->all[i].figures);
        free(flags->all[i].visits);
    }
    free(flags->all);
    *flags = (struct judged_flags){0};
}

struct judged_flag *judged_flags_add(struct judged_flags *flags)
{
    if (flags->count == flags->capacity) {
        size_t capacity = flags->capacity ? flags->capacity * 2 : 8;
        struct judged_flag *all =
            realloc(flags->all, capacity * sizeof *flags->all);
        if (!all) {
            log_error("office", "out of memory");
            return NULL;
        }
        flags->all = all;
        flags->capacity = capacity;
    }
    struct judged_flag *flag = &flags->all[flags->count++];
    *flag = (struct judged_flag){0};
    return flag;
}

bool judged_flag_add(struct judged_flag *flag, const struct ticket_place *at)
{
    if (flag->count == flag->capacity) {
        size_t capacity = flag->capacity ? flag->capacity * 2 : 16;
        struct ticket_place *visits =
            realloc(flag->visits, capacity * sizeof *flag->visits);
        if (!visits) {
            log_error("office", "out of memory");
            return false;
        }
        flag->visits = visits;
        flag->capacity = capacity;
    }
    flag->visits[flag->count++] = *at;
    return true;
}

int judged_compare_places(const void *one, const void *other)
{
    const struct ticket_place *a = one, *b = other;
    if (a->device_no != b->device_no) {
        return a->device_no < b->device_no ? -1 : 1;
    }
    if (a->gen != b->gen) {
        return a->gen < b->gen ? -1 : 1;
    }
    return (a->seq > b->seq) - (a->seq < b->seq);
}

// Both lie in the same order.
bool judged_flags_share(const struct judged_flag *a,
                        const struct judged_flag *b)
{
    for (size_t i = 0, k = 0; i < a->count && k < b->count;) {
        int order = judged_compare_places(&a->visits[i], &b->visits[k]);
        if (order == 0) {
            return true;
        }
        i += order < 0;
        k += order > 0;
    }
    return false;
}

bool judged_flags_equal(const struct judged_flag *a,
                        const struct judged_flag *b)
{
    if (a->count != b->count || strcmp(a->figures, b->figures) != 0) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (judged_compare_places(&a->visits[i], &b->visits[i]) != 0) {
            return false;
        }
    }
    return true;
}
