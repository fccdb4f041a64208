// What the one-stop software sends about invitations: the bodies of POST
// invitations, tokens and seat, and the reason of a withdrawal. What is taken
// can stand in a ledger's line, for a device will write it there.
#include "fuzz/fuzz.h"
#include "ledger/token.h"
#include "server/invitation_body.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <string.h>

static const int64_t now = 1795399200000; // 2026-11-23 09:00 in Vietnam

static const char SOME_ID[] = "019ab0a2-0000-7000-8000-00000000abcd";

static void check_taken(const char *text, size_t size)
{
    fuzz_check_text(text, size);
    size_t length = strlen(text);
    HOLDS(text_is_nfc(text, length));
    HOLDS(length == 0 || (text[0] != ' ' && text[length - 1] != ' '));
}

static void check_reason(const char *reason)
{
    HOLDS(reason[0] != '\0' && strchr(reason, ':'));
    fuzz_check_text(reason, JSON_MESSAGE_SIZE);
}

#define COPY(to, from) snprintf((to), sizeof(to), "%s", (from))

static void check_line(const struct invitation *invitation)
{
    struct record record, again;
    struct buf line = {0};
    char reason[JSON_MESSAGE_SIZE];
    record_init(&record, RECORD_VISIT);
    COPY(record.device, SOME_ID);
    COPY(record.prev, DIGEST_NONE_HEX);
    COPY(record.id, SOME_ID);
    COPY(record.boot, SOME_ID);
    COPY(record.invitation, SOME_ID);
    COPY(record.survey, "quay");
    COPY(record.lang, "vi");
    COPY(record.unit, "H24.12");
    record.survey_version = 1;
    record.gen = record.seq = 1;
    record.opened_at = record.closed_at = now;
    record.outcome = RECORD_TIMEOUT;
    COPY(record.counter, invitation->counter);
    COPY(record.field, invitation->field);
    COPY(record.procedure, invitation->procedure);
    COPY(record.step, invitation->step);
    COPY(record.officer, invitation->officer);
    COPY(record.transaction, invitation->transaction);
    HOLDS(record_write(&record, &line));
    HOLDS(record_read(line.data, line.size, &again, reason));
    HOLDS(strcmp(again.transaction, invitation->transaction) == 0);
    buf_free(&line);
}

static void check_token(const struct invitation *invitation)
{
    static struct key key;
    static bool has_key;
    struct token token = {.expires_at = invitation->expires_at}, again;
    char text[TOKEN_SIZE];
    if (!has_key) {
        key_make(&key);
        has_key = true;
    }
    COPY(token.id, SOME_ID);
    COPY(token.unit, "H24.12");
    COPY(token.transaction, invitation->transaction);
    COPY(token.procedure, invitation->procedure);
    COPY(token.field, invitation->field);
    COPY(token.step, invitation->step);
    if (!token_make(&key, &token, text))
        return; // too long for a code on paper
    HOLDS(token_read(key.public_key, text, strlen(text), "H24.12", now,
                     &again) == TOKEN_GOOD);
    HOLDS(memcmp(&token, &again, sizeof token) == 0);
}

static void check_work(const struct invitation *invitation)
{
    check_taken(invitation->transaction, sizeof invitation->transaction);
    check_taken(invitation->procedure, sizeof invitation->procedure);
    check_taken(invitation->field, sizeof invitation->field);
    check_taken(invitation->step, sizeof invitation->step);
    HOLDS(invitation->made_at == now);
    check_token(invitation);
}

static bool is_in_order(int64_t earlier, int64_t later)
{
    return earlier == 0 || later == 0 || earlier <= later;
}

static void check_invitation(const json_t *object)
{
    char reason[JSON_MESSAGE_SIZE] = "";
    struct invitation one;
    if (!invitation_body_read(object, now, &one, reason)) {
        check_reason(reason);
        return;
    }
    HOLDS(one.counter[0] != '\0');
    check_taken(one.counter, sizeof one.counter);
    check_taken(one.officer, sizeof one.officer);
    check_taken(one.result, sizeof one.result);
    check_work(&one);
    HOLDS(is_in_order(one.queued_at, one.called_at));
    HOLDS(is_in_order(one.called_at, one.done_at));
    HOLDS(is_in_order(one.queued_at, one.done_at));
    HOLDS(one.done_at <= now + 24 * 3600 * 1000);
    HOLDS(one.expires_at >= now + INVITATION_EXPIRES_LEAST_S * 1000);
    HOLDS(one.expires_at <= now + (int64_t)INVITATION_EXPIRES_MOST_S * 1000);
    check_line(&one);
}

static void check_receipt(const json_t *object)
{
    char reason[JSON_MESSAGE_SIZE] = "";
    struct invitation one;
    if (!token_body_read(object, now, &one, reason)) {
        check_reason(reason);
        return;
    }
    HOLDS(one.transaction[0] != '\0');
    check_work(&one);
    HOLDS(one.expires_at >= now + TOKEN_EXPIRES_LEAST_S * 1000);
    HOLDS(one.expires_at <= now + (int64_t)TOKEN_EXPIRES_MOST_S * 1000);
}

static void check_seat(const json_t *object)
{
    char reason[JSON_MESSAGE_SIZE] = "", officer[RECORD_CODE_SIZE];
    bool takes;
    if (seat_body_read(object, &takes, officer, reason))
        check_taken(officer, sizeof officer);
    else
        check_reason(reason);
}

static void check_withdrawal(const json_t *object)
{
    char reason[JSON_MESSAGE_SIZE] = "", kept[INVITATION_REASON_SIZE];
    const char *text = NULL;
    json_get_text(object, "reason", &text);
    if (withdrawal_reason_read(text, kept, reason)) {
        HOLDS(kept[0] != '\0');
        check_taken(kept, sizeof kept);
    } else {
        check_reason(reason);
    }
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    char why[JSON_MESSAGE_SIZE];
    fuzz_start();
    json_t *object = json_read((const char *)data, size, why);
    if (json_is_object(object)) {
        check_invitation(object);
        check_receipt(object);
        check_seat(object);
        check_withdrawal(object);
    }
    json_decref(object);
    return 0;
}
