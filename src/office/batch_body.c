#include "office/batch_body.h"
#include "common/clock.h"
#include "common/log.h"
#include "ledger/protocol.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FORM = 1, NONCE_BYTES = (PROOF_NONCE_SIZE - 1) / 2 };

__attribute__((format(printf, 3, 4))) static enum batch_fault
complain(struct batch_complaint *complaint, int64_t line, const char *format,
         ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(complaint->reason, sizeof complaint->reason, format, args);
    va_end(args);
    complaint->line = line;
    return BATCH_UNREADABLE;
}

// The proof: what the signature covers. NULL, or the key that is wrong.
static const char *read_proof(const json_t *object, struct proof_batch *out)
{
    unsigned char nonce[NONCE_BYTES];
    if (!json_copy_text(object, "device", out->device, sizeof out->device) ||
        !id_is_valid(out->device, strlen(out->device))) {
        return "device";
    }
    if (!json_get_int(object, "gen", &out->gen) || out->gen < 1) {
        return "gen";
    }
    if (!json_get_int(object, "to", &out->to) || out->to < 0) {
        return "to";
    }
    if (!json_copy_text(object, "head", out->head, sizeof out->head) ||
        !digest_hex_is_valid(out->head, strlen(out->head))) {
        return "head";
    }
    if (out->to == 0 && strcmp(out->head, DIGEST_NONE_HEX) != 0) {
        return "head";
    }
    if (!json_copy_text(object, "nonce", out->nonce, sizeof out->nonce) ||
        !hex_decode(out->nonce, strlen(out->nonce), nonce, NONCE_BYTES)) {
        return "nonce";
    }
    return NULL;
}

// Free-form: what is there is taken, what is not is not said.
static bool read_state(const json_t *object, struct batch_header *out)
{
    const json_t *state = json_object_get(object, "state");
    const json_t *lifetime = json_object_get(state, "lifetime");
    int64_t free_mib;
    if (!json_is_object(state)) {
        return true;
    }
    out->state = (struct office_state){.pending = -1,
                                       .lifetime_lines = -1,
                                       .lifetime_ratings = -1,
                                       .disk_free = -1};
    if (json_copy_text(state, "version", out->version, sizeof out->version)) {
        out->state.version = out->version;
    }
    if (json_copy_text(state, "invitation", out->invitation,
                       sizeof out->invitation) &&
        id_is_valid(out->invitation, strlen(out->invitation))) {
        out->state.invitation = out->invitation;
    }
    json_get_int(state, "pending", &out->state.pending);
    json_get_int(lifetime, "lines", &out->state.lifetime_lines);
    json_get_int(lifetime, "rated", &out->state.lifetime_ratings);
    if (json_get_int(state, "disk_free_mib", &free_mib) && free_mib >= 0 &&
        free_mib <= INT64_MAX >> 20) {
        out->state.disk_free = free_mib << 20;
    }
    out->has_state = json_write(state, &out->state_text);
    out->state.body = buf_text(&out->state_text);
    return out->has_state;
}

static void read_clocks(const json_t *object, struct batch_header *out)
{
    const char *text;
    if (json_get_text(object, "sent_at", &text)) {
        clock_parse(text, strlen(text), &out->sent_at);
    }
    if (json_get_text(object, "boot", &text) &&
        id_is_valid(text, strlen(text)) &&
        json_get_int(object, "up_ms", &out->up_ms) && out->up_ms >= 0) {
        memcpy(out->boot, text, ID_SIZE);
    } else {
        out->up_ms = 0;
    }
}

// First of all: what another protocol means by the rest, nobody knows here.
static enum batch_fault read_protocol(const json_t *object, int *out,
                                      struct batch_complaint *complaint)
{
    int64_t number = PROTOCOL_OLDEST;
    const json_t *told = json_object_get(object, "protocol");
    if (told && (!json_get_int(object, "protocol", &number) || number < 1)) {
        return complain(complaint, 1, "protocol: is no number");
    }
    if (number < PROTOCOL_OLDEST || number > PROTOCOL_NEWEST) {
        complain(complaint, 1,
                 "protocol: this server speaks %d to %d, the device said %lld; "
                 "bring %s up to date",
                 PROTOCOL_OLDEST, PROTOCOL_NEWEST, (long long)number,
                 number > PROTOCOL_NEWEST ? "the server" : "the device");
        return BATCH_PROTOCOL;
    }
    *out = (int)number;
    return BATCH_SOUND;
}

static enum batch_fault read_object(const json_t *object,
                                    struct batch_header *out,
                                    struct batch_complaint *complaint)
{
    int64_t form;
    enum batch_fault fault = read_protocol(object, &out->protocol, complaint);
    if (fault != BATCH_SOUND) {
        return fault;
    }
    if (!json_get_int(object, "batch", &form) || form != FORM) {
        return complain(complaint, 1, "batch: must be %d", FORM);
    }
    const char *wrong = read_proof(object, &out->proof);
    if (wrong) {
        return complain(complaint, 1, "%s: is missing or wrong", wrong);
    }
    if (!json_get_int(object, "from", &out->from) || out->from < 1 ||
        out->from - 1 > out->proof.to) {
        return complain(complaint, 1, "from: is missing or wrong");
    }
    if (!json_copy_text(object, "sig", out->signature, sizeof out->signature)) {
        return complain(complaint, 1, "sig: is missing or wrong");
    }
    int64_t count = out->proof.to - out->from + 1;
    if (count > BATCH_LINES_MAX) {
        complain(complaint, 1, "from…to: %lld lines, at most %d may come",
                 (long long)count, BATCH_LINES_MAX);
        return BATCH_TOO_LARGE;
    }
    out->line_count = (size_t)count;
    read_clocks(object, out);
    return read_state(object, out) ? BATCH_SOUND : BATCH_NO_MEMORY;
}

enum batch_fault batch_header_read(const char *bytes, size_t size,
                                   struct batch_header *out,
                                   struct batch_complaint *complaint)
{
    char message[JSON_MESSAGE_SIZE];
    memset(out, 0, sizeof *out);
    const char *end = size > 0 ? memchr(bytes, '\n', size) : NULL;
    size_t length = end ? (size_t)(end - bytes) : size;
    out->size = end ? length + 1 : length;
    if (length == 0) {
        return complain(complaint, 1, "the header line is missing");
    }
    if (length > BATCH_HEADER_MAX) {
        return complain(complaint, 1, "longer than %d bytes", BATCH_HEADER_MAX);
    }
    json_t *object = json_read(bytes, length, message);
    enum batch_fault fault;
    if (!object) {
        fault = complain(complaint, 1, "%s", message);
    } else if (!json_is_object(object)) {
        fault = complain(complaint, 1, "the header is no JSON object");
    } else {
        fault = read_object(object, out, complaint);
    }
    json_decref(object);
    if (fault != BATCH_SOUND) {
        batch_header_free(out);
    }
    return fault;
}

void batch_header_free(struct batch_header *header)
{
    buf_free(&header->state_text);
}

static const char COMMENT_START[] = "{\"comment\":";

static bool is_comment(const char *line, size_t size)
{
    size_t length = sizeof COMMENT_START - 1;
    return size > length && memcmp(line, COMMENT_START, length) == 0;
}

static size_t count_lines(const char *bytes, size_t size)
{
    size_t count = 0;
    for (const char *at = bytes, *end = bytes + size; at < end; count++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (is_comment(at, (size_t)(end - at))) {
            break; // comments come last
        }
        at = newline ? newline + 1 : end;
    }
    return count;
}

static bool has_head(const struct batch_header *header,
                     const struct office_line *lines)
{
    unsigned char head[DIGEST_BYTES];
    hex_decode(header->proof.head, DIGEST_HEX_SIZE - 1, head, DIGEST_BYTES);
    // From the end: there it is in all but a shuffled batch.
    for (size_t i = header->line_count; i-- > 0;) {
        if (lines[i].seq == header->proof.to &&
            memcmp(lines[i].hash, head, DIGEST_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

static struct office_line *find_line(struct office_line *lines, size_t count,
                                     const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (lines[i].is_sound && strcmp(lines[i].id, id) == 0) {
            return &lines[i];
        }
    }
    return NULL;
}

// NULL when the comment was given to its line, else why not.
static const char *take_comment(const char *line, size_t size,
                                struct office_line *lines, size_t count)
{
    char message[JSON_MESSAGE_SIZE], hash[DIGEST_HEX_SIZE];
    const char *id = NULL, *sealed = NULL, *why = NULL;
    json_t *object = json_read(line, size, message);
    struct office_line *owner = NULL;
    if (!json_get_text(object, "comment", &id) ||
        !json_get_text(object, "sealed", &sealed)) {
        why = "it is no object with comment and sealed";
    } else if (!(owner = find_line(lines, count, id))) {
        why = "no line of the batch has its id";
    } else {
        digest_hex_of(sealed, strlen(sealed), hash);
        // Base64 needs no escape: the text stands in the body as it is, and
        // lives as long as the lines.
        owner->sealed = memmem(line, size, sealed, strlen(sealed));
        owner->sealed_size = strlen(sealed);
        if (strcmp(hash, owner->comment_hash) != 0 || !owner->sealed) {
            owner->sealed = NULL;
            why = "its hash is not the one that its line carries";
        }
    }
    json_decref(object);
    return why;
}

static void take_comments(const char *at, const char *end, size_t number,
                          struct office_line *lines, size_t count)
{
    for (; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((newline ? newline : end) - at);
        const char *why = take_comment(at, length, lines, count);
        if (why) {
            log_warn("office",
                     "line %zu of a batch, a comment, is left out: %s", number,
                     why);
        }
        at += length + 1;
    }
}

// The signature covers the last line, and each line names the hash of the one
// before it: so it covers them all. The index of a line that is not the one
// that the next names; `count` when there is none.
static size_t find_changed(const struct office_line *lines, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        const struct office_line *next = &lines[i + 1];
        if (next->has_prev && next->seq == lines[i].seq + 1 &&
            memcmp(next->prev, lines[i].hash, DIGEST_BYTES) != 0) {
            return i;
        }
    }
    return count;
}

enum batch_fault batch_lines_read(const char *bytes, size_t size,
                                  const struct batch_header *header,
                                  struct office_line *lines,
                                  struct batch_complaint *complaint)
{
    const char *at = bytes + header->size, *end = bytes + size;
    size_t count = count_lines(at, (size_t)(end - at));
    if (count > BATCH_LINES_MAX) {
        complain(complaint, BATCH_LINES_MAX + 2, "at most %d lines may come",
                 BATCH_LINES_MAX);
        return BATCH_TOO_LARGE;
    }
    if (count != header->line_count) {
        size_t less = count < header->line_count ? count : header->line_count;
        return complain(complaint, (int64_t)less + 2,
                        "the header announces %zu lines, the body has %zu",
                        header->line_count, count);
    }
    struct office_place place = {.device = header->proof.device,
                                 .gen = header->proof.gen,
                                 .from = header->from,
                                 .to = header->proof.to};
    for (size_t i = 0; i < count; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((newline ? newline : end) - at);
        place.index = i;
        office_line_read(at, length, &place, &lines[i]);
        at += length + 1;
    }
    take_comments(at, end, count + 2, lines, count);
    if (count > 0 && !has_head(header, lines)) {
        return complain(complaint, (int64_t)count + 1,
                        "head: is not the hash of the line %lld",
                        (long long)header->proof.to);
    }
    size_t changed = find_changed(lines, count);
    if (changed < count) {
        return complain(complaint, (int64_t)changed + 2,
                        "is not the line that the next one follows: it was "
                        "changed, on the way or on the device");
    }
    return BATCH_SOUND;
}
