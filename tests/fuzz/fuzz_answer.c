// What a server, or something that answers in its place, says to a batch. The
// device moves on only for a receipt that its server signed over its own lines.
#include "fuzz/fuzz.h"
#include "sync/answer.h"
#include <string.h>

enum { LINES = 3 };

// 32 bytes of which nobody needs to know more than that they are a key.
static const char server_seed[] =
    "aGFpLWxvbmcsIGEgc2VydmVyIG9mIHRoZSBmdXp6ZXI=\n";
static struct key server_key;
static struct batch sent;

static enum answer_own own_hash(void *ctx, int64_t gen, int64_t seq,
                                char out[DIGEST_HEX_SIZE])
{
    (void)ctx;
    if (gen != sent.proof.gen || seq < 1 || seq > sent.proof.to + 1)
        return ANSWER_ALIEN;
    digest_hex_of(&seq, sizeof seq, out);
    return ANSWER_OWN;
}

static void make_batch(void)
{
    char path[PATH_MAX];
    fuzz_write("server.key", server_seed, sizeof server_seed - 1, path);
    HOLDS(key_load(path, &server_key));
    sent.proof =
        (struct proof_batch){.device = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11",
                             .gen = 1,
                             .to = LINES,
                             .nonce = "000102030405060708090a0b0c0d0e0f"};
    sent.from = 1;
    sent.count = LINES;
    HOLDS(own_hash(NULL, 1, LINES, sent.proof.head) == ANSWER_OWN);
    for (int i = 0; i < LINES; i++) {
        static const char id[] = "019aadf2-5c58-7a31-8f2e-6d0b4a1c9e7";
        memcpy(sent.items[i].id, id, sizeof id - 1);
        sent.items[i].id[sizeof id - 1] = (char)('0' + i);
        sent.items[i].seq = i + 1;
    }
}

static void check(const struct answer *a)
{
    char head[DIGEST_HEX_SIZE];
    const struct proof_receipt *receipt = &a->receipt;
    HOLDS(proof_verify_receipt(server_key.public_key, receipt));
    HOLDS(receipt->batch.to >= sent.proof.to);
    HOLDS(strcmp(receipt->batch.device, sent.proof.device) == 0);
    HOLDS(strcmp(receipt->batch.nonce, sent.proof.nonce) == 0);
    HOLDS(own_hash(NULL, receipt->batch.gen, receipt->batch.to, head) ==
          ANSWER_OWN);
    HOLDS(strcmp(head, receipt->batch.head) == 0);
    HOLDS(a->aside_count <= sent.count);
    for (size_t i = 0; i < a->aside_count; i++) {
        const struct courier_aside *aside = &a->aside[i];
        HOLDS(aside->seq >= 1 && aside->seq <= LINES);
        HOLDS(strcmp(aside->id, sent.items[aside->seq - 1].id) == 0);
        HOLDS(strcmp(aside->status, "invalid") == 0 ||
              strcmp(aside->status, "conflict") == 0);
        fuzz_check_text(aside->reason, strlen(aside->reason) + 1);
    }
}

static void read_answer(const char *bytes, size_t size)
{
    static struct answer answer;
    char reason[JSON_MESSAGE_SIZE] = "";
    if (answer_read(bytes, size, &sent, server_key.public_key, own_hash, NULL,
                    &answer, reason)) {
        check(&answer);
        answer_release(&answer);
    } else {
        HOLDS(reason[0] != '\0');
        fuzz_check_text(reason, sizeof reason);
    }
}

// No chance finds a signature: the same answer, with its receipt signed.
static void read_as_if_signed(const char *bytes, size_t size)
{
    struct proof_receipt receipt = {.batch = sent.proof};
    struct buf text = {0};
    char why[JSON_MESSAGE_SIZE];
    json_t *answer = json_read(bytes, size, why);
    json_t *object = json_object_get(answer, "receipt");
    if (json_get_int(object, "to", &receipt.batch.to) &&
        json_copy_text(object, "head", receipt.batch.head,
                       sizeof receipt.batch.head) &&
        json_copy_text(object, "at", receipt.at, sizeof receipt.at)) {
        proof_sign_receipt(&server_key, &receipt);
        HOLDS(json_object_set_new(object, "sig",
                                  json_string(receipt.signature)) == 0);
        HOLDS(json_write(answer, &text));
        read_answer(text.data, text.size);
    }
    json_decref(answer);
    buf_free(&text);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct problem problem;
    fuzz_start();
    if (sent.count == 0)
        make_batch();
    read_answer(bytes, size);
    read_as_if_signed(bytes, size);
    problem_read(bytes, size, &problem);
    fuzz_check_text(problem.type, sizeof problem.type);
    fuzz_check_text(problem.detail, sizeof problem.detail);
    HOLDS(!strpbrk(problem.type, ":/"));
    return 0;
}
