#include "common/log.h"
#include "office/office_sql.h"
#include "office/phone.h"
#include <string.h>

struct registering {
    bool is_shared; // the office, with other servers
    const char *id, *unit, *name;
    const unsigned char *public_key;
    int64_t now;
    enum office_phone outcome;
};

static enum sql_result add(struct sql *sql, const struct registering *phone)
{
    int64_t no;
    enum sql_result result = next_number(sql, DEVICE_NEXT, &no);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, PHONE_ADD);
    sql_bind_text(s, 1, phone->id);
    sql_bind_text(s, 2, phone->name);
    sql_bind_text(s, 3, phone->unit);
    sql_bind_int(s, 4, phone->now);
    sql_bind_bytes(s, 5, phone->public_key, KEY_PUBLIC_BYTES);
    sql_bind_int(s, 6, no);
    return sql_execute(s);
}

static enum sql_result judge(struct sql *sql, struct registering *phone)
{
    unsigned char key[KEY_PUBLIC_BYTES];
    struct sql_statement *s = sql_use(sql, PHONE_FIND);
    sql_bind_text(s, 1, phone->id);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        bool is_own = column_bytes(s, 0, key, sizeof key) &&
                      memcmp(key, phone->public_key, sizeof key) == 0 &&
                      sql_int(s, 2) == OFFICE_DEVICE_KIND_PHONE;
        phone->outcome = !is_own             ? OFFICE_PHONE_FOREIGN
                         : sql_int(s, 1) > 0 ? OFFICE_PHONE_REVOKED
                                             : OFFICE_PHONE_KNOWN;
    }
    sql_done(s);
    return result == SQL_NONE ? add(sql, phone) : result;
}

static enum sql_result register_phone(struct sql *sql, void *ctx)
{
    struct registering *phone = ctx;
    phone->outcome = OFFICE_PHONE_KNOWN;
    enum sql_result result = judge(sql, phone);
    if (result != SQL_OK || phone->outcome != OFFICE_PHONE_KNOWN ||
        phone->is_shared) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, PHONE_REVOKE_OTHERS);
    sql_bind_text(s, 1, phone->id);
    sql_bind_int(s, 2, phone->now);
    result = sql_execute(s);
    if (result == SQL_OK && sql_changes(sql) > 0) {
        log_warn("office", "the phone channel of before is gone; its lines "
                           "stay, a new one goes on");
    }
    return result;
}

enum office_phone office_register_phone(
    struct office *office, const char *id, const char *unit, const char *name,
    const unsigned char public_key[KEY_PUBLIC_BYTES], int64_t now)
{
    struct registering phone = {.is_shared = office->takes_turns,
                                .id = id,
                                .unit = unit,
                                .name = name,
                                .public_key = public_key,
                                .now = now};
    enum sql_result result = office_write(office, register_phone, &phone);
    return result == SQL_OK     ? phone.outcome
           : result == SQL_BUSY ? OFFICE_PHONE_BUSY
                                : OFFICE_PHONE_FAILED;
}

struct hearing {
    const char *id;
    int64_t now;
};

static enum sql_result hear(struct sql *sql, void *ctx)
{
    const struct hearing *hearing = ctx;
    int64_t no;
    enum sql_result result = device_number(sql, hearing->id, &no);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, CONTACT_PUT);
    sql_bind_int(s, 1, no);
    sql_bind_int(s, 2, hearing->now);
    sql_bind_text(s, 3, "");
    for (int column = 4; column <= 7; column++) {
        sql_bind_int(s, column, -1);
    }
    sql_bind_null(s, 8);
    sql_bind_text(s, 9, "");
    return sql_execute(s);
}

enum office_result office_hear_phone(struct office *office, const char *id,
                                     int64_t now)
{
    struct hearing hearing = {id, now};
    return office_result_of(office_work(office, hear, &hearing));
}

// The first column of a statement that always has one row, or of none: 0.
static enum office_result take_number(struct sql_statement *s, int64_t *out)
{
    enum sql_result result = sql_step(s);
    if (result == SQL_OK || result == SQL_NONE) {
        *out = result == SQL_OK ? sql_int(s, 0) : 0;
        result = SQL_OK;
    }
    sql_done(s);
    return office_result_of(result);
}

enum office_result office_chain_held(struct office *office, const char *device,
                                     int64_t gen, int64_t *out_to)
{
    struct sql_statement *s = sql_use(office->sql, CHAIN_HELD);
    sql_bind_text(s, 1, device);
    sql_bind_int(s, 2, gen);
    return take_number(s, out_to);
}

enum office_result office_chain_newest(struct office *office,
                                       const char *device, int64_t *out_gen)
{
    struct sql_statement *s = sql_use(office->sql, CHAIN_NEWEST);
    sql_bind_text(s, 1, device);
    return take_number(s, out_gen);
}

enum office_result office_is_answered(struct office *office, const char *id,
                                      const char *transaction, const char *step,
                                      bool *out_answered)
{
    unsigned char bytes[16];
    int64_t found = 0;
    if (!id_to_bytes(id, bytes)) {
        return OFFICE_ERROR;
    }
    struct sql_statement *s = sql_use(office->sql, PHONE_HAS_LINE);
    sql_bind_bytes(s, 1, bytes, sizeof bytes);
    enum office_result result = take_number(s, &found);
    if (result == OFFICE_OK && found == 0 && transaction[0] != '\0') {
        s = sql_use(office->sql, INVITATION_RATED_ALREADY);
        sql_bind_text(s, 1, transaction);
        sql_bind_text(s, 2, step);
        result = take_number(s, &found);
    }
    if (result == OFFICE_OK) {
        *out_answered = found != 0;
    }
    return result;
}
