#include "sync/batch.h"
#include "common/clock.h"
#include "common/json.h"
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum {
    HEADER_ROOM = 4096, // of a header line, generously
    GZIP_LEAST = 1024,  // a smaller body is sent as it is
    GZIP_WINDOW = 15 + 16
};

void batch_start(struct batch *batch, const char *device,
                 const struct ledger_end *end)
{
    memset(batch, 0, sizeof *batch);
    batch->protocol = PROTOCOL_NEWEST;
    snprintf(batch->proof.device, sizeof batch->proof.device, "%s", device);
    batch->proof.gen = end->gen;
    batch->proof.to = end->seq;
    memcpy(batch->proof.head, end->head, sizeof batch->proof.head);
    batch->from = end->seq + 1;
}

bool batch_has_room(const struct batch *batch, size_t size)
{
    size_t used = batch->lines.size + batch->comments.size;
    return batch->count < BATCH_LINES_MAX &&
           used + size + 1 <= BATCH_BYTES_MAX - HEADER_ROOM;
}

void batch_add_comment(struct batch *batch, const char *id, const char *sealed)
{
    buf_printf(&batch->comments, "{\"comment\":\"%s\",\"sealed\":\"%s\"}\n", id,
               sealed);
}

bool batch_add(struct batch *batch, int64_t seq, const char *id,
               const char *line, size_t size)
{
    if (!batch_has_room(batch, size))
        return false;
    // Lines of a batch follow one another: a hole ends it.
    if (batch->count > 0 && seq != batch->proof.to + 1)
        return false;
    buf_append(&batch->lines, line, size);
    buf_append_char(&batch->lines, '\n');
    if (!buf_ok(&batch->lines))
        return false;
    if (batch->count == 0)
        batch->from = seq;
    struct batch_item *item = &batch->items[batch->count++];
    item->seq = seq;
    snprintf(item->id, sizeof item->id, "%s", id);
    batch->proof.to = seq;
    digest_hex_of(line, size, batch->proof.head);
    return true;
}

struct taking {
    struct batch *batch;
    struct ledger_reader *reader;
    size_t most;
};

static bool take_line(void *ctx, int64_t seq, const char *id, const char *line,
                      size_t size)
{
    const struct taking *taking = ctx;
    struct batch *batch = taking->batch;
    struct buf sealed = {0};
    if (batch->count >= taking->most)
        return false;
    enum sql_result comment =
        ledger_reader_comment(taking->reader, id, &sealed);
    bool ok = comment == SQL_OK || comment == SQL_NONE;
    ok = ok &&
         batch_has_room(batch, size + sealed.size + BATCH_COMMENT_FRAME) &&
         batch_add(batch, seq, id, line, size);
    if (ok && comment == SQL_OK)
        batch_add_comment(batch, id, buf_text(&sealed));
    buf_free(&sealed);
    return ok;
}

enum sql_result batch_take_lines(struct batch *batch,
                                 struct ledger_reader *reader, int64_t gen,
                                 int64_t from, size_t most)
{
    struct taking taking = {batch, reader, most};
    batch->proof.gen = gen;
    return ledger_reader_walk(reader, gen, from, take_line, &taking);
}

static json_t *state_object(const struct batch_state *state)
{
    json_t *faults = json_array();
    for (size_t i = 0; i < state->fault_count; i++)
        json_array_append_new(faults, json_string(state->faults[i]));
    json_t *object = json_pack(
        "{s:I,s:{s:I,s:I,s:I,s:I,s:I},s:I,s:s,s:I,s:o}", "pending",
        (json_int_t)state->pending, "lifetime", "lines",
        (json_int_t)state->lifetime.lines, "rated",
        (json_int_t)state->lifetime.rated, "declined",
        (json_int_t)state->lifetime.declined, "timeout",
        (json_int_t)state->lifetime.timeout, "withdrawn",
        (json_int_t)state->lifetime.withdrawn, "disk_free_mib",
        (json_int_t)state->disk_free_mib, "version", HAILONG_VERSION, "config",
        (json_int_t)state->config_version, "faults", faults);
    if (object && state->oldest_at > 0) {
        char at[CLOCK_ISO_SIZE];
        clock_format(state->oldest_at, at);
        json_object_set_new(object, "oldest_at", json_string(at));
    }
    if (object && (state->config_shown > 0 || state->config_refused > 0))
        json_object_set_new(object, "config_applied",
                            json_integer(state->config_shown));
    if (object && state->config_refused > 0)
        json_object_set_new(object, "config_refused",
                            json_pack("{s:I,s:s}", "version",
                                      (json_int_t)state->config_refused,
                                      "reason", state->config_why));
    if (object && state->invitation && state->invitation[0])
        json_object_set_new(object, "invitation",
                            json_string(state->invitation));
    return object;
}

bool batch_gzip(const struct buf *in, struct buf *out)
{
    z_stream z = {0};
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uLong bound = deflateBound(&z, (uLong)in->size);
    char *room = buf_reserve(out, bound);
    int code = Z_MEM_ERROR;
    if (room) {
        z.next_in = (Bytef *)in->data;
        z.avail_in = (uInt)in->size;
        z.next_out = (Bytef *)room;
        z.avail_out = (uInt)bound;
        code = deflate(&z, Z_FINISH);
        if (code == Z_STREAM_END)
            buf_commit(out, z.total_out);
    }
    deflateEnd(&z);
    return code == Z_STREAM_END;
}

bool batch_finish(struct batch *batch, const struct key *key,
                  const struct batch_state *state, int64_t wall_ms,
                  const char *boot, int64_t up_ms)
{
    char signature[KEY_SIGNATURE_BASE64_SIZE], at[CLOCK_ISO_SIZE];
    struct buf plain = {0};
    proof_new_nonce(batch->proof.nonce);
    proof_sign_batch(key, &batch->proof, signature);
    clock_format(wall_ms, at);
    json_t *header = json_pack(
        "{s:i,s:s,s:I,s:I,s:I,s:s,s:s,s:s,s:s?,s:s,s:I,s:o}", "batch", 1,
        "device", batch->proof.device, "gen", (json_int_t)batch->proof.gen,
        "from", (json_int_t)batch->from, "to", (json_int_t)batch->proof.to,
        "head", batch->proof.head, "nonce", batch->proof.nonce, "sig",
        signature, "sent_at", wall_ms != 0 ? at : NULL, "boot", boot, "up_ms",
        (json_int_t)up_ms, "state", state_object(state));
    if (header && batch->protocol > 1)
        json_object_set_new(header, "protocol", json_integer(batch->protocol));
    bool ok = header && buf_ok(&batch->lines) && buf_ok(&batch->comments) &&
              json_write(header, &plain);
    buf_append_char(&plain, '\n');
    buf_append(&plain, batch->lines.data, batch->lines.size);
    buf_append(&plain, batch->comments.data, batch->comments.size);
    ok = ok && buf_ok(&plain);
    if (ok && !batch->plain && plain.size >= GZIP_LEAST) {
        batch->gzip = true;
        ok = batch_gzip(&plain, &batch->body);
        buf_free(&plain);
    } else {
        batch->body = plain;
    }
    json_decref(header);
    return ok;
}

void batch_free(struct batch *batch)
{
    buf_free(&batch->lines);
    buf_free(&batch->comments);
    buf_free(&batch->body);
    batch->count = 0;
}
