// POST /api/v1/transactions: completed transactions from the one-stop system,
// one, many or a line each; and the same on the admin listener, for files.
#include "common/clock.h"
#include "common/log.h"
#include "office/transaction_body.h"
#include "office/transaction_keys.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdlib.h>

static const char MODULE[] = "server";

struct transactions_work {
    struct server *server;
    struct transaction_list list;
};

static void free_work(void *work)
{
    struct transactions_work *transactions = work;
    transaction_list_free(&transactions->list);
    free(transactions);
}

static enum handling refuse(struct request *request,
                            enum transactions_fault fault, const char *reason)
{
    if (fault == TRANSACTIONS_NO_MEMORY) {
        log_error(MODULE, "out of memory for transactions");
        reply_status(request, 500);
    } else if (fault == TRANSACTIONS_TOO_MANY) {
        reply_problem(request, PROBLEM_TOO_LARGE, NULL,
                      "at most %d transactions may come at once",
                      TRANSACTIONS_MAX);
    } else {
        reply_problem(request, PROBLEM_UNREADABLE,
                      &(struct problem_members){.reason = reason}, "%s",
                      reason);
    }
    return HANDLING_DONE;
}

// The keys are read where they are used: between, one may be destroyed.
static enum office_result take(struct office *office, void *ctx)
{
    struct transactions_work *work = ctx;
    const struct server_settings *settings = &work->server->settings;
    struct pseudonym_keys keys = {.linked = settings->defaults.linked};
    const char *unit = settings->unit_code;
    int64_t now = clock_wall_ms();
    enum office_result result = office_make_transaction_keys(office, unit, now);
    if (result == OFFICE_OK) {
        result = office_transaction_keys(office, unit, &keys);
    }
    if (result == OFFICE_OK) {
        result = office_take_transactions(
            office, unit, &keys, work->list.entries, work->list.count, now);
    }
    pseudonym_keys_wipe(&keys);
    return result;
}

static void remember(struct request *request)
{
    const struct transactions_work *work = request->work;
    for (size_t i = 0; i < work->list.count; i++) {
        const struct transaction_entry *entry = &work->list.entries[i];
        if (request->job.result == OFFICE_OK &&
            entry->status != TRANSACTION_INVALID) {
            recent_add(work->server->recent, &entry->transaction,
                       clock_wall_ms());
        }
    }
}

enum handling transactions_handle(struct request *request)
{
    char reason[JSON_MESSAGE_SIZE] = "";
    struct transactions_work *work = calloc(1, sizeof *work);
    if (!work) {
        return refuse(request, TRANSACTIONS_NO_MEMORY, reason);
    }
    work->server = request->server;
    request->work = work;
    request->free_work = free_work;
    if (!request_borrow(request,
                        TRANSACTIONS_MAX * sizeof *work->list.entries)) {
        return HANDLING_DONE;
    }
    enum transactions_fault fault = transactions_read(
        buf_text(&request->body), request->body.size, request->is_ndjson,
        clock_wall_ms(), &work->list, reason);
    if (fault != TRANSACTIONS_READ) {
        return refuse(request, fault, reason);
    }
    if (work->list.is_single && work->list.reasons[0]) {
        return refuse(request, TRANSACTIONS_UNREADABLE, work->list.reasons[0]);
    }
    request->job.work = take;
    request->job.work_ctx = work;
    request->committed = remember;
    return request_wait(request);
}

void transactions_finish(struct request *request)
{
    const struct transactions_work *work = request->work;
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
        return;
    }
    reply_json(request, 200, transactions_answer(&work->list));
}
