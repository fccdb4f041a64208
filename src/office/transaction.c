#include "office/transaction.h"
#include "common/clock.h"
#include "common/date.h"
#include "ledger/pseudonym.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <string.h>

static const char *const field_names[TRANSACTION_FIELD_COUNT] = {
    [TRANSACTION_CODE] = "transaction",
    [TRANSACTION_STEP] = "step",
    [TRANSACTION_COUNTER] = "counter",
    [TRANSACTION_PROCEDURE] = "procedure",
    [TRANSACTION_FIELD] = "field",
    [TRANSACTION_OFFICER] = "officer",
    [TRANSACTION_RESULT] = "result",
    [TRANSACTION_QUEUED_AT] = "queued_at",
    [TRANSACTION_CALLED_AT] = "called_at",
    [TRANSACTION_DONE_AT] = "done_at",
    [TRANSACTION_DUE_AT] = "due_at",
    [TRANSACTION_TIMELINESS] = "timeliness",
};
static const char *const timeliness_names[TIMELINESS_COUNT] = {
    [TIMELINESS_UNTOLD] = NULL,
    [TIMELINESS_BEFORE] = "before",
    [TIMELINESS_ON] = "on",
    [TIMELINESS_LATE] = "late"};

// 2000-01-01 and 2100-01-01 in Vietnam.
#define TIME_LEAST INT64_C(946659600000)
#define TIME_MOST INT64_C(4102419600000)
#define DAY_MS INT64_C(86400000)

const char *transaction_field_name(enum transaction_field field)
{
    return field_names[field];
}

void transaction_init(struct transaction *out)
{
    memset(out, 0, sizeof *out);
}

int64_t transaction_end_of_day(int32_t day)
{
    return date_wall_ms_of_day(day + 1) - 1;
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool set_code(struct transaction *t, const char *text,
                     const char **out_why)
{
    static const struct pseudonym_keys linked = {.linked = true};
    *out_why = "is no code of a dossier: at most 127 bytes, no control "
               "characters";
    return pseudonym_keep(&linked, 0, "", text, t->code);
}

bool transaction_set_text(struct transaction *t, enum transaction_field field,
                          const char *text, const char **out_why)
{
    struct buf normal = {0};
    if (field == TRANSACTION_CODE) {
        return set_code(t, text, out_why);
    }
    *out_why = NULL;
    if (!text_append_nfc(text, strlen(text), &normal)) {
        *out_why = "is no UTF-8";
    } else if (normal.size >= TRANSACTION_TEXT_SIZE) {
        *out_why = "is longer than 63 bytes";
    } else if (has_control(buf_text(&normal))) {
        *out_why = "holds control characters";
    } else {
        memcpy(t->texts[field], buf_text(&normal), normal.size + 1);
    }
    buf_free(&normal);
    return !*out_why;
}

bool transaction_set_time(struct transaction *t, enum transaction_field field,
                          int64_t wall_ms, const char **out_why)
{
    int64_t *const times[TRANSACTION_FIELD_COUNT] = {
        [TRANSACTION_QUEUED_AT] = &t->queued_at,
        [TRANSACTION_CALLED_AT] = &t->called_at,
        [TRANSACTION_DONE_AT] = &t->done_at,
        [TRANSACTION_DUE_AT] = &t->due_at};
    if (wall_ms < TIME_LEAST || wall_ms >= TIME_MOST) {
        *out_why = "is not of this century";
        return false;
    }
    *times[field] = wall_ms;
    return true;
}

bool transaction_set_timeliness(struct transaction *t, const char *name,
                                const char **out_why)
{
    for (int i = TIMELINESS_BEFORE; i < TIMELINESS_COUNT; i++) {
        if (strcmp(timeliness_names[i], name) == 0) {
            t->timeliness = (enum timeliness)i;
            return true;
        }
    }
    *out_why = "must be before, on or late";
    return false;
}

static enum timeliness judge(const struct transaction *t)
{
    if (t->timeliness != TIMELINESS_UNTOLD || !t->due_at) {
        return t->timeliness;
    }
    if (t->done_at > t->due_at) {
        return TIMELINESS_LATE;
    }
    return date_day_of_wall_ms(t->done_at) < date_day_of_wall_ms(t->due_at)
               ? TIMELINESS_BEFORE
               : TIMELINESS_ON;
}

bool transaction_check(struct transaction *t, int64_t now,
                       enum transaction_field *out_field, const char **out_why)
{
    const struct {
        bool is_wrong;
        enum transaction_field field;
        const char *why;
    } rules[] = {
        {t->code[0] == '\0', TRANSACTION_CODE, "is missing"},
        {!t->done_at, TRANSACTION_DONE_AT, "is missing"},
        {t->done_at > now + DAY_MS, TRANSACTION_DONE_AT,
         "is more than a day ahead of this machine's clock"},
        {t->called_at && t->called_at > t->done_at, TRANSACTION_CALLED_AT,
         "is after done_at"},
        {t->queued_at > t->done_at, TRANSACTION_QUEUED_AT, "is after done_at"},
        {t->called_at && t->queued_at > t->called_at, TRANSACTION_QUEUED_AT,
         "is after called_at"},
        {t->queued_at && t->done_at - t->queued_at > WAITS_MOST_MS,
         TRANSACTION_QUEUED_AT,
         "is more than a day before done_at; leave it out when it is not the "
         "ticket of this visit"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].is_wrong) {
            *out_field = rules[i].field;
            *out_why = rules[i].why;
            return false;
        }
    }
    t->timeliness = judge(t);
    return true;
}

// --- JSON -------------------------------------------------------------------

static bool read_time(struct transaction *t, enum transaction_field field,
                      const char *text, const char **out_why)
{
    int64_t wall_ms;
    int32_t day;
    if (field == TRANSACTION_DUE_AT && date_parse_iso(text, &day)) {
        wall_ms = transaction_end_of_day(day);
    } else if (!clock_parse(text, strlen(text), &wall_ms)) {
        *out_why = "is no time as 2026-11-23T09:15:00+07:00";
        return false;
    }
    return transaction_set_time(t, field, wall_ms, out_why);
}

static bool read_field(struct transaction *t, enum transaction_field field,
                       const json_t *value, const char **out_why)
{
    const char *text = json_string_value(value);
    if (!value || json_is_null(value)) {
        return true;
    }
    if (!text) {
        *out_why = "is no text";
        return false;
    }
    if (text[0] == '\0') {
        return true;
    }
    if (field < TRANSACTION_TEXT_COUNT) {
        return transaction_set_text(t, field, text, out_why);
    }
    return field == TRANSACTION_TIMELINESS
               ? transaction_set_timeliness(t, text, out_why)
               : read_time(t, field, text, out_why);
}

static bool refuse(enum transaction_field field, const char *why,
                   char reason[JSON_MESSAGE_SIZE])
{
    snprintf(reason, JSON_MESSAGE_SIZE, "%s: %s", field_names[field], why);
    return false;
}

bool transaction_read(const json_t *object, int64_t now,
                      struct transaction *out, char reason[JSON_MESSAGE_SIZE])
{
    enum transaction_field field;
    const char *why;
    transaction_init(out);
    if (!json_is_object(object)) {
        snprintf(reason, JSON_MESSAGE_SIZE, "is no object");
        return false;
    }
    for (int i = 0; i < TRANSACTION_FIELD_COUNT; i++) {
        field = (enum transaction_field)i;
        if (!read_field(out, field, json_object_get(object, field_names[i]),
                        &why)) {
            return refuse(field, why, reason);
        }
    }
    return transaction_check(out, now, &field, &why) ||
           refuse(field, why, reason);
}

static bool set_text(json_t *object, enum transaction_field field,
                     const char *text)
{
    return !text || text[0] == '\0' ||
           json_object_set_new(object, field_names[field], json_string(text)) ==
               0;
}

static bool set_time(json_t *object, enum transaction_field field,
                     int64_t wall_ms)
{
    char text[CLOCK_ISO_SIZE];
    clock_format(wall_ms, text);
    return !wall_ms || set_text(object, field, text);
}

json_t *transaction_object(const struct transaction *t)
{
    json_t *object = json_object();
    bool done = set_text(object, TRANSACTION_CODE, t->code);
    for (int i = TRANSACTION_CODE + 1; i < TRANSACTION_TEXT_COUNT; i++) {
        done = done && set_text(object, (enum transaction_field)i, t->texts[i]);
    }
    done = done && set_time(object, TRANSACTION_QUEUED_AT, t->queued_at) &&
           set_time(object, TRANSACTION_CALLED_AT, t->called_at) &&
           set_time(object, TRANSACTION_DONE_AT, t->done_at) &&
           set_time(object, TRANSACTION_DUE_AT, t->due_at) &&
           set_text(object, TRANSACTION_TIMELINESS,
                    timeliness_names[t->timeliness]);
    if (!done) {
        json_decref(object);
        return NULL;
    }
    return object;
}
