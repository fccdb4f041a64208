#include "server/documents.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "integrity/thresholds.h"
#include "office/calendar.h"
#include "office/case_rules.h"
#include "office/device_settings.h"
#include "office/notices.h"
#include "office/retention.h"
#include "report/alarm.h"
#include "report/board.h"
#include "report/report.h"
#include "server/context.h"
#include "server/device_settings.h"
#include "server/judging.h"
#include "survey/hours.h"
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

// --- The rows ---------------------------------------------------------------

static bool check_hours(const json_t *body, struct buf *message)
{
    struct hours hours;
    return hours_read(body, &hours, message);
}

static bool check_targets(const json_t *body, struct buf *message)
{
    struct report_method method;
    int32_t from;
    const char *why;
    bool ok = report_method_read_kept(body, 1, &method, &from, &why);
    if (!ok) {
        buf_append_text(message, why);
    }
    return ok;
}

static void integrity_changed(struct server *server, struct office *office)
{
    if (office) {
        judging_set_rules(server, office);
    }
}

// The devices are told.
static void hours_changed(struct server *server, struct office *office)
{
    struct office_defaults *defaults = &server->settings.defaults;
    int64_t version;
    json_t *body = documents_take(server->documents, "hours", &version);
    json_decref(server->hours);
    server->hours = body;
    defaults->hours = json_object_get(body, "hours");
    defaults->holidays = json_object_get(body, "holidays");
    if (office &&
        office_configure_all(office, defaults, clock_wall_ms()) != OFFICE_OK) {
        log_error(MODULE, "the devices are told the new hours later, at the "
                          "latest tomorrow");
    }
    integrity_changed(server, office);
}

static bool check_integrity(const json_t *body, struct buf *message)
{
    struct integrity_thresholds thresholds;
    return integrity_read_thresholds(body, &thresholds, message);
}

static bool check_calendar(const json_t *body, struct buf *message)
{
    struct calendar calendar;
    return calendar_read(body, &calendar, message);
}

static bool check_cases(const json_t *body, struct buf *message)
{
    struct case_rules rules;
    return case_rules_read(body, &rules, message);
}

// The devices are told.
static void notices_changed(struct server *server, struct office *office)
{
    if (office && office_configure_all(office, &server->settings.defaults,
                                       clock_wall_ms()) != OFFICE_OK) {
        log_error(MODULE, "the devices are told the new notices later, at the "
                          "latest tomorrow");
    }
}

// The devices are told.
static void devices_changed(struct server *server, struct office *office)
{
    struct office_defaults *defaults = &server->settings.defaults;
    int64_t version;
    json_t *body = documents_take(server->documents, "devices", &version);
    json_decref(server->apart);
    server->apart = body;
    defaults->apart = body;
    if (server->phone_looks &&
        !phone_looks_change(server->phone_looks, defaults->unit_name, body)) {
        log_error(MODULE, "the phone channel's pages stay as they were");
    }
    if (office &&
        office_configure_all(office, defaults, clock_wall_ms()) != OFFICE_OK) {
        log_error(MODULE, "the devices are told their new settings later, at "
                          "the latest tomorrow");
    }
    integrity_changed(server, office);
}

static const char *const NOTICES_KEYS[] = {"notices", NULL};
static const char *const CALENDAR_KEYS[] = {"source", "years", "holidays",
                                            "swaps", NULL};
static const char *const CASES_KEYS[] = {"levels", "deadline_days", "confirm",
                                         "causes", NULL};
static bool check_alerts(const json_t *body, struct buf *message)
{
    struct alarm_rules rules;
    return alarm_rules_read(body, &rules, message);
}

static bool check_board(const json_t *body, struct buf *message)
{
    struct board_look look;
    return board_look_read(body, &look, message);
}

static bool check_retention(const json_t *body, struct buf *message)
{
    struct retention_rules rules;
    return retention_rules_read(body, &rules, message);
}

static const char *const RETENTION_KEYS[] = {"comments_months", "codes_months",
                                             NULL};
static const char *const ALERTS_KEYS[] = {
    "on",     "low_percent",  "low_days", "low_least",   "silent_minutes",
    "target", "target_least", "faults",   "backup_days", "disk_days",
    NULL};
static const char *const BOARD_KEYS[] = {
    "on", "title", "levels", "fields", "coverage", "waiting", "turn_s", NULL};
static const char *const INTEGRITY_KEYS[] = {
    "burst",    "run",        "no-transaction",  "outside-hours",
    "too-fast", "same-touch", "officer-outlier", NULL};
static const char *const HOURS_KEYS[] = {"hours", "holidays", NULL};
static const char *const TARGETS_KEYS[] = {
    "id",      "satisfied", "dissatisfied",
    "targets", "decimals",  "waiting_minutes",
    "timely",  "from",      NULL};

const struct document DOCUMENTS[] = {
    {"calendar", "settings/calendar.json", CALENDAR_KEYS, check_calendar, NULL,
     NULL},
    {"cases", "settings/cases.json", CASES_KEYS, check_cases, NULL, NULL},
    {"notices", "settings/notices.json", NOTICES_KEYS, notices_check, NULL,
     notices_changed},
    {"hours", "settings/hours.json", HOURS_KEYS, check_hours, NULL,
     hours_changed},
    {"devices", "settings/devices.json", DEVICE_SETTINGS_MEMBERS,
     device_settings_check, device_settings_suit_all, devices_changed},
    {"integrity", "settings/integrity.json", INTEGRITY_KEYS, check_integrity,
     NULL, integrity_changed},
    {"alerts", "settings/alerts.json", ALERTS_KEYS, check_alerts, NULL, NULL},
    {"board", "settings/board.json", BOARD_KEYS, check_board, NULL, NULL},
    {"retention", "settings/retention.json", RETENTION_KEYS, check_retention,
     NULL, NULL},
    {"targets", "methods/tai-quay.json", TARGETS_KEYS, check_targets, NULL,
     NULL},
    {0}};
enum { DOCUMENT_COUNT = sizeof DOCUMENTS / sizeof *DOCUMENTS - 1 };

const struct document *document_find(const char *name)
{
    for (const struct document *d = DOCUMENTS; d->name; d++) {
        if (strcmp(d->name, name) == 0) {
            return d;
        }
    }
    return NULL;
}

static bool is_key(const struct document *document, const char *key)
{
    for (const char *const *known = document->keys; *known; known++) {
        if (strcmp(*known, key) == 0) {
            return true;
        }
    }
    return false;
}

bool document_check(const struct document *document, const json_t *body,
                    struct buf *message)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)body, key, value)
    {
        if (!is_key(document, key)) {
            buf_printf(message, "%.32s: is not known here; write", key);
            for (const char *const *k = document->keys; *k; k++) {
                buf_printf(message, " %s", *k);
            }
            return false;
        }
    }
    return document->check(body, message);
}

// --- What holds
// ---------------------------------------------------------------

struct documents {
    pthread_mutex_t mutex; // guards all below
    struct {
        json_t *body;
        int64_t version;
    } held[DOCUMENT_COUNT];
};

static json_t *read_body(const char *bytes, size_t size, struct buf *message)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *body = json_read(bytes, size, why);
    if (!body) {
        buf_append_text(message, why);
    } else if (!json_is_object(body)) {
        buf_append_text(message, "is no JSON object");
        json_decref(body);
        body = NULL;
    }
    return body;
}

// What is not known in a file is passed over: it may have remarks.
static json_t *read_file(const struct document *document, const char *path,
                         struct buf *message)
{
    struct buf bytes = {0};
    json_t *body = NULL;
    buf_printf(message, "%s: ", path);
    if (!file_read(path, DOCUMENT_BODY_MAX, &bytes)) {
        buf_append_text(message, strerror(errno));
    } else {
        body = read_body(buf_text(&bytes), bytes.size, message);
    }
    buf_free(&bytes);
    if (body && !document->check(body, message)) {
        json_decref(body);
        return NULL;
    }
    if (body) {
        buf_clear(message);
    }
    return body;
}

// Without what is not known, so that it can be sent back as it was got.
static void keep_known(const struct document *document, json_t *body)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(body, next, key, value)
    {
        if (!is_key(document, key)) {
            json_object_del(body, key);
        }
    }
}

static bool open_one(struct documents *documents, size_t i,
                     const char *own_file, struct buf *message)
{
    char path[PATH_MAX];
    if (!own_file && !file_find_asset(DOCUMENTS[i].file, path, sizeof path)) {
        buf_printf(message,
                   "%s: is not among the program's files; install the program "
                   "again, or set HAILONG_ASSETS",
                   DOCUMENTS[i].file);
        return false;
    }
    json_t *body =
        read_file(&DOCUMENTS[i], own_file ? own_file : path, message);
    if (body) {
        keep_known(&DOCUMENTS[i], body);
    }
    documents->held[i].body = body;
    return body != NULL;
}

struct documents *documents_open(const char *hours_file, struct buf *message)
{
    struct documents *documents = calloc(1, sizeof *documents);
    if (!documents) {
        buf_append_text(message, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&documents->mutex, NULL);
    for (size_t i = 0; i < DOCUMENT_COUNT; i++) {
        bool is_hours = strcmp(DOCUMENTS[i].name, "hours") == 0;
        if (!open_one(documents, i, is_hours ? hours_file : NULL, message)) {
            documents_close(documents);
            return NULL;
        }
    }
    return documents;
}

void documents_close(struct documents *documents)
{
    if (!documents) {
        return;
    }
    for (size_t i = 0; i < DOCUMENT_COUNT; i++) {
        json_decref(documents->held[i].body);
    }
    pthread_mutex_destroy(&documents->mutex);
    free(documents);
}

static void load_body(struct documents *documents,
                      const struct document *document, int64_t version,
                      const struct buf *text)
{
    struct buf message = {0};
    json_t *body = read_body(buf_text(text), text->size, &message);
    if (body && document->check(body, &message)) {
        documents_put(documents, document->name, version, body);
    } else {
        log_error(MODULE,
                  "the settings %s, version %lld, cannot be used, and the "
                  "program's own hold: %s; save them again",
                  document->name, (long long)version, buf_text(&message));
        // Who changes it changes this version.
        json_t *own = json_incref(documents->held[document - DOCUMENTS].body);
        documents_put(documents, document->name, version, own);
        json_decref(own);
    }
    json_decref(body);
    buf_free(&message);
}

enum office_result documents_load(struct documents *documents,
                                  struct office *office)
{
    for (const struct document *d = DOCUMENTS; d->name; d++) {
        struct buf text = {0};
        int64_t version = 0;
        enum office_result result =
            office_read_document(office, d->name, &version, &text);
        if (result == OFFICE_OK) {
            load_body(documents, d, version, &text);
        }
        buf_free(&text);
        if (result != OFFICE_OK && result != OFFICE_NONE) {
            log_error(MODULE, "the settings %s cannot be read: %s", d->name,
                      office_result_name(result));
            return result;
        }
    }
    return OFFICE_OK;
}

static int64_t held_version(struct documents *documents,
                            const struct document *document)
{
    pthread_mutex_lock(&documents->mutex);
    int64_t version = documents->held[document - DOCUMENTS].version;
    pthread_mutex_unlock(&documents->mutex);
    return version;
}

enum office_result documents_follow(struct server *server,
                                    struct office *office)
{
    enum office_result result = OFFICE_OK;
    for (const struct document *d = DOCUMENTS; d->name; d++) {
        struct buf text = {0};
        int64_t version = 0;
        result = office_read_document(office, d->name, &version, &text);
        bool is_new = result == OFFICE_OK &&
                      version != held_version(server->documents, d);
        if (is_new) {
            load_body(server->documents, d, version, &text);
        }
        buf_free(&text);
        if (is_new && d->changed) {
            d->changed(server, office);
        }
        if (result != OFFICE_OK && result != OFFICE_NONE) {
            return result;
        }
    }
    return OFFICE_OK;
}

void documents_apply(struct server *server)
{
    for (const struct document *d = DOCUMENTS; d->name; d++) {
        if (d->changed) {
            d->changed(server, NULL);
        }
    }
}

json_t *documents_take(struct documents *documents, const char *name,
                       int64_t *out_version)
{
    const struct document *document = document_find(name);
    assert(document);
    size_t i = (size_t)(document - DOCUMENTS);
    pthread_mutex_lock(&documents->mutex);
    json_t *body = json_incref(documents->held[i].body);
    *out_version = documents->held[i].version;
    pthread_mutex_unlock(&documents->mutex);
    return body;
}

void documents_put(struct documents *documents, const char *name,
                   int64_t version, json_t *body)
{
    const struct document *document = document_find(name);
    assert(document);
    size_t i = (size_t)(document - DOCUMENTS);
    pthread_mutex_lock(&documents->mutex);
    json_t *before = documents->held[i].body;
    documents->held[i].body = json_incref(body);
    documents->held[i].version = version;
    pthread_mutex_unlock(&documents->mutex);
    json_decref(before);
}
