#include "office/transaction_keys_sql.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/transaction_keys.h"
#include <string.h>

// Of this month and of the next: a device that is offline over the turn has it.
enum { TOLD = 2 };

// The first columns of TRANSACTION_KEY_GET and TRANSACTION_KEYS.
static bool read_key(struct sql_statement *s, struct pseudonym_key *out)
{
    out->first = (int32_t)sql_int(s, 1);
    out->last = (int32_t)sql_int(s, 2);
    return column_text(s, 0, out->period, sizeof out->period) &&
           column_bytes(s, 3, out->key, sizeof out->key);
}

static enum sql_result add_key(struct sql *sql, const char *unit,
                               const struct pseudonym_key *key, int64_t now)
{
    int64_t no;
    enum sql_result result = next_number(sql, TRANSACTION_KEY_NEXT, &no);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, TRANSACTION_KEY_ADD);
    sql_bind_text(s, 1, unit);
    sql_bind_text(s, 2, key->period);
    sql_bind_int(s, 3, key->first);
    sql_bind_int(s, 4, key->last);
    sql_bind_int(s, 5, now);
    sql_bind_bytes(s, 6, key->key, sizeof key->key);
    sql_bind_int(s, 7, no);
    return sql_execute(s);
}

// `out_last` is the last day of the month.
static enum sql_result ensure(struct sql *sql, const char *unit, int32_t day,
                              int64_t now, int32_t *out_last)
{
    struct pseudonym_key key;
    pseudonym_key_make(day, &key);
    struct sql_statement *s = sql_use(sql, TRANSACTION_KEY_IS);
    sql_bind_text(s, 1, unit);
    sql_bind_int(s, 2, day);
    enum sql_result result = sql_step(s);
    sql_done(s);
    if (result == SQL_NONE) {
        result = add_key(sql, unit, &key, now);
    }
    *out_last = key.last;
    explicit_bzero(&key, sizeof key);
    return result;
}

enum sql_result transaction_keys_ensure(struct sql *sql, const char *unit,
                                        int64_t now, json_t *out)
{
    int32_t day = date_day_of_wall_ms(now), last = day;
    enum sql_result result = ensure(sql, unit, day, now, &last);
    if (result == SQL_OK) {
        result = ensure(sql, unit, last + 1, now, &last);
    }
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, TRANSACTION_KEYS);
    sql_bind_text(s, 1, unit);
    sql_bind_int(s, 2, day);
    sql_bind_int(s, 3, TOLD);
    while ((result = sql_step(s)) == SQL_OK) {
        if (json_array_append_new(out, json_integer(sql_int(s, 4))) != 0) {
            result = SQL_ERROR;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result transaction_keys_fill(struct sql *sql, json_t *config)
{
    const json_t *numbers = json_object_get(config, "transaction_keys");
    const char *privacy = "";
    struct pseudonym_keys keys = {0};
    enum sql_result result = SQL_NONE;
    if (!numbers) {
        return SQL_OK;
    }
    json_get_text(config, "privacy", &privacy);
    keys.linked = strcmp(privacy, "linked") == 0;
    for (size_t i = 0; i < json_array_size(numbers) && i < PSEUDONYM_KEYS_MOST;
         i++) {
        struct sql_statement *s = sql_use(sql, TRANSACTION_KEY_GET);
        sql_bind_int(s, 1, json_integer_value(json_array_get(numbers, i)));
        result = sql_step(s);
        if (result == SQL_OK && read_key(s, &keys.list[keys.count])) {
            keys.count++;
        }
        sql_done(s);
    }
    if (result == SQL_OK || result == SQL_NONE) {
        result = pseudonym_keys_write(&keys, config) ? SQL_OK : SQL_ERROR;
    }
    pseudonym_keys_wipe(&keys);
    return result;
}

enum office_result office_transaction_keys(struct office *office,
                                           const char *unit,
                                           struct pseudonym_keys *out)
{
    struct sql_statement *s = sql_use(office->sql, TRANSACTION_KEYS);
    enum sql_result result;
    out->count = 0;
    sql_bind_text(s, 1, unit);
    sql_bind_int(s, 2, INT32_MIN);
    sql_bind_int(s, 3, PSEUDONYM_KEYS_MOST);
    while ((result = sql_step(s)) == SQL_OK) {
        if (read_key(s, &out->list[out->count])) {
            out->count++;
        }
    }
    sql_done(s);
    return office_result_of(result == SQL_NONE ? SQL_OK : result);
}

struct making {
    const char *unit;
    int64_t now;
    json_t *numbers;
};

static enum sql_result make(struct sql *sql, void *ctx)
{
    const struct making *making = ctx;
    return transaction_keys_ensure(sql, making->unit, making->now,
                                   making->numbers);
}

enum office_result office_make_transaction_keys(struct office *office,
                                                const char *unit, int64_t now)
{
    struct making making = {unit, now, json_array()};
    enum sql_result result = office_work(office, make, &making);
    json_decref(making.numbers);
    return office_result_of(result);
}

static enum sql_result destroy(struct sql *sql, void *ctx)
{
    const int64_t *now = ctx;
    struct sql_statement *s = sql_use(sql, TRANSACTION_KEYS_DESTROY);
    sql_bind_int(s, 1, date_day_of_wall_ms(*now));
    sql_bind_int(s, 2, *now);
    enum sql_result result = sql_execute(s);
    if (result == SQL_OK && sql_changes(sql) > 0) {
        log_info("office",
                 "the keys of the months that are over are destroyed");
    }
    return result;
}

enum office_result office_turn_keys(struct office *office,
                                    const struct office_defaults *defaults,
                                    int64_t now, bool *out_is_emptied)
{
    enum office_result result = OFFICE_OK;
    if (clock_is_believable(now)) {
        result = office_result_of(office_write(office, destroy, &now));
    } else {
        log_warn("office", "the clock cannot be believed: no key is destroyed "
                           "by it");
    }
    if (result == OFFICE_OK) {
        result = office_configure_all(office, defaults, now);
    }
    if (result != OFFICE_OK) {
        return result;
    }
    // Also for keys that were destroyed before the program last ended.
    result = office_result_of(sql_checkpoint(office->sql, true));
    bool is_held = result == OFFICE_BUSY;
    if (result == OFFICE_OK || is_held) {
        *out_is_emptied = !is_held;
        result = OFFICE_OK;
    }
    return result;
}
