#include "office/line.h"
#include "common/ids.h"
#include "common/json.h"
#include <stdio.h>
#include <string.h>

const char *office_line_status_name(enum office_line_status status)
{
    static const char *const names[] = {"",        "stored",   "already",
                                        "invalid", "conflict", "fork"};
    return names[status];
}

static bool take_prev(const char *text, size_t size, struct office_line *out)
{
    if (!digest_hex_is_valid(text, size)) {
        return false;
    }
    return hex_decode(text, size, out->prev, DIGEST_BYTES);
}

// The seq that the line claims, when it can be its place; else its position.
static bool take_place(const struct office_place *place, int64_t claimed,
                       struct office_line *out)
{
    if (claimed >= place->from && claimed <= place->to) {
        out->seq = claimed;
        return true;
    }
    int64_t index = (int64_t)place->index;
    out->seq =
        place->from <= INT64_MAX - index ? place->from + index : INT64_MAX;
    return false;
}

static bool has_reason(const struct office_visit *visit, const char *reason)
{
    for (size_t i = 0; i < visit->reason_count; i++) {
        if (strcmp(visit->reasons[i], reason) == 0) {
            return true;
        }
    }
    return false;
}

void office_visit_take_reasons(const struct record *record,
                               struct office_visit *out)
{
    out->reason_count = 0;
    for (size_t i = 0; i < record->reason_count; i++) {
        if (record->reasons[i][0] != '\0' &&
            !has_reason(out, record->reasons[i])) {
            memcpy(out->reasons[out->reason_count++], record->reasons[i],
                   sizeof out->reasons[0]);
        }
    }
}

static void take_visit(const struct record *record, struct office_visit *out)
{
    bool is_visit = record->kind == RECORD_VISIT && !record->test;
    out->is_form = is_visit && record->answer_count > 0;
    out->counts =
        is_visit && (!out->is_form || record->outcome == RECORD_RATED);
    memcpy(out->survey, record->survey, sizeof out->survey);
    out->survey_version = record->survey_version;
    out->outcome = record->outcome;
    out->mode = record->mode;
    out->level = record->level;
    out->answered_at = record->answered_at;
    out->closed_at =
        record->kind == RECORD_VISIT ? record->closed_at : record->opened_at;
    out->is_synced = record->clock == RECORD_CLOCK_SYNCED;
    memcpy(out->boot, record->boot, sizeof out->boot);
    out->up_ms = record->up_ms;
    memcpy(out->counter, record->counter, sizeof out->counter);
    memcpy(out->field, record->field, sizeof out->field);
    memcpy(out->procedure, record->procedure, sizeof out->procedure);
    memcpy(out->step, record->step, sizeof out->step);
    memcpy(out->officer, record->officer, sizeof out->officer);
    memcpy(out->transaction, record->transaction, sizeof out->transaction);
    memcpy(out->invitation, record->invitation, sizeof out->invitation);
    office_visit_take_reasons(record, out);
}

static void take_sound(const struct record *record,
                       const struct office_place *place,
                       struct office_line *out)
{
    out->has_prev = take_prev(record->prev, strlen(record->prev), out);
    memcpy(out->id, record->id, sizeof out->id);
    memcpy(out->comment_hash, record->comment_hash, sizeof out->comment_hash);
    if (!take_place(place, record->seq, out)) {
        snprintf(out->detail, sizeof out->detail,
                 "seq %lld does not belong into this batch",
                 (long long)record->seq);
    } else if (strcmp(record->device, place->device) != 0) {
        snprintf(out->detail, sizeof out->detail,
                 "device is not the one that sent it");
    } else if (record->gen != place->gen) {
        snprintf(out->detail, sizeof out->detail, "gen %lld is not the batch's",
                 (long long)record->gen);
    } else {
        out->is_sound = true;
        take_visit(record, &out->visit);
    }
}

// What can be read of a line that record_read() refused.
static void take_unsound(const char *bytes, size_t size,
                         const struct office_place *place,
                         struct office_line *out)
{
    char message[JSON_MESSAGE_SIZE];
    int64_t claimed = 0;
    const char *text = NULL;
    json_t *object =
        size <= RECORD_LINE_MAX ? json_read(bytes, size, message) : NULL;
    if (json_is_object(object)) {
        json_get_int(object, "seq", &claimed);
        if (json_get_text(object, "prev", &text)) {
            out->has_prev = take_prev(text, strlen(text), out);
        }
        if (json_get_text(object, "id", &text) &&
            id_is_valid(text, strlen(text))) {
            memcpy(out->id, text, ID_SIZE);
        }
    }
    json_decref(object);
    take_place(place, claimed, out);
}

void office_line_read(const char *bytes, size_t size,
                      const struct office_place *place, struct office_line *out)
{
    struct record record;
    memset(out, 0, sizeof *out);
    out->bytes = bytes ? bytes : ""; // an empty line has no address
    out->size = size;
    digest_of(bytes, size, out->hash);
    if (record_read(bytes, size, &record, out->detail)) {
        out->detail[0] = '\0';
        take_sound(&record, place, out);
    } else {
        take_unsound(bytes, size, place, out);
    }
}

const char *office_visit_claims(const struct office_visit *visit)
{
    return visit->transaction[0]  ? visit->transaction
           : visit->invitation[0] ? visit->invitation
                                  : NULL;
}
