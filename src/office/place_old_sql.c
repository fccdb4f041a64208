// Once, for a database of before schema 10, which placed each line by its own
// batch alone: every line is placed anew as it would be today, so that the
// lines that come next go on from there, and a verification, which places all
// of them, finds what it expects.
#include "common/ids.h"
#include "office/corrected_time.h"
#include "office/line.h"
#include "office/office_sql.h"
#include "office/statements.h"
#include <string.h>

enum { INVALID = 1 };

struct placing {
    struct sql *sql;
    int64_t device_no, gen; // the chain; 0: none yet
    struct time_thread thread;
    struct office_line line; // that is looked at
    int64_t seq, batch_no;
    char batch_boot[ID_SIZE];
    struct time_evidence evidence;
};

// The columns of OLD_LINES.
enum {
    COL_DEVICE_NO,
    COL_GEN,
    COL_SEQ,
    COL_BATCH_NO,
    COL_VERDICT,
    COL_BYTES,
    COL_DEVICE,
    COL_ENROLLED_AT,
    COL_BOOT,
    COL_UP_MS,
    COL_RECEIVED_AT
};

// False: it has no time of its own.
static bool read_line(struct sql_statement *s, int bytes_column,
                      const char *device, int64_t gen, int64_t seq,
                      struct office_line *out)
{
    size_t size;
    const void *bytes = sql_bytes(s, bytes_column, &size);
    const struct office_place place = {device, gen, seq, seq, 0};
    office_line_read(bytes, size, &place, out);
    return out->is_sound;
}

static enum sql_result keep_thread(const struct placing *p)
{
    if (p->device_no == 0) {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(p->sql, OLD_THREAD);
    sql_bind_int(s, 1, p->device_no);
    sql_bind_int(s, 2, p->gen);
    sql_bind_text(s, 3, p->thread.contact.id);
    sql_bind_int(s, 4, p->thread.contact.began_at);
    sql_bind_text(s, 5, p->thread.line.id);
    sql_bind_int(s, 6, p->thread.line.began_at);
    sql_bind_int(s, 7, p->thread.line.quality);
    sql_bind_int(s, 8, p->thread.line_up_ms);
    sql_bind_int(s, 9, p->thread.made_at);
    return sql_execute(s);
}

// What the batch shows behind the line; how much more waited on the device was
// not kept.
static enum sql_result look_ahead(const struct placing *p, const char *device,
                                  struct time_ahead *out)
{
    struct office_line line;
    struct time_look look = {.boot = ""};
    enum sql_result result;
    struct sql_statement *s = sql_use(p->sql, OLD_AHEAD);
    sql_bind_int(s, 1, p->device_no);
    sql_bind_int(s, 2, p->gen);
    sql_bind_int(s, 3, p->seq);
    sql_bind_int(s, 4, p->batch_no);
    while ((result = sql_step(s)) == SQL_OK) {
        if (!read_line(s, 1, device, p->gen, sql_int(s, 0), &line)) {
            continue;
        }
        if (strcmp(line.visit.boot, p->batch_boot) == 0) {
            break;
        }
        time_look_add(&look, line.visit.boot, line.visit.up_ms,
                      p->evidence.received_at);
    }
    sql_done(s);
    *out = look.ahead;
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result place_boot(struct placing *p, const char *device)
{
    struct time_ahead ahead;
    int64_t began_at = 0;
    const char *boot = p->evidence.line_boot;
    enum sql_result result =
        boot_find(p->sql, p->device_no, p->gen, boot, &began_at);
    if (result == SQL_NONE) {
        result = look_ahead(p, device, &ahead);
        if (result == SQL_OK) {
            began_at = time_spread(&p->thread, &p->evidence, &ahead);
            struct sql_statement *s = sql_use(p->sql, BOOT_ADD);
            sql_bind_int(s, 1, p->device_no);
            sql_bind_int(s, 2, p->gen);
            sql_bind_text(s, 3, boot);
            sql_bind_int(s, 4, began_at);
            result = sql_execute(s);
        }
    }
    if (result == SQL_OK) {
        time_place_boot(&p->thread, &p->evidence, began_at);
    }
    return result;
}

static enum sql_result keep_time(const struct placing *p, int64_t at,
                                 enum time_quality quality)
{
    struct sql_statement *s = sql_use(p->sql, OLD_VISIT);
    sql_bind_int(s, 1, p->device_no);
    sql_bind_int(s, 2, p->gen);
    sql_bind_int(s, 3, p->seq);
    sql_bind_int(s, 4, at);
    sql_bind_int(s, 5, quality);
    return sql_execute(s);
}

static enum sql_result place_line(struct placing *p, struct sql_statement *s)
{
    const struct office_visit *visit = &p->line.visit;
    char device[ID_SIZE];
    enum time_quality quality;
    enum sql_result result = SQL_OK;
    column_text(s, COL_DEVICE, device, sizeof device);
    column_text(s, COL_BOOT, p->batch_boot, sizeof p->batch_boot);
    if (sql_int(s, COL_VERDICT) == INVALID ||
        !read_line(s, COL_BYTES, device, p->gen, p->seq, &p->line)) {
        return SQL_OK;
    }
    p->evidence =
        (struct time_evidence){.answered_at = visit->answered_at,
                               .made_at = visit->closed_at,
                               .is_synced = visit->is_synced,
                               .line_boot = visit->boot,
                               .line_up_ms = visit->up_ms,
                               .batch_boot = p->batch_boot,
                               .batch_up_ms = sql_int(s, COL_UP_MS),
                               .received_at = sql_int(s, COL_RECEIVED_AT),
                               .enrolled_at = sql_int(s, COL_ENROLLED_AT)};
    if (time_wants_boot(&p->thread, &p->evidence)) {
        result = place_boot(p, device);
    }
    if (result != SQL_OK) {
        return result;
    }
    int64_t at = time_correct(&p->thread, &p->evidence, &quality);
    return keep_time(p, at, quality);
}

static enum sql_result next_line(struct placing *p, struct sql_statement *s)
{
    int64_t device_no = sql_int(s, COL_DEVICE_NO), gen = sql_int(s, COL_GEN);
    if (device_no != p->device_no || gen != p->gen) {
        enum sql_result result = keep_thread(p);
        if (result != SQL_OK) {
            return result;
        }
        p->device_no = device_no;
        p->gen = gen;
        p->thread = (struct time_thread){.made_at = 0};
    }
    p->seq = sql_int(s, COL_SEQ);
    p->batch_no = sql_int(s, COL_BATCH_NO);
    return place_line(p, s);
}

enum sql_result place_old_lines(struct sql *sql)
{
    struct placing p = {.sql = sql};
    struct sql_statement *s = sql_use(sql, OLD_LINES);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        result = next_line(&p, s);
        if (result != SQL_OK) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? keep_thread(&p) : result;
}
