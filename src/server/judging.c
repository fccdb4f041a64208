#include "server/judging.h"
#include "common/clock.h"
#include "common/log.h"
#include "office/judging.h"
#include "server/context.h"

static const char MODULE[] = "server";

// How long the writer may judge before requests have their turn, and how many
// ratings are looked at in one transaction of it.
enum { TURN_US = 150000, RATINGS = 1000, LOOK_S = 3 };

bool judging_set_rules(struct server *server, struct office *office)
{
    int64_t version, hours_version;
    struct buf thresholds = {0}, hours = {0};
    json_t *body = documents_take(server->documents, "integrity", &version);
    json_t *week = documents_take(server->documents, "hours", &hours_version);
    enum office_result result = OFFICE_ERROR;
    if (json_write(body, &thresholds) && json_write(week, &hours)) {
        const struct office_rules rules = {buf_text(&thresholds), version,
                                           buf_text(&hours)};
        result = office_set_rules(office, &rules, clock_wall_ms());
    }
    if (result != OFFICE_OK) {
        log_error(MODULE,
                  "suspicious ratings are judged by the rules of "
                  "before: %s",
                  office_result_name(result));
    }
    buf_free(&thresholds);
    buf_free(&hours);
    json_decref(body);
    json_decref(week);
    return result == OFFICE_OK;
}

static bool is_anything_due(void *ctx)
{
    struct server *server = ctx;
    int64_t due = 0;
    struct office *office = readers_take(server->readers);
    enum office_result result = office_count_due(office, clock_wall_ms(), &due);
    readers_give(server->readers, office);
    return result == OFFICE_OK && due > 0;
}

static enum office_result judge(struct office *office, void *ctx)
{
    int64_t until = clock_mono_us() + TURN_US, left = 0;
    enum office_result result;
    (void)ctx;
    do {
        result = office_judge(office, RATINGS, clock_wall_ms(), &left);
    } while (result == OFFICE_OK && left > 0 && clock_mono_us() < until);
    return result;
}

struct chore judging_chore(struct server *server)
{
    return (struct chore){.every_s = LOOK_S,
                          .look = is_anything_due,
                          .work = judge,
                          .ctx = server};
}
