// POST /api/v1/batches: lines of a device's ledger. This thread inflates,
// reads, hashes and checks the signature; the writer only stores; the receipt
// is signed here again, after the commit.
#include "common/clock.h"
#include "common/log.h"
#include "ledger/proof.h"
#include "ledger/protocol.h"
#include "office/batch_answer.h"
#include "office/batch_body.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
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
    } else if (fault == BATCH_PROTOCOL) {
        members.protocols = &PROTOCOL_OWN;
        reply_problem(request, PROBLEM_PROTOCOL, &members, "%s",
                      complaint->reason);
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
        const struct log_field fields[] = {{"device", device->id, 0},
                                           {"counter", device->counter, 0}};
        log_write_with(LOG_WARN, MODULE, fields, 2,
                       "a batch's signature does not fit its device");
        reply_problem(
            request, PROBLEM_BAD_SIGNATURE,
            &(struct problem_members){
                .line = 1, .reason = "sig: is not this device's signature"},
            "line 1: sig: is not this device's signature");
        return false;
    }
    return true;
}

// The header alone, before any work is spent on lines. NULL: it has answered.
static struct batch_work *read_header(struct request *request)
{
    struct batch_complaint complaint = {0};
    struct batch_work *work = calloc(1, sizeof *work);
    if (!work) {
        refuse(request, BATCH_NO_MEMORY, &complaint);
        return NULL;
    }
    request->work = work;
    request->free_work = free_batch_work;
    enum batch_fault fault =
        batch_header_read(buf_text(&request->body), request->body.size,
                          &work->header, &complaint);
    if (fault != BATCH_SOUND) {
        refuse(request, fault, &complaint);
        return NULL;
    }
    return work;
}

// To those who wait to see what became of an invitation.
static void announce_invitations(struct request *request)
{
    const struct batch_work *work = request->work;
    const struct invitation_changes *changed = &work->batch.invitations;
    if (request->job.result == OFFICE_OK && changed->counter[0] != '\0') {
        hub_announce(request->server->hub,
                     changed->is_several ? NULL : changed->counter);
    }
}

static enum handling read_lines(struct request *request,
                                struct batch_work *work)
{
    const char *bytes = buf_text(&request->body);
    size_t size = request->body.size;
    struct batch_complaint complaint = {0};
    size_t count = work->header.line_count;
    if (!check_sender(request, &work->header)) {
        return HANDLING_DONE;
    }
    if (!request_borrow(request, count * sizeof *work->lines)) {
        return HANDLING_DONE;
    }
    work->lines = calloc(count + 1, sizeof *work->lines);
    enum batch_fault fault = work->lines
                                 ? batch_lines_read(bytes, size, &work->header,
                                                    work->lines, &complaint)
                                 : BATCH_NO_MEMORY;
    if (fault != BATCH_SOUND) {
        return refuse(request, fault, &complaint);
    }
    batch_fill(&work->header, work->lines, clock_wall_ms(), &work->batch);
    request->job.batch = &work->batch;
    request->committed = announce_invitations;
    return request_wait(request);
}

enum handling batches_handle(struct request *request)
{
    struct batch_work *work = read_header(request);
    return work ? read_lines(request, work) : HANDLING_DONE;
}

// A batch from a carried file: the signature says whose it is, no token does.
enum handling carried_batches_handle(struct request *request)
{
    struct batch_work *work = read_header(request);
    if (!work) {
        return HANDLING_DONE;
    }
    struct readers *readers = request->server->readers;
    struct office *office = readers_take(readers);
    enum office_result result =
        office_find_device(office, work->header.proof.device, &request->device);
    readers_give(readers, office);
    if (result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "device %s is none of this server's",
                      work->header.proof.device);
        return HANDLING_DONE;
    }
    if (result != OFFICE_OK) {
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    return read_lines(request, work);
}

static void reply_stored(struct request *request, const struct batch_work *work)
{
    for (size_t i = 0; i < work->batch.line_count; i++) {
        metrics_count_line(&request->server->metrics, work->lines[i].status);
    }
    struct buf body = {0};
    if (!batch_answer(&work->batch, &request->server->identity.key,
                      clock_wall_ms(), &body)) {
        body.failed = true;
    }
    reply_bytes(request, 200, "application/json", &body);
}

static void reply_fork(struct request *request, const struct batch_work *work)
{
    const struct office_batch *batch = &work->batch;
    size_t number = batch_forked_line(batch);
    const char *reason = number > 0 && work->lines[number - 2].detail[0] != '\0'
                             ? work->lines[number - 2].detail
                             : "other bytes are held";
    const struct log_field fields[] = {{"device", batch->proof.device, 0},
                                       {"counter", request->device.counter, 0},
                                       {"gen", NULL, batch->proof.gen},
                                       {"line", NULL, (int64_t)number}};
    log_write_with(LOG_WARN, MODULE, fields, 4,
                   "a device's chain does not continue what is held; flagged");
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
