#include "ledger/proof.h"
#include "common/ids.h"
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 400 };

void proof_new_nonce(char out[PROOF_NONCE_SIZE])
{
    unsigned char bytes[16];
    id_random(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, out);
}

static size_t batch_text(const struct proof_batch *batch, const char *title,
                         char out[TEXT_SIZE])
{
    return (size_t)snprintf(out, TEXT_SIZE, "%s\n%s\n%lld\n%lld\n%s\n%s\n",
                            title, batch->device, (long long)batch->gen,
                            (long long)batch->to, batch->head, batch->nonce);
}

static size_t receipt_text(const struct proof_receipt *receipt,
                           char out[TEXT_SIZE])
{
    size_t size = batch_text(&receipt->batch, "hailong.receipt.1", out);
    return size +
           (size_t)snprintf(out + size, TEXT_SIZE - size, "%s\n", receipt->at);
}

void proof_sign_batch(const struct key *key, const struct proof_batch *batch,
                      char out[KEY_SIGNATURE_BASE64_SIZE])
{
    char text[TEXT_SIZE];
    size_t size = batch_text(batch, "hailong.batch.1", text);
    key_sign(key, text, size, out);
}

bool proof_verify_batch(const unsigned char public_key[KEY_PUBLIC_BYTES],
                        const struct proof_batch *batch, const char *signature)
{
    char text[TEXT_SIZE];
    size_t size = batch_text(batch, "hailong.batch.1", text);
    return key_verify(public_key, text, size, signature);
}

void proof_sign_receipt(const struct key *key, struct proof_receipt *receipt)
{
    char text[TEXT_SIZE];
    size_t size = receipt_text(receipt, text);
    key_sign(key, text, size, receipt->signature);
}

bool proof_verify_receipt(const unsigned char public_key[KEY_PUBLIC_BYTES],
                          const struct proof_receipt *receipt)
{
    char text[TEXT_SIZE];
    size_t size = receipt_text(receipt, text);
    return key_verify(public_key, text, size, receipt->signature);
}

static size_t time_text(const struct proof_time *time, char out[TEXT_SIZE])
{
    return (size_t)snprintf(out, TEXT_SIZE, "hailong.time.1\n%s\n%s\n",
                            time->nonce, time->at);
}

void proof_sign_time(const struct key *key, struct proof_time *time)
{
    char text[TEXT_SIZE];
    size_t size = time_text(time, text);
    key_sign(key, text, size, time->signature);
}

bool proof_verify_time(const unsigned char public_key[KEY_PUBLIC_BYTES],
                       const struct proof_time *time)
{
    char text[TEXT_SIZE];
    size_t size = time_text(time, text);
    return key_verify(public_key, text, size, time->signature);
}

bool proof_nonce_is_valid(const char *text)
{
    return strlen(text) == PROOF_NONCE_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == PROOF_NONCE_SIZE - 1;
}
