#include "office/checkpoint.h"
#include "common/clock.h"
#include "common/ids.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char TITLE[] = "hailong.checkpoint.";
enum { TEXT_SIZE = 400, LINE_COUNT = 6, VERSION = 2 };

void checkpoint_add_head(struct merkle *merkle, const char *device, int64_t gen,
                         int64_t seq, const unsigned char head[DIGEST_BYTES])
{
    char hex[DIGEST_HEX_SIZE], leaf[TEXT_SIZE];
    hex_encode(head, DIGEST_BYTES, hex);
    int size = snprintf(leaf, sizeof leaf, "%s\n%" PRId64 "\n%" PRId64 "\n%s\n",
                        device, gen, seq, hex);
    merkle_add(merkle, leaf, (size_t)size);
}

void checkpoint_add_trail(struct merkle *merkle, const char *name,
                          const struct trail *trail)
{
    char hex[DIGEST_HEX_SIZE], leaf[TEXT_SIZE];
    hex_encode(trail->head, DIGEST_BYTES, hex);
    int size = snprintf(leaf, sizeof leaf, "%s\n%" PRId64 "\n%s\n", name,
                        trail->size, hex);
    merkle_add(merkle, leaf, (size_t)size);
}

// What is signed.
static size_t write_body(const struct checkpoint *checkpoint,
                         char out[TEXT_SIZE])
{
    char at[CLOCK_ISO_SIZE], root[DIGEST_HEX_SIZE];
    clock_format(checkpoint->at, at);
    hex_encode(checkpoint->root, DIGEST_BYTES, root);
    return (size_t)snprintf(out, TEXT_SIZE, "%s%d\n%s\n%s\n%" PRId64 "\n%s\n",
                            TITLE, checkpoint->version, at, checkpoint->unit,
                            checkpoint->size, root);
}

void checkpoint_sign(struct checkpoint *checkpoint, const struct key *key)
{
    char body[TEXT_SIZE];
    checkpoint->version = VERSION;
    size_t size = write_body(checkpoint, body);
    key_sign(key, body, size, checkpoint->signature);
}

bool checkpoint_is_signed_by(const struct checkpoint *checkpoint,
                             const unsigned char public_key[KEY_PUBLIC_BYTES])
{
    char body[TEXT_SIZE];
    size_t size = write_body(checkpoint, body);
    return key_verify(public_key, body, size, checkpoint->signature);
}

void checkpoint_write(const struct checkpoint *checkpoint, struct buf *out)
{
    char body[TEXT_SIZE];
    size_t size = write_body(checkpoint, body);
    buf_append(out, body, size);
    buf_printf(out, "%s\n", checkpoint->signature);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

// The lines that are not empty, without blanks at their ends. False unless
// there are LINE_COUNT.
static bool split(const char *text, size_t size, char lines[][TEXT_SIZE])
{
    size_t count = 0;
    const char *end = text + size;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        const char *next = newline ? newline + 1 : end;
        for (; text < stop && is_blank(*text); text++)
            ;
        for (; stop > text && is_blank(stop[-1]); stop--)
            ;
        size_t length = (size_t)(stop - text);
        if (length >= TEXT_SIZE || (length > 0 && count == LINE_COUNT))
            return false;
        if (length > 0) {
            memcpy(lines[count], text, length);
            lines[count++][length] = '\0';
        }
        text = next;
    }
    return count == LINE_COUNT;
}

static bool read_count(const char *text, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits] != '\0')
        return false;
    *out = strtoll(text, NULL, 10);
    return true;
}

static bool read_version(const char *title, int *out)
{
    size_t size = sizeof TITLE - 1;
    if (strncmp(title, TITLE, size) != 0 || title[size] < '1' ||
        title[size] > '0' + VERSION || title[size + 1] != '\0')
        return false;
    *out = title[size] - '0';
    return true;
}

bool checkpoint_read(const char *text, size_t size, struct checkpoint *out)
{
    char lines[LINE_COUNT][TEXT_SIZE];
    *out = (struct checkpoint){.size = 0};
    if (!split(text, size, lines) || !read_version(lines[0], &out->version) ||
        !clock_parse(lines[1], strlen(lines[1]), &out->at) ||
        strlen(lines[2]) >= sizeof out->unit ||
        !read_count(lines[3], &out->size) ||
        !digest_hex_is_valid(lines[4], strlen(lines[4])) ||
        strlen(lines[5]) >= sizeof out->signature)
        return false;
    memcpy(out->unit, lines[2], strlen(lines[2]) + 1);
    memcpy(out->signature, lines[5], strlen(lines[5]) + 1);
    return hex_decode(lines[4], strlen(lines[4]), out->root, sizeof out->root);
}
