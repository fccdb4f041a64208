#include "office/batch_answer.h"
#include "common/clock.h"
#include "common/ids.h"
#include "ledger/proof.h"
#include "ledger/protocol.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void batch_fill(const struct batch_header *header, struct office_line *lines,
                int64_t received_at, struct office_batch *out)
{
    *out = (struct office_batch){
        .proof = header->proof,
        .signature = header->signature,
        .sent_at = header->sent_at,
        .boot = header->boot[0] != '\0' ? header->boot : NULL,
        .up_ms = header->up_ms,
        .received_at = received_at,
        .state = header->has_state ? &header->state : NULL,
        .lines = lines,
        .line_count = header->line_count};
}

// What is wrong with a line may quote it, which may be no UTF-8.
static json_t *make_result(const struct office_line *line, size_t number)
{
    char detail[JSON_MESSAGE_SIZE + 32];
    json_t *reason = NULL;
    if (line->detail[0] != '\0') {
        snprintf(detail, sizeof detail, "line %zu: %s", number, line->detail);
        reason = json_string(detail);
        if (!reason) {
            snprintf(detail, sizeof detail, "line %zu: is not sound", number);
            reason = json_string(detail);
        }
    }
    return json_pack("{s:I, s:s?, s:s, s:o}", "seq", (json_int_t)line->seq,
                     "id", line->id[0] != '\0' ? line->id : NULL, "status",
                     office_line_status_name(line->status), "detail",
                     reason ? reason : json_null());
}

// Nearly all lines are sound: of those nothing needs to be escaped.
static bool write_result(const struct office_line *line, size_t number,
                         struct buf *out)
{
    if (line->detail[0] == '\0' && id_is_valid(line->id, strlen(line->id))) {
        buf_printf(out,
                   "{\"seq\":%" PRId64 ",\"id\":\"%s\",\"status\":\"%s\","
                   "\"detail\":null}",
                   line->seq, line->id, office_line_status_name(line->status));
        return true;
    }
    json_t *result = make_result(line, number);
    bool done = result && json_write(result, out);
    json_decref(result);
    return done;
}

static bool write_results(const struct office_batch *batch, struct buf *out)
{
    bool done = true;
    for (size_t i = 0; done && i < batch->line_count; i++) {
        if (i > 0) {
            buf_append_char(out, ',');
        }
        // The header is line 1 of the body.
        done = write_result(&batch->lines[i], i + 2, out);
    }
    return done;
}

void batch_receipt(const struct office_batch *batch, const struct key *key,
                   int64_t now, struct proof_receipt *out)
{
    *out = (struct proof_receipt){.batch = batch->proof};
    out->batch.to = batch->received_to;
    memcpy(out->batch.head, batch->held_head, sizeof out->batch.head);
    clock_format(now, out->at);
    proof_sign_receipt(key, out);
}

static json_t *receipt_object(const struct proof_receipt *receipt)
{
    return json_pack("{s:I, s:s, s:s, s:s}", "to",
                     (json_int_t)receipt->batch.to, "head", receipt->batch.head,
                     "at", receipt->at, "sig", receipt->signature);
}

bool batch_answer(const struct office_batch *batch, const struct key *key,
                  int64_t now, struct buf *out)
{
    struct proof_receipt receipt;
    struct buf rest = {0};
    batch_receipt(batch, key, now, &receipt);
    json_t *object = json_pack(
        "{s:I, s:s, s:I, s:I, s:o, s:o}", "received_to",
        (json_int_t)batch->received_to, "server_time", receipt.at,
        "config_version", (json_int_t)batch->config_version, "next_gen",
        (json_int_t)batch->next_gen, "protocols", protocol_write(&PROTOCOL_OWN),
        "receipt", receipt_object(&receipt));
    buf_append_text(out, "{\"results\":[");
    bool done = object && json_write(object, &rest) && buf_ok(&rest) &&
                write_results(batch, out);
    if (done) {
        buf_append_text(out, "],");
        buf_append(out, rest.data + 1, rest.size - 1); // without its brace
    }
    buf_free(&rest);
    json_decref(object);
    return done && buf_ok(out);
}

size_t batch_forked_line(const struct office_batch *batch)
{
    for (size_t i = 0; i < batch->line_count; i++)
        if (batch->lines[i].status == OFFICE_LINE_FORK)
            return i + 2;
    return 0;
}
