#include "server/metrics.h"
#include <inttypes.h>

void metrics_count_request(struct metrics *metrics, enum route_id route,
                           int status)
{
    if (status >= METRICS_STATUS_LEAST && status <= METRICS_STATUS_MOST) {
        atomic_fetch_add(
            &metrics->requests[route][status - METRICS_STATUS_LEAST], 1);
    }
}

void metrics_count_line(struct metrics *metrics, enum office_line_status status)
{
    atomic_fetch_add(&metrics->lines[status], 1);
}

static void write_head(struct buf *out, const char *name, const char *type,
                       const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_value(struct buf *out, const char *name, const char *type,
                        const char *help, uint64_t value)
{
    write_head(out, name, type, help);
    buf_printf(out, "%s %" PRIu64 "\n", name, value);
}

static void write_requests(struct metrics *metrics, struct buf *out)
{
    static const char name[] = "hailong_http_requests_total";
    write_head(out, name, "counter", "Answers by route and status.");
    for (int route = 0; route < ROUTE_COUNT; route++) {
        for (int i = 0; i < METRICS_STATUSES; i++) {
            uint64_t count = atomic_load(&metrics->requests[route][i]);
            if (count > 0) {
                buf_printf(out, "%s{route=\"%s\",status=\"%d\"} %" PRIu64 "\n",
                           name, route_name(route), i + METRICS_STATUS_LEAST,
                           count);
            }
        }
    }
}

static void write_lines(struct metrics *metrics, struct buf *out)
{
    static const char name[] = "hailong_lines_total";
    write_head(out, name, "counter", "Lines of batches by their result.");
    for (int status = OFFICE_LINE_STORED; status < METRICS_LINE_STATUSES;
         status++) {
        buf_printf(out, "%s{status=\"%s\"} %" PRIu64 "\n", name,
                   office_line_status_name((enum office_line_status)status),
                   (uint64_t)atomic_load(&metrics->lines[status]));
    }
}

static void write_writer(const struct writer_figures *writer, int64_t now_us,
                         struct buf *out)
{
    static const char age[] = "hailong_last_commit_age_seconds";
    write_value(out, "hailong_queue_depth", "gauge",
                "Requests that wait for the writer.", writer->waiting);
    write_value(out, "hailong_commits_total", "counter",
                "Commits of batches that succeeded.", writer->commits);
    write_value(out, "hailong_commit_requests_total", "counter",
                "Requests that these commits carried.", writer->committed);
    write_value(out, "hailong_commit_failures_total", "counter",
                "Commits of batches that failed.", writer->failures);
    if (writer->commits > 0) {
        write_head(out, age, "gauge", "Since the last commit of batches.");
        buf_printf(out, "%s %.3f\n", age,
                   (double)(now_us - writer->last_commit_us) / 1e6);
    }
}

void metrics_write_turns(const struct office_turns *turns, struct buf *out)
{
    static const char name[] = "hailong_turn_wait_seconds";
    uint64_t count = 0;
    write_head(out, name, "histogram",
               "How long turns to write the database were waited for.");
    for (int i = 0; i < OFFICE_WAITS; i++) {
        count += turns->waits[i];
        if (i < OFFICE_WAITS - 1) {
            buf_printf(out, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
                       (double)office_wait_us(i) / 1e6, count);
        }
    }
    buf_printf(out,
               "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.6f\n%s_count "
               "%" PRIu64 "\n",
               name, count, name, (double)turns->waited_us / 1e6, name, count);
    write_value(out, "hailong_turns_given_up_total", "counter",
                "Turns that were waited for in vain.", turns->given_up);
    write_value(out, "hailong_turn_held", "gauge",
                "1: somebody holds the turn to write, and nobody writes.",
                turns->is_held);
}

static void write_connections(const struct connections_count *connections,
                              struct buf *out)
{
    write_value(out, "hailong_connections", "gauge", "Open connections.",
                connections->open);
    write_value(out, "hailong_connections_total", "counter",
                "Connections ever opened.", connections->opened);
    write_value(out, "hailong_connections_refused_total", "counter",
                "Refused: too many of one address.", connections->refused);
    write_value(out, "hailong_connections_cut_total", "counter",
                "Cut: no whole request in time.", connections->cut);
}

void metrics_write(struct metrics *metrics,
                   const struct connections_count *connections,
                   const struct writer_figures *writer, size_t body_bytes,
                   size_t listening, int64_t now_us, struct buf *out)
{
    write_requests(metrics, out);
    write_lines(metrics, out);
    write_writer(writer, now_us, out);
    write_value(out, "hailong_body_bytes", "gauge",
                "Memory that request bodies hold.", body_bytes);
    write_value(out, "hailong_listening", "gauge",
                "Requests that wait for a change.", listening);
    if (connections) {
        write_connections(connections, out);
    }
}

void metrics_write_program(int64_t started_at, int64_t certificate_until,
                           struct buf *out)
{
    write_value(out, "hailong_start_timestamp_seconds", "gauge",
                "When the program started.", (uint64_t)started_at / 1000);
    if (certificate_until > 0) {
        write_value(out, "hailong_certificate_until_timestamp_seconds", "gauge",
                    "Until when the server's own certificate is good.",
                    (uint64_t)certificate_until / 1000);
    }
}

void metrics_write_reachable(bool is_reachable, struct buf *out)
{
    write_value(out, "hailong_database_reachable", "gauge",
                "1: the database answers.", is_reachable);
}

void metrics_write_ward(const char *ward, bool is_up, struct buf *out)
{
    static const char name[] = "hailong_ward_up";
    write_head(out, name, "gauge",
               "1: the ward's ratings are taken: its book is open, its "
               "database answers, the last batch was stored.");
    buf_printf(out, "%s{ward=\"%s\"} %d\n", name, ward, is_up);
}

void metrics_write_shared(int connections, struct buf *out)
{
    write_value(out, "hailong_database_connections", "gauge",
                "To PostgreSQL, shared by the wards.", (uint64_t)connections);
}

void metrics_write_retotal(const struct retotaling_figures *figures,
                           struct buf *out)
{
    write_value(out, "hailong_retotal_running", "gauge",
                "1: totals are counted again from their visits.",
                figures->is_running);
    write_value(out, "hailong_retotal_visits", "gauge",
                "That the last time counted; 0: not yet.",
                (uint64_t)figures->visits);
    write_value(out, "hailong_retotal_wrong", "gauge",
                "Totals that the last time put right.",
                (uint64_t)figures->wrong);
    write_value(out, "hailong_retotal_wrong_slices", "gauge",
                "Parts of the totals in which it found something wrong.",
                (uint64_t)figures->wrong_slices);
    write_value(out, "hailong_retotal_done_slices", "gauge",
                "Of these, as many as are right now.",
                (uint64_t)figures->done_slices);
}

void metrics_write_upkeep(const struct upkeep *upkeep, int64_t now,
                          struct buf *out)
{
    static const char age[] = "hailong_backup_age_seconds";
    static const char days[] = "hailong_disk_full_in_days";
    write_head(out, "hailong_build_info", "gauge", "The program's version.");
    buf_printf(out, "hailong_build_info{version=\"%s\"} 1\n", HAILONG_VERSION);
    write_value(out, "hailong_database_bytes", "gauge",
                "The database with its journal.",
                (uint64_t)upkeep->database_bytes);
    if (upkeep->disk_free >= 0) {
        write_value(out, "hailong_disk_free_bytes", "gauge",
                    "Free on the disk of the database, or of the keys beside "
                    "PostgreSQL.",
                    (uint64_t)upkeep->disk_free);
        write_value(out, "hailong_disk_size_bytes", "gauge",
                    "Size of that disk.", (uint64_t)upkeep->disk_size);
    }
    if (upkeep->days_left >= 0) {
        write_value(out, days, "gauge",
                    "Until that disk is full, as the last 30 days went.",
                    (uint64_t)upkeep->days_left);
    }
    write_value(out, "hailong_backup_wanted", "gauge",
                "1: by hailong backup; 0: PostgreSQL has its own.",
                !upkeep->on_postgres);
    if (upkeep->backup_at > 0) {
        write_head(out, age, "gauge",
                   "Since the last verified backup by the timer.");
        buf_printf(out, "%s %.0f\n", age,
                   (double)(now - upkeep->backup_at) / 1e3);
    }
}
