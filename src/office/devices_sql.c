#include "common/log.h"
#include "office/audit.h"
#include "office/office_sql.h"
#include <stdio.h>
#include <string.h>

const char *office_device_state_name(enum office_device_state state)
{
    static const char *const names[] = {"waiting", "active", "revoked"};
    return names[state];
}

const char *office_device_kind_name(enum office_device_kind kind)
{
    return kind == OFFICE_DEVICE_KIND_PHONE ? "phone" : "counter";
}

static void read_device(struct sql_statement *s, struct office_device *out)
{
    memset(out, 0, sizeof *out);
    column_text(s, 0, out->id, sizeof out->id);
    column_text(s, 1, out->name, sizeof out->name);
    column_text(s, 2, out->unit, sizeof out->unit);
    column_text(s, 3, out->counter, sizeof out->counter);
    column_text(s, 4, out->field, sizeof out->field);
    out->added_at = sql_int(s, 5);
    out->enrolled_at = sql_int(s, 6);
    out->revoked_at = sql_int(s, 7);
    column_bytes(s, 8, out->public_key, sizeof out->public_key);
    out->config_version = sql_int(s, 9);
    out->last_seen_at = sql_int(s, 10);
    column_text(s, 11, out->version, sizeof out->version);
    out->pending = sql_int(s, 12);
    out->lifetime_lines = sql_int(s, 13);
    out->lifetime_ratings = sql_int(s, 14);
    out->disk_free = sql_int(s, 15);
    out->has_clock_offset = !sql_is_null(s, 16);
    out->clock_offset_ms = sql_int(s, 16);
    out->gen = sql_int(s, 17);
    out->received_to = sql_int(s, 18);
    out->reported_to = sql_int(s, 19);
    out->flag_count = sql_int(s, 20);
    out->kind = (enum office_device_kind)sql_int(s, 21);
    column_text(s, 22, out->point, sizeof out->point);
    out->state = out->revoked_at    ? OFFICE_DEVICE_REVOKED
                 : out->enrolled_at ? OFFICE_DEVICE_ACTIVE
                                    : OFFICE_DEVICE_WAITING;
}

// Steps a statement that names one device, and is done with it.
static enum sql_result take_device(struct sql_statement *s,
                                   struct office_device *out_device)
{
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        read_device(s, out_device);
    }
    sql_done(s);
    return result;
}

enum office_result office_find_device(struct office *office, const char *id,
                                      struct office_device *out_device)
{
    struct sql_statement *s = sql_use(office->sql, DEVICE_BY_ID);
    sql_bind_text(s, 1, id);
    return office_result_of(take_device(s, out_device));
}

enum office_result
office_find_device_by_token(struct office *office,
                            const unsigned char token_hash[DIGEST_BYTES],
                            struct office_device *out_device)
{
    struct sql_statement *s = sql_use(office->sql, DEVICE_BY_TOKEN);
    sql_bind_bytes(s, 1, token_hash, DIGEST_BYTES);
    return office_result_of(take_device(s, out_device));
}

enum office_result office_list_devices(struct office *office,
                                       office_device_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, DEVICE_LIST);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct office_device device;
        read_device(s, &device);
        if (!row(ctx, &device)) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

// Columns behind those of the device.
enum { STATE_COLUMN = 23 };

enum office_result office_list_device_states(struct office *office,
                                             office_device_states *row,
                                             void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, DEVICE_STATES);
    enum sql_result result;
    bool goes_on = true;
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        struct office_device_state_row state = {
            .state = sql_text(s, STATE_COLUMN),
            .has_quality = !sql_is_null(s, STATE_COLUMN + 1),
            .clock_quality = (int)sql_int(s, STATE_COLUMN + 1),
            .missing = sql_int(s, STATE_COLUMN + 2),
            .lost = sql_int(s, STATE_COLUMN + 3),
            .configured_at = sql_int(s, STATE_COLUMN + 4),
            .twins = sql_int(s, STATE_COLUMN + 5),
            .replaces = sql_is_null(s, STATE_COLUMN + 6)
                            ? ""
                            : sql_text(s, STATE_COLUMN + 6)};
        read_device(s, &state.device);
        goes_on = row(ctx, &state);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

static enum sql_result tell(struct sql *sql, int64_t now, const char *who,
                            const char *action, const char *id,
                            const char *detail)
{
    const struct audit_entry entry = {now, who, action, id, detail};
    return audit_put(sql, &entry);
}

static bool fits(const char *text, size_t size)
{
    return !text || strlen(text) < size;
}

bool office_new_device_fits(const struct office_new_device *device,
                            const char **out_why)
{
    if (!device->counter || device->counter[0] == '\0') {
        *out_why = "the counter is missing";
    } else if (!fits(device->counter, RECORD_CODE_SIZE)) {
        *out_why = "the counter's code is too long";
    } else if (!device->unit || !fits(device->unit, RECORD_CODE_SIZE)) {
        *out_why = "the unit's code is missing or too long";
    } else if (!fits(device->field, RECORD_CODE_SIZE)) {
        *out_why = "the field's code is too long";
    } else if (!fits(device->point, RECORD_CODE_SIZE)) {
        *out_why = "the point's code is too long";
    } else if (!fits(device->name, OFFICE_NAME_SIZE)) {
        *out_why = "the name is too long";
    } else {
        return true;
    }
    return false;
}

enum sql_result device_number(struct sql *sql, const char *id, int64_t *out_no)
{
    struct sql_statement *s = sql_use(sql, DEVICE_NO);
    sql_bind_text(s, 1, id);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_no = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

struct addition {
    const struct office_new_device *devices;
    struct office_added_device *added;
    size_t count;
    int64_t now;
};

static enum sql_result add_code(struct sql *sql, int64_t no,
                                const struct office_added_device *added)
{
    unsigned char hash[DIGEST_BYTES];
    if (!secret_hash_code(added->code, strlen(added->code), hash)) {
        return SQL_ERROR;
    }
    struct sql_statement *s = sql_use(sql, CODE_ADD);
    sql_bind_bytes(s, 1, hash, DIGEST_BYTES);
    sql_bind_int(s, 2, no);
    sql_bind_int(s, 3, added->expires_at);
    return sql_execute(s);
}

static enum sql_result add_device(struct sql *sql,
                                  const struct office_new_device *device,
                                  const struct office_added_device *added,
                                  int64_t now)
{
    int64_t no;
    enum sql_result result = next_number(sql, DEVICE_NEXT, &no);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, DEVICE_ADD);
    sql_bind_text(s, 1, added->id);
    sql_bind_text(s, 2, device->name ? device->name : "");
    sql_bind_text(s, 3, device->unit);
    sql_bind_text(s, 4, device->counter);
    sql_bind_text(s, 5, device->field ? device->field : "");
    sql_bind_int(s, 6, now);
    sql_bind_text(s, 7, device->point ? device->point : "");
    sql_bind_int(s, 8, no);
    result = sql_execute(s);
    if (result == SQL_OK) {
        result = add_code(sql, no, added);
    }
    if (result == SQL_OK) {
        char detail[RECORD_CODE_SIZE + 16];
        snprintf(detail, sizeof detail, "counter %s", device->counter);
        result = tell(sql, now, device->who ? device->who : "admin",
                      "device-added", added->id, detail);
    }
    return result;
}

static enum sql_result add_all(struct sql *sql, void *ctx)
{
    const struct addition *add = ctx;
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < add->count && result == SQL_OK; i++) {
        result = add_device(sql, &add->devices[i], &add->added[i], add->now);
    }
    return result;
}

static void make_code(const struct office_new_device *device, int64_t now,
                      struct office_added_device *out)
{
    unsigned char hash[DIGEST_BYTES];
    id_new_v4(out->id);
    secret_make_code(out->code, hash);
    out->expires_at =
        now + (device->valid_ms > 0 ? device->valid_ms : SECRET_CODE_VALID_MS);
}

enum office_result office_add_devices(struct office *office,
                                      const struct office_new_device *devices,
                                      size_t count, int64_t now,
                                      struct office_added_device *out)
{
    struct addition add = {devices, out, count, now};
    for (size_t i = 0; i < count; i++) {
        const char *why;
        if (!office_new_device_fits(&devices[i], &why)) {
            log_error("office", "device not added: %s", why);
            return OFFICE_ERROR;
        }
        make_code(&devices[i], now, &out[i]);
    }
    return office_result_of(office_write(office, add_all, &add));
}

enum office_result office_add_device(struct office *office,
                                     const struct office_new_device *device,
                                     int64_t now, char out_id[ID_SIZE],
                                     char out_code[SECRET_CODE_SIZE],
                                     int64_t *out_expires_at)
{
    struct office_added_device added = {.expires_at = 0};
    enum office_result result =
        office_add_devices(office, device, 1, now, &added);
    if (result == OFFICE_OK) {
        memcpy(out_id, added.id, sizeof added.id);
        memcpy(out_code, added.code, sizeof added.code);
        *out_expires_at = added.expires_at;
    }
    return result;
}

struct taken {
    const struct office_new_device *devices;
    size_t count, found;
};

static bool look_for_counter(void *ctx, const struct office_device *device)
{
    struct taken *taken = ctx;
    for (size_t i = 0; i < taken->found; i++) {
        if (device->state == OFFICE_DEVICE_ACTIVE &&
            device->kind == OFFICE_DEVICE_KIND_COUNTER &&
            strcmp(taken->devices[i].counter, device->counter) == 0) {
            taken->found = i;
        }
    }
    return true;
}

enum office_result
office_find_taken_counter(struct office *office,
                          const struct office_new_device *devices, size_t count,
                          size_t *out)
{
    struct taken taken = {devices, count, count};
    enum office_result result =
        office_list_devices(office, look_for_counter, &taken);
    if (result == OFFICE_OK && taken.found == count) {
        return OFFICE_NONE;
    }
    *out = taken.found;
    return result;
}

struct replacement {
    const char *replaced, *who;
    struct office_added_device added;
    int64_t now;
};

// Codes and devices that waited to replace it are no longer wanted.
static enum sql_result drop_successors(struct sql *sql, int64_t no, int64_t now)
{
    const size_t steps[] = {SUCCESSOR_CODES_DROP, SUCCESSORS_DROP};
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < 2 && result == SQL_OK; i++) {
        struct sql_statement *s = sql_use(sql, steps[i]);
        sql_bind_int(s, 1, no);
        sql_bind_int(s, 2, now);
        result = sql_execute(s);
    }
    return result;
}

static enum sql_result succeed(struct sql *sql, const char *id, int64_t no)
{
    struct sql_statement *s = sql_use(sql, DEVICE_SUCCEED);
    sql_bind_text(s, 1, id);
    sql_bind_int(s, 2, no);
    return sql_execute(s);
}

static enum sql_result replace_device(struct sql *sql, void *ctx)
{
    const struct replacement *work = ctx;
    struct office_device old;
    int64_t no = 0;
    struct sql_statement *s = sql_use(sql, DEVICE_BY_ID);
    sql_bind_text(s, 1, work->replaced);
    enum sql_result result = take_device(s, &old);
    if (result == SQL_OK && old.kind != OFFICE_DEVICE_KIND_COUNTER) {
        return SQL_NONE;
    }
    if (result == SQL_OK) {
        result = device_number(sql, work->replaced, &no);
    }
    if (result == SQL_OK) {
        result = drop_successors(sql, no, work->now);
    }
    if (result != SQL_OK) {
        return result;
    }
    const struct office_new_device wanted = {.unit = old.unit,
                                             .counter = old.counter,
                                             .name = old.name,
                                             .field = old.field,
                                             .point = old.point,
                                             .who = work->who};
    result = add_device(sql, &wanted, &work->added, work->now);
    if (result == SQL_OK) {
        result = succeed(sql, work->added.id, no);
    }
    return result == SQL_OK ? tell(sql, work->now, work->who, "device-replaced",
                                   work->replaced, work->added.id)
                            : result;
}

enum office_result office_replace_device(struct office *office, const char *id,
                                         const char *who, int64_t now,
                                         char out_id[ID_SIZE],
                                         char out_code[SECRET_CODE_SIZE],
                                         int64_t *out_expires_at)
{
    const struct office_new_device usual = {.valid_ms = 0};
    struct replacement work = {.replaced = id, .who = who, .now = now};
    make_code(&usual, now, &work.added);
    enum sql_result result = office_write(office, replace_device, &work);
    if (result == SQL_OK) {
        memcpy(out_id, work.added.id, sizeof work.added.id);
        memcpy(out_code, work.added.code, sizeof work.added.code);
        *out_expires_at = work.added.expires_at;
    }
    return office_result_of(result);
}

static enum sql_result renew_device(struct sql *sql, void *ctx)
{
    const struct replacement *work = ctx;
    struct office_device device;
    int64_t no = 0;
    struct sql_statement *s = sql_use(sql, DEVICE_BY_ID);
    sql_bind_text(s, 1, work->replaced);
    enum sql_result result = take_device(s, &device);
    if (result == SQL_OK && (device.kind != OFFICE_DEVICE_KIND_COUNTER ||
                             device.state != OFFICE_DEVICE_ACTIVE)) {
        return SQL_NONE;
    }
    if (result == SQL_OK) {
        result = device_number(sql, work->replaced, &no);
    }
    if (result == SQL_OK) {
        s = sql_use(sql, CODE_USE_ALL);
        sql_bind_int(s, 1, no);
        sql_bind_int(s, 2, work->now);
        result = sql_execute(s);
    }
    if (result == SQL_OK) {
        result = add_code(sql, no, &work->added);
    }
    return result == SQL_OK ? tell(sql, work->now, work->who, "device-renewed",
                                   work->replaced, "")
                            : result;
}

enum office_result office_renew_device(struct office *office, const char *id,
                                       const char *who, int64_t now,
                                       char out_code[SECRET_CODE_SIZE],
                                       int64_t *out_expires_at)
{
    const struct office_new_device usual = {.valid_ms = 0};
    struct replacement work = {.replaced = id, .who = who, .now = now};
    make_code(&usual, now, &work.added);
    enum sql_result result = office_write(office, renew_device, &work);
    if (result == SQL_OK) {
        memcpy(out_code, work.added.code, sizeof work.added.code);
        *out_expires_at = work.added.expires_at;
    }
    return office_result_of(result);
}

struct revocation {
    const char *id, *who;
    int64_t now;
};

static enum sql_result revoke_device(struct sql *sql, void *ctx)
{
    const struct revocation *revoke = ctx;
    int64_t no = 0;
    enum sql_result result = device_number(sql, revoke->id, &no);
    const size_t steps[] = {DEVICE_REVOKE, CODE_USE_ALL};
    for (size_t i = 0; i < 2 && result == SQL_OK; i++) {
        struct sql_statement *s = sql_use(sql, steps[i]);
        sql_bind_int(s, 1, no);
        sql_bind_int(s, 2, revoke->now);
        result = sql_execute(s);
        // Again is no change.
        if (result == SQL_OK && i == 0 && sql_changes(sql) == 0) {
            return SQL_OK;
        }
    }
    return result == SQL_OK ? tell(sql, revoke->now, revoke->who,
                                   "device-revoked", revoke->id, "")
                            : result;
}

struct enrolment {
    const struct office_enrol_request *request;
    unsigned char code_hash[DIGEST_BYTES];
    int64_t now;
    enum office_enrolment outcome;
    bool is_renewal; // of a device that is enrolled
    struct office_device device;
};

static bool is_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

// A code that is used up. When the answer to the enrolment was lost on its way
// the device asks once more, with the same key, and may have it again while
// the code would be valid: only who holds that key can use the device.
static enum sql_result judge_used_code(struct sql *sql, struct enrolment *enrol,
                                       int64_t no, int64_t expires_at)
{
    struct office_device device;
    struct sql_statement *s = sql_use(sql, DEVICE_BY_NO);
    sql_bind_int(s, 1, no);
    enum sql_result result = take_device(s, &device);
    if (result == SQL_OK && device.state == OFFICE_DEVICE_ACTIVE &&
        expires_at > enrol->now && device.received_to == 0 &&
        !is_zero(device.public_key, sizeof device.public_key) &&
        memcmp(device.public_key, enrol->request->public_key,
               sizeof device.public_key) == 0)
        enrol->outcome = OFFICE_ENROLLED;
    else
        enrol->outcome = OFFICE_CODE_USED;
    return result;
}

// A code that nobody used. One for a device that is enrolled is for that device
// alone, which its key says; and who says that it is a device already becomes
// no other.
static enum sql_result judge_fresh_code(struct sql *sql,
                                        struct enrolment *enrol, int64_t no)
{
    struct office_device device;
    const struct office_enrol_request *request = enrol->request;
    struct sql_statement *s = sql_use(sql, DEVICE_BY_NO);
    sql_bind_int(s, 1, no);
    enum sql_result result = take_device(s, &device);
    if (result != SQL_OK) {
        return result;
    }
    enrol->is_renewal = device.state == OFFICE_DEVICE_ACTIVE;
    bool is_it =
        !enrol->is_renewal || memcmp(device.public_key, request->public_key,
                                     sizeof device.public_key) == 0;
    if (!is_it ||
        (request->device &&
         (strcmp(request->device, device.id) != 0 || !enrol->is_renewal))) {
        enrol->outcome = OFFICE_CODE_UNKNOWN;
    }
    return SQL_OK;
}

// The device that the code is for. SQL_OK with an outcome that is not
// OFFICE_ENROLLED when the code cannot be used.
static enum sql_result judge_code(struct sql *sql, struct enrolment *enrol,
                                  int64_t *out_device_no)
{
    struct sql_statement *s = sql_use(sql, CODE_FIND);
    sql_bind_bytes(s, 1, enrol->code_hash, DIGEST_BYTES);
    enum sql_result result = sql_step(s);
    bool used = false;
    int64_t expires_at = 0;
    if (result == SQL_OK) {
        *out_device_no = sql_int(s, 0);
        expires_at = sql_int(s, 1);
        // A used code stays "used" when its time is over too: the person who
        // types it should know that somebody enrolled with it.
        used = sql_int(s, 2) != 0;
        enrol->outcome =
            expires_at <= enrol->now ? OFFICE_CODE_EXPIRED : OFFICE_ENROLLED;
    } else if (result == SQL_NONE) {
        enrol->outcome = OFFICE_CODE_UNKNOWN;
        result = SQL_OK;
    }
    sql_done(s);
    if (used) {
        return judge_used_code(sql, enrol, *out_device_no, expires_at);
    }
    return result == SQL_OK && enrol->outcome == OFFICE_ENROLLED
               ? judge_fresh_code(sql, enrol, *out_device_no)
               : result;
}

static enum sql_result put_version(struct sql *sql, int64_t device_no,
                                   const struct enrolment *enrol)
{
    struct sql_statement *s = sql_use(sql, CONTACT_PUT);
    sql_bind_int(s, 1, device_no);
    sql_bind_int(s, 2, enrol->now);
    sql_bind_text(s, 3, enrol->request->version ? enrol->request->version : "");
    for (int column = 4; column <= 7; column++) {
        sql_bind_int(s, column, -1);
    }
    sql_bind_null(s, 8);
    sql_bind_text(s, 9, "");
    return sql_execute(s);
}

// The device whose place this one takes, if there is one.
static enum sql_result revoke_replaced(struct sql *sql, int64_t no, int64_t now)
{
    char id[ID_SIZE] = "";
    struct sql_statement *s = sql_use(sql, DEVICE_REPLACED);
    sql_bind_int(s, 1, no);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        column_text(s, 0, id, sizeof id);
    }
    sql_done(s);
    if (result != SQL_OK) {
        return result == SQL_NONE ? SQL_OK : result;
    }
    struct revocation revoke = {id, "its successor", now};
    return revoke_device(sql, &revoke);
}

static enum sql_result become_device(struct sql *sql, int64_t no,
                                     const struct enrolment *enrol)
{
    struct sql_statement *s = sql_use(sql, DEVICE_ENROL);
    sql_bind_int(s, 1, no);
    sql_bind_int(s, 2, enrol->now);
    sql_bind_bytes(s, 3, enrol->request->public_key, KEY_PUBLIC_BYTES);
    sql_bind_bytes(s, 4, enrol->request->token_hash, DIGEST_BYTES);
    enum sql_result result = sql_execute(s);
    if (result == SQL_OK) {
        result = revoke_replaced(sql, no, enrol->now);
    }
    return result == SQL_OK ? put_version(sql, no, enrol) : result;
}

// It stays all that it is.
static enum sql_result renew_token(struct sql *sql, int64_t no,
                                   const struct enrolment *enrol)
{
    struct sql_statement *s = sql_use(sql, DEVICE_RENEW);
    sql_bind_int(s, 1, no);
    sql_bind_bytes(s, 2, enrol->request->token_hash, DIGEST_BYTES);
    return sql_execute(s);
}

static enum sql_result enrol_device(struct sql *sql, void *ctx)
{
    struct enrolment *enrol = ctx;
    int64_t no = 0;
    enrol->is_renewal = false;
    enum sql_result result = judge_code(sql, enrol, &no);
    if (result != SQL_OK || enrol->outcome != OFFICE_ENROLLED) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, CODE_USE);
    sql_bind_bytes(s, 1, enrol->code_hash, DIGEST_BYTES);
    sql_bind_int(s, 2, enrol->now);
    result = sql_execute(s);
    if (result == SQL_OK) {
        result = enrol->is_renewal ? renew_token(sql, no, enrol)
                                   : become_device(sql, no, enrol);
    }
    if (result == SQL_OK) {
        s = sql_use(sql, DEVICE_BY_NO);
        sql_bind_int(s, 1, no);
        result = take_device(s, &enrol->device);
    }
    return result;
}

enum office_enrolment office_enrol(struct office *office,
                                   const struct office_enrol_request *request,
                                   int64_t now,
                                   struct office_device *out_device)
{
    struct enrolment enrol = {.request = request, .now = now};
    if (!secret_hash_code(request->code, strlen(request->code),
                          enrol.code_hash)) {
        return OFFICE_CODE_UNKNOWN;
    }
    enum sql_result result = office_write(office, enrol_device, &enrol);
    if (result != SQL_OK) {
        return OFFICE_ENROL_FAILED;
    }
    if (enrol.outcome == OFFICE_ENROLLED) {
        *out_device = enrol.device;
    }
    return enrol.outcome;
}

enum office_result office_revoke_device(struct office *office, const char *id,
                                        const char *who, int64_t now)
{
    struct revocation revoke = {id, who, now};
    return office_result_of(office_write(office, revoke_device, &revoke));
}

static enum sql_result change_device(struct sql *sql, void *ctx)
{
    const struct office_device_change *change = ctx;
    struct office_device before;
    char detail[512];
    struct sql_statement *s = sql_use(sql, DEVICE_BY_ID);
    sql_bind_text(s, 1, change->id);
    enum sql_result result = take_device(s, &before);
    if (result != SQL_OK) {
        return result;
    }
    s = sql_use(sql, DEVICE_CHANGE);
    sql_bind_text(s, 1, change->id);
    sql_bind_text(s, 2, change->name);
    sql_bind_text(s, 3, change->counter);
    sql_bind_text(s, 4, change->field);
    sql_bind_text(s, 5, change->point);
    result = sql_execute(s);
    snprintf(detail, sizeof detail,
             "before: counter %s, point \"%s\", field \"%s\", name \"%s\"",
             before.counter, before.point, before.field, before.name);
    return result == SQL_OK ? tell(sql, change->now, change->who,
                                   "device-changed", change->id, detail)
                            : result;
}

enum office_result
office_change_device(struct office *office,
                     const struct office_device_change *change)
{
    struct office_device_change copy = *change;
    return office_result_of(office_write(office, change_device, &copy));
}

enum office_result office_list_flags(struct office *office, const char *device,
                                     office_flag_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, FLAG_LIST);
    sql_bind_text(s, 1, device);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct office_flag flag = {.gen = sql_int(s, 1),
                                   .seq = sql_int(s, 2),
                                   .kind = sql_text(s, 3),
                                   .detail = sql_text(s, 4),
                                   .at = sql_int(s, 5)};
        column_text(s, 0, flag.device, sizeof flag.device);
        if (!row(ctx, &flag)) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}
