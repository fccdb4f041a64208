#include "server/recent.h"
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct recent {
    pthread_mutex_t lock;
    // In the order of their ends, the last one first. Guarded by `lock`.
    struct transaction all[RECENT_MOST + 1];
    size_t count;
};

struct recent *recent_open(void)
{
    struct recent *recent = calloc(1, sizeof *recent);
    if (recent && pthread_mutex_init(&recent->lock, NULL) != 0) {
        free(recent);
        recent = NULL;
    }
    return recent;
}

void recent_close(struct recent *recent)
{
    if (!recent) {
        return;
    }
    pthread_mutex_destroy(&recent->lock);
    explicit_bzero(recent, sizeof *recent);
    free(recent);
}

static bool is_same(const struct transaction *a, const struct transaction *b,
                    enum transaction_field field)
{
    return strcmp(a->texts[field], b->texts[field]) == 0;
}

static void drop(struct recent *recent, size_t at)
{
    struct transaction *all = recent->all;
    recent->count--;
    memmove(&all[at], &all[at + 1], (recent->count - at) * sizeof *all);
    explicit_bzero(&all[recent->count], sizeof *all);
}

static void drop_old(struct recent *recent, int64_t now)
{
    while (recent->count > 0 &&
           recent->all[recent->count - 1].done_at <= now - RECENT_MS) {
        drop(recent, recent->count - 1);
    }
}

static void drop_same(struct recent *recent, const struct transaction *as)
{
    for (size_t i = 0; i < recent->count; i++) {
        if (strcmp(recent->all[i].code, as->code) == 0 &&
            is_same(&recent->all[i], as, TRANSACTION_STEP)) {
            drop(recent, i);
            return;
        }
    }
}

static void put(struct recent *recent, const struct transaction *transaction)
{
    struct transaction *all = recent->all;
    size_t at = 0;
    while (at < recent->count && all[at].done_at > transaction->done_at) {
        at++;
    }
    memmove(&all[at + 1], &all[at], (recent->count - at) * sizeof *all);
    all[at] = *transaction;
    recent->count++;
}

// After one was put in.
static void drop_surplus(struct recent *recent, const struct transaction *after)
{
    size_t of_counter = 0, last = 0;
    for (size_t i = 0; i < recent->count; i++) {
        if (is_same(&recent->all[i], after, TRANSACTION_COUNTER)) {
            of_counter++;
            last = i;
        }
    }
    if (of_counter > RECENT_OF_COUNTER) {
        drop(recent, last);
    } else if (recent->count > RECENT_MOST) {
        drop(recent, recent->count - 1);
    }
}

void recent_add(struct recent *recent, const struct transaction *transaction,
                int64_t now)
{
    if (transaction->texts[TRANSACTION_COUNTER][0] == '\0' ||
        transaction->done_at <= now - RECENT_MS) {
        return;
    }
    pthread_mutex_lock(&recent->lock);
    drop_old(recent, now);
    drop_same(recent, transaction);
    put(recent, transaction);
    drop_surplus(recent, transaction);
    pthread_mutex_unlock(&recent->lock);
}

void recent_list(struct recent *recent, const char *counter, int64_t now,
                 recent_row *row, void *ctx)
{
    pthread_mutex_lock(&recent->lock);
    drop_old(recent, now);
    for (size_t i = 0; i < recent->count; i++) {
        const struct transaction *each = &recent->all[i];
        if (strcmp(each->texts[TRANSACTION_COUNTER], counter) == 0 &&
            !row(ctx, each)) {
            break;
        }
    }
    pthread_mutex_unlock(&recent->lock);
}
