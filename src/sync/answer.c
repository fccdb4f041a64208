#include "sync/answer.h"
#include "common/clock.h"
#include <stdio.h>
#include <string.h>

static bool refuse(char *reason, const char *what)
{
    snprintf(reason, JSON_MESSAGE_SIZE, "%s", what);
    return false;
}

// The results come in the order of the lines, each with its seq and id.
static bool read_results(const json_t *document, const struct batch *sent,
                         struct answer *out, char *reason)
{
    const json_t *results = json_object_get(document, "results");
    if (!json_is_array(results) || json_array_size(results) != sent->count)
        return refuse(reason, "the answer has not one result for each line");
    for (size_t i = 0; i < sent->count; i++) {
        const json_t *result = json_array_get(results, i);
        const char *id = "", *status = "", *detail = "";
        int64_t seq = 0;
        if (!json_get_int(result, "seq", &seq) || seq != sent->items[i].seq)
            return refuse(reason, "a result is for a line that was not sent");
        if (!json_get_text(result, "status", &status))
            return refuse(reason, "a result has no status");
        bool kept =
            strcmp(status, "stored") == 0 || strcmp(status, "already") == 0;
        bool invalid = strcmp(status, "invalid") == 0;
        if (!kept && !invalid && strcmp(status, "conflict") != 0)
            return refuse(reason, "a result has a status that is not known");
        // An invalid line may have no id that the server could read.
        bool named = json_get_text(result, "id", &id);
        if (named ? strcmp(id, sent->items[i].id) != 0 : !invalid)
            return refuse(reason, "a result names another id than was sent");
        if (kept)
            continue;
        json_get_text(result, "detail", &detail);
        struct courier_aside *aside = &out->aside[out->aside_count++];
        *aside = (struct courier_aside){
            .seq = seq, .status = status, .reason = detail};
        memcpy(aside->id, sent->items[i].id, sizeof aside->id);
    }
    return true;
}

static bool read_receipt(const json_t *document, const struct batch *sent,
                         const unsigned char server_key[KEY_PUBLIC_BYTES],
                         struct proof_receipt *out, char *reason)
{
    const json_t *receipt = json_object_get(document, "receipt");
    out->batch = sent->proof;
    if (!json_get_int(receipt, "to", &out->batch.to) ||
        !json_copy_text(receipt, "head", out->batch.head,
                        sizeof out->batch.head) ||
        !json_copy_text(receipt, "at", out->at, sizeof out->at) ||
        !json_copy_text(receipt, "sig", out->signature, sizeof out->signature))
        return refuse(reason, "the answer holds no receipt");
    if (!proof_verify_receipt(server_key, out))
        return refuse(reason, "the receipt's signature does not fit this "
                              "batch and this server");
    return true;
}

enum answer_own answer_own(struct ledger_reader *ledger, int64_t gen,
                           int64_t seq, char out[DIGEST_HEX_SIZE])
{
    struct ledger_mark mark;
    if (!ledger)
        return ANSWER_ALIEN;
    if (ledger_reader_hash(ledger, gen, seq, out) == SQL_OK)
        return ANSWER_OWN;
    if (ledger_reader_mark(ledger, gen, &mark) != SQL_OK || seq < 1 ||
        seq > mark.upto)
        return ANSWER_ALIEN;
    if (seq < mark.upto)
        return ANSWER_LEFT;
    memcpy(out, mark.head, DIGEST_HEX_SIZE);
    return ANSWER_OWN;
}

// The server may hold more than this batch (it was sent twice), never more than
// we have written, and what it holds must be our bytes.
static bool check_head(const struct proof_receipt *receipt,
                       const struct batch *sent, answer_own_hash *own_hash,
                       void *ctx, char *reason)
{
    char hash[DIGEST_HEX_SIZE];
    enum answer_own own = ANSWER_OWN;
    const struct proof_batch *held = &receipt->batch;
    if (held->to < 0)
        return refuse(reason, "the receipt is for a line that cannot be");
    if (sent->count > 0 && held->to < sent->proof.to)
        return refuse(reason, "the receipt leaves out lines of this batch");
    memcpy(hash, DIGEST_NONE_HEX, sizeof hash);
    if (held->to > 0)
        own = own_hash(ctx, held->gen, held->to, hash);
    if (own == ANSWER_ALIEN)
        return refuse(reason, "the receipt is for a line that is not ours");
    if (own == ANSWER_OWN && strcmp(hash, held->head) != 0)
        return refuse(reason, "the receipt's head is not our line's hash");
    return true;
}

bool answer_read(const char *bytes, size_t size, const struct batch *sent,
                 const unsigned char server_key[KEY_PUBLIC_BYTES],
                 answer_own_hash *own_hash, void *ctx, struct answer *out,
                 char *reason)
{
    memset(out, 0, sizeof *out);
    out->document = json_read(bytes, size, reason);
    if (!out->document)
        return false;
    const char *time;
    bool ok = json_is_object(out->document)
                  ? read_results(out->document, sent, out, reason) &&
                        read_receipt(out->document, sent, server_key,
                                     &out->receipt, reason) &&
                        check_head(&out->receipt, sent, own_hash, ctx, reason)
                  : refuse(reason, "the answer is no JSON object");
    if (ok && json_get_text(out->document, "server_time", &time))
        clock_parse(time, strlen(time), &out->server_ms);
    json_get_int(out->document, "config_version", &out->config_version);
    // Who does not tell is of the first.
    if (!protocol_read(out->document, &out->protocols))
        out->protocols = (struct protocol_range){1, 1};
    if (!ok)
        answer_release(out);
    return ok;
}

void answer_release(struct answer *answer)
{
    json_decref(answer->document);
    answer->document = NULL;
}

// Copies what fits, never half a character of UTF-8.
static void cut_text(const char *text, char *out, size_t size)
{
    size_t length = strnlen(text, size);
    if (length == size)
        for (length--; length > 0 && (text[length] & 0xC0) == 0x80;)
            length--;
    memcpy(out, text, length);
    out[length] = '\0';
}

void problem_read(const char *bytes, size_t size, struct problem *out)
{
    char reason[JSON_MESSAGE_SIZE];
    const char *type, *detail;
    memset(out, 0, sizeof *out);
    json_t *document = json_read(bytes, size, reason);
    if (json_get_text(document, "type", &type)) {
        const char *last = type;
        for (const char *c = type; *c; c++)
            if (*c == ':' || *c == '/')
                last = c + 1;
        cut_text(last, out->type, sizeof out->type);
    }
    if (json_get_text(document, "detail", &detail))
        cut_text(detail, out->detail, sizeof out->detail);
    json_get_int(document, "expected", &out->expected);
    json_get_int(document, "next_gen", &out->next_gen);
    protocol_read(document, &out->protocols);
    json_decref(document);
}
