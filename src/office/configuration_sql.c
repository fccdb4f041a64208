#include "common/date.h"
#include "common/log.h"
#include "office/configuration.h"
#include "office/notices.h"
#include "office/office_sql.h"
#include "office/transaction_keys_sql.h"
#include <stdlib.h>
#include <string.h>

static enum sql_result read_last(struct sql *sql, const char *id,
                                 int64_t *out_version, struct buf *out_body)
{
    struct sql_statement *s = sql_use(sql, CONFIGURATION_LAST);
    sql_bind_text(s, 1, id);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_version = sql_int(s, 0);
        const char *body = sql_text(s, 1);
        buf_append_text(out_body, body ? body : "");
    }
    sql_done(s);
    if (result == SQL_OK && !buf_ok(out_body)) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return result;
}

enum office_result office_read_configuration(struct office *office,
                                             const char *id,
                                             int64_t *out_version,
                                             struct buf *out_body)
{
    char message[JSON_MESSAGE_SIZE];
    struct buf kept = {0};
    enum sql_result result = read_last(office->sql, id, out_version, &kept);
    if (result == SQL_OK) {
        json_t *object = json_read(buf_text(&kept), kept.size, message);
        result =
            object ? transaction_keys_fill(office->sql, object) : SQL_ERROR;
        if (result == SQL_OK && !json_write(object, out_body)) {
            result = SQL_ERROR;
        }
        json_decref(object);
        if (result != SQL_OK) {
            log_error("office", "device %s: its configuration cannot be read",
                      id);
        }
    }
    buf_free(&kept);
    return office_result_of(result);
}

struct configuring {
    struct office *office;
    const char *id; // NULL: all devices in force
    const struct office_defaults *defaults;
    int64_t now;
};

static enum sql_result add_version(struct configuring *work, const char *id,
                                   int64_t version, const struct buf *body)
{
    int64_t no;
    enum sql_result result = device_number(work->office->sql, id, &no);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(work->office->sql, CONFIGURATION_ADD);
    sql_bind_int(s, 1, no);
    sql_bind_int(s, 2, version);
    sql_bind_int(s, 3, work->now);
    sql_bind_text(s, 4, buf_text(body));
    return sql_execute(s);
}

// Builds the object under the version that is held: other bytes mean other
// content.
static enum sql_result renew(struct configuring *work,
                             const struct office_device *device,
                             const json_t *keys)
{
    struct buf held = {0};
    struct buf made = {0};
    int64_t version = 0;
    const char *id = device->id;
    enum sql_result result = read_last(work->office->sql, id, &version, &held);
    if (result == SQL_OK || result == SQL_NONE) {
        bool is_made = office_configuration_build(device, work->defaults, keys,
                                                  version, &made);
        if (is_made && strcmp(buf_text(&held), buf_text(&made)) != 0) {
            buf_clear(&made);
            is_made = office_configuration_build(device, work->defaults, keys,
                                                 version + 1, &made);
            result =
                is_made ? add_version(work, id, version + 1, &made) : SQL_ERROR;
        } else {
            result = is_made ? SQL_OK : SQL_ERROR;
        }
        if (!is_made) {
            log_error("office", "device %s: its configuration cannot be made",
                      id);
        }
    }
    buf_free(&held);
    buf_free(&made);
    return result;
}

static enum sql_result configure_one(struct configuring *work, const char *id)
{
    struct office_device device;
    enum office_result found = office_find_device(work->office, id, &device);
    if (found != OFFICE_OK) {
        return office_sql_result_of(found);
    }
    if (work->defaults->linked) {
        return renew(work, &device, NULL);
    }
    json_t *keys = json_array();
    enum sql_result result =
        keys ? transaction_keys_ensure(work->office->sql, device.unit,
                                       work->now, keys)
             : SQL_ERROR;
    if (result == SQL_OK) {
        result = renew(work, &device, keys);
    }
    json_decref(keys);
    return result;
}

// The ids of all devices in force, ID_SIZE bytes each.
static enum sql_result list_ids(struct sql *sql, struct buf *out)
{
    struct sql_statement *s = sql_use(sql, CONFIGURED_DEVICES);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        char id[ID_SIZE];
        column_text(s, 0, id, sizeof id);
        buf_append(out, id, sizeof id);
    }
    sql_done(s);
    if (result == SQL_NONE) {
        result = buf_ok(out) ? SQL_OK : SQL_ERROR;
    }
    return result;
}

static enum sql_result configure_listed(struct sql *sql,
                                        struct configuring *work)
{
    struct buf ids = {0};
    enum sql_result result = list_ids(sql, &ids);
    for (size_t at = 0; at < ids.size && result == SQL_OK; at += ID_SIZE) {
        result = configure_one(work, ids.data + at);
    }
    buf_free(&ids);
    return result;
}

static enum sql_result configure(struct sql *sql, void *ctx)
{
    const struct configuring *asked = ctx;
    struct office_defaults defaults = *asked->defaults;
    struct configuring work = *asked;
    json_t *notices = NULL;
    work.defaults = &defaults;
    enum sql_result result = office_sql_result_of(
        office_notices(work.office, date_day_of_wall_ms(work.now), &notices));
    if (result != SQL_OK) {
        return result;
    }
    defaults.notices = json_array_size(notices) > 0 ? notices : NULL;
    result =
        work.id ? configure_one(&work, work.id) : configure_listed(sql, &work);
    json_decref(notices);
    return result;
}

enum office_result
office_configure_device(struct office *office, const char *id,
                        const struct office_defaults *defaults, int64_t now)
{
    struct configuring work = {office, id, defaults, now};
    return office_result_of(office_write(office, configure, &work));
}

enum office_result office_configure_all(struct office *office,
                                        const struct office_defaults *defaults,
                                        int64_t now)
{
    struct configuring work = {office, NULL, defaults, now};
    return office_result_of(office_write(office, configure, &work));
}
