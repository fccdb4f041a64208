// POST /api/v1/batches: lines of a device's ledger. This thread inflates,
// reads, hashes and checks the signature; the writer only stores; the receipt
// is signed here again, after the commit.
#include "common/clock.h"
#include "common/log.h"
#include "ledger/proof.h"
#include "server/batch_body.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

struct batch_work {
    struct batch_header header;
    struct office_batch batch;
    struct office_line *lines;
};

static void free_batch_work(void *work)
{
    struct batch_work *batch = work;
    batch_header_free(&batch->header);
    free(batch->lines);
    free(batch);
}

static enum handling refuse(struct request *request, enum batch_fault fault,
                            const struct batch_complaint *complaint)
{
    struct problem_members members = {.line = complaint->line,
                                      .reason = complaint->reason};
    if (fault == BATCH_NO_MEMORY) {
        log_error(MODULE, "out of memory for a batch");
        reply_status(request, 500);
    } else {
        reply_problem(request,
                      fault == BATCH_TOO_LARGE ? PROBLEM_TOO_LARGE
                                               : PROBLEM_UNREADABLE,
                      &members, "line %lld: %s", (long long)complaint->line,
                      complaint->reason);
    }
    return HANDLING_DONE;
}

static bool check_sender(struct request *request,
                         const struct batch_header *header)
{
    const struct office_device *device = &request->device;
    if (strcmp(header->proof.device, device->id) != 0) {
        reply_problem(
            request, PROBLEM_UNREADABLE,
            &(struct problem_members){
                .line = 1, .reason = "device: is not the token's device"},
            "line 1: device: is not the token's device");
        return false;
    }
    if (!proof_verify_batch(device->public_key, &header->proof,
                            header->signature)) {
        log_warn(MODULE, "device %s sent a batch whose signature does not fit",
                 device->id);
        reply_problem(
            request, PROBLEM_BAD_SIGNATURE,
            &(struct problem_members){
                .line = 1, .reason = "sig: is not this device's signature"},
            "line 1: sig: is not this device's signature");
        return false;
    }
    return true;
}

static void fill_batch(struct batch_work *work)
{
    const struct batch_header *header = &work->header;
    struct office_batch *batch = &work->batch;
    batch->proof = header->proof;
    batch->signature = header->signature;
    batch->sent_at = header->sent_at;
    batch->boot = header->boot[0] != '\0' ? header->boot : NULL;
    batch->up_ms = header->up_ms;
    batch->received_at = clock_wall_ms();
    batch->state = header->has_state ? &header->state : NULL;
    batch->lines = work->lines;
    batch->line_count = header->line_count;
}

enum handling batches_handle(struct request *request)
{
    const char *bytes = buf_text(&request->body);
    size_t size = request->body.size;
    struct batch_complaint complaint = {0};
    struct batch_work *work = calloc(1, sizeof *work);
    if (!work) {
        return refuse(request, BATCH_NO_MEMORY, &complaint);
    }
    request->work = work;
    request->free_work = free_batch_work;
    enum batch_fault fault =
        batch_header_read(bytes, size, &work->header, &complaint);
    if (fault != BATCH_SOUND) {
        return refuse(request, fault, &complaint);
    }
    if (!check_sender(request, &work->header)) {
        return HANDLING_DONE;
    }
    size_t count = work->header.line_count;
    if (!request_borrow(request, count * sizeof *work->lines)) {
        return HANDLING_DONE;
    }
    work->lines = calloc(count + 1, sizeof *work->lines);
    fault = work->lines ? batch_lines_read(bytes, size, &work->header,
                                           work->lines, &complaint)
                        : BATCH_NO_MEMORY;
    if (fault != BATCH_SOUND) {
        return refuse(request, fault, &complaint);
    }
    fill_batch(work);
    request->job.batch = &work->batch;
    return request_wait(request);
}

static json_t *make_result(const struct office_line *line, size_t number)
{
    char detail[JSON_MESSAGE_SIZE + 32];
    snprintf(detail, sizeof detail, "line %zu: %s", number, line->detail);
    json_t *reason = NULL;
    if (line->detail[0] != '\0') {
        // It may quote the line, which may be no UTF-8.
        reason = json_string(detail);
        if (!reason) {
            snprintf(detail, sizeof detail, "line %zu: is not sound", number);
            reason = json_string(detail);
        }
    }
    return json_pack("{s:I, s:s?, s:s, s:o}", "seq", (json_int_t)line->seq,
                     "id", line->id[0] != '\0' ? line->id : NULL, "status",
                     office_line_status_name(line->status), "detail",
                     reason ? reason : json_null());
}

static json_t *make_results(struct request *request,
                            const struct batch_work *work)
{
    json_t *results = json_array();
    for (size_t i = 0; results && i < work->batch.line_count; i++) {
        const struct office_line *line = &work->lines[i];
        // The header is line 1 of the body.
        if (json_array_append_new(results, make_result(line, i + 2)) != 0) {
            json_decref(results);
            return NULL;
        }
        metrics_count_line(&request->server->metrics, line->status);
    }
    return results;
}

static json_t *make_receipt(struct request *request,
                            const struct office_batch *batch, const char *at)
{
    struct proof_receipt receipt = {.batch = batch->proof};
    receipt.batch.to = batch->received_to;
    memcpy(receipt.batch.head, batch->held_head, sizeof receipt.batch.head);
    snprintf(receipt.at, sizeof receipt.at, "%s", at);
    proof_sign_receipt(&request->server->identity.key, &receipt);
    return json_pack("{s:I, s:s, s:s, s:s}", "to", (json_int_t)receipt.batch.to,
                     "head", receipt.batch.head, "at", receipt.at, "sig",
                     receipt.signature);
}

static void reply_stored(struct request *request, const struct batch_work *work)
{
    const struct office_batch *batch = &work->batch;
    char at[CLOCK_ISO_SIZE];
    clock_format(clock_wall_ms(), at);
    reply_json(request, 200,
               json_pack("{s:o, s:I, s:s, s:I, s:I, s:o}", "results",
                         make_results(request, work), "received_to",
                         (json_int_t)batch->received_to, "server_time", at,
                         "config_version", (json_int_t)batch->config_version,
                         "next_gen", (json_int_t)batch->next_gen, "receipt",
                         make_receipt(request, batch, at)));
}

// The first line that does not continue what is held, by its number in the
// body; 0 when it is the batch's head that differs.
static size_t forked_line(const struct batch_work *work)
{
    for (size_t i = 0; i < work->batch.line_count; i++) {
        if (work->lines[i].status == OFFICE_LINE_FORK) {
            return i + 2;
        }
    }
    return 0;
}

static void reply_fork(struct request *request, const struct batch_work *work)
{
    const struct office_batch *batch = &work->batch;
    size_t number = forked_line(work);
    const char *reason = number > 0 && work->lines[number - 2].detail[0] != '\0'
                             ? work->lines[number - 2].detail
                             : "other bytes are held";
    log_warn(MODULE,
             "device %s, generation %lld: its chain does not continue what is "
             "held; flagged",
             batch->proof.device, (long long)batch->proof.gen);
    reply_problem(request, PROBLEM_FORK,
                  &(struct problem_members){.line = (int64_t)number,
                                            .reason = reason,
                                            .next_gen = batch->next_gen},
                  "generation %lld cannot go on; both are kept, open "
                  "generation %lld",
                  (long long)batch->proof.gen, (long long)batch->next_gen);
}

void batches_finish(struct request *request)
{
    const struct batch_work *work = request->work;
    const struct office_batch *batch = &work->batch;
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
        return;
    }
    switch (batch->status) {
    case OFFICE_BATCH_OK:
        reply_stored(request, work);
        break;
    case OFFICE_BATCH_GAP:
        reply_problem(request, PROBLEM_GAP,
                      &(struct problem_members){.reason = "gap",
                                                .expected = batch->expected,
                                                .next_gen = batch->next_gen},
                      "send again from line %lld of generation %lld",
                      (long long)batch->expected, (long long)batch->proof.gen);
        break;
    case OFFICE_BATCH_FORK:
        reply_fork(request, work);
        break;
    case OFFICE_BATCH_REVOKED:
        reply_problem(request, PROBLEM_REVOKED, NULL,
                      "what was sent is set aside, and the device keeps it "
                      "too; enrol the device again");
        break;
    case OFFICE_BATCH_UNKNOWN:
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "the token is none of this server's");
        break;
    }
}
