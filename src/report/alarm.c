#include "report/alarm.h"
#include "common/date.h"
#include "common/log.h"
#include "office/device_settings.h"
#include "survey/hours.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "report";

// --- What the Office set ----------------------------------------------------

enum { BACKUP_DAYS = 3, DISK_DAYS = 90, DAYS_MOST = 3650 };
enum { DISK_LEAST_MIB = 1024 };

// May be missing: documents that are older have neither.
static bool read_days(const json_t *body, const char *key, int usual, int *out,
                      struct buf *message)
{
    int64_t days = usual;
    if (json_object_get(body, key) &&
        (!json_get_int(body, key, &days) || days < 0 || days > DAYS_MOST)) {
        buf_printf(message, "%s: give a whole number, 0 (never) to %d", key,
                   DAYS_MOST);
        return false;
    }
    *out = (int)days;
    return true;
}

bool alarm_rules_read(const json_t *body, struct alarm_rules *out,
                      struct buf *message)
{
    struct alarm_rules rules = {.is_on = false};
    const struct {
        const char *key;
        bool *value;
    } flags[] = {{"on", &rules.is_on},
                 {"target", &rules.target},
                 {"faults", &rules.faults}};
    const struct {
        const char *key;
        int *value;
        int least, most;
    } numbers[] = {
        {"low_percent", &rules.low_percent, 1, 100},
        {"low_days", &rules.low_days, 1, 31},
        {"low_least", &rules.low_least, FIGURES_LEAST, 100000},
        {"silent_minutes", &rules.silent_minutes, 3, 10080},
        {"target_least", &rules.target_least, FIGURES_LEAST, 1000000}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (!json_get_bool(body, flags[i].key, flags[i].value)) {
            buf_printf(message, "%s: is missing or neither true nor false",
                       flags[i].key);
            return false;
        }
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        int64_t value = 0;
        if (!json_get_int(body, numbers[i].key, &value) ||
            value < numbers[i].least || value > numbers[i].most) {
            buf_printf(message, "%s: give a whole number, %d to %d",
                       numbers[i].key, numbers[i].least, numbers[i].most);
            return false;
        }
        *numbers[i].value = (int)value;
    }
    if (!read_days(body, "backup_days", BACKUP_DAYS, &rules.backup_days,
                   message) ||
        !read_days(body, "disk_days", DISK_DAYS, &rules.disk_days, message)) {
        return false;
    }
    *out = rules;
    return true;
}

// --- What is found ----------------------------------------------------------

// NULL on no memory; logged.
static struct alert_condition *add(struct alarms *alarms, enum alert_kind kind,
                                   const char *subject, const char *label)
{
    if (alarms->count == alarms->capacity) {
        size_t more = alarms->capacity ? alarms->capacity * 2 : 16;
        struct alert_condition *all = realloc(alarms->all, more * sizeof *all);
        if (!all) {
            log_error(MODULE, "out of memory for alerts");
            alarms->failed = true;
            return NULL;
        }
        alarms->all = all;
        alarms->capacity = more;
    }
    struct alert_condition *condition = &alarms->all[alarms->count++];
    *condition = (struct alert_condition){.kind = kind};
    snprintf(condition->subject, sizeof condition->subject, "%s", subject);
    snprintf(condition->label, sizeof condition->label, "%s", label);
    return condition;
}

// An object of whole numbers, by pairs of key and number up to a NULL.
static void tell(struct alert_condition *condition, const char *const *keys,
                 const int64_t *numbers)
{
    size_t size = 0;
    for (size_t i = 0; keys[i] && size < sizeof condition->detail; i++)
        size += (size_t)snprintf(condition->detail + size,
                                 sizeof condition->detail - size,
                                 "%s\"%s\": %lld", i > 0 ? ", " : "{", keys[i],
                                 (long long)numbers[i]);
    if (size + 1 < sizeof condition->detail)
        memcpy(condition->detail + size, "}", 2);
}

// --- Low ratings ------------------------------------------------------------

struct looking {
    struct alarms *alarms;
    const struct alarm_rules *rules;
    const struct report_method *method;
    const struct alarm_moment *moment;
    bool by_counter;
};

static bool look_at_share(void *ctx, const struct office_total *total)
{
    const struct looking *looking = ctx;
    const struct alarm_rules *rules = looking->rules;
    struct figures_counts counts = {.transactions = FIGURES_UNKNOWN};
    memcpy(counts.levels, total->tally.levels, sizeof counts.levels);
    int64_t rated = figures_rated(&counts);
    int64_t low = figures_dissatisfied(&counts, &looking->method->rules);
    // Visits without a counter are in the unit's share.
    if ((looking->by_counter && total->key[0] == '\0') ||
        rated < rules->low_least || !figures_are_sound(&counts) ||
        100 * low < rules->low_percent * rated)
        return true;
    struct alert_condition *condition =
        add(looking->alarms, ALERT_LOW_SHARE, total->key, total->key);
    if (!condition)
        return false;
    int64_t bound = figures_wilson(low, rated).low;
    condition->opens = bound >= rules->low_percent * INT64_C(100);
    tell(condition,
         (const char *const[]){"low", "rated", "percent", "days", NULL},
         (const int64_t[]){low, rated, rules->low_percent, rules->low_days});
    return true;
}

static bool find_low_shares(struct office *office, struct looking *looking)
{
    int32_t today = date_day_of_wall_ms(looking->moment->now);
    int32_t first = today - looking->rules->low_days + 1;
    enum office_result result = office_totals(
        office, first, today, OFFICE_BY_NONE, look_at_share, looking);
    looking->by_counter = true;
    if (result == OFFICE_OK)
        result = office_totals(office, first, today, OFFICE_BY_COUNTER,
                               look_at_share, looking);
    return result == OFFICE_OK;
}

// --- The target -------------------------------------------------------------

static bool take_total(void *ctx, const struct office_total *total)
{
    struct figures_counts *counts = ctx;
    memcpy(counts->levels, total->tally.levels, sizeof counts->levels);
    return true;
}

static int lowest_target(const struct figures_method *rules)
{
    int lowest = 0;
    for (int i = 0; i < rules->target_count; i++) {
        if (lowest == 0 || rules->targets[i] < lowest)
            lowest = rules->targets[i];
    }
    return lowest;
}

static bool look_at_period(struct office *office, struct looking *looking,
                           const struct period *period)
{
    struct report_method method;
    struct figures_counts counts = {.transactions = FIGURES_UNKNOWN};
    char code[PERIOD_CODE_SIZE], subject[ALERT_SUBJECT_SIZE];
    if (!report_method_at(office, looking->method, period->first, &method) ||
        office_totals(office, period->first, period->last, OFFICE_BY_NONE,
                      take_total, &counts) != OFFICE_OK)
        return false;
    int target = lowest_target(&method.rules);
    int64_t rated = figures_rated(&counts);
    int64_t satisfied = figures_satisfied(&counts, &method.rules);
    if (target == 0 || rated < looking->rules->target_least ||
        figures_judge(satisfied, rated, target) != FIGURES_NOT_MET)
        return true;
    period_code(period, code);
    snprintf(subject, sizeof subject, "%s:%s", period_kind_name(period->kind),
             code);
    struct alert_condition *condition =
        add(looking->alarms, ALERT_TARGET, subject, code);
    if (!condition)
        return false;
    condition->opens = true;
    tell(condition, (const char *const[]){"satisfied", "rated", "target", NULL},
         (const int64_t[]){satisfied, rated, target});
    return true;
}

static bool find_targets(struct office *office, struct looking *looking)
{
    int32_t month = publish_month_of(date_day_of_wall_ms(looking->moment->now));
    const struct period periods[] = {
        period_make(PERIOD_OFFICIAL, PERIOD_MONTH, month / 12, month % 12 + 1),
        period_make(PERIOD_OFFICIAL, PERIOD_YEAR, month / 12, 0)};
    return look_at_period(office, looking, &periods[0]) &&
           look_at_period(office, looking, &periods[1]);
}

// --- Devices ----------------------------------------------------------------

// By what people call it, and its counter where it has no name.
static void name_device(const struct alert_device *device,
                        char out[ALERT_LABEL_SIZE])
{
    const char *name = device->name[0] ? device->name : device->counter;
    snprintf(out, ALERT_LABEL_SIZE, "%s", name);
}

static bool read_hours(const struct alarm_moment *moment,
                       const struct alert_device *device, struct hours *out)
{
    struct buf message = {0};
    json_t *own = device_settings_hours(moment->devices, moment->hours,
                                        device->point, device->counter);
    bool done = own && hours_read(own, out, &message);
    if (!done)
        log_error(MODULE, "counter %s: %s", device->counter,
                  own ? buf_text(&message) : "out of memory");
    buf_free(&message);
    json_decref(own);
    return done;
}

// Minutes without a word of it since its counter opened.
static int64_t silent_minutes(const struct alert_device *device,
                              const struct hours *hours, int64_t now)
{
    int64_t since = device->seen_at > 0 ? device->seen_at : device->enrolled_at;
    int64_t open_since = hours_open_since(hours, now);
    return (now - (open_since > since ? open_since : since)) / 60000;
}

static bool look_at_silence(const struct looking *looking,
                            const struct alert_device *device)
{
    char label[ALERT_LABEL_SIZE];
    int64_t now = looking->moment->now;
    struct hours hours;
    struct hours_now state;
    if (!read_hours(looking->moment, device, &hours))
        return false;
    if (silent_minutes(device, &hours, now) < looking->rules->silent_minutes)
        return true;
    hours_at(&hours, now, true, &state);
    name_device(device, label);
    struct alert_condition *condition =
        add(looking->alarms, ALERT_SILENT, device->id, label);
    if (!condition)
        return false;
    // While its counter is closed nobody knows whether it is silent.
    condition->opens = state.open;
    tell(condition, (const char *const[]){"minutes", NULL},
         (const int64_t[]){looking->rules->silent_minutes});
    return true;
}

// What a device calls its faults are plain words; others are passed over.
static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
                                "TUVWXYZ0123456789-_.";
    size_t size = strlen(word);
    return size > 0 && size <= 32 && strspn(word, plain) == size;
}

static bool look_at_faults(const struct looking *looking,
                           const struct alert_device *device)
{
    char why[JSON_MESSAGE_SIZE], label[ALERT_LABEL_SIZE];
    size_t i;
    json_t *item;
    bool ok = true;
    json_t *state = device->state[0]
                        ? json_read(device->state, strlen(device->state), why)
                        : NULL;
    name_device(device, label);
    json_array_foreach(json_object_get(state, "faults"), i, item)
    {
        const char *word = json_string_value(item);
        char subject[ALERT_SUBJECT_SIZE];
        if (!ok || !word || !is_plain(word))
            continue;
        snprintf(subject, sizeof subject, "%s %s", device->id, word);
        struct alert_condition *condition =
            add(looking->alarms, ALERT_FAULT, subject, label);
        ok = condition != NULL;
        if (ok) {
            condition->opens = true;
            snprintf(condition->detail, sizeof condition->detail,
                     "{\"fault\": \"%s\"}", word);
        }
    }
    json_decref(state);
    return ok;
}

static bool look_at_device(void *ctx, const struct alert_device *device)
{
    const struct looking *looking = ctx;
    return look_at_silence(looking, device) &&
           (!looking->rules->faults || look_at_faults(looking, device));
}

// --- The server's machine ---------------------------------------------------

static bool look_at_backup(const struct looking *looking)
{
    const struct alarm_moment *moment = looking->moment;
    int64_t day = 24 * 3600 * INT64_C(1000);
    int64_t from =
        moment->backup_at > 0 ? moment->backup_at : moment->data_since;
    if (looking->rules->backup_days == 0 || from == 0 || moment->on_postgres ||
        moment->now - from < looking->rules->backup_days * day)
        return true;
    struct alert_condition *condition =
        add(looking->alarms, ALERT_BACKUP, "", "");
    if (!condition)
        return false;
    condition->opens = true;
    tell(condition, (const char *const[]){"days", "ever", NULL},
         (const int64_t[]){looking->rules->backup_days, moment->backup_at > 0});
    return true;
}

static bool look_at_disk(const struct looking *looking)
{
    const struct alarm_moment *moment = looking->moment;
    bool is_low =
        moment->disk_free_mib >= 0 && moment->disk_free_mib < DISK_LEAST_MIB;
    bool is_filling =
        moment->disk_days >= 0 && moment->disk_days < looking->rules->disk_days;
    if (looking->rules->disk_days == 0 || (!is_low && !is_filling))
        return true;
    struct alert_condition *condition =
        add(looking->alarms, ALERT_DISK, "", "");
    if (!condition)
        return false;
    condition->opens = true;
    tell(condition, (const char *const[]){"free_mib", "days", NULL},
         (const int64_t[]){moment->disk_free_mib, moment->disk_days});
    return true;
}

// --- All --------------------------------------------------------------------

static bool look(struct office *office, struct looking *looking)
{
    return find_low_shares(office, looking) &&
           (!looking->rules->target || find_targets(office, looking)) &&
           office_list_alert_devices(office, look_at_device, looking) ==
               OFFICE_OK &&
           look_at_backup(looking) && look_at_disk(looking) &&
           !looking->alarms->failed;
}

bool alarms_find(struct office *office, const struct alarm_rules *rules,
                 const struct report_method *method,
                 const struct alarm_moment *moment, struct alarms *out)
{
    struct alarms alarms = {.count = 0};
    struct looking looking = {&alarms, rules, method, moment, false};
    bool done = !rules->is_on;
    if (!done && office_begin_reading(office) == OFFICE_OK) {
        done = look(office, &looking);
        office_end_reading(office);
    }
    if (done)
        *out = alarms;
    else
        alarms_free(&alarms);
    return done;
}

struct alert_conditions alarms_conditions(const struct alarms *alarms)
{
    struct alert_conditions conditions = {.all = alarms->all,
                                          .count = alarms->count};
    for (int kind = 0; kind < ALERT_KIND_COUNT; kind++)
        conditions.looked_for[kind] = true;
    return conditions;
}

void alarms_free(struct alarms *alarms)
{
    free(alarms->all);
    *alarms = (struct alarms){.count = 0};
}
