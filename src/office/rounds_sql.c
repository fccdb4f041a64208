#include "office/rounds_sql.h"
#include "office/ratings.h"

// Lines after which another round begins: a reader sorts one in memory.
enum { ROUND_LINES = 1000 };

enum sql_result round_last(struct sql *sql, struct round *out)
{
    struct sql_statement *s = sql_use(sql, ROUND_LAST);
    enum sql_result result = sql_step(s);
    *out = (struct round){0};
    if (result == SQL_OK) {
        out->no = sql_int(s, 0);
        out->quarter = sql_int(s, 1);
        out->lines = sql_int(s, 2);
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result round_of(struct office *office, int64_t received_at,
                         int64_t *out_round)
{
    struct round *round = &office->round;
    int64_t quarter = received_at / OFFICE_QUARTER_MS;
    enum sql_result result = SQL_OK;
    // What was received just before the turn belongs to the round after it.
    if (round->no == 0 || quarter > round->quarter ||
        quarter < round->quarter - 1 || round->lines >= ROUND_LINES) {
        *round = (struct round){.no = round->no + 1, .quarter = quarter};
        struct sql_statement *s = sql_use(office->sql, ROUND_ADD);
        sql_bind_int(s, 1, round->no);
        sql_bind_int(s, 2, quarter);
        result = sql_execute(s);
    }
    *out_round = round->no;
    return result;
}

enum sql_result round_add(struct office *office, int64_t received_at,
                          int64_t device_no, int64_t gen, int64_t first,
                          int64_t last)
{
    int64_t round = 0;
    enum sql_result result = round_of(office, received_at, &round);
    if (result != SQL_OK) {
        return result;
    }
    office->round.lines += last - first + 1;
    struct sql_statement *s = sql_use(office->sql, ROUND_SPAN_ADD);
    sql_bind_int(s, 1, round);
    sql_bind_int(s, 2, device_no);
    sql_bind_int(s, 3, gen);
    sql_bind_int(s, 4, first);
    sql_bind_int(s, 5, last);
    return sql_put(s);
}
