// The body of a batch, as the server reads it: header, lines, comments.
#include "fuzz/fuzz.h"
#include "office/batch_body.h"
#include <string.h>

static struct office_line lines[BATCH_LINES_MAX];

static bool is_within(const char *part, size_t part_size, const char *bytes,
                      size_t size)
{
    return part >= bytes && part_size <= size &&
           (size_t)(part - bytes) <= size - part_size;
}

static void check_header(const struct batch_header *h, size_t size)
{
    HOLDS(id_is_valid(h->proof.device, strlen(h->proof.device)));
    HOLDS(h->proof.gen >= 1 && h->proof.to >= 0 && h->from >= 1);
    HOLDS(h->line_count <= BATCH_LINES_MAX);
    HOLDS((int64_t)h->line_count == h->proof.to - h->from + 1);
    HOLDS(h->size > 0 && h->size <= size);
    HOLDS(h->size <= BATCH_HEADER_MAX + 1);
    HOLDS(digest_hex_is_valid(h->proof.head, strlen(h->proof.head)));
    HOLDS(h->up_ms >= 0);
    HOLDS(h->boot[0] == '\0' || id_is_valid(h->boot, strlen(h->boot)));
    if (h->has_state) {
        fuzz_check_text(h->state.body, size + BATCH_HEADER_MAX);
        HOLDS(h->state.disk_free >= -1);
    }
}

static void check_line(const struct office_line *line,
                       const struct batch_header *header, const char *bytes,
                       size_t size)
{
    struct record record;
    char reason[JSON_MESSAGE_SIZE];
    unsigned char hash[DIGEST_BYTES];
    HOLDS(is_within(line->bytes, line->size, bytes, size));
    HOLDS(!memchr(line->bytes, '\n', line->size));
    HOLDS(line->seq >= header->from && line->seq <= header->proof.to);
    digest_of(line->bytes, line->size, hash);
    HOLDS(memcmp(hash, line->hash, sizeof hash) == 0);
    HOLDS(line->id[0] == '\0' || id_is_valid(line->id, strlen(line->id)));
    if (line->is_sound) {
        HOLDS(record_read(line->bytes, line->size, &record, reason));
        HOLDS(record.seq == line->seq && record.gen == header->proof.gen);
        HOLDS(strcmp(record.device, header->proof.device) == 0);
        HOLDS(line->visit.level == record.level);
    } else {
        HOLDS(line->detail[0] != '\0');
        fuzz_check_text(line->detail, sizeof line->detail);
    }
    if (line->sealed) {
        char own[DIGEST_HEX_SIZE];
        HOLDS(is_within(line->sealed, line->sealed_size, bytes, size));
        digest_hex_of(line->sealed, line->sealed_size, own);
        HOLDS(strcmp(own, line->comment_hash) == 0);
    }
}

// What the signature over the last line's hash stands for.
static void check_sound(const struct batch_header *header)
{
    char head[DIGEST_HEX_SIZE] = "";
    for (size_t i = 0; i < header->line_count; i++) {
        if (lines[i].seq == header->proof.to) {
            hex_encode(lines[i].hash, DIGEST_BYTES, head);
            if (strcmp(head, header->proof.head) == 0)
                break;
        }
    }
    HOLDS(header->line_count == 0 || strcmp(head, header->proof.head) == 0);
}

static void check_complaint(const struct batch_complaint *complaint)
{
    HOLDS(complaint->line >= 1 && complaint->line <= BATCH_LINES_MAX + 2);
    HOLDS(complaint->reason[0] != '\0');
    fuzz_check_text(complaint->reason, sizeof complaint->reason);
}

static void read_body(const char *bytes, size_t size)
{
    struct batch_header header;
    struct batch_complaint complaint = {0};
    enum batch_fault fault =
        batch_header_read(bytes, size, &header, &complaint);
    if (fault != BATCH_SOUND) {
        check_complaint(&complaint);
        return;
    }
    check_header(&header, size);
    fault = batch_lines_read(bytes, size, &header, lines, &complaint);
    if (fault == BATCH_SOUND) {
        check_sound(&header);
        for (size_t i = 0; i < header.line_count; i++)
            check_line(&lines[i], &header, bytes, size);
    } else {
        check_complaint(&complaint);
    }
    batch_header_free(&header);
}

static bool is_comment(const char *at, const char *end)
{
    static const char start[] = "{\"comment\":";
    return (size_t)(end - at) >= sizeof start &&
           memcmp(at, start, sizeof start - 1) == 0;
}

// No chance finds a hash: the same body once more, under a header that has
// what the device would have written over these lines.
static void read_as_if_signed(const char *bytes, size_t size)
{
    struct batch_header header;
    struct batch_complaint complaint;
    struct buf body = {0};
    if (batch_header_read(bytes, size, &header, &complaint) != BATCH_SOUND)
        return;
    const char *at = bytes + header.size, *last = at, *end = bytes + size;
    size_t count = 0, last_size = 0;
    while (at < end && !is_comment(at, end) && count < BATCH_LINES_MAX) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        last = at;
        last_size = (size_t)((newline ? newline : end) - at);
        at = newline ? newline + 1 : end;
        count++;
    }
    char head[DIGEST_HEX_SIZE];
    digest_hex_of(last, last_size, head);
    if (count == 0)
        memcpy(head, DIGEST_NONE_HEX, sizeof head);
    int64_t from = count == 0 ? 1 : header.from;
    if (from <= INT64_MAX - BATCH_LINES_MAX) {
        buf_printf(&body,
                   "{\"batch\":1,\"device\":\"%s\",\"gen\":%lld,\"from\":%lld,"
                   "\"to\":%lld,\"head\":\"%s\",\"nonce\":\"%s\",\"sig\":\"\"}"
                   "\n",
                   header.proof.device, (long long)header.proof.gen,
                   (long long)from, (long long)(from - 1 + (int64_t)count),
                   head, header.proof.nonce);
        buf_append(&body, bytes + header.size, size - header.size);
        read_body(body.data, body.size);
    }
    buf_free(&body);
    batch_header_free(&header);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    fuzz_start();
    read_body((const char *)data, size);
    read_as_if_signed((const char *)data, size);
    return 0;
}
