#include "support/heard_batch.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

enum { BODY_MAX = 4 << 20 };

static void inflate_body(const void *body, size_t size, struct buf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)body, .avail_in = (uInt)size};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    int code = Z_OK;
    while (code == Z_OK) {
        char part[16384];
        z.next_out = (Bytef *)part;
        z.avail_out = sizeof part;
        code = inflate(&z, Z_NO_FLUSH);
        buf_append(out, part, sizeof part - z.avail_out);
        assert_true(out->size <= BODY_MAX);
    }
    assert_int_equal(code, Z_STREAM_END);
    inflateEnd(&z);
}

static json_t *read_object(const char *line, size_t size)
{
    char message[JSON_MESSAGE_SIZE];
    json_t *object = json_read(line, size, message);
    if (!object)
        fail_msg("%s in: %.*s", message, (int)size, line);
    return object;
}

static void read_header(const char *line, size_t size, struct heard_batch *out)
{
    struct proof_batch *proof = &out->proof;
    json_t *header = read_object(line, size);
    assert_true(
        json_copy_text(header, "device", proof->device, sizeof proof->device));
    assert_true(json_get_int(header, "gen", &proof->gen));
    assert_true(json_get_int(header, "from", &out->from));
    assert_true(json_get_int(header, "to", &proof->to));
    assert_true(
        json_copy_text(header, "head", proof->head, sizeof proof->head));
    assert_true(
        json_copy_text(header, "nonce", proof->nonce, sizeof proof->nonce));
    json_decref(header);
}

static void read_line(const char *line, size_t size, struct heard_batch *out)
{
    char(*grown)[ID_SIZE] =
        realloc(out->ids, (out->count + 1) * sizeof *out->ids);
    assert_non_null(grown);
    out->ids = grown;
    json_t *object = read_object(line, size);
    assert_true(json_copy_text(object, "id", out->ids[out->count], ID_SIZE));
    json_decref(object);
    out->count++;
}

void heard_read(const void *body, size_t size, struct heard_batch *out)
{
    static const unsigned char gzip[] = {0x1f, 0x8b};
    memset(out, 0, sizeof *out);
    if (size > 2 && memcmp(body, gzip, 2) == 0)
        inflate_body(body, size, &out->text);
    else
        buf_append(&out->text, body, size);
    const char *at = buf_text(&out->text), *end = at + out->text.size;
    for (bool first = true; at < end; first = false) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        assert_non_null(newline);
        if (first)
            read_header(at, (size_t)(newline - at), out);
        else
            read_line(at, (size_t)(newline - at), out);
        at = newline + 1;
    }
    assert_int_equal(out->from + (int64_t)out->count, out->proof.to + 1);
}

void heard_free(struct heard_batch *heard)
{
    free(heard->ids);
    heard->ids = NULL;
    buf_free(&heard->text);
}

void heard_is_signed_by(const struct heard_batch *heard,
                        const unsigned char public_key[KEY_PUBLIC_BYTES])
{
    const struct proof_batch *proof = &heard->proof;
    const char *sig, *text = buf_text(&heard->text);
    struct buf signed_text = {0};
    json_t *header = read_object(text, strcspn(text, "\n"));
    assert_true(json_get_text(header, "sig", &sig));
    buf_printf(&signed_text, "hailong.batch.1\n%s\n%lld\n%lld\n%s\n%s\n",
               proof->device, (long long)proof->gen, (long long)proof->to,
               proof->head, proof->nonce);
    assert_true(
        key_verify(public_key, signed_text.data, signed_text.size, sig));
    buf_free(&signed_text);
    json_decref(header);
}

void heard_set_receipt(json_t *answer, const struct heard_batch *heard,
                       const struct key *signer, int64_t to, const char *head,
                       const char *nonce)
{
    static const char at[] = "2026-11-23T09:15:03.500+07:00";
    const struct proof_batch *proof = &heard->proof;
    char sig[KEY_SIGNATURE_BASE64_SIZE];
    struct buf text = {0};
    if (!head)
        head = proof->head;
    buf_printf(&text, "hailong.receipt.1\n%s\n%lld\n%lld\n%s\n%s\n%s\n",
               proof->device, (long long)proof->gen, (long long)to, head,
               nonce ? nonce : proof->nonce, at);
    key_sign(signer, text.data, text.size, sig);
    buf_free(&text);
    json_t *receipt = json_pack("{s:I, s:s, s:s, s:s}", "to", (json_int_t)to,
                                "head", head, "at", at, "sig", sig);
    assert_int_equal(json_object_set_new(answer, "receipt", receipt), 0);
}

json_t *heard_answer(const struct heard_batch *heard, const struct key *server)
{
    json_t *results = json_array();
    for (size_t i = 0; i < heard->count; i++)
        json_array_append_new(
            results, json_pack("{s:I, s:s, s:s, s:n}", "seq",
                               (json_int_t)(heard->from + (int64_t)i), "id",
                               heard->ids[i], "status", "stored", "detail"));
    json_t *answer =
        json_pack("{s:o, s:I, s:s, s:i, s:I}", "results", results,
                  "received_to", (json_int_t)heard->proof.to, "server_time",
                  "2026-11-23T09:15:03.500+07:00", "config_version", 1,
                  "next_gen", (json_int_t)heard->proof.gen + 1);
    assert_non_null(answer);
    heard_set_receipt(answer, heard, server, heard->proof.to, NULL, NULL);
    return answer;
}

void heard_set_status(json_t *answer, size_t index, const char *status,
                      const char *detail)
{
    json_t *results = json_object_get(answer, "results");
    json_t *result = json_array_get(results, index);
    assert_non_null(result);
    json_object_set_new(result, "status", json_string(status));
    json_object_set_new(result, "detail", json_string(detail));
}
