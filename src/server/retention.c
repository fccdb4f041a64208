#include "server/retention.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/retention.h"
#include "server/context.h"

enum { EVERY_S = 20, FROM_HOUR = 12 };

bool retention_is_due(int64_t now, int32_t done_day)
{
    int32_t day = date_day_of_wall_ms(now);
    int64_t noon = date_wall_ms_of_day(day) + FROM_HOUR * INT64_C(3600000);
    return clock_is_believable(now) && day != done_day && now >= noon;
}

// On the caretaker's thread.
static bool look(void *ctx)
{
    struct retention *retention = ctx;
    retention->now = clock_wall_ms();
    return retention_is_due(retention->now, retention->done_day);
}

static bool read_rules(struct server *server, struct retention_rules *out)
{
    struct buf message = {0};
    int64_t version;
    json_t *body = documents_take(server->documents, "retention", &version);
    bool ok = retention_rules_read(body, out, &message);
    json_decref(body);
    buf_free(&message);
    return ok;
}

// One step at a look, so that batches go between.
static enum office_result forget(struct office *office, void *ctx)
{
    struct retention *retention = ctx;
    struct retention_rules rules;
    struct retention_done done = {.more = false};
    if (!read_rules(retention->server, &rules)) {
        return OFFICE_ERROR;
    }
    enum office_result result =
        office_forget(office, &rules, retention->now, &done);
    if (result == OFFICE_OK && !done.more) {
        retention->done_day = date_day_of_wall_ms(retention->now);
    }
    return result;
}

struct chore retention_chore(struct retention *retention, struct server *server)
{
    retention->server = server;
    return (struct chore){
        .every_s = EVERY_S, .look = look, .work = forget, .ctx = retention};
}
