// What the server counts about itself, for GET /metrics (the text format of
// Prometheus). Any thread. Names end in their unit, counters in _total; nothing
// is told of a person or a rating's level.
#pragma once
#include "common/buf.h"
#include "office/line.h"
#include "office/upkeep.h"
#include "server/connections.h"
#include "server/retotal.h"
#include "server/routes.h"
#include "server/writer.h"
#include <stdatomic.h>
#include <stdint.h>

// The text format of GET /metrics.
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum {
    METRICS_STATUS_LEAST = 200,
    METRICS_STATUS_MOST = 599,
    METRICS_STATUSES = METRICS_STATUS_MOST - METRICS_STATUS_LEAST + 1,
    METRICS_LINE_STATUSES = OFFICE_LINE_FORK + 1
};

struct metrics {
    atomic_uint_fast64_t requests[ROUTE_COUNT][METRICS_STATUSES];
    atomic_uint_fast64_t lines[METRICS_LINE_STATUSES];
};

void metrics_count_request(struct metrics *metrics, enum route_id route,
                           int status);
void metrics_count_line(struct metrics *metrics,
                        enum office_line_status status);
// `now_us` is monotonic; `connections` may be NULL.
void metrics_write(struct metrics *metrics,
                   const struct connections_count *connections,
                   const struct writer_figures *writer, size_t body_bytes,
                   size_t listening, int64_t now_us, struct buf *out);
// Of a database of PostgreSQL, which several servers may write.
void metrics_write_turns(const struct office_turns *turns, struct buf *out);
// Of the program that listens: when it started, wall milliseconds, and until
// when its certificate is good; 0: it serves without one.
void metrics_write_program(int64_t started_at, int64_t certificate_until,
                           struct buf *out);
// Whether the database answers.
void metrics_write_reachable(bool is_reachable, struct buf *out);
// Of a city: whether a ward's ratings are taken, and its shared connections.
void metrics_write_ward(const char *ward, bool is_up, struct buf *out);
void metrics_write_shared(int connections, struct buf *out);
// Of totals that are counted again.
void metrics_write_retotal(const struct retotaling_figures *figures,
                           struct buf *out);
// Of the machine; `now` is wall milliseconds.
void metrics_write_upkeep(const struct upkeep *upkeep, int64_t now,
                          struct buf *out);
// Of each device in force, by its id and counter. False: the office cannot be
// read, or memory ran out.
bool metrics_write_devices(struct office *office, struct buf *out);
