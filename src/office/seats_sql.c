#include "office/seats_sql.h"
#include "office/audit.h"
#include "office/office_sql.h"
#include <stdio.h>
#include <string.h>

static void read_seat(struct sql_statement *s, struct seat *out)
{
    memset(out, 0, sizeof *out);
    column_text(s, 0, out->officer, sizeof out->officer);
    out->from_at = sql_int(s, 1);
    out->to_at = sql_int(s, 2);
    column_text(s, 3, out->by, sizeof out->by);
}

enum sql_result seat_find(struct sql *sql, const char *unit,
                          const char *counter, struct seat *out)
{
    struct sql_statement *s = sql_use(sql, SEAT_GET);
    sql_bind_text(s, 1, unit);
    sql_bind_text(s, 2, counter);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        read_seat(s, out);
    }
    sql_done(s);
    return result;
}

enum office_result office_find_seat(struct office *office, const char *unit,
                                    const char *counter, struct seat *out)
{
    return office_result_of(seat_find(office->sql, unit, counter, out));
}

enum office_result office_list_seats(struct office *office, const char *unit,
                                     const char *counter, int64_t from,
                                     int64_t to, seat_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, SEAT_LIST);
    struct seat seat;
    enum sql_result result;
    bool goes_on = true;
    sql_bind_text(s, 1, unit);
    sql_bind_text(s, 2, counter);
    sql_bind_int(s, 3, from);
    sql_bind_int(s, 4, to);
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        read_seat(s, &seat);
        goes_on = row(ctx, &seat);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

static enum sql_result tell(struct sql *sql, const struct seat_wish *wish,
                            const char *action)
{
    char detail[RECORD_CODE_SIZE + 16];
    snprintf(detail, sizeof detail, "counter %s", wish->counter);
    const struct audit_entry entry = {wish->now, wish->by, action,
                                      wish->officer, detail};
    return audit_put(sql, &entry);
}

static enum sql_result take(struct sql *sql, void *ctx)
{
    const struct seat_wish *wish = ctx;
    struct seat seat;
    int64_t no;
    enum sql_result result = seat_find(sql, wish->unit, wish->counter, &seat);
    if (result == SQL_OK && strcmp(seat.officer, wish->officer) == 0) {
        return SQL_OK;
    }
    if (result != SQL_OK && result != SQL_NONE) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, SEAT_CLEAR);
    sql_bind_text(s, 1, wish->unit);
    sql_bind_text(s, 2, wish->counter);
    sql_bind_text(s, 3, wish->officer);
    sql_bind_int(s, 4, wish->now);
    result = sql_execute(s);
    if (result == SQL_OK) {
        result = next_number(sql, SEAT_NEXT, &no);
    }
    if (result != SQL_OK) {
        return result;
    }
    s = sql_use(sql, SEAT_ADD);
    sql_bind_text(s, 1, wish->unit);
    sql_bind_text(s, 2, wish->counter);
    sql_bind_text(s, 3, wish->officer);
    sql_bind_int(s, 4, wish->now);
    sql_bind_text(s, 5, wish->by);
    sql_bind_int(s, 6, no);
    result = sql_execute(s);
    return result == SQL_OK ? tell(sql, wish, "seat-taken") : result;
}

enum office_result office_take_seat(struct office *office,
                                    const struct seat_wish *wish)
{
    struct seat_wish copy = *wish;
    return office_result_of(office_work(office, take, &copy));
}

static enum sql_result leave(struct sql *sql, void *ctx)
{
    const struct seat_wish *wish = ctx;
    struct sql_statement *s = sql_use(sql, SEAT_LEAVE);
    sql_bind_text(s, 1, wish->unit);
    sql_bind_text(s, 2, wish->counter);
    sql_bind_text(s, 3, wish->officer);
    sql_bind_int(s, 4, wish->now);
    enum sql_result result = sql_execute(s);
    if (result == SQL_OK && sql_changes(sql) == 0) {
        return SQL_NONE;
    }
    return result == SQL_OK ? tell(sql, wish, "seat-left") : result;
}

enum office_result office_leave_seat(struct office *office,
                                     const struct seat_wish *wish)
{
    struct seat_wish copy = *wish;
    return office_result_of(office_work(office, leave, &copy));
}
