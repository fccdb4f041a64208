#include "ui/kiosk.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/box.h"
#include "survey/scanner.h"
#include "survey/visit.h"
#include "ui/clock_watch.h"
#include "ui/invited.h"
#include "ui/power.h"
#include "ui/staff.h"
#include "ui/watch.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 30000, HOURS_LOOK_MS = 60000, STUCK_MS = 60000 };

static const char SETTING_PAUSED[] = "paused";
static const char VERSION_DETAIL[] = "{\"version\":\"" HAILONG_VERSION "\"}";

struct kiosk {
    struct kiosk_params params;
    struct watch *watch;
    struct store *store; // NULL until the device is enrolled
    int64_t store_at;    // when it is tried again after it could not start
    int64_t survey_at;   // the same of the question set
    struct flow flow;
    const struct survey *survey;
    struct survey own_survey; // the set that the settings name
    struct staff staff;
    bool survey_missing;
    enum flow_fault store_fault;
    bool touch_gone;
    struct power *power;
    struct power_state battery;
    bool pause_known; // the store was asked for the pause of before
    int64_t hours_at; // when the opening hours are looked at again
    enum kiosk_health health;
    char boot[CLOCK_BOOT_ID_SIZE];
    struct scanner scanner;
    struct visit_business business; // of the visit that opens by invitation
    int64_t expires_at; // its invitation, server time; 0: it is in no list
    struct clock_watch clock;
    struct record visit;
    struct visit_touch touch;
    struct comment comment;
    bool
        draft_waits; // the next answer of the store to the visit is its draft's
};

static struct visit_time time_now(const struct kiosk *kiosk)
{
    return (struct visit_time){.wall_ms = clock_wall_ms(),
                               .up_ms = clock_boot_ms(),
                               .synced = clock_is_synced(),
                               .boot = kiosk->boot};
}

// --- What is written -------------------------------------------------------

// `sealed`: the record's comment, or NULL. False when the line is lost: no
// event of the store will follow.
static bool write_line(struct kiosk *kiosk, const struct record *record,
                       const char *sealed)
{
    bool taken = !kiosk->store ||
                 store_put_line_with_comment(kiosk->store, record, sealed);
    if (!taken)
        log_error("ui", "out of memory: record %s is lost", record->id);
    return taken;
}

static void write_event(struct kiosk *kiosk, const char *name,
                        const char *detail)
{
    struct record *event = calloc(1, sizeof *event);
    struct visit_time time = time_now(kiosk);
    if (!event) {
        log_error("ui", "out of memory: no line for the event %s", name);
        return;
    }
    record_init(event, RECORD_EVENT);
    id_new_v7(time.wall_ms, event->id);
    memcpy(event->boot, kiosk->boot, sizeof kiosk->boot);
    event->opened_at = time.wall_ms;
    event->up_ms = time.up_ms;
    event->clock = time.synced ? RECORD_CLOCK_SYNCED : RECORD_CLOCK_UNSURE;
    event->test = watch_setting(kiosk->watch)->test;
    snprintf(event->event, sizeof event->event, "%s", name);
    snprintf(event->detail, sizeof event->detail, "%s", detail);
    write_line(kiosk, event, NULL);
    free(event);
}

// Which invitation is on the screen, for the courier; "": none.
static void tell_shown(struct kiosk *kiosk, const char *invitation)
{
    char told[STORE_SETTING_SIZE] = "";
    if (!kiosk->store)
        return;
    store_get_setting(kiosk->store, STORE_SETTING_INVITATION, told);
    if (strcmp(told, invitation) != 0 &&
        !store_put_setting(kiosk->store, STORE_SETTING_INVITATION, invitation))
        log_warn("ui", "the courier is not told which invitation is shown");
}

// A clock that was set stands in the ledger, where it says what the times of
// the lines around it are worth.
static void look_at_clock(struct kiosk *kiosk)
{
    int64_t wall_ms = clock_wall_ms();
    char before[CLOCK_ISO_SIZE], after[CLOCK_ISO_SIZE], detail[200];
    int64_t step;
    if (!kiosk->store ||
        !clock_watch_look(&kiosk->clock, wall_ms, clock_boot_ms(), &step))
        return;
    clock_format(wall_ms - step, before);
    clock_format(wall_ms, after);
    snprintf(detail, sizeof detail,
             "{\"step_ms\":%lld,\"from\":\"%s\",\"to\":\"%s\"}",
             (long long)step, before, after);
    log_warn("ui", "the clock was set from %s to %s", before, after);
    write_event(kiosk, "clock", detail);
}

static void open_visit(struct kiosk *kiosk)
{
    const struct setting *setting = watch_setting(kiosk->watch);
    int chosen = kiosk->flow.field;
    const struct visit_place place = {
        .device = watch_device(kiosk->watch),
        .unit = setting->unit_code,
        .counter = setting->counter,
        .field =
            chosen >= 0 ? setting->fields[chosen].code : setting->field.code,
        .mode = flow_mode(&kiosk->flow),
        .order = setting->order,
        .test = setting->test};
    struct visit_time time = time_now(kiosk);
    char id[ID_SIZE];
    id_new_v7(time.wall_ms, id);
    visit_open(&kiosk->visit, id, kiosk->survey, &place, &time);
    if (!kiosk->flow.invited)
        return;
    visit_about(&kiosk->visit, &kiosk->business);
    tell_shown(kiosk, kiosk->business.invitation);
}

static void keep_draft(struct kiosk *kiosk)
{
    struct visit_time time = time_now(kiosk);
    visit_answer(&kiosk->visit, kiosk->flow.level, &kiosk->touch, &time);
    kiosk->draft_waits =
        kiosk->store && store_put_draft(kiosk->store, &kiosk->visit);
}

static void drop_draft(struct kiosk *kiosk)
{
    struct visit_time time = time_now(kiosk);
    visit_answer(&kiosk->visit, 0, &kiosk->touch, &time);
    if (kiosk->store)
        store_drop_draft(kiosk->store, kiosk->visit.id);
}

// Kept, so that a restart does not end the pause; and in the ledger, so that
// the Office sees when the counter could not be rated.
static void keep_pause(struct kiosk *kiosk)
{
    bool paused = kiosk->flow.paused;
    if (kiosk->store &&
        !store_put_setting(kiosk->store, SETTING_PAUSED, paused ? "yes" : "no"))
        log_warn("ui", "the pause is kept in memory only");
    write_event(kiosk, "maintenance",
                paused ? "{\"paused\":true}" : "{\"paused\":false}");
    log_info("ui", "staff %s",
             paused ? "paused the counter" : "ended the pause");
}

// Sealed before anything of it touches the disk; the line carries the hash of
// what was sealed. False when there is nothing to seal, or it cannot be: then
// the rating goes without it.
static bool seal_comment(struct kiosk *kiosk, struct buf *out)
{
    const unsigned char *key = watch_box_key(kiosk->watch);
    struct buf words = {0};
    if (!key || comment_is_blank(&kiosk->comment))
        return false;
    // Room at once: growing would leave a copy behind.
    bool ok = buf_reserve(&words, comment_size(&kiosk->comment) + 1) != NULL;
    if (ok)
        comment_append_to(&kiosk->comment, &words);
    ok = ok && box_seal(key, buf_text(&words), words.size, out);
    if (words.data)
        explicit_bzero(words.data, words.capacity);
    buf_free(&words);
    if (!ok)
        log_error("ui", "the comment of %s cannot be sealed and is dropped",
                  kiosk->visit.id);
    return ok;
}

static bool close_visit(struct kiosk *kiosk, const struct flow_effects *effects)
{
    look_at_clock(kiosk); // before the line whose times it explains
    struct visit_time time = time_now(kiosk);
    struct buf sealed = {0};
    visit_close(&kiosk->visit, kiosk->survey, effects->outcome,
                kiosk->flow.chosen, effects->language, &effects->used, &time);
    bool commented = effects->comment && seal_comment(kiosk, &sealed);
    if (commented)
        digest_hex_of(buf_text(&sealed), sealed.size,
                      kiosk->visit.comment_hash);
    bool taken =
        write_line(kiosk, &kiosk->visit, commented ? buf_text(&sealed) : NULL);
    buf_free(&sealed);
    tell_shown(kiosk, "");
    return taken;
}

// What was typed: by staff, or by a citizen who is done.
static void wipe(struct kiosk *kiosk)
{
    staff_wipe(&kiosk->staff);
    comment_clear(&kiosk->comment);
}

// False when the visit's line is lost.
static bool carry_out(struct kiosk *kiosk, const struct flow_effects *effects)
{
    bool taken = true;
    if (effects->pause)
        keep_pause(kiosk);
    if (effects->open)
        open_visit(kiosk);
    if (effects->draft)
        keep_draft(kiosk);
    if (effects->undo)
        drop_draft(kiosk);
    if (effects->close)
        taken = close_visit(kiosk, effects);
    if (effects->forget)
        wipe(kiosk);
    return taken;
}

// --- The staff's pages -------------------------------------------------------

static void open_staff_page(struct kiosk *kiosk)
{
    if (kiosk->flow.screen == FLOW_PIN)
        staff_open_pin(&kiosk->staff, kiosk->store);
    else if (kiosk->flow.screen == FLOW_ENROLMENT)
        staff_open_form(&kiosk->staff);
    else if (kiosk->flow.screen == FLOW_TOUCH_TEST)
        staff_open_cells(&kiosk->staff);
    else if (kiosk->flow.screen == FLOW_CHECKS)
        staff_examine(&kiosk->staff);
    kiosk->staff.send_asked = false;
}

// The courier sees it in the database at its next look, within a second.
static bool send_now(struct kiosk *kiosk)
{
    char at[CLOCK_ISO_SIZE];
    clock_format(clock_wall_ms(), at);
    kiosk->staff.send_asked =
        kiosk->store &&
        store_put_setting(kiosk->store, STORE_SETTING_SEND_NOW, at);
    return true;
}

static bool take_pin_key(struct kiosk *kiosk, const struct flow_input *input)
{
    const struct flow_input admitted = {.kind = FLOW_ADMITTED,
                                        .now = input->now};
    if (staff_pin_key(&kiosk->staff, kiosk->store, input->value) ==
        STAFF_ADMITTED)
        kiosk_step(kiosk, &admitted);
    return true;
}

// What is not the flow's business. True when it was one of these.
static bool take_staff_act(struct kiosk *kiosk, const struct flow_input *input)
{
    enum flow_screen screen = kiosk->flow.screen;
    if (input->kind != FLOW_ACT)
        return false;
    if (input->act == FLOW_KEY && screen == FLOW_PIN)
        return take_pin_key(kiosk, input);
    if (input->act == FLOW_KEY && screen == FLOW_ENROLMENT) {
        staff_form_key(&kiosk->staff, input->value, input->now);
        return true;
    }
    if (screen == FLOW_CHECKS && input->act == FLOW_EXAMINE) {
        staff_examine(&kiosk->staff);
        return true;
    }
    if (screen == FLOW_CHECKS && input->act == FLOW_PAGE) {
        kiosk->staff.checks_page = input->value;
        return true;
    }
    return input->act == FLOW_SEND_NOW && screen == FLOW_DIAGNOSTICS &&
           send_now(kiosk);
}

static enum flow_fault current_fault(const struct kiosk *kiosk)
{
    if (watch_state(kiosk->watch) == WATCH_NOT_ENROLLED)
        return FLOW_NOT_ENROLLED;
    if (watch_is_revoked(kiosk->watch))
        return FLOW_REVOKED;
    if (watch_state(kiosk->watch) == WATCH_BROKEN || kiosk->survey_missing)
        return FLOW_BAD_CONFIGURATION;
    if (kiosk->store_fault == FLOW_FINE && kiosk->touch_gone)
        return FLOW_TOUCH_FAULT;
    if (kiosk->store_fault == FLOW_FINE &&
        kiosk->battery.level == BATTERY_EMPTY)
        return FLOW_BATTERY_EMPTY;
    return kiosk->store_fault;
}

bool kiosk_step(struct kiosk *kiosk, const struct flow_input *input)
{
    struct flow_effects effects;
    enum flow_screen before = kiosk->flow.screen;
    if (take_staff_act(kiosk, input))
        return true;
    flow_step(&kiosk->flow, input, &effects);
    if (!carry_out(kiosk, &effects) && kiosk->flow.saving) {
        // The citizen is told at once; the store itself may be well.
        const struct flow_input lost = {.kind = FLOW_STORE_FAILED,
                                        .fault = current_fault(kiosk),
                                        .now = input->now};
        flow_step(&kiosk->flow, &lost, &effects);
    }
    if (kiosk->flow.screen != before && flow_is_staff(&kiosk->flow))
        open_staff_page(kiosk);
    return effects.changed;
}

bool kiosk_touch_cell(struct kiosk *kiosk, double x, double y, bool portrait)
{
    return kiosk->flow.screen == FLOW_TOUCH_TEST &&
           staff_touch_cell(&kiosk->staff, x, y, portrait);
}

static void diagnose(struct kiosk *kiosk, const struct kiosk_senses *senses,
                     const struct i18n *i18n, struct diagnosis *out)
{
    struct diagnosis_facts facts = {.store_fault = kiosk->store_fault,
                                    .wall_ms = clock_wall_ms(),
                                    .up_ms = clock_boot_ms(),
                                    .touch_screens = senses->touch_screens,
                                    .touch_faults = senses->touch_faults,
                                    .smallest_mm = senses->smallest_mm,
                                    .sound_missing = senses->sound_missing,
                                    .volume = kiosk_setting(kiosk)->volume};
    struct store_state state = {0};
    facts.clock_believed = clock_is_believable(facts.wall_ms);
    memcpy(facts.boot, kiosk->boot, sizeof facts.boot);
    sending_read(kiosk->params.directory, &facts.sending);
    if (kiosk->store)
        store_get_state(kiosk->store, &state);
    facts.gen = state.gen;
    facts.seq = state.seq;
    facts.disk_free_bytes = state.disk_free_bytes;
    diagnosis_make(&facts, i18n, kiosk->flow.language, out);
}

void kiosk_overlook_scan(struct kiosk *kiosk, int64_t ms)
{
    scanner_overlook(&kiosk->scanner, ms);
}

void kiosk_write_page(struct kiosk *kiosk, const struct kiosk_senses *senses,
                      const struct i18n *i18n, int64_t now,
                      struct staff_page *out)
{
    staff_form_look(&kiosk->staff, now);
    staff_write_page(&kiosk->staff, out);
    if (kiosk->flow.screen == FLOW_DIAGNOSTICS)
        diagnose(kiosk, senses, i18n, &out->diagnosis);
    if (kiosk->flow.screen == FLOW_CHECKS)
        examination_read(kiosk->staff.examination, i18n, kiosk->flow.language,
                         &out->checks);
}

// --- The comment -------------------------------------------------------------

const struct comment *kiosk_comment(const struct kiosk *kiosk)
{
    return &kiosk->comment;
}

bool kiosk_can_comment(const struct kiosk *kiosk)
{
    return watch_box_key(kiosk->watch) != NULL;
}

void kiosk_hold_key(struct kiosk *kiosk, const char *key, int64_t now)
{
    if (key && kiosk->flow.screen == FLOW_COMMENT && !kiosk->flow.saving)
        comment_hold(&kiosk->comment, key, now);
    else
        comment_release(&kiosk->comment);
}

enum comment_answer kiosk_type(struct kiosk *kiosk, const char *key,
                               int64_t now)
{
    if (kiosk->flow.screen != FLOW_COMMENT || kiosk->flow.saving)
        return COMMENT_NOTHING;
    return comment_key(&kiosk->comment, key, now);
}

// --- Settings ----------------------------------------------------------------

// The set of this name, read into `own` when it is not the one to start with.
// NULL with the reason.
static const struct survey *find_survey(const struct kiosk *kiosk,
                                        const char *name, struct survey *own,
                                        struct buf *message)
{
    char file[RECORD_CODE_SIZE + 16], path[PATH_MAX];
    const struct survey *first = kiosk->params.survey;
    if (first->id[0] && strcmp(name, first->id) == 0)
        return first;
    snprintf(file, sizeof file, "surveys/%s.json", name);
    if (!file_find_asset(file, path, sizeof path))
        buf_printf(message, "survey: %s: no such question set", file);
    else if (survey_load(path, own, message) &&
             survey_check_words(own, kiosk->params.i18n, message))
        return own;
    return NULL;
}

// The set that the settings name. When it is not there, the one of before
// stays, and the kiosk goes out of service.
static void choose_survey(struct kiosk *kiosk, int64_t now)
{
    const char *name = watch_setting(kiosk->watch)->survey;
    struct buf message = {0};
    struct survey read;
    kiosk->survey_missing = false;
    if (strcmp(name, kiosk->survey->id) == 0)
        return;
    const struct survey *found = find_survey(kiosk, name, &read, &message);
    if (found == &read) {
        kiosk->own_survey = read;
        kiosk->survey = &kiosk->own_survey;
    } else if (found) {
        kiosk->survey = found;
    }
    kiosk->survey_missing = !found;
    kiosk->survey_at = now + AGAIN_MS;
    if (kiosk->survey_missing)
        log_error("ui", "%s", buf_text(&message));
    buf_free(&message);
}

// For the watch: its question set is there, and the display can show it. What
// it has shown before it can show.
static bool can_show(void *ctx, const struct setting *setting, bool proven,
                     struct buf *why)
{
    const struct kiosk *kiosk = ctx;
    struct survey own;
    const struct survey *survey =
        find_survey(kiosk, setting->survey, &own, why);
    return survey &&
           (proven || !kiosk->params.fits ||
            kiosk->params.fits(kiosk->params.ctx, setting, survey, why));
}

// What holds and what was refused, for the courier.
static void tell_config(struct kiosk *kiosk)
{
    char told[STORE_SETTING_SIZE] = "", text[STORE_SETTING_SIZE];
    if (!kiosk->store)
        return;
    watch_describe(kiosk->watch, text);
    store_get_setting(kiosk->store, STORE_SETTING_CONFIG, told);
    if (strcmp(told, text) != 0 &&
        !store_put_setting(kiosk->store, STORE_SETTING_CONFIG, text))
        log_warn("ui", "the courier is not told which configuration holds");
}

static bool serve(struct kiosk *kiosk, int64_t now)
{
    const struct flow_input input = {
        .kind = FLOW_SERVICE, .fault = current_fault(kiosk), .now = now};
    return kiosk_step(kiosk, &input);
}

static struct flow_setting flow_setting_of(const struct kiosk *kiosk)
{
    const struct setting *setting = watch_setting(kiosk->watch);
    struct flow_setting out = {.times = kiosk->params.times,
                               .transaction =
                                   setting->mode == RECORD_TRANSACTION,
                               .walk_up = setting->walk_up,
                               .field_count = (int)setting->field_count,
                               .reasons_low = setting->reasons_low};
    if (!kiosk->params.rating_fixed)
        out.times.rating = setting->rating_ms;
    return out;
}

static void open_store(struct kiosk *kiosk, int64_t now)
{
    const struct store_params params = {.directory = kiosk->params.directory,
                                        .device = watch_device(kiosk->watch),
                                        .listener = kiosk->params.listener,
                                        .ctx = kiosk->params.ctx,
                                        .retry_ms = kiosk->params.retry_ms,
                                        .keep_days = kiosk->params.keep_days,
                                        .prune_ms = kiosk->params.prune_ms,
                                        .ring_slots = kiosk->params.ring_slots};
    kiosk->store = store_open(&params);
    if (!kiosk->store) {
        log_error("ui", "the store cannot be started");
        kiosk->store_fault = FLOW_STORE_FAULT;
        kiosk->store_at = now + AGAIN_MS;
        return;
    }
    write_event(kiosk, "start", VERSION_DETAIL);
}

// New settings: nobody is at the screen, so all of them change at once.
static void apply_settings(struct kiosk *kiosk, int64_t now)
{
    struct flow_effects effects;
    choose_survey(kiosk, now);
    struct flow_setting setting = flow_setting_of(kiosk);
    flow_configure(&kiosk->flow, kiosk->survey, &setting, now, &effects);
    kiosk->hours_at = now;
    kiosk->comment.composer.method = watch_setting(kiosk->watch)->typing;
    kiosk->comment.composer.style = watch_setting(kiosk->watch)->tones;
    if (watch_state(kiosk->watch) == WATCH_GOOD && !kiosk->store)
        open_store(kiosk, now);
    serve(kiosk, now);
}

// --- Life --------------------------------------------------------------------

struct kiosk *kiosk_open(const struct kiosk_params *params, int64_t now)
{
    struct kiosk *kiosk = calloc(1, sizeof *kiosk);
    const struct watch_params watch = {.directory = params->directory,
                                       .judge = can_show,
                                       .ctx = kiosk,
                                       .trial_ms = params->trial_ms};
    if (kiosk) {
        kiosk->params = *params;
        kiosk->watch = watch_open(&watch, now);
    }
    if (!kiosk || !kiosk->watch ||
        !comment_init(&kiosk->comment, COMPOSE_TELEX, TONE_STYLE_OLD)) {
        log_error("ui", "out of memory");
        if (kiosk) {
            watch_close(kiosk->watch);
            comment_free(&kiosk->comment);
        }
        free(kiosk);
        return NULL;
    }
    kiosk->survey = params->survey;
    staff_init(&kiosk->staff, params->directory);
    scanner_init(&kiosk->scanner);
    kiosk->power = power_open(params->battery_root);
    clock_boot_id(kiosk->boot);
    struct flow_setting setting = flow_setting_of(kiosk);
    flow_init(&kiosk->flow, kiosk->survey, &setting, now);
    apply_settings(kiosk, now);
    return kiosk;
}

void kiosk_close(struct kiosk *kiosk, int64_t now)
{
    if (!kiosk)
        return;
    const struct flow_input stop = {.kind = FLOW_STOP, .now = now};
    kiosk_step(kiosk, &stop);
    if (kiosk->health == KIOSK_WELL)
        write_event(kiosk, "stop", VERSION_DETAIL);
    store_close(kiosk->store);
    staff_release(&kiosk->staff);
    power_close(kiosk->power);
    watch_close(kiosk->watch);
    comment_clear(&kiosk->comment);
    comment_free(&kiosk->comment);
    free(kiosk);
}

static bool is_of_visit(const struct kiosk *kiosk,
                        const struct store_event *event)
{
    return strcmp(event->id, kiosk->visit.id) == 0;
}

static enum flow_fault fault_of(enum store_reason reason)
{
    return reason == STORE_REASON_FULL ? FLOW_DISK_FULL : FLOW_STORE_FAULT;
}

// Whether the store goes on is told by the event that follows; this is about
// the record alone.
static bool take_failure(struct kiosk *kiosk, const struct store_event *event,
                         int64_t now)
{
    if (!is_of_visit(kiosk, event))
        return false;
    if (kiosk->draft_waits) {
        // The line is tried on its own; it decides what the citizen is told.
        kiosk->draft_waits = false;
        return false;
    }
    const struct flow_input input = {.kind = FLOW_STORE_FAILED,
                                     .fault = fault_of(event->reason),
                                     .now = now};
    return kiosk_step(kiosk, &input);
}

static bool take_saved(struct kiosk *kiosk, const struct store_event *event,
                       int64_t now)
{
    bool changed = false;
    trace_saved(kiosk->params.trace, event->id, event->seq);
    if (is_of_visit(kiosk, event)) {
        const struct flow_input input = {.kind = FLOW_STORED, .now = now};
        changed = kiosk_step(kiosk, &input);
    }
    // A record that only the ring holds says nothing of the store's health:
    // STORE_READY does.
    return serve(kiosk, now) || changed;
}

// A pause of before the start goes on. True when there was one.
static bool resume_pause(struct kiosk *kiosk, int64_t now)
{
    const struct flow_input pause = {.kind = FLOW_PAUSED_BEFORE, .now = now};
    char kept[STORE_SETTING_SIZE];
    if (kiosk->pause_known)
        return false;
    kiosk->pause_known = true;
    tell_shown(kiosk, ""); // it may be of before a power cut
    return store_get_setting(kiosk->store, SETTING_PAUSED, kept) &&
           strcmp(kept, "yes") == 0 && kiosk_step(kiosk, &pause);
}

bool kiosk_take_store_event(struct kiosk *kiosk,
                            const struct store_event *event, int64_t now)
{
    bool changed = false;
    switch (event->kind) {
    case STORE_READY:
        kiosk->store_fault = FLOW_FINE;
        changed = resume_pause(kiosk, now);
        return serve(kiosk, now) || changed;
    case STORE_BROKEN:
        if (event->reason == STORE_REASON_BUSY)
            kiosk->health = KIOSK_SECOND;
        if (event->reason == STORE_REASON_LEFT_BEHIND)
            kiosk->health = KIOSK_STALE;
        kiosk->store_fault = fault_of(event->reason);
        return serve(kiosk, now);
    case STORE_DRAFT_SAVED:
        trace_draft(kiosk->params.trace, event->id);
        if (is_of_visit(kiosk, event))
            kiosk->draft_waits = false;
        return false;
    case STORE_LINE_SAVED:
        return take_saved(kiosk, event, now);
    case STORE_FAILED:
        return take_failure(kiosk, event, now);
    }
    return false;
}

// What could not be had at first is tried again.
static bool is_due(const struct kiosk *kiosk, int64_t now)
{
    if (watch_state(kiosk->watch) != WATCH_GOOD)
        return false;
    return (!kiosk->store && now >= kiosk->store_at) ||
           (kiosk->survey_missing && now >= kiosk->survey_at);
}

// Looked at every minute, as the clock may be set.
static bool keep_hours(struct kiosk *kiosk, int64_t now)
{
    const struct hours *hours = &kiosk_setting(kiosk)->hours;
    int64_t wall = clock_wall_ms();
    struct hours_now moment;
    if (now < kiosk->hours_at)
        return false;
    hours_at(hours, wall, clock_is_believable(wall), &moment);
    int64_t wait = HOURS_LOOK_MS - wall % HOURS_LOOK_MS;
    kiosk->hours_at = hours->given ? now + wait : INT64_MAX;
    const struct flow_input input = {
        .kind = FLOW_HOURS, .value = moment.open, .now = now};
    return kiosk_step(kiosk, &input);
}

void kiosk_set_touch_gone(struct kiosk *kiosk, bool gone, int64_t now)
{
    if (kiosk->touch_gone == gone)
        return;
    kiosk->touch_gone = gone;
    if (gone)
        log_error("ui", "there is no touch panel: out of service, E-31");
    else
        log_info("ui", "the touch panel is there");
    serve(kiosk, now);
}

bool kiosk_touch_is_gone(const struct kiosk *kiosk)
{
    return kiosk->touch_gone;
}

// A battery that is nearly empty ends the service before the power does, at
// home only: who is asked can answer.
static bool look_at_battery(struct kiosk *kiosk, int64_t now)
{
    struct power_state before = kiosk->battery;
    kiosk->battery = power_get(kiosk->power);
    if (kiosk->battery.level != before.level)
        serve(kiosk, now);
    return kiosk->battery.level != before.level ||
           (kiosk->battery.level != BATTERY_FINE &&
            kiosk->battery.battery.percent != before.battery.percent);
}

int kiosk_battery_low(const struct kiosk *kiosk)
{
    return kiosk->battery.level == BATTERY_FINE
               ? -1
               : kiosk->battery.battery.percent;
}

// --- Invitations and codes ---------------------------------------------------

static struct invited_rules rules_now(const struct kiosk *kiosk, int64_t now)
{
    const struct setting *setting = kiosk_setting(kiosk);
    int64_t server = watch_server_ms(kiosk->watch, now);
    int64_t wall = clock_wall_ms();
    // A key is chosen by the best time that there is; a clock that was never
    // set chooses none.
    int64_t moment = server > 0 ? server : clock_is_believable(wall) ? wall : 0;
    return (struct invited_rules){.server_key = watch_server_key(kiosk->watch),
                                  .unit = setting->unit_code,
                                  .privacy = &setting->privacy,
                                  .day = date_day_of_wall_ms(moment),
                                  .now = server};
}

static bool is_answered(void *ctx, const char *invitation)
{
    return store_is_answered(ctx, invitation);
}

// A screen on which a visit may open by itself.
static bool waits(const struct kiosk *kiosk)
{
    return kiosk->flow.screen == FLOW_WAITING ||
           kiosk->flow.screen == FLOW_ATTRACT;
}

static bool open_invited(struct kiosk *kiosk, int64_t now)
{
    const struct flow_input invited = {.kind = FLOW_INVITED, .now = now};
    return kiosk_step(kiosk, &invited);
}

// From the list: its own words are the ones that count.
static bool open_listed(struct kiosk *kiosk,
                        const struct courier_invitation *invitation,
                        const struct invited_rules *rules, int64_t now)
{
    invited_business(rules, invitation, &kiosk->business);
    kiosk->expires_at = invitation->expires_at;
    return open_invited(kiosk, now);
}

// Until the store has read the ledger nobody knows who was asked already.
static bool knows_answered(const struct kiosk *kiosk)
{
    return kiosk->store && kiosk->pause_known;
}

static bool offer_next(struct kiosk *kiosk, int64_t now)
{
    const struct courier_invitations *list;
    if (kiosk_setting(kiosk)->mode != RECORD_TRANSACTION || !waits(kiosk) ||
        !knows_answered(kiosk) || !watch_invitations(kiosk->watch, &list) ||
        list->count == 0)
        return false;
    struct invited_rules rules = rules_now(kiosk, now);
    const struct courier_invitation *next =
        invited_next(list, is_answered, kiosk->store, rules.now);
    return next && open_listed(kiosk, next, &rules, now);
}

// The invitation of an untouched question is gone before its time: it was taken
// back, or answered elsewhere.
static bool look_for_withdrawal(struct kiosk *kiosk, int64_t now)
{
    const struct flow_input withdrawn = {.kind = FLOW_WITHDRAWN, .now = now};
    const struct courier_invitations *list;
    watch_look_aside(kiosk->watch, now);
    if (!watch_invitations(kiosk->watch, &list) ||
        invited_find(list, kiosk->business.invitation) ||
        watch_server_ms(kiosk->watch, now) >= kiosk->expires_at)
        return false;
    log_info("ui", "invitation %s was withdrawn", kiosk->business.invitation);
    return kiosk_step(kiosk, &withdrawn);
}

// True while that may happen.
static bool may_be_withdrawn(const struct kiosk *kiosk)
{
    const struct flow *flow = &kiosk->flow;
    return flow->screen == FLOW_RATING && flow->invited && !flow->answered &&
           kiosk->expires_at > 0;
}

// The code itself is in no log: it names a citizen's business.
static void log_code(enum invited_code code)
{
    if (code >= INVITED_UNUSUAL)
        log_warn("ui", "the scanner read %s%s", invited_code_name(code),
                 code == INVITED_UNUSUAL ? ", which is taken all the same"
                                         : "; it opens nothing");
}

// Of the list, when the code is about the business of one that waits there.
static const struct courier_invitation *
find_listed(const struct kiosk *kiosk, const struct invited_rules *rules,
            const struct visit_business *business)
{
    const struct courier_invitations *list;
    if (!watch_invitations(kiosk->watch, &list))
        return NULL;
    for (size_t i = 0; i < list->count; i++) {
        struct visit_business listed;
        invited_business(rules, &list->list[i], &listed);
        bool same = strcmp(listed.invitation, business->invitation) == 0 ||
                    (listed.transaction[0] &&
                     strcmp(listed.transaction, business->transaction) == 0);
        if (same && !store_is_answered(kiosk->store, listed.invitation))
            return &list->list[i];
    }
    return NULL;
}

static bool take_code(struct kiosk *kiosk, const char *text, int64_t now)
{
    struct invited_rules rules = rules_now(kiosk, now);
    struct visit_business business;
    enum invited_code code = invited_read_code(&rules, text, &business);
    log_code(code);
    if (code > INVITED_UNUSUAL || !knows_answered(kiosk))
        return false;
    if (business.invitation[0] &&
        store_is_answered(kiosk->store, business.invitation)) {
        log_info("ui", "the scanner read a token that was answered here");
        return false;
    }
    const struct courier_invitation *listed =
        find_listed(kiosk, &rules, &business);
    if (listed)
        return open_listed(kiosk, listed, &rules, now);
    kiosk->business = business;
    kiosk->expires_at = 0;
    return open_invited(kiosk, now);
}

// A device that is not enrolled waits for that alone.
static bool may_enrol(const struct kiosk *kiosk)
{
    return kiosk->flow.screen == FLOW_ENROLMENT ||
           (kiosk->flow.screen == FLOW_OUT_OF_SERVICE &&
            flow_fault(&kiosk->flow) == FLOW_NOT_ENROLLED);
}

static void open_form(struct kiosk *kiosk, int64_t now)
{
    const struct flow_input open = {
        .kind = FLOW_ACT, .act = FLOW_ENROL, .now = now};
    if (kiosk->flow.screen != FLOW_ENROLMENT)
        kiosk_step(kiosk, &open);
}

static bool take_enrolment(struct kiosk *kiosk, const char *code, int64_t now)
{
    struct voucher voucher;
    if (kiosk->flow.screen != FLOW_ENROLMENT &&
        voucher_read(code, &voucher) != VOUCHER_READ)
        return false;
    open_form(kiosk, now);
    staff_form_scan(&kiosk->staff, code, now);
    return true;
}

static bool has_file(const struct kiosk *kiosk, const char *name)
{
    char path[PATH_MAX];
    return file_join(path, sizeof path, kiosk->params.directory, name) &&
           file_exists(path);
}

// The courier found a stick, which nobody has to touch the screen for.
static bool look_for_stick(struct kiosk *kiosk, int64_t now)
{
    if (!may_enrol(kiosk) || kiosk->flow.screen == FLOW_ENROLMENT ||
        !has_file(kiosk, DEVICE_FILE_ENROL_NOTE))
        return false;
    open_form(kiosk, now);
    return staff_form_look_for_note(&kiosk->staff);
}

// The form has done its work, and the device begins with its own.
static bool leave_form(struct kiosk *kiosk, int64_t now)
{
    const struct flow_input leave = {
        .kind = FLOW_ACT, .act = FLOW_LEAVE, .now = now};
    return kiosk->flow.screen == FLOW_ENROLMENT &&
           has_file(kiosk, DEVICE_FILE_JSON) && kiosk_step(kiosk, &leave);
}

bool kiosk_scan(struct kiosk *kiosk, char c, int64_t now)
{
    const char *code;
    if (may_enrol(kiosk))
        return scanner_take(&kiosk->scanner, c, now, &code) &&
               take_enrolment(kiosk, code, now);
    if (!waits(kiosk)) {
        scanner_waste(&kiosk->scanner, c, now);
        return false;
    }
    return scanner_take(&kiosk->scanner, c, now, &code) &&
           take_code(kiosk, code, now);
}

// --- Time --------------------------------------------------------------------

static bool keep_contact(struct kiosk *kiosk, int64_t now)
{
    bool contact = kiosk_setting(kiosk)->mode != RECORD_TRANSACTION ||
                   watch_has_contact(kiosk->watch, now);
    if (contact == !kiosk->flow.alone)
        return false;
    log_info("ui", contact ? "contact with the server again"
                           : "no contact with the server: the counter goes on "
                             "without invitations");
    const struct flow_input input = {
        .kind = FLOW_CONTACT, .value = contact, .now = now};
    return kiosk_step(kiosk, &input);
}

// While nobody is here.
static bool look_around(struct kiosk *kiosk, int64_t now)
{
    bool changed = false;
    if (watch_look(kiosk->watch, now) || is_due(kiosk, now)) {
        apply_settings(kiosk, now);
        changed = true;
    }
    tell_config(kiosk);
    changed |= keep_contact(kiosk, now);
    return offer_next(kiosk, now) || changed;
}

bool kiosk_tick(struct kiosk *kiosk, int64_t now)
{
    const struct flow_input tick = {.kind = FLOW_TICK, .now = now};
    look_at_clock(kiosk);
    watch_end_trial(kiosk->watch, now);
    bool changed = kiosk_step(kiosk, &tick);
    changed |= comment_tick(&kiosk->comment, now);
    changed |= keep_hours(kiosk, now);
    changed |= look_at_battery(kiosk, now);
    changed |= look_for_stick(kiosk, now);
    changed |= leave_form(kiosk, now);
    if (flow_is_idle(&kiosk->flow))
        changed |= look_around(kiosk, now);
    else if (may_be_withdrawn(kiosk))
        changed |= look_for_withdrawal(kiosk, now);
    return changed;
}

bool kiosk_is_stuck(const struct kiosk *kiosk)
{
    return kiosk->store && store_busy_ms(kiosk->store) > STUCK_MS;
}

int64_t kiosk_deadline(const struct kiosk *kiosk)
{
    int64_t at = flow_deadline(&kiosk->flow);
    int64_t look = watch_deadline(kiosk->watch);
    int64_t repeat = comment_deadline(&kiosk->comment);
    at = kiosk->hours_at < at ? kiosk->hours_at : at;
    at = repeat < at ? repeat : at;
    bool looks = flow_is_idle(&kiosk->flow) || may_be_withdrawn(kiosk);
    return looks && look < at ? look : at;
}

void kiosk_touch_at(struct kiosk *kiosk, double x, double y)
{
    kiosk->touch =
        (struct visit_touch){true, fmin(fmax(x, 0), 1), fmin(fmax(y, 0), 1)};
}

enum kiosk_health kiosk_health(const struct kiosk *kiosk)
{
    return kiosk->health;
}

const struct flow *kiosk_flow(const struct kiosk *kiosk)
{
    return &kiosk->flow;
}

const struct survey *kiosk_survey(const struct kiosk *kiosk)
{
    return kiosk->survey;
}

const struct setting *kiosk_setting(const struct kiosk *kiosk)
{
    return watch_setting(kiosk->watch);
}

bool kiosk_is_enrolled(const struct kiosk *kiosk)
{
    return watch_state(kiosk->watch) == WATCH_GOOD;
}

const char *kiosk_field_name(const struct kiosk *kiosk,
                             enum i18n_language language)
{
    const struct setting *setting = kiosk_setting(kiosk);
    const struct setting_field *field =
        kiosk->flow.in_visit ? setting_field(setting, kiosk->visit.field)
                             : &setting->field;
    return field ? field->name[language] : "";
}

bool kiosk_is_linked(const struct kiosk *kiosk)
{
    return kiosk_setting(kiosk)->privacy.linked && kiosk->flow.in_visit &&
           kiosk->visit.transaction[0] != '\0';
}
