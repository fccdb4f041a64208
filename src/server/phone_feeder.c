#include "server/phone_feeder.h"
#include "common/clock.h"
#include "common/log.h"
#include "office/batch_answer.h"
#include "office/batch_body.h"
#include "office/phone.h"
#include "store/courier.h"
#include "store/ledger_reader.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char MODULE[] = "phone";

enum {
    RETRY_MS = 5000, // after a database that did not take it
    HEADER_ROOM = 4096,
    COMMENT_FRAME = 80 // bytes around a sealed comment
};

struct phone_feeder {
    struct phone_feeder_params params;
    pthread_t thread;
    struct office *office;        // the thread's, for reading
    struct courier *courier;      // the thread's
    struct ledger_reader *ledger; // the thread's; NULL: not opened yet
    int64_t told_us;              // the last batch
    bool is_shut;                 // revoked, or a fork: nothing more is sent
    pthread_mutex_t mutex;        // guards all below
    pthread_cond_t wake;
    bool woken, stopping;
    bool is_done; // the writer has done the batch in hand
};

// --- One batch --------------------------------------------------------------

struct feeding {
    struct phone_feeder *feeder;
    struct proof_batch proof;
    int64_t from, end; // `end`: the last line that is there
    size_t count;
    struct buf lines, comments, body;
    struct batch_header header;
    struct office_line *read;
    struct office_batch batch;
    struct writer_job job;
};

static void free_feeding(struct feeding *f)
{
    buf_free(&f->lines);
    buf_free(&f->comments);
    buf_free(&f->body);
    batch_header_free(&f->header);
    free(f->read);
}

static bool take_line(void *ctx, int64_t seq, const char *id, const char *line,
                      size_t size)
{
    struct feeding *f = ctx;
    struct buf sealed = {0};
    enum sql_result found =
        ledger_reader_comment(f->feeder->ledger, id, &sealed);
    size_t used = f->lines.size + f->comments.size + HEADER_ROOM;
    bool fits = f->count < BATCH_LINES_MAX && seq == f->proof.to + 1 &&
                used + size + sealed.size + COMMENT_FRAME <= BATCH_BYTES_MAX;
    if (fits) {
        buf_append(&f->lines, line, size);
        buf_append_char(&f->lines, '\n');
        digest_hex_of(line, size, f->proof.head);
        f->proof.to = seq;
        f->count++;
    }
    if (fits && found == SQL_OK) {
        buf_printf(&f->comments, "{\"comment\":\"%s\",\"sealed\":\"%s\"}\n", id,
                   buf_text(&sealed));
    }
    buf_free(&sealed);
    return fits;
}

static json_t *make_state(const struct feeding *f)
{
    struct ledger_counts counts = {0};
    ledger_reader_counts(f->feeder->ledger, &counts);
    return json_pack(
        "{s:I, s:{s:I, s:I, s:I, s:I, s:I}, s:s}", "pending",
        (json_int_t)(f->end - f->proof.to), "lifetime", "lines",
        (json_int_t)counts.lines, "rated", (json_int_t)counts.rated, "declined",
        (json_int_t)counts.declined, "timeout", (json_int_t)counts.timeout,
        "withdrawn", (json_int_t)counts.withdrawn, "version", HAILONG_VERSION);
}

// The body as any device sends it.
static bool write_body(struct feeding *f)
{
    const struct proof_batch *proof = &f->proof;
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    char sent_at[CLOCK_ISO_SIZE], boot[ID_SIZE];
    proof_new_nonce(f->proof.nonce);
    proof_sign_batch(f->feeder->params.device_key, proof, signature);
    clock_format(clock_wall_ms(), sent_at);
    clock_boot_id(boot);
    json_t *header = json_pack(
        "{s:i, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:o}", "batch",
        1, "device", proof->device, "gen", (json_int_t)proof->gen, "from",
        (json_int_t)f->from, "to", (json_int_t)proof->to, "head", proof->head,
        "nonce", proof->nonce, "sig", signature, "sent_at", sent_at, "boot",
        boot, "up_ms", (json_int_t)clock_boot_ms(), "state", make_state(f));
    bool ok = header && json_write(header, &f->body);
    json_decref(header);
    buf_append_char(&f->body, '\n');
    buf_append(&f->body, buf_text(&f->lines), f->lines.size);
    buf_append(&f->body, buf_text(&f->comments), f->comments.size);
    return ok && buf_ok(&f->lines) && buf_ok(&f->comments) && buf_ok(&f->body);
}

static bool is_signed_by_the_device(struct feeding *f)
{
    struct office_device device;
    return office_find_device(f->feeder->office, f->header.proof.device,
                              &device) == OFFICE_OK &&
           proof_verify_batch(device.public_key, &f->header.proof,
                              f->header.signature);
}

// Reads it as the server reads any body.
static bool read_body(struct feeding *f)
{
    struct batch_complaint complaint = {0};
    const char *bytes = buf_text(&f->body);
    enum batch_fault fault =
        batch_header_read(bytes, f->body.size, &f->header, &complaint);
    if (fault == BATCH_SOUND) {
        f->read = calloc(f->header.line_count + 1, sizeof *f->read);
        fault = f->read ? batch_lines_read(bytes, f->body.size, &f->header,
                                           f->read, &complaint)
                        : BATCH_NO_MEMORY;
    }
    if (fault != BATCH_SOUND) {
        log_error(MODULE, "its batch cannot be read: line %lld: %s",
                  (long long)complaint.line, complaint.reason);
        return false;
    }
    if (!is_signed_by_the_device(f)) {
        log_error(MODULE, "the office does not know its signature");
        return false;
    }
    batch_fill(&f->header, f->read, clock_wall_ms(), &f->batch);
    return true;
}

// On the writer's thread.
static void end_job(struct phone_feeder *feeder)
{
    pthread_mutex_lock(&feeder->mutex);
    feeder->is_done = true;
    pthread_cond_signal(&feeder->wake);
    pthread_mutex_unlock(&feeder->mutex);
}

// The writer does what was pushed even when it ends, so this ends too. The
// job's `done` calls end_job().
static bool run_job(struct phone_feeder *feeder, struct writer_job *job)
{
    if (!writer_reserve(feeder->params.writer)) {
        return false; // its queue is full
    }
    feeder->is_done = false;
    writer_push(feeder->params.writer, job);
    pthread_mutex_lock(&feeder->mutex);
    while (!feeder->is_done) {
        pthread_cond_wait(&feeder->wake, &feeder->mutex);
    }
    pthread_mutex_unlock(&feeder->mutex);
    return job->result == OFFICE_OK;
}

static void on_done(void *ctx)
{
    struct feeding *f = ctx;
    struct phone_feeder *feeder = f->feeder;
    const struct invitation_changes *changed = &f->batch.invitations;
    if (f->job.result == OFFICE_OK && changed->counter[0] != '\0') {
        hub_announce(feeder->params.hub,
                     changed->is_several ? NULL : changed->counter);
    }
    end_job(feeder);
}

static bool store(struct feeding *f)
{
    f->job =
        (struct writer_job){.batch = &f->batch, .done = on_done, .done_ctx = f};
    return run_job(f->feeder, &f->job);
}

// The receipt is the proof, for whoever verifies the directory.
static bool keep_receipt(struct feeding *f)
{
    struct proof_receipt receipt;
    struct courier_aside aside[BATCH_LINES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < f->batch.line_count; i++) {
        const struct office_line *line = &f->read[i];
        metrics_count_line(f->feeder->params.metrics, line->status);
        if (line->status != OFFICE_LINE_INVALID &&
            line->status != OFFICE_LINE_CONFLICT) {
            continue;
        }
        aside[count] = (struct courier_aside){
            .seq = line->seq,
            .status = office_line_status_name(line->status),
            .reason = line->detail};
        memcpy(aside[count++].id, line->id, sizeof line->id);
    }
    const struct courier_attempts attempts = {.last_sent_ms = clock_wall_ms()};
    struct courier *courier = f->feeder->courier;
    batch_receipt(&f->batch, f->feeder->params.server_key,
                  attempts.last_sent_ms, &receipt);
    return courier_advance(courier, &receipt, aside, count) == SQL_OK &&
           courier_set_attempts(courier, &attempts) == SQL_OK;
}

// False: this generation cannot go on now.
static bool judge(struct feeding *f)
{
    struct phone_feeder *feeder = f->feeder;
    long long gen = (long long)f->proof.gen;
    switch (f->batch.status) {
    case OFFICE_BATCH_OK:
        return keep_receipt(f);
    case OFFICE_BATCH_GAP:
        log_error(MODULE,
                  "generation %lld: the office asks for line %lld, which is "
                  "not here",
                  gen, (long long)f->batch.expected);
        return false;
    case OFFICE_BATCH_FORK:
        log_error(MODULE,
                  "generation %lld: the office holds other lines; a new "
                  "generation begins when the server starts again",
                  gen);
        courier_set_next_gen(feeder->courier, f->batch.next_gen);
        feeder->is_shut = true;
        return false;
    case OFFICE_BATCH_REVOKED:
    case OFFICE_BATCH_UNKNOWN:
        log_warn(MODULE, "the phone channel was revoked");
        feeder->is_shut = true;
        feeder->params.revoked(feeder->params.ctx);
        return false;
    }
    return false;
}

// Lines from `from` on; without one a heartbeat. False: not now.
static bool send_batch(struct phone_feeder *feeder,
                       const struct ledger_end *end, int64_t from)
{
    struct feeding f = {.feeder = feeder, .from = from, .end = end->seq};
    memcpy(f.proof.device, feeder->params.device, sizeof f.proof.device);
    memcpy(f.proof.head, end->head, sizeof f.proof.head);
    f.proof.gen = end->gen;
    f.proof.to = from - 1;
    bool ok =
        from > end->seq || (ledger_reader_walk(feeder->ledger, end->gen, from,
                                               take_line, &f) == SQL_OK &&
                            f.count > 0);
    ok = ok && write_body(&f) && read_body(&f) && store(&f) && judge(&f);
    if (ok) {
        feeder->told_us = clock_mono_us();
    }
    free_feeding(&f);
    return ok;
}

// --- Everything that is there -----------------------------------------------

static bool open_ledger(struct phone_feeder *feeder)
{
    if (feeder->ledger && ledger_reader_is_replaced(feeder->ledger)) {
        ledger_reader_close(feeder->ledger);
        feeder->ledger = NULL;
    }
    return feeder->ledger || ledger_reader_open(feeder->params.directory,
                                                &feeder->ledger) == SQL_OK;
}

static bool feed_generation(struct phone_feeder *feeder, int64_t gen)
{
    struct ledger_end end;
    int64_t held;
    if (ledger_reader_end_of(feeder->ledger, gen, &end) != SQL_OK) {
        return false;
    }
    do {
        if (office_chain_held(feeder->office, feeder->params.device, gen,
                              &held) != OFFICE_OK) {
            return false;
        }
    } while (held < end.seq && send_batch(feeder, &end, held + 1));
    return held >= end.seq;
}

// False: something is left.
static bool feed(struct phone_feeder *feeder)
{
    int64_t gen = 0;
    bool all = true;
    if (!open_ledger(feeder)) {
        feeder->ledger = NULL;
        return true;
    }
    while (ledger_reader_next_gen(feeder->ledger, gen, &gen) == SQL_OK) {
        all = feed_generation(feeder, gen) && all;
    }
    return all;
}

static enum office_result hear(struct office *office, void *ctx)
{
    const struct phone_feeder *feeder = ctx;
    return office_hear_phone(office, feeder->params.device, clock_wall_ms());
}

static void on_heard(void *ctx)
{
    end_job(ctx);
}

static void tell_life(struct phone_feeder *feeder)
{
    struct writer_job job = {
        .work = hear, .work_ctx = feeder, .done = on_heard, .done_ctx = feeder};
    if (run_job(feeder, &job)) {
        feeder->told_us = clock_mono_us();
    }
}

// The end of the chain is told now and then, so that the office knows how far
// it reaches, and that the channel lives: of an empty one that alone. Somebody
// may believe that no server runs, and give the book other keys.
static void tell_end(struct phone_feeder *feeder)
{
    struct ledger_end end;
    if (feeder->ledger && ledger_reader_end(feeder->ledger, &end) == SQL_OK) {
        send_batch(feeder, &end, end.seq + 1);
    } else {
        tell_life(feeder);
    }
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// One round; when the next one is due.
static int64_t work_round(struct phone_feeder *feeder)
{
    int64_t heartbeat_us = feeder->params.heartbeat_ms * 1000;
    bool all = feeder->is_shut || feed(feeder);
    if (!feeder->is_shut && clock_mono_us() - feeder->told_us >= heartbeat_us) {
        tell_end(feeder);
    }
    int64_t now_us = clock_mono_us();
    int64_t next_us = now_us + (all ? heartbeat_us : RETRY_MS * INT64_C(1000));
    return least(next_us, feeder->params.sweep(feeder->params.ctx, now_us));
}

// Until woken or due. False: the end.
static bool sleep_until(struct phone_feeder *feeder, int64_t due_us)
{
    struct timespec until = {due_us / 1000000, due_us % 1000000 * 1000};
    pthread_mutex_lock(&feeder->mutex);
    while (!feeder->woken && !feeder->stopping &&
           pthread_cond_timedwait(&feeder->wake, &feeder->mutex, &until) !=
               ETIMEDOUT) {
    }
    feeder->woken = false;
    bool goes_on = !feeder->stopping;
    pthread_mutex_unlock(&feeder->mutex);
    return goes_on;
}

static void *run(void *ctx)
{
    struct phone_feeder *feeder = ctx;
    // The first line tells that it is there.
    feeder->told_us = -feeder->params.heartbeat_ms * 1000;
    while (sleep_until(feeder, work_round(feeder))) {
    }
    if (!feeder->is_shut) {
        feed(feeder);
    }
    return NULL;
}

// --- Life -------------------------------------------------------------------

static void close_databases(struct phone_feeder *feeder)
{
    ledger_reader_close(feeder->ledger);
    courier_close(feeder->courier);
    office_close(feeder->office);
    feeder->ledger = NULL;
    feeder->courier = NULL;
    feeder->office = NULL;
}

void phone_feeder_close(struct phone_feeder *feeder)
{
    if (!feeder) {
        return;
    }
    pthread_cond_destroy(&feeder->wake);
    pthread_mutex_destroy(&feeder->mutex);
    free(feeder);
}

static enum office_result open_databases(struct phone_feeder *feeder)
{
    if (courier_open(feeder->params.directory, COURIER_WRITER,
                     &feeder->courier) != SQL_OK) {
        return OFFICE_ERROR;
    }
    return office_open(feeder->params.office, OFFICE_READER, &feeder->office);
}

static enum office_result start(struct phone_feeder *feeder)
{
    enum office_result result = open_databases(feeder);
    if (result != OFFICE_OK) {
        log_error(MODULE, "%s: its databases cannot be opened",
                  feeder->params.directory);
        return result;
    }
    int fault = log_thread_create(&feeder->thread, run, feeder);
    if (fault != 0) {
        log_error(MODULE, "its thread cannot start: %s", strerror(fault));
    }
    return fault == 0 ? OFFICE_OK : OFFICE_ERROR;
}

enum office_result phone_feeder_start(const struct phone_feeder_params *params,
                                      struct phone_feeder **out_feeder)
{
    struct phone_feeder *feeder = calloc(1, sizeof *feeder);
    if (!feeder) {
        log_error(MODULE, "out of memory");
        return OFFICE_ERROR;
    }
    feeder->params = *params;
    pthread_mutex_init(&feeder->mutex, NULL);
    clock_cond_init(&feeder->wake);
    enum office_result result = start(feeder);
    if (result == OFFICE_OK) {
        *out_feeder = feeder;
    } else {
        close_databases(feeder);
        phone_feeder_close(feeder);
    }
    return result;
}

void phone_feeder_wake(struct phone_feeder *feeder)
{
    pthread_mutex_lock(&feeder->mutex);
    feeder->woken = true;
    pthread_cond_signal(&feeder->wake);
    pthread_mutex_unlock(&feeder->mutex);
}

void phone_feeder_stop(struct phone_feeder *feeder)
{
    if (!feeder) {
        return;
    }
    pthread_mutex_lock(&feeder->mutex);
    feeder->stopping = true;
    pthread_cond_signal(&feeder->wake);
    pthread_mutex_unlock(&feeder->mutex);
    pthread_join(feeder->thread, NULL);
    close_databases(feeder);
}
