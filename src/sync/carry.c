#include "sync/carry.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "store/courier.h"
#include "store/ledger_reader.h"
#include "sync/answer.h"
#include "sync/batch.h"
#include "sync/gone.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char module[] = "carry";
static const char BATCH_BEGIN[] = "{\"batch\":";
static const char END_BEGIN[] = "{\"carry_end\":";

bool carry_begin(const char *kind, const char *device, int64_t wall_ms,
                 struct buf *out)
{
    char at[CLOCK_ISO_SIZE];
    clock_format(wall_ms, at);
    json_t *object =
        json_pack("{s:i, s:s, s:s}", kind, 1, "device", device, "made_at", at);
    bool done = object && json_write(object, out);
    json_decref(object);
    buf_append_char(out, '\n');
    return done && buf_ok(out);
}

// --- The device's directory -------------------------------------------------

struct place {
    struct device device;
    struct key key;
    struct ledger_reader *reader; // NULL: there is no ledger yet
    struct courier *courier;      // NULL: nothing was ever sent
    int lock;                     // of the courier; -1: not held
};

static enum carry_result open_place(const char *directory,
                                    enum courier_role role, struct place *out)
{
    *out = (struct place){.lock = -1};
    enum device_result device = device_load(directory, &out->device);
    if (device != DEVICE_OK)
        return device == DEVICE_NOT_ENROLLED ? CARRY_NOT_ENROLLED
                                             : CARRY_BROKEN;
    if (!device_load_key(directory, &out->key)) {
        log_error(module, "%s/%s: %s", directory, DEVICE_FILE_KEY,
                  strerror(errno));
        return CARRY_BROKEN;
    }
    if (role == COURIER_WRITER) {
        char path[PATH_MAX];
        if (!file_join(path, sizeof path, directory, DEVICE_LOCK_COURIER) ||
            (out->lock = file_lock(path)) < 0) {
            if (errno == EWOULDBLOCK)
                return CARRY_BUSY;
            log_error(module, "%s: %s", directory, strerror(errno));
            return CARRY_BROKEN;
        }
    }
    enum sql_result ledger = ledger_reader_open(directory, &out->reader);
    enum sql_result courier = courier_open(directory, role, &out->courier);
    return (ledger == SQL_OK || ledger == SQL_NONE) &&
                   (courier == SQL_OK || courier == SQL_NONE)
               ? CARRY_DONE
               : CARRY_BROKEN;
}

static void close_place(struct place *place)
{
    ledger_reader_close(place->reader);
    courier_close(place->courier);
    if (place->lock >= 0)
        close(place->lock);
    key_wipe(&place->key);
    device_release(&place->device);
}

// --- Export -----------------------------------------------------------------

struct exporting {
    struct place *place;
    struct batch *batch; // large
    carry_writer *write;
    void *ctx;
    struct carry_count *count;
};

static enum carry_result export_batch(struct exporting *e, int64_t gen,
                                      int64_t from)
{
    struct batch *batch = e->batch;
    const struct ledger_end start = {.gen = gen, .seq = from - 1};
    const struct batch_state state = {.pending = 0, .disk_free_mib = -1};
    batch_start(batch, e->place->device.id, &start);
    batch->plain = true;
    if (batch_take_lines(batch, e->place->reader, gen, from, BATCH_LINES_MAX) !=
        SQL_OK)
        return CARRY_BROKEN;
    if (batch->count == 0)
        return CARRY_NOTHING;
    if (!batch_finish(batch, &e->place->key, &state, 0, "", 0))
        return CARRY_MEMORY;
    if (!e->write(e->ctx, batch->body.data, batch->body.size))
        return CARRY_BROKEN;
    e->count->batches++;
    e->count->lines += batch->count;
    return CARRY_DONE;
}

static enum carry_result export_generation(struct exporting *e, int64_t gen,
                                           int64_t from)
{
    enum carry_result result;
    while ((result = export_batch(e, gen, from)) == CARRY_DONE) {
        from = e->batch->proof.to + 1;
        batch_free(e->batch);
    }
    batch_free(e->batch);
    return result == CARRY_NOTHING ? CARRY_DONE : result;
}

static enum carry_result first_line(const struct place *place, bool all,
                                    int64_t gen, int64_t *out_from)
{
    struct proof_receipt receipt;
    *out_from = 1;
    if (all || !place->courier)
        return CARRY_DONE;
    enum sql_result result = courier_position(place->courier, gen, &receipt);
    if (result == SQL_OK)
        *out_from = receipt.batch.to + 1;
    return result == SQL_OK || result == SQL_NONE ? CARRY_DONE : CARRY_BROKEN;
}

static enum carry_result export_end(struct exporting *e)
{
    struct buf end = {0};
    buf_printf(&end, "%s1,\"batches\":%zu,\"lines\":%zu}\n", END_BEGIN,
               e->count->batches, e->count->lines);
    enum carry_result result = !buf_ok(&end) ? CARRY_MEMORY
                               : e->write(e->ctx, end.data, end.size)
                                   ? CARRY_DONE
                                   : CARRY_BROKEN;
    buf_free(&end);
    return result;
}

static enum carry_result export_all(struct exporting *e, bool all)
{
    struct buf begin = {0};
    enum carry_result result = CARRY_DONE;
    if (!carry_begin("carry", e->place->device.id, clock_wall_ms(), &begin))
        result = CARRY_MEMORY;
    else if (!e->write(e->ctx, begin.data, begin.size))
        result = CARRY_BROKEN;
    buf_free(&begin);
    int64_t gen = 0, from;
    enum sql_result found = SQL_NONE;
    while (result == CARRY_DONE && e->place->reader &&
           (found = ledger_reader_next_gen(e->place->reader, gen, &gen)) ==
               SQL_OK) {
        result = first_line(e->place, all, gen, &from);
        if (result == CARRY_DONE)
            result = export_generation(e, gen, from);
    }
    if (result == CARRY_DONE && found != SQL_NONE)
        result = CARRY_BROKEN;
    if (result == CARRY_DONE)
        result = e->count->lines == 0 ? CARRY_NOTHING : export_end(e);
    return result;
}

enum carry_result carry_export(const char *directory, bool all,
                               carry_writer *write, void *ctx,
                               struct carry_count *out)
{
    struct place place;
    *out = (struct carry_count){0};
    struct batch *batch = malloc(sizeof *batch);
    if (!batch)
        return CARRY_MEMORY;
    enum carry_result result = open_place(directory, COURIER_READER, &place);
    struct exporting exporting = {&place, batch, write, ctx, out};
    if (result == CARRY_DONE)
        result = export_all(&exporting, all);
    close_place(&place);
    free(batch);
    return result;
}

// --- Reading a carry file ---------------------------------------------------

static size_t line_length(const char *text, size_t size)
{
    const char *newline = memchr(text, '\n', size);
    return newline ? (size_t)(newline - text) + 1 : size;
}

static bool read_begin(const char *kind, const char *text, size_t size,
                       size_t *out_length, char out_device[ID_SIZE])
{
    char why[JSON_MESSAGE_SIZE];
    int64_t version = 0;
    *out_length = line_length(text, size);
    json_t *object = json_read(text, *out_length, why);
    bool done = object && json_get_int(object, kind, &version) &&
                version == 1 &&
                json_copy_text(object, "device", out_device, ID_SIZE) &&
                id_is_valid(out_device, strlen(out_device));
    json_decref(object);
    return done;
}

static bool begins_with(const char *text, size_t size, const char *word)
{
    size_t length = strlen(word);
    return size >= length && memcmp(text, word, length) == 0;
}

// The end of the batch that begins here: 0 when the file ends before it.
static size_t batch_length(const char *text, size_t size)
{
    size_t end = 0;
    do
        end += line_length(text + end, size - end);
    while (end < size && !begins_with(text + end, size - end, BATCH_BEGIN) &&
           !begins_with(text + end, size - end, END_BEGIN));
    return end < size ? end : 0;
}

enum carry_result carry_next(const char *text, size_t size, size_t *at,
                             const char **out_batch, size_t *out_size,
                             char out_device[ID_SIZE])
{
    if (*at == 0 && !read_begin("carry", text, size, at, out_device))
        return CARRY_UNREADABLE;
    if (*at >= size)
        return CARRY_CUT;
    if (begins_with(text + *at, size - *at, END_BEGIN)) {
        size_t length = line_length(text + *at, size - *at);
        return text[*at + length - 1] != '\n' ? CARRY_CUT
               : *at + length == size         ? CARRY_NOTHING
                                              : CARRY_UNREADABLE;
    }
    if (!begins_with(text + *at, size - *at, BATCH_BEGIN))
        return CARRY_UNREADABLE;
    size_t length = batch_length(text + *at, size - *at);
    if (length == 0)
        return CARRY_CUT;
    *out_batch = text + *at;
    *out_size = length;
    *at += length;
    return CARRY_DONE;
}

// --- Answers ----------------------------------------------------------------

struct taking {
    struct place *place;
    struct batch *sent; // large
    struct answer *answer;
    char *message;
};

static enum carry_result say(struct taking *t, enum carry_result result,
                             const char *what)
{
    snprintf(t->message, CARRY_MESSAGE_SIZE, "%s", what);
    return result;
}

static enum answer_own own_hash(void *ctx, int64_t gen, int64_t seq,
                                char out[DIGEST_HEX_SIZE])
{
    const struct place *place = ctx;
    return answer_own(place->reader, gen, seq, out);
}

static bool add_item(void *ctx, int64_t seq, const char *id, const char *line,
                     size_t size)
{
    struct batch *batch = ctx;
    (void)line;
    (void)size;
    if (seq > batch->proof.to || batch->count == BATCH_LINES_MAX)
        return false;
    struct batch_item *item = &batch->items[batch->count++];
    item->seq = seq;
    snprintf(item->id, sizeof item->id, "%s", id);
    return true;
}

// The batch as it was sent, from its header and our own ledger. The header
// carries our own signature, so that nobody else drew the nonce.
static enum carry_result read_sent(struct taking *t, const json_t *header)
{
    struct batch *sent = t->sent;
    struct proof_batch *proof = &sent->proof;
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    memset(sent, 0, sizeof *sent);
    if (!json_copy_text(header, "device", proof->device,
                        sizeof proof->device) ||
        !json_get_int(header, "gen", &proof->gen) ||
        !json_get_int(header, "from", &sent->from) ||
        !json_get_int(header, "to", &proof->to) ||
        !json_copy_text(header, "head", proof->head, sizeof proof->head) ||
        !json_copy_text(header, "nonce", proof->nonce, sizeof proof->nonce) ||
        !json_copy_text(header, "sig", signature, sizeof signature))
        return say(t, CARRY_UNREADABLE, "\"sent\" is no batch's header");
    if (strcmp(proof->device, t->place->device.id) != 0)
        return say(t, CARRY_OTHER, "the answer is for another device");
    if (!proof_verify_batch(t->place->key.public_key, proof, signature))
        return say(t, CARRY_OTHER, "\"sent\" was not signed by this device");
    // Lines that have left were acknowledged long ago: it is an old file.
    int64_t left = 0;
    if (t->place->reader &&
        gone_upto(t->place->reader, proof->gen, &left) == SQL_OK &&
        sent->from <= left)
        return CARRY_NOTHING;
    if (!t->place->reader ||
        ledger_reader_walk(t->place->reader, proof->gen, sent->from, add_item,
                           sent) != SQL_OK)
        return say(t, CARRY_BROKEN, "the ledger cannot be read");
    return CARRY_DONE;
}

static bool is_further(struct taking *t)
{
    struct proof_receipt held;
    const struct proof_batch *batch = &t->answer->receipt.batch;
    return courier_position(t->place->courier, batch->gen, &held) != SQL_OK ||
           held.batch.to < batch->to;
}

static enum carry_result take_answer(struct taking *t, const json_t *object,
                                     struct carry_count *out)
{
    struct buf text = {0};
    char reason[JSON_MESSAGE_SIZE];
    enum carry_result result = read_sent(t, json_object_get(object, "sent"));
    if (result != CARRY_DONE)
        return result == CARRY_NOTHING ? CARRY_DONE : result;
    if (!json_write(json_object_get(object, "answer"), &text))
        result = say(t, CARRY_UNREADABLE, "there is no \"answer\"");
    else if (!answer_read(text.data, text.size, t->sent,
                          t->place->device.server_key, own_hash, t->place,
                          t->answer, reason))
        result = say(t, CARRY_OTHER, reason);
    buf_free(&text);
    if (result != CARRY_DONE)
        return result;
    if (is_further(t)) {
        if (courier_advance(t->place->courier, &t->answer->receipt,
                            t->answer->aside, t->answer->aside_count) != SQL_OK)
            result = say(t, CARRY_BROKEN, "courier.db does not take it");
        out->batches += result == CARRY_DONE;
        out->lines += result == CARRY_DONE ? t->sent->count : 0;
    }
    answer_release(t->answer);
    return result;
}

static enum carry_result take_lines(struct taking *t, const char *text,
                                    size_t size, struct carry_count *out)
{
    char device[ID_SIZE], why[JSON_MESSAGE_SIZE];
    size_t at, number = 1;
    if (!read_begin("carry_answers", text, size, &at, device))
        return say(t, CARRY_UNREADABLE,
                   "line 1: this is no file of answers; it is what hailong "
                   "import wrote on the server");
    while (at < size) {
        size_t length = line_length(text + at, size - at);
        json_t *object = json_read(text + at, length, why);
        number++;
        enum carry_result result =
            object ? take_answer(t, object, out)
                   : say(t, CARRY_UNREADABLE, "is no JSON object");
        json_decref(object);
        if (result != CARRY_DONE) {
            char what[CARRY_MESSAGE_SIZE];
            snprintf(what, sizeof what, "%s", t->message);
            snprintf(t->message, CARRY_MESSAGE_SIZE, "line %zu: %.200s", number,
                     what);
            return result;
        }
        at += length;
    }
    return out->batches > 0 ? CARRY_DONE : CARRY_NOTHING;
}

enum carry_result carry_take_answers(const char *directory, const char *text,
                                     size_t size, struct carry_count *out,
                                     char message[CARRY_MESSAGE_SIZE])
{
    struct place place;
    *out = (struct carry_count){0};
    message[0] = '\0';
    struct batch *sent = malloc(sizeof *sent);
    struct answer *answer = malloc(sizeof *answer);
    enum carry_result result = CARRY_MEMORY;
    if (sent && answer) {
        struct taking taking = {&place, sent, answer, message};
        result = open_place(directory, COURIER_WRITER, &place);
        if (result == CARRY_DONE)
            result = take_lines(&taking, text, size, out);
        close_place(&place);
    }
    free(sent);
    free(answer);
    return result;
}
