#include "server/invitation_body.h"
#include "common/clock.h"
#include "vietnamese/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// A clock of another machine may be wrong, but not by a day.
enum { FUTURE_MS = 24 * 3600 * 1000 };

__attribute__((format(printf, 2, 3))) static bool
refuse(char *reason, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reason, JSON_MESSAGE_SIZE, format, args);
    va_end(args);
    return false;
}

// C0, DEL and C1 of valid UTF-8.
static bool has_control(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7f ||
            (c == 0xc2 && (unsigned char)text[i + 1] < 0xa0)) {
            return true;
        }
    }
    return false;
}

static bool copy_text(const char *name, const char *text, char *out,
                      size_t size, char *reason)
{
    struct buf normal = {0};
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    bool ok = true;
    if (!text_append_nfc(text, length, &normal)) {
        ok = refuse(reason, "%s: is no UTF-8", name);
    } else if (has_control(buf_text(&normal), normal.size)) {
        ok = refuse(reason, "%s: holds a control character", name);
    } else if (normal.size >= size) {
        ok = refuse(reason, "%s: has %zu bytes, at most %zu may come", name,
                    normal.size, size - 1);
    } else {
        memcpy(out, buf_text(&normal), normal.size + 1);
    }
    buf_free(&normal);
    return ok;
}

// A text that may be missing or null: "" then.
static bool read_text(const json_t *object, const char *key, char *out,
                      size_t size, char *reason)
{
    const json_t *value = json_object_get(object, key);
    out[0] = '\0';
    if (!value || json_is_null(value)) {
        return true;
    }
    if (!json_is_string(value)) {
        return refuse(reason, "%s: must be a text in quotation marks", key);
    }
    return copy_text(key, json_string_value(value), out, size, reason);
}

static bool read_time(const json_t *object, const char *key, int64_t now,
                      int64_t *out, char *reason)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);
    *out = 0;
    if (!value || json_is_null(value)) {
        return true;
    }
    if (!text || !clock_parse(text, strlen(text), out) ||
        !clock_is_believable(*out)) {
        return refuse(reason,
                      "%s: is no time; write it as 2026-11-23T09:15:02+07:00",
                      key);
    }
    if (*out > now + FUTURE_MS) {
        return refuse(reason, "%s: lies more than a day in the future", key);
    }
    return true;
}

static bool check_order(const char *earlier_key, int64_t earlier,
                        const char *later_key, int64_t later, char *reason)
{
    if (earlier == 0 || later == 0 || earlier <= later) {
        return true;
    }
    return refuse(reason, "%s: is before %s", later_key, earlier_key);
}

static bool read_times(const json_t *object, int64_t now,
                       struct invitation *out, char *reason)
{
    return read_time(object, "queued_at", now, &out->queued_at, reason) &&
           read_time(object, "called_at", now, &out->called_at, reason) &&
           read_time(object, "done_at", now, &out->done_at, reason) &&
           check_order("queued_at", out->queued_at, "called_at", out->called_at,
                       reason) &&
           check_order("called_at", out->called_at, "done_at", out->done_at,
                       reason) &&
           check_order("queued_at", out->queued_at, "done_at", out->done_at,
                       reason);
}

static bool read_work(const json_t *object, struct invitation *out,
                      char *reason)
{
    return read_text(object, "transaction", out->transaction,
                     sizeof out->transaction, reason) &&
           read_text(object, "procedure", out->procedure, sizeof out->procedure,
                     reason) &&
           read_text(object, "field", out->field, sizeof out->field, reason) &&
           read_text(object, "step", out->step, sizeof out->step, reason);
}

static bool read_end(const json_t *object, int64_t now, int64_t usual_s,
                     int64_t least_s, int64_t most_s, struct invitation *out,
                     char *reason)
{
    const json_t *value = json_object_get(object, "expires_in");
    int64_t seconds = usual_s;
    if (value && !json_is_null(value) &&
        (!json_get_int(object, "expires_in", &seconds) || seconds < least_s ||
         seconds > most_s)) {
        return refuse(reason,
                      "expires_in: give whole seconds from %lld to %lld",
                      (long long)least_s, (long long)most_s);
    }
    out->made_at = now;
    out->expires_at = now + seconds * 1000;
    return true;
}

bool invitation_body_read(const json_t *object, int64_t now,
                          struct invitation *out, char *reason)
{
    memset(out, 0, sizeof *out);
    if (!read_text(object, "counter", out->counter, sizeof out->counter,
                   reason)) {
        return false;
    }
    if (out->counter[0] == '\0') {
        return refuse(reason, "counter: is missing");
    }
    return read_work(object, out, reason) &&
           read_text(object, "officer", out->officer, sizeof out->officer,
                     reason) &&
           read_text(object, "result", out->result, sizeof out->result,
                     reason) &&
           read_times(object, now, out, reason) &&
           read_end(object, now, INVITATION_EXPIRES_S,
                    INVITATION_EXPIRES_LEAST_S, INVITATION_EXPIRES_MOST_S, out,
                    reason);
}

bool token_body_read(const json_t *object, int64_t now, struct invitation *out,
                     char *reason)
{
    memset(out, 0, sizeof *out);
    if (!read_work(object, out, reason)) {
        return false;
    }
    if (out->transaction[0] == '\0') {
        return refuse(reason, "transaction: is missing; without it one receipt "
                              "could be rated again and again");
    }
    return read_end(object, now, TOKEN_EXPIRES_S, TOKEN_EXPIRES_LEAST_S,
                    TOKEN_EXPIRES_MOST_S, out, reason);
}

bool withdrawal_reason_read(const char *text, char out[INVITATION_REASON_SIZE],
                            char *reason)
{
    out[0] = '\0';
    if (text &&
        !copy_text("reason", text, out, INVITATION_REASON_SIZE, reason)) {
        return false;
    }
    return out[0] != '\0' ||
           refuse(reason, "reason: is missing; a withdrawal is counted with "
                          "its reason");
}

bool seat_body_read(const json_t *object, bool *out_takes,
                    char out_officer[RECORD_CODE_SIZE], char *reason)
{
    const char *action = NULL;
    json_get_text(object, "action", &action);
    *out_takes = action && strcmp(action, "take") == 0;
    if (!*out_takes && !(action && strcmp(action, "leave") == 0)) {
        return refuse(reason, "action: must be take or leave");
    }
    return read_text(object, "officer", out_officer, RECORD_CODE_SIZE, reason);
}
