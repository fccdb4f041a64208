#include "store/store.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/log_tries.h"
#include "store/answered.h"
#include "store/device.h"
#include "store/keeper.h"
#include "store/settings.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    RETRY_MS = 30000,
    IDLE_MS = 2000,
    PRUNE_MS = 60000,
    PRUNE_PAUSE_MS = 200 // between steps: a citizen's record comes first
};

static const char module[] = "store";

enum command_kind {
    COMMAND_DRAFT,
    COMMAND_DROP,
    COMMAND_LINE,
    COMMAND_SETTINGS // those that wait
};

struct command {
    struct command *next;
    enum command_kind kind;
    struct record record;
    char *sealed; // of the record's comment; NULL: none
};

struct store {
    struct keeper *keeper;    // the storage thread's alone
    struct log_tries mending; // too
    store_listener *listener;
    void *ctx;
    int retry_ms, keep_days, prune_ms;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    // Guarded by lock:
    struct command *first, **last;
    bool stopping;
    int64_t busy_since_us; // the storage thread works; 0: it waits
    struct store_state state;
    struct settings settings;
    struct answered answered;
};

const char *store_reason_name(enum store_reason reason)
{
    static const char *const names[] = {"none",    "full", "broken",
                                        "corrupt", "busy", "left behind"};
    return names[reason];
}

static void tell(struct store *store, const struct store_event *event)
{
    if (store->listener)
        store->listener(store->ctx, event);
}

static void publish_state(struct store *store)
{
    struct store_state state;
    keeper_get_state(store->keeper, &state);
    pthread_mutex_lock(&store->lock);
    store->state = state;
    pthread_mutex_unlock(&store->lock);
}

static void tell_health(struct store *store)
{
    struct store_event event = {
        .kind = keeper_is_ready(store->keeper) ? STORE_READY : STORE_BROKEN,
        .reason = keeper_reason(store->keeper)};
    struct store_state state;
    keeper_get_state(store->keeper, &state);
    event.gen = state.gen;
    event.seq = state.seq;
    if (event.kind == STORE_BROKEN)
        log_error(module, "nothing can be kept: %s",
                  store_reason_name(event.reason));
    tell(store, &event);
}

// --- What was asked already, on the storage thread ---------------------------

static void note_answered(void *ctx, const char *invitation)
{
    struct store *store = ctx;
    pthread_mutex_lock(&store->lock);
    answered_note(&store->answered, invitation);
    pthread_mutex_unlock(&store->lock);
}

// Neither copy of the line is durable: its citizen may be asked again.
static void forget_answered(struct store *store, const char *invitation)
{
    pthread_mutex_lock(&store->lock);
    answered_forget(&store->answered, invitation);
    pthread_mutex_unlock(&store->lock);
}

// --- Settings, on the storage thread -----------------------------------------

static void read_settings(struct store *store)
{
    struct settings read;
    pthread_mutex_lock(&store->lock);
    bool known = store->settings.known;
    pthread_mutex_unlock(&store->lock);
    if (known || !keeper_read_settings(store->keeper, &read))
        return;
    pthread_mutex_lock(&store->lock);
    settings_merge(&store->settings, &read);
    pthread_mutex_unlock(&store->lock);
}

// What the database does not take now is tried again later.
static void keep_settings(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    struct settings all = store->settings;
    pthread_mutex_unlock(&store->lock);
    for (size_t i = 0; i < all.count; i++) {
        const struct settings_entry *entry = &all.list[i];
        if (!entry->waits ||
            !keeper_put_setting(store->keeper, entry->name, entry->value))
            continue;
        pthread_mutex_lock(&store->lock);
        settings_kept(&store->settings, entry);
        pthread_mutex_unlock(&store->lock);
    }
}

static void run_command(struct store *store, const struct command *command)
{
    struct store_event event = {0};
    enum store_reason reason = STORE_REASON_NONE;
    enum keeper_result result = KEEPER_OK;
    bool was_ready = keeper_is_ready(store->keeper);
    if (command->kind == COMMAND_SETTINGS) {
        keep_settings(store);
        return;
    }
    memcpy(event.id, command->record.id, sizeof event.id);
    if (command->kind == COMMAND_DROP) {
        keeper_drop_draft(store->keeper, command->record.id);
    } else if (command->kind == COMMAND_DRAFT) {
        event.kind = STORE_DRAFT_SAVED;
        result = keeper_put_draft(store->keeper, &command->record, &reason);
    } else {
        event.kind = STORE_LINE_SAVED;
        if (command->sealed)
            result = keeper_put_comment(store->keeper, event.id,
                                        command->sealed, &reason);
        if (result == KEEPER_OK)
            result = keeper_put_line(store->keeper, &command->record,
                                     &event.gen, &event.seq, &reason);
    }
    if (result == KEEPER_FAILED) {
        if (event.kind == STORE_LINE_SAVED)
            forget_answered(store, command->record.invitation);
        event.kind = STORE_FAILED;
        event.reason = reason;
    }
    publish_state(store);
    if (command->kind != COMMAND_DROP)
        tell(store, &event);
    if (result == KEEPER_FAILED || was_ready != keeper_is_ready(store->keeper))
        tell_health(store);
}

// `told`: how things stand was told before, and is only when it changed.
static void mend(struct store *store, bool told)
{
    bool was_ready = keeper_is_ready(store->keeper);
    enum store_reason before = keeper_reason(store->keeper);
    log_tries_begin(&store->mending);
    keeper_mend(store->keeper);
    log_tries_end(&store->mending, !keeper_needs_mending(store->keeper), module,
                  DEVICE_FILE_KIOSK);
    read_settings(store);
    keep_settings(store);
    publish_state(store);
    if (!told || was_ready != keeper_is_ready(store->keeper) ||
        before != keeper_reason(store->keeper))
        tell_health(store);
}

// `at_us` of clock_mono_us(); INT64_MAX: until woken.
static void wait_until(struct store *store, int64_t at_us)
{
    struct timespec t = {at_us / 1000000, at_us % 1000000 * 1000};
    if (at_us == INT64_MAX)
        pthread_cond_wait(&store->wake, &store->lock);
    else
        pthread_cond_timedwait(&store->wake, &store->lock, &t);
}

static void set_busy(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    store->busy_since_us = clock_mono_us();
    pthread_mutex_unlock(&store->lock);
}

// The next command, or NULL when `at_us` has come; `*out_stop` when there is
// none left and the store is closing.
static struct command *next_command(struct store *store, int64_t at_us,
                                    bool *out_stop)
{
    pthread_mutex_lock(&store->lock);
    store->busy_since_us = 0;
    while (!store->first && !store->stopping && clock_mono_us() < at_us)
        wait_until(store, at_us);
    store->busy_since_us = clock_mono_us();
    struct command *command = store->first;
    if (command) {
        store->first = command->next;
        if (!store->first)
            store->last = &store->first;
    }
    *out_stop = !command && store->stopping;
    pthread_mutex_unlock(&store->lock);
    return command;
}

// When the thread has something to do again, commands apart: it tidies up
// once after a while without any, lets old lines leave after a longer one, and
// mends what is broken now and then.
struct agenda {
    int64_t idle_at, prune_at, mend_at; // clock_mono_us(); INT64_MAX: never
    bool hurried;                       // the last mending was not put off
};

// One step; the next one soon when there is more to do.
static void prune(struct store *store, struct agenda *agenda)
{
    bool was_ready = keeper_is_ready(store->keeper);
    keeper_idle(store->keeper);
    bool more =
        store->keep_days > 0 && keeper_prune(store->keeper, store->keep_days);
    agenda->prune_at =
        clock_mono_us() +
        (int64_t)(more ? PRUNE_PAUSE_MS : store->prune_ms) * 1000;
    publish_state(store);
    if (was_ready != keeper_is_ready(store->keeper))
        tell_health(store);
}

static void run_agenda(struct store *store, struct agenda *agenda)
{
    int64_t now = clock_mono_us();
    if (now >= agenda->idle_at) {
        keeper_idle(store->keeper);
        read_settings(store); // unless it could at the start
        keep_settings(store);
        publish_state(store);
        agenda->idle_at = INT64_MAX;
    }
    if (now >= agenda->prune_at)
        prune(store, agenda);
    if (now >= agenda->mend_at) {
        mend(store, true);
        agenda->mend_at = INT64_MAX;
    }
}

static void plan(struct store *store, struct agenda *agenda)
{
    if (!keeper_needs_mending(store->keeper))
        agenda->mend_at = INT64_MAX;
    else if (agenda->mend_at == INT64_MAX) {
        // A damaged store is replaced at once; one that cannot be, later.
        bool damaged = keeper_reason(store->keeper) == STORE_REASON_CORRUPT &&
                       !agenda->hurried;
        agenda->hurried = damaged;
        agenda->mend_at =
            clock_mono_us() + (damaged ? 0 : (int64_t)store->retry_ms * 1000);
    }
}

static int64_t next_deadline(const struct agenda *agenda)
{
    int64_t at = agenda->idle_at;
    at = agenda->prune_at < at ? agenda->prune_at : at;
    return agenda->mend_at < at ? agenda->mend_at : at;
}

static void *work(void *ctx)
{
    struct store *store = ctx;
    const int64_t prune_us = (int64_t)store->prune_ms * 1000;
    struct agenda agenda = {.idle_at = INT64_MAX,
                            .prune_at = clock_mono_us() + prune_us,
                            .mend_at = INT64_MAX};
    set_busy(store);
    mend(store, false);
    for (bool stop = false; !stop;) {
        plan(store, &agenda);
        struct command *command =
            next_command(store, next_deadline(&agenda), &stop);
        if (command) {
            run_command(store, command);
            free(command->sealed);
            free(command);
            agenda.idle_at = clock_mono_us() + IDLE_MS * INT64_C(1000);
            agenda.prune_at = clock_mono_us() + prune_us;
        }
        run_agenda(store, &agenda);
    }
    return NULL;
}

static bool start(struct store *store)
{
    pthread_mutex_init(&store->lock, NULL);
    clock_cond_init(&store->wake);
    int error = pthread_create(&store->thread, NULL, work, store);
    if (error) {
        log_error(module, "no thread: %s", strerror(error));
        pthread_cond_destroy(&store->wake);
        pthread_mutex_destroy(&store->lock);
    }
    return error == 0;
}

struct store *store_open(const struct store_params *params)
{
    struct store *store = calloc(1, sizeof *store);
    if (!store)
        return NULL;
    store->listener = params->listener;
    store->ctx = params->ctx;
    store->retry_ms = params->retry_ms > 0 ? params->retry_ms : RETRY_MS;
    store->keep_days = params->keep_days;
    store->prune_ms = params->prune_ms > 0 ? params->prune_ms : PRUNE_MS;
    store->last = &store->first;
    store->keeper =
        keeper_new(params->directory, params->device, params->ring_slots, NULL);
    if (store->keeper)
        keeper_tell_answered(store->keeper, note_answered, store);
    if (store->keeper && start(store))
        return store;
    keeper_free(store->keeper);
    free(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    pthread_mutex_lock(&store->lock);
    store->stopping = true;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->thread, NULL);
    pthread_cond_destroy(&store->wake);
    pthread_mutex_destroy(&store->lock);
    keeper_free(store->keeper);
    free(store);
}

static bool push(struct store *store, enum command_kind kind,
                 const struct record *record, const char *id,
                 const char *sealed)
{
    struct command *command = calloc(1, sizeof *command);
    if (!command)
        return false;
    command->kind = kind;
    command->sealed = sealed ? strdup(sealed) : NULL;
    if (sealed && !command->sealed) {
        free(command);
        return false;
    }
    if (record)
        command->record = *record;
    else
        snprintf(command->record.id, sizeof command->record.id, "%s", id);
    pthread_mutex_lock(&store->lock);
    // At once, so that it is not shown again while its line is being written.
    if (kind == COMMAND_LINE)
        answered_note(&store->answered, command->record.invitation);
    *store->last = command;
    store->last = &command->next;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock);
    return true;
}

bool store_put_draft(struct store *store, const struct record *record)
{
    return push(store, COMMAND_DRAFT, record, NULL, NULL);
}

bool store_drop_draft(struct store *store, const char *id)
{
    return push(store, COMMAND_DROP, NULL, id, NULL);
}

bool store_put_line(struct store *store, const struct record *record)
{
    return push(store, COMMAND_LINE, record, NULL, NULL);
}

bool store_put_line_with_comment(struct store *store,
                                 const struct record *record,
                                 const char *sealed)
{
    return push(store, COMMAND_LINE, record, NULL, sealed);
}

void store_get_state(struct store *store, struct store_state *out)
{
    pthread_mutex_lock(&store->lock);
    *out = store->state;
    pthread_mutex_unlock(&store->lock);
}

bool store_put_setting(struct store *store, const char *name, const char *value)
{
    pthread_mutex_lock(&store->lock);
    bool ok = settings_put(&store->settings, name, value, true);
    pthread_mutex_unlock(&store->lock);
    return ok && push(store, COMMAND_SETTINGS, NULL, "", NULL);
}

bool store_get_setting(struct store *store, const char *name,
                       char out[STORE_SETTING_SIZE])
{
    pthread_mutex_lock(&store->lock);
    const struct settings_entry *entry = settings_find(&store->settings, name);
    if (entry)
        memcpy(out, entry->value, sizeof entry->value);
    pthread_mutex_unlock(&store->lock);
    return entry != NULL;
}

bool store_is_answered(struct store *store, const char *invitation)
{
    pthread_mutex_lock(&store->lock);
    bool answered = answered_has(&store->answered, invitation);
    pthread_mutex_unlock(&store->lock);
    return answered;
}

int64_t store_busy_ms(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    int64_t since = store->busy_since_us;
    pthread_mutex_unlock(&store->lock);
    return since > 0 ? (clock_mono_us() - since) / 1000 : 0;
}
