// A list of invitations that a server tells: what is taken over can be kept in
// a line of the ledger, each is there once, and a refusal touches nothing.
#include "common/clock.h"
#include "fuzz/fuzz.h"
#include "ledger/record.h"
#include "sync/invitations.h"
#include <stdio.h>
#include <string.h>

static void copy(char *out, size_t size, const char *text)
{
    fuzz_check_text(text, size);
    snprintf(out, size, "%s", text);
}

// The line of a visit that it opens.
static void check_line(const struct courier_invitation *one)
{
    struct record record;
    struct buf line = {0};
    record_init(&record, RECORD_VISIT);
    copy(record.device, sizeof record.device, one->id);
    copy(record.id, sizeof record.id, one->id);
    copy(record.boot, sizeof record.boot, one->id);
    copy(record.invitation, sizeof record.invitation, one->id);
    copy(record.transaction, sizeof record.transaction, one->transaction);
    copy(record.procedure, sizeof record.procedure, one->procedure);
    copy(record.field, sizeof record.field, one->field);
    copy(record.step, sizeof record.step, one->step);
    copy(record.officer, sizeof record.officer, one->officer);
    snprintf(record.survey, sizeof record.survey, "quay");
    snprintf(record.lang, sizeof record.lang, "vi");
    snprintf(record.counter, sizeof record.counter, "3");
    snprintf(record.unit, sizeof record.unit, "H24.12");
    memcpy(record.prev, DIGEST_NONE_HEX, sizeof record.prev);
    record.survey_version = 1;
    record.gen = record.seq = 1;
    record.opened_at = record.closed_at = 1795401660000;
    record.outcome = RECORD_TIMEOUT;
    HOLDS(record_write(&record, &line));
    buf_free(&line);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    char why[JSON_MESSAGE_SIZE] = "";
    struct courier_invitations all;
    fuzz_start();
    memset(&all, 0x5a, sizeof all);
    const struct courier_invitations before = all;
    if (!invitations_read((const char *)data, size, &all, why)) {
        HOLDS(why[0] != '\0');
        fuzz_check_text(why, sizeof why);
        HOLDS(memcmp(&all, &before, sizeof all) == 0);
        return 0;
    }
    HOLDS(all.count <= COURIER_INVITATIONS_MAX);
    HOLDS(memcmp(all.etag, before.etag, sizeof all.etag) == 0);
    for (size_t i = 0; i < all.count; i++) {
        const struct courier_invitation *one = &all.list[i];
        HOLDS(id_is_valid(one->id, strlen(one->id)));
        for (size_t j = 0; j < i; j++)
            HOLDS(strcmp(one->id, all.list[j].id) != 0);
        check_line(one);
    }
    return 0;
}
