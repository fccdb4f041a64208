#include "sync/worker.h"
#include "common/battery.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/log_tries.h"
#include "common/supervisor.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/enrol_form.h"
#include "store/ledger_reader.h"
#include "store/store.h"
#include "sync/answer.h"
#include "sync/config_fetch.h"
#include "sync/enrolment.h"
#include "sync/gone.h"
#include "sync/policy.h"
#include "sync/poll.h"
#include "sync/stick.h"
#include "sync/trusted_time.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum {
    DISK_LOW_MIB = 200,
    POLL_MS = 1000,
    FIRST_CONTACT_S = 5,
    HEARTBEAT_S = 60,
    BROKEN_MS = 30000, // until kiosk.db is tried again
    OPEN_AGAIN_POLLS = 5,
    TIDY_MS = 3600 * 1000,
    ONCE_GAPS_MAX = 10,
    ANSWER_MAX = 1 << 20
};

static const char module[] = "sync";

struct worker {
    char *directory, *proxy, *stick, *battery_root;
    bool plain_http;
    int poll_ms;
    int connect_s, total_s;
    atomic_bool stopping;
    int lock; // −1: not held
    enum battery_level battery;
    bool enrolled;
    struct device device;
    struct key key;
    _Atomic(struct transport *) transport;
    _Atomic(struct poll *) poll;  // NULL: --once
    bool invited;                 // visits come by invitation
    struct ledger_reader *reader; // NULL: the kiosk has made no database yet
    struct log_tries reading;
    struct courier *courier;
    struct courier_attempts attempts;
    int64_t heartbeat_ms, first_contact_s;
    int64_t config_version; // that is held
    int64_t config_shown;   // as the kiosk says
    int64_t config_refused;
    char config_why[STORE_SETTING_SIZE];
    size_t lines_most; // of a batch
    int protocol;      // that is spoken with this server
    // Of the steady clock, ms:
    int64_t last_sent_ms, not_before_ms, new_line_ms, tidy_ms;
    char asked[CLOCK_ISO_SIZE]; // when staff last asked to send at once
    char shown[ID_SIZE]; // the invitation on the counter's screen; "": none
};

static int64_t steady_ms(void)
{
    return clock_mono_us() / 1000;
}

struct worker *worker_new(const struct worker_params *params)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->directory = strdup(params->directory);
    w->proxy = params->proxy ? strdup(params->proxy) : NULL;
    w->stick = params->stick ? strdup(params->stick) : NULL;
    w->battery_root =
        strdup(params->battery_root ? params->battery_root : BATTERY_ROOT);
    w->plain_http = params->plain_http;
    w->poll_ms = params->poll_ms > 0 ? params->poll_ms : POLL_MS;
    w->connect_s = params->connect_s;
    w->total_s = params->total_s;
    w->lock = -1;
    w->last_sent_ms = INT64_MIN;
    w->tidy_ms = INT64_MIN;
    w->lines_most = BATCH_LINES_MAX;
    w->protocol = PROTOCOL_NEWEST;
    w->heartbeat_ms = HEARTBEAT_S * 1000;
    w->first_contact_s = FIRST_CONTACT_S;
    if (!w->directory || !w->battery_root || (params->proxy && !w->proxy) ||
        (params->stick && !w->stick)) {
        worker_free(w);
        return NULL;
    }
    return w;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    poll_free(atomic_load(&w->poll));
    transport_close(atomic_load(&w->transport));
    ledger_reader_close(w->reader);
    courier_close(w->courier);
    if (w->enrolled) {
        key_wipe(&w->key);
        device_release(&w->device);
    }
    if (w->lock >= 0)
        close(w->lock);
    free(w->directory);
    free(w->proxy);
    free(w->stick);
    free(w->battery_root);
    free(w);
}

void worker_stop(struct worker *w)
{
    atomic_store(&w->stopping, true);
    struct transport *transport = atomic_load(&w->transport);
    struct poll *poll = atomic_load(&w->poll);
    if (transport)
        transport_abort(transport);
    if (poll)
        poll_stop(poll);
}

static bool stopping(const struct worker *w)
{
    return atomic_load(&w->stopping);
}

static void nap(const struct worker *w, int64_t ms)
{
    // A signal ends the sleep; the flag is looked at twice a second anyway. All
    // ways of the loop come by here: between two, at most one request hangs.
    while (ms > 0 && !stopping(w)) {
        supervisor_alive();
        int64_t part = ms < 500 ? ms : 500;
        struct timespec t = {part / 1000, part % 1000 * 1000000};
        if (nanosleep(&t, NULL) != 0)
            return;
        ms -= part;
    }
}

// --- Opening ---------------------------------------------------------------

static void read_settings(struct worker *w, const json_t *config)
{
    int64_t number;
    const char *mode;
    w->invited = json_get_text(config, "mode", &mode) &&
                 strcmp(mode, "transaction") == 0;
    if (atomic_load(&w->poll))
        poll_set_wanted(atomic_load(&w->poll), w->invited);
    if (json_get_int(config, "heartbeat_s", &number) && number >= 1 &&
        number <= 3600)
        w->heartbeat_ms = number * 1000;
    if (json_get_int(config, "first_contact_s", &number) && number >= 0 &&
        number <= 3600)
        w->first_contact_s = number;
}

// What courier.db holds is in force when it is of `least` or newer.
static void read_kept_settings(struct worker *w, int64_t least)
{
    char etag[TRANSPORT_HEADER_SIZE], reason[JSON_MESSAGE_SIZE];
    struct buf body = {0};
    int64_t version;
    if (courier_config(w->courier, &version, etag, sizeof etag, &body) ==
            SQL_OK &&
        version >= least) {
        json_t *config = json_read(buf_text(&body), body.size, reason);
        read_settings(w, config);
        json_decref(config);
        w->config_version = version;
    }
    buf_free(&body);
}

static bool open_courier(struct worker *w)
{
    char path[PATH_MAX];
    if (w->lock < 0 &&
        (!file_join(path, sizeof path, w->directory, DEVICE_LOCK_COURIER) ||
         (w->lock = file_lock(path)) < 0)) {
        log_error(module, "%s: %s", w->directory,
                  errno == EWOULDBLOCK ? "another hailong-sync runs on it"
                                       : strerror(errno));
        return false;
    }
    return courier_open(w->directory, COURIER_WRITER, &w->courier) == SQL_OK &&
           courier_attempts(w->courier, &w->attempts) == SQL_OK;
}

static enum worker_result load_identity(struct worker *w)
{
    enum device_result result = device_load(w->directory, &w->device);
    if (result == DEVICE_NOT_ENROLLED)
        return WORKER_NOT_ENROLLED;
    if (result == DEVICE_BROKEN)
        return WORKER_FAILED;
    if (!device_load_key(w->directory, &w->key)) {
        log_error(module, "%s/%s: %s", w->directory, DEVICE_FILE_KEY,
                  errno == EPERM ? "others may read it; chmod 600"
                                 : strerror(errno));
        device_release(&w->device);
        return WORKER_FAILED;
    }
    if (!transport_allows(w->device.server, w->plain_http)) {
        log_error(module,
                  "%s: may not be asked; enrol with an https:// address, or "
                  "say --plain-http for a network that is trusted",
                  w->device.server);
        key_wipe(&w->key);
        device_release(&w->device);
        return WORKER_FAILED;
    }
    w->enrolled = true;
    struct transport_params params = {.ca = w->device.ca,
                                      .pin = w->device.pin,
                                      .proxy = w->proxy,
                                      .plain_http = w->plain_http,
                                      .connect_s = w->connect_s,
                                      .total_s = w->total_s};
    atomic_store(&w->transport, transport_open(&params));
    if (stopping(w))
        worker_stop(w); // it was asked before there was a transport
    read_settings(w, w->device.config);
    w->config_version = w->device.config_version;
    return atomic_load(&w->transport) ? WORKER_OK : WORKER_FAILED;
}

// The kiosk may not have made its database yet, or may have set it aside. False
// when there is one that cannot be read: what waits in it is not known then.
static bool open_reader(struct worker *w)
{
    if (w->reader && ledger_reader_is_replaced(w->reader)) {
        ledger_reader_close(w->reader);
        w->reader = NULL;
    }
    if (w->reader)
        return true;
    enum sql_result result = ledger_reader_open(w->directory, &w->reader);
    return result == SQL_OK || result == SQL_NONE;
}

// --- What waits ------------------------------------------------------------

struct waiting {
    struct ledger_end end; // of the newest generation; gen 1 when empty
    int64_t gen;           // the oldest that is not acknowledged whole
    int64_t from;          // its first line to send
    bool held;             // it is there; else a hole begins with it
    int64_t pending;
};

static enum sql_result acknowledged(struct worker *w, int64_t gen,
                                    int64_t *out_to)
{
    struct proof_receipt receipt;
    enum sql_result result = courier_position(w->courier, gen, &receipt);
    *out_to = result == SQL_OK ? receipt.batch.to : 0;
    return result == SQL_NONE ? SQL_OK : result;
}

static bool look_for_waiting(struct worker *w, struct waiting *out)
{
    if (!open_reader(w))
        return false;
    *out = (struct waiting){.end = {.gen = 1}};
    memcpy(out->end.head, DIGEST_NONE_HEX, DIGEST_HEX_SIZE);
    if (!w->reader)
        return true;
    enum sql_result result = ledger_reader_end(w->reader, &out->end);
    if (result != SQL_OK)
        return result == SQL_NONE;
    int64_t gen = 0, to, left;
    while ((result = ledger_reader_next_gen(w->reader, gen, &gen)) == SQL_OK) {
        struct ledger_end end;
        if (ledger_reader_end_of(w->reader, gen, &end) != SQL_OK ||
            acknowledged(w, gen, &to) != SQL_OK ||
            gone_upto(w->reader, gen, &left) != SQL_OK)
            return false;
        if (end.seq <= to)
            continue;
        // What lies behind a hole goes last: the server takes it when it has
        // the line that tells of the hole, the first of a later generation.
        char hash[DIGEST_HEX_SIZE];
        bool held = ledger_reader_hash(w->reader, gen, to + 1, hash) == SQL_OK;
        if (to < left)
            to = left;
        if (out->pending == 0 || (held && !out->held)) {
            out->gen = gen;
            out->from = to + 1;
            out->held = held;
        }
        out->pending += end.seq - to;
    }
    return result == SQL_NONE;
}

static bool find_waiting(struct worker *w, struct waiting *out)
{
    log_tries_begin(&w->reading);
    bool found = look_for_waiting(w, out);
    log_tries_end(&w->reading, found, module, DEVICE_FILE_KIOSK);
    return found;
}

// --- One batch -------------------------------------------------------------

// What the kiosk says of its configuration, "7 8 why not".
static void read_shown(struct worker *w)
{
    struct buf told = {0};
    long long shown = 0, refused = 0;
    int why = 0;
    if (w->reader &&
        ledger_reader_setting(w->reader, STORE_SETTING_CONFIG, &told) == SQL_OK)
        sscanf(buf_text(&told), "%lld %lld %n", &shown, &refused, &why);
    w->config_shown = shown;
    w->config_refused = refused;
    snprintf(w->config_why, sizeof w->config_why, "%s",
             why > 0 ? buf_text(&told) + why : "");
    buf_free(&told);
    if (shown == w->config_version)
        courier_drop_shown_config(w->courier);
}

// What staff at the server can do something about.
static void find_faults(struct worker *w, struct batch_state *out)
{
    struct battery battery;
    int64_t quarantined = 0;
    if (!w->reader)
        out->faults[out->fault_count++] = "no-ledger";
    if (courier_quarantine_count(w->courier, &quarantined) == SQL_OK &&
        quarantined > 0)
        out->faults[out->fault_count++] = "quarantine";
    if (out->disk_free_mib >= 0 && out->disk_free_mib < DISK_LOW_MIB)
        out->faults[out->fault_count++] = "disk-low";
    battery_read(w->battery_root, &battery);
    w->battery = battery_level(w->battery, &battery);
    if (w->battery != BATTERY_FINE)
        out->faults[out->fault_count++] =
            w->battery == BATTERY_EMPTY ? "battery-empty" : "battery-low";
    if (out->config_refused > 0)
        out->faults[out->fault_count++] = "config-refused";
}

static void describe(struct worker *w, const struct waiting *waiting,
                     struct batch_state *out)
{
    struct statvfs disk;
    *out =
        (struct batch_state){.pending = waiting->pending, .disk_free_mib = -1};
    if (w->reader)
        ledger_reader_counts(w->reader, &out->lifetime);
    if (w->reader && waiting->pending > 0)
        ledger_reader_written_at(w->reader, waiting->gen, waiting->from - 1,
                                 &out->oldest_at);
    read_shown(w);
    out->config_version = w->config_version;
    out->config_shown = w->config_shown;
    out->config_refused = w->config_refused;
    out->config_why = w->config_why;
    out->invitation = w->shown;
    if (statvfs(w->directory, &disk) == 0)
        out->disk_free_mib =
            (int64_t)(disk.f_bavail * disk.f_frsize / (1024 * 1024));
    find_faults(w, out);
}

static bool make_batch(struct worker *w, const struct waiting *waiting,
                       struct batch *out)
{
    struct batch_state state;
    char boot[CLOCK_BOOT_ID_SIZE];
    batch_start(out, w->device.id, &waiting->end);
    out->protocol = w->protocol;
    if (waiting->pending > 0) {
        if (batch_take_lines(out, w->reader, waiting->gen, waiting->from,
                             w->lines_most) != SQL_OK ||
            out->count == 0)
            return false;
    }
    clock_boot_id(boot);
    describe(w, waiting, &state);
    return batch_finish(out, &w->key, &state, clock_wall_ms(), boot,
                        clock_boot_ms());
}

static enum answer_own own_hash(void *ctx, int64_t gen, int64_t seq,
                                char out[DIGEST_HEX_SIZE])
{
    const struct worker *w = ctx;
    return answer_own(w->reader, gen, seq, out);
}

static void complain(struct worker *w, const char *text)
{
    snprintf(w->attempts.last_error, sizeof w->attempts.last_error, "%s", text);
    w->attempts.last_error_ms = clock_wall_ms();
    log_warn(module, "%s", text);
}

// The newest that both speak from now on. False: it is spoken already, or there
// is none.
static bool agree(struct worker *w, const struct protocol_range *told)
{
    int common = protocol_common(&PROTOCOL_OWN, told);
    if (common == 0 || common == w->protocol)
        return false;
    log_info(module, "speaks protocol %d with this server", common);
    w->protocol = common;
    return true;
}

static void keep_anchor(struct worker *w, const struct answer *answer,
                        const struct transport_answer *got)
{
    // The server looked at its clock about half a round trip earlier.
    struct courier_anchor anchor = {.up_ms =
                                        got->up_ms - got->round_trip_ms / 2,
                                    .server_ms = answer->server_ms,
                                    .round_trip_ms = got->round_trip_ms};
    if (answer->server_ms == 0)
        return;
    clock_boot_id(anchor.boot);
    courier_put_anchor(w->courier, &anchor);
}

// A server that lost lines of one generation may have lost some of those before
// it, which nothing would ask for. The last line of each goes out again: it
// holds that one, or says from where on it wants more.
static bool doubt_before(struct worker *w, int64_t gen)
{
    int64_t older = 0, to;
    enum sql_result result;
    while ((result = ledger_reader_next_gen(w->reader, older, &older)) ==
               SQL_OK &&
           older < gen) {
        struct ledger_end end;
        if (ledger_reader_end_of(w->reader, older, &end) != SQL_OK ||
            acknowledged(w, older, &to) != SQL_OK ||
            (to >= end.seq &&
             courier_rewind(w->courier, older, end.seq - 1) != SQL_OK))
            return false;
    }
    return result == SQL_OK || result == SQL_NONE;
}

// A heartbeat's receipt may be for an earlier line than we know of: the server
// was restored from a backup, and then gets the lines after it again.
static bool keep_receipt(struct worker *w, const struct answer *answer)
{
    const struct proof_receipt *receipt = &answer->receipt;
    int64_t gen = receipt->batch.gen, to;
    if (acknowledged(w, gen, &to) != SQL_OK)
        return false;
    if (receipt->batch.to < to && w->reader && !doubt_before(w, gen))
        return false;
    if (receipt->batch.to > 0)
        return courier_advance(w->courier, receipt, answer->aside,
                               answer->aside_count) == SQL_OK;
    // It holds nothing of this generation; there is no line to have a proof of.
    return to == 0 || courier_rewind(w->courier, gen, 0) == SQL_OK;
}

static enum sync_outcome take_good(struct worker *w, const struct batch *sent,
                                   const struct transport_answer *got)
{
    char reason[JSON_MESSAGE_SIZE];
    struct answer *answer = malloc(sizeof *answer);
    if (!answer)
        return SYNC_RETRY;
    if (!answer_read(buf_text(&got->body), got->body.size, sent,
                     w->device.server_key, own_hash, w, answer, reason)) {
        char text[JSON_MESSAGE_SIZE + 64];
        snprintf(text, sizeof text, COURIER_ERROR_UNBELIEVED "%s", reason);
        complain(w, text);
        free(answer);
        return SYNC_RETRY;
    }
    enum sync_outcome outcome = SYNC_DONE;
    for (size_t i = 0; i < answer->aside_count; i++)
        log_warn(module, "line %lld: the server set it aside (%s): %s",
                 (long long)answer->aside[i].seq, answer->aside[i].status,
                 answer->aside[i].reason);
    if (!keep_receipt(w, answer)) {
        complain(w, "courier.db does not take the server's receipt");
        outcome = SYNC_RETRY;
    }
    keep_anchor(w, answer, got);
    agree(w, &answer->protocols);
    // Also a lower one: the server was restored from a backup.
    if (answer->config_version != 0 &&
        answer->config_version != w->config_version &&
        config_fetch(atomic_load(&w->transport), &w->device, w->courier,
                     w->config_shown) == SYNC_DONE)
        read_kept_settings(w, 0);
    answer_release(answer);
    free(answer);
    return outcome;
}

// The server was restored from a backup that is older than what stays here. The
// kiosk is asked for a generation whose first line says what is missing, unless
// there is one: behind that line the server takes the rest.
static enum sync_outcome take_gone(struct worker *w, int64_t gen,
                                   int64_t expected, int64_t left)
{
    char text[240];
    struct ledger_end end;
    snprintf(text, sizeof text,
             "the server asks again for lines %lld to %lld of generation %lld: "
             "it had acknowledged them, and they have left this device",
             (long long)expected, (long long)left, (long long)gen);
    complain(w, text);
    if (courier_rewind(w->courier, gen, expected - 1) == SQL_OK &&
        doubt_before(w, gen) && ledger_reader_end(w->reader, &end) == SQL_OK &&
        !gone_is_declared(w->reader, end.gen, gen, expected, left))
        courier_set_next_gen(w->courier, end.gen + 1);
    return SYNC_GONE;
}

// 409: `gap` sends from where the server says; `fork` waits for a new
// generation, which is the kiosk's to open.
static enum sync_outcome take_conflict(struct worker *w,
                                       const struct batch *sent,
                                       const struct problem *problem)
{
    char text[400], hash[DIGEST_HEX_SIZE];
    int64_t left;
    // Always further back than what was sent, so that it comes to an end; and
    // to a line that is there, or the same lines would go out again.
    bool is_earlier = strcmp(problem->type, "gap") == 0 &&
                      problem->expected >= 1 && problem->expected < sent->from;
    if (is_earlier && w->reader &&
        gone_upto(w->reader, sent->proof.gen, &left) == SQL_OK &&
        problem->expected <= left)
        return take_gone(w, sent->proof.gen, problem->expected, left);
    if (is_earlier &&
        own_hash(w, sent->proof.gen, problem->expected, hash) == ANSWER_OWN) {
        log_info(module, "the server wants generation %lld from line %lld on",
                 (long long)sent->proof.gen, (long long)problem->expected);
        return courier_rewind(w->courier, sent->proof.gen,
                              problem->expected - 1) == SQL_OK &&
                       doubt_before(w, sent->proof.gen)
                   ? SYNC_GAP
                   : SYNC_RETRY;
    }
    snprintf(text, sizeof text, "the server refuses (409 %s): %s",
             problem->type, problem->detail);
    complain(w, text);
    if (strcmp(problem->type, "fork") == 0) {
        int64_t next = sent->proof.gen + 1;
        courier_set_next_gen(
            w->courier, problem->next_gen > next ? problem->next_gen : next);
        return SYNC_FORK;
    }
    return SYNC_REJECTED;
}

static enum sync_outcome take_refusal(struct worker *w,
                                      const struct batch *sent,
                                      enum transport_result result,
                                      const struct transport_answer *got)
{
    struct problem problem = {0};
    char text[512];
    if (result == TRANSPORT_ANSWERED)
        problem_read(buf_text(&got->body), got->body.size, &problem);
    if (result == TRANSPORT_ANSWERED && got->status == 409)
        return take_conflict(w, sent, &problem);
    // Soon again, in words that it knows.
    if (result == TRANSPORT_ANSWERED && strcmp(problem.type, "protocol") == 0 &&
        agree(w, &problem.protocols))
        return SYNC_GAP;
    enum sync_outcome outcome = policy_outcome(result, got->status);
    if (outcome == SYNC_STOPPED)
        return outcome;
    if (result == TRANSPORT_ANSWERED && got->status == 403 &&
        strcmp(problem.type, "revoked") == 0)
        courier_set_revoked(w->courier, true);
    if (result == TRANSPORT_ANSWERED)
        snprintf(text, sizeof text, COURIER_ERROR_STATUS ": %s", got->status,
                 problem.detail[0] ? problem.detail : "no reason given");
    else
        snprintf(text, sizeof text, "%s%s",
                 result == TRANSPORT_TLS ? COURIER_ERROR_TLS
                                         : COURIER_ERROR_CONTACT,
                 got->message);
    complain(w, text);
    return outcome;
}

// A certificate that is out of date by our clock: perhaps the clock is. True
// when the server said so, and asking again may be worth it.
static bool learn_time(struct worker *w)
{
    struct courier_anchor anchor;
    char boot[CLOCK_BOOT_ID_SIZE];
    clock_boot_id(boot);
    if (!trusted_time_ask(atomic_load(&w->transport), &w->device, &anchor) ||
        trusted_time_to_judge_by(&anchor, boot, clock_boot_ms(),
                                 clock_wall_ms()) == 0)
        return false;
    return courier_put_anchor(w->courier, &anchor) == SQL_OK;
}

static enum transport_result
ask_in_time(struct worker *w, const struct transport_request *request,
            struct transport_answer *answer)
{
    struct transport *transport = atomic_load(&w->transport);
    trusted_time_apply(transport, w->courier);
    enum transport_result result = transport_ask(transport, request, answer);
    if (answer->fault != TRANSPORT_FAULT_DATES || !learn_time(w))
        return result;
    transport_answer_free(answer);
    trusted_time_apply(transport, w->courier);
    return transport_ask(transport, request, answer);
}

static enum sync_outcome send_batch(struct worker *w, const struct batch *batch,
                                    int *out_retry_after_s)
{
    char url[DEVICE_TEXT_SIZE + 64];
    snprintf(url, sizeof url, "%s/api/v1/batches", w->device.server);
    struct transport_request request = {.method = "POST",
                                        .url = url,
                                        .token = w->device.token,
                                        .content_type = "application/x-ndjson",
                                        .gzip = batch->gzip,
                                        .body = batch->body.data,
                                        .size = batch->body.size,
                                        .answer_max = ANSWER_MAX};
    struct transport_answer answer;
    enum transport_result result = ask_in_time(w, &request, &answer);
    enum sync_outcome outcome =
        policy_outcome(result, answer.status) == SYNC_DONE
            ? take_good(w, batch, &answer)
            : take_refusal(w, batch, result, &answer);
    w->lines_most = policy_lines(w->lines_most, batch->count, BATCH_LINES_MAX,
                                 outcome, answer.timed_out);
    *out_retry_after_s = answer.retry_after_s;
    transport_answer_free(&answer);
    return outcome;
}

static void note_contact(struct worker *w)
{
    struct courier_moment contact = {.up_ms = clock_boot_ms()};
    clock_boot_id(contact.boot);
    courier_put_contact(w->courier, &contact);
    if (atomic_load(&w->poll))
        poll_hurry(atomic_load(&w->poll));
}

// Attempts live in the database, so that a restart does not forget them.
static void note_outcome(struct worker *w, enum sync_outcome outcome,
                         int retry_after_s)
{
    int64_t now = steady_ms();
    if (outcome == SYNC_STOPPED)
        return;
    if (outcome == SYNC_DONE) {
        note_contact(w);
        courier_set_revoked(w->courier, false);
        w->attempts.failures = 0;
        w->attempts.next_at_ms = 0;
        w->attempts.last_error[0] = '\0';
        w->attempts.last_sent_ms = clock_wall_ms();
        w->not_before_ms = now;
        w->last_sent_ms = now;
    } else {
        // A gap comes from a server that works, so a short pause is enough; but
        // one there must be. A restored server asks all its devices at once,
        // and two servers behind one name may ask in a circle.
        w->attempts.failures =
            outcome == SYNC_GAP ? 1 : w->attempts.failures + 1;
        int64_t delay = policy_delay_ms(w->attempts.failures, retry_after_s,
                                        id_random_u64());
        w->not_before_ms = now + delay;
        w->attempts.next_at_ms = clock_wall_ms() + delay;
        log_info(module, "attempt %lld failed (%s); next in %lld.%lld s",
                 (long long)w->attempts.failures, sync_outcome_name(outcome),
                 (long long)(delay / 1000), (long long)(delay % 1000 / 100));
    }
    courier_set_attempts(w->courier, &w->attempts);
}

// Receipts for lines that have left would grow for ever; the mark keeps the one
// that proves them.
static void tidy(struct worker *w)
{
    struct ledger_mark mark;
    int64_t gen = 0;
    if (!w->reader || steady_ms() < w->tidy_ms)
        return;
    w->tidy_ms = steady_ms() + TIDY_MS;
    while (ledger_reader_next_gen(w->reader, gen, &gen) == SQL_OK)
        if (ledger_reader_mark(w->reader, gen, &mark) == SQL_OK &&
            mark_is_proved(&mark, &w->device))
            courier_drop_receipts(w->courier, gen, mark.upto);
}

static enum sync_outcome step(struct worker *w, struct waiting *waiting)
{
    struct batch *batch = calloc(1, sizeof *batch);
    enum sync_outcome outcome = SYNC_RETRY;
    int retry_after_s = -1;
    if (batch && make_batch(w, waiting, batch))
        outcome = send_batch(w, batch, &retry_after_s);
    else
        complain(w, "no batch could be made: memory, or kiosk.db");
    if (outcome == SYNC_DONE && batch->count > 0)
        log_info(module, "generation %lld: lines %lld to %lld are acknowledged",
                 (long long)batch->proof.gen, (long long)batch->from,
                 (long long)batch->proof.to);
    note_outcome(w, outcome, retry_after_s);
    if (outcome == SYNC_DONE)
        tidy(w);
    if (batch)
        batch_free(batch);
    free(batch);
    return outcome;
}

// --- The two ways to run -----------------------------------------------------

enum worker_result worker_run_once(struct worker *w)
{
    enum worker_result result = load_identity(w);
    if (result == WORKER_NOT_ENROLLED)
        log_error(module, "%s: not enrolled; run hailong enrol first",
                  w->directory);
    if (result != WORKER_OK)
        return result;
    if (!open_courier(w))
        return WORKER_FAILED;
    read_kept_settings(w, w->config_version);
    // Every good answer brings us forward; a server that asks for the same
    // lines again and again must not hold us here for ever.
    for (int gaps = 0; gaps < ONCE_GAPS_MAX && !stopping(w);) {
        struct waiting waiting;
        if (!find_waiting(w, &waiting))
            return WORKER_FAILED;
        if (waiting.pending == 0)
            return WORKER_OK;
        size_t most = w->lines_most;
        supervisor_alive();
        enum sync_outcome outcome = step(w, &waiting);
        if (outcome == SYNC_GAP)
            gaps++;
        else if (outcome != SYNC_DONE &&
                 !(outcome == SYNC_TOO_LARGE && w->lines_most < most))
            return WORKER_LEFT;
    }
    return WORKER_LEFT;
}

// What the kiosk keeps under this name. True when it is not as in `known`,
// which becomes it.
static bool is_new_setting(struct worker *w, const char *name, char *known,
                           size_t size)
{
    struct buf value = {0};
    bool fresh = w->reader &&
                 ledger_reader_setting(w->reader, name, &value) == SQL_OK &&
                 value.size < size && strcmp(buf_text(&value), known) != 0;
    if (fresh)
        memcpy(known, buf_text(&value), value.size + 1);
    buf_free(&value);
    return fresh;
}

// True once for each time that staff pressed "send now" at the counter.
static bool is_asked_to_send(struct worker *w)
{
    return is_new_setting(w, STORE_SETTING_SEND_NOW, w->asked, sizeof w->asked);
}

static void note_changes(struct worker *w, struct waiting *waiting,
                         int64_t *seen)
{
    if (is_asked_to_send(w)) {
        // What a failure had put off is not waited for, and if nothing waits a
        // heartbeat shows that the server answers.
        log_info(module, "staff asked to send now");
        w->not_before_ms = w->last_sent_ms = INT64_MIN;
    }
    // Who invited sees at once that the question is on the screen; that it is
    // there no more comes with its line.
    if (is_new_setting(w, STORE_SETTING_INVITATION, w->shown,
                       sizeof w->shown) &&
        w->shown[0])
        w->last_sent_ms = INT64_MIN;
    if (waiting->pending > *seen)
        w->new_line_ms = steady_ms();
    *seen = waiting->pending;
}

static void loop(struct worker *w)
{
    int64_t seen = 0;
    struct waiting first;
    if (find_waiting(w, &first))
        is_asked_to_send(w); // before this start: it is past
    w->not_before_ms =
        steady_ms() + policy_first_ms(w->first_contact_s, id_random_u64());
    // What a failure before the restart had put off stays put off, within the
    // longest wait that there is: the wall clock may have jumped since.
    int64_t left = w->attempts.next_at_ms - clock_wall_ms();
    if (w->attempts.failures > 0 && left > 0 && left <= 4500 * 1000 &&
        steady_ms() + left > w->not_before_ms)
        w->not_before_ms = steady_ms() + left;
    while (!stopping(w) && !courier_is_damaged(w->courier)) {
        struct waiting waiting;
        if (!find_waiting(w, &waiting)) {
            nap(w, BROKEN_MS); // the cause is logged, once a try
            continue;
        }
        note_changes(w, &waiting, &seen);
        struct policy_state state = {.now_ms = steady_ms(),
                                     .not_before_ms = w->not_before_ms,
                                     .pending = waiting.pending > 0,
                                     .new_line_ms = w->new_line_ms,
                                     .last_sent_ms = w->last_sent_ms,
                                     .heartbeat_ms = w->heartbeat_ms};
        int64_t wait = policy_wait_ms(&state);
        if (wait > 0) {
            nap(w, wait < w->poll_ms ? wait : w->poll_ms);
            continue;
        }
        enum sync_outcome outcome = step(w, &waiting);
        // A backlog goes on at once; new_line_ms is in the past already.
        if (outcome != SYNC_DONE && outcome != SYNC_GAP)
            seen = waiting.pending;
    }
}

// Beside the loop, which goes on without it when it cannot be had.
static void start_poll(struct worker *w)
{
    const struct poll_params params = {.device = &w->device,
                                       .courier = w->courier,
                                       .proxy = w->proxy,
                                       .plain_http = w->plain_http,
                                       .first_contact_s = w->first_contact_s};
    struct poll *poll = poll_start(&params);
    if (!poll)
        return;
    atomic_store(&w->poll, poll);
    poll_set_wanted(poll, w->invited);
    if (stopping(w))
        poll_stop(poll); // it was asked before there was one
}

// What was typed on the counter's screen, if anything was. The answer goes back
// to the screen, which says it in its own words.
static void enrol_as_asked(struct worker *w)
{
    struct enrol_form form;
    struct device device;
    char server[DEVICE_TEXT_SIZE], detail[ENROLMENT_DETAIL_SIZE] = "";
    if (!enrol_form_take(w->directory, &form))
        return;
    const struct enrolment what = {.directory = w->directory,
                                   .server = server,
                                   .code = form.code,
                                   .pin = form.pin[0] ? form.pin : NULL,
                                   .staff_pin = form.staff_pin,
                                   .proxy = w->proxy,
                                   .plain_http = w->plain_http};
    enum enrolment_result result =
        enrolment_read_server(form.server, w->plain_http, server);
    if (result == ENROLMENT_DONE)
        result = enrolment_run(&what, &device, detail);
    if (result == ENROLMENT_DONE)
        device_release(&device);
    struct buf words = {0};
    enrolment_explain(&what, result, detail, &words);
    log_info(module, "enrolment asked for at the screen: %s: %s",
             enrolment_name(result), buf_text(&words));
    buf_free(&words);
    if (!enrol_form_answer(w->directory, form.id, enrolment_name(result)))
        log_error(module, "%s/" DEVICE_FILE_ENROL_ANSWER ": %s", w->directory,
                  strerror(errno));
    explicit_bzero(&form, sizeof form);
}

static void look_for_stick(struct worker *w, struct stick *stick)
{
    const struct enrolment base = {.directory = w->directory,
                                   .proxy = w->proxy,
                                   .plain_http = w->plain_http};
    stick_look(stick, &base, steady_ms());
}

// A full disk may have room again. False when it is told to stop, or when a
// new start may help and waiting does not: another one runs, a mount that stays
// read-only.
static bool open_courier_at_last(struct worker *w)
{
    struct log_tries opening = {0};
    while (!stopping(w)) {
        log_tries_begin(&opening);
        bool opened = open_courier(w);
        log_tries_end(&opening, opened, module, DEVICE_FILE_COURIER);
        if (opened || w->lock < 0)
            return opened;
        courier_close(w->courier);
        w->courier = NULL;
        nap(w, (int64_t)OPEN_AGAIN_POLLS * w->poll_ms);
    }
    return false;
}

enum worker_result worker_run(struct worker *w)
{
    enum worker_result result;
    struct stick stick = {.folder = w->stick};
    bool told = false;
    while ((result = load_identity(w)) == WORKER_NOT_ENROLLED && !stopping(w)) {
        if (!told)
            log_info(module, "%s: not enrolled yet; waiting", w->directory);
        told = true;
        enrol_as_asked(w);
        look_for_stick(w, &stick);
        nap(w, w->poll_ms);
    }
    if (stopping(w))
        return WORKER_OK;
    if (result != WORKER_OK)
        return WORKER_FAILED;
    if (!open_courier_at_last(w))
        return stopping(w) ? WORKER_OK : WORKER_FAILED;
    read_kept_settings(w, w->config_version);
    log_info(module, "device %s sends to %s", w->device.id, w->device.server);
    start_poll(w);
    loop(w);
    if (stopping(w))
        return WORKER_OK;
    log_error(module, "%s: courier.db is damaged; the next start makes another",
              w->directory);
    return WORKER_FAILED;
}
