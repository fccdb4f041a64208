#include "common/log.h"
#include "office/audit.h"
#include "office/keys.h"
#include "office/office_sql.h"
#include <stdio.h>
#include <string.h>

static const char *const role_names[OFFICE_ROLE_COUNT] = {"office", "leader",
                                                          "feed"};

const char *office_role_name(enum office_role role)
{
    return role_names[role];
}

bool office_role_parse(const char *name, enum office_role *out_role)
{
    for (int i = 0; i < OFFICE_ROLE_COUNT; i++) {
        if (strcmp(name, role_names[i]) == 0) {
            *out_role = (enum office_role)i;
            return true;
        }
    }
    return false;
}

struct addition {
    enum office_role role;
    const char *name;
    const unsigned char *hash;
    const char *who;
    int64_t now;
    int64_t id;
};

static enum sql_result tell(struct sql *sql, int64_t now, const char *who,
                            const char *action, int64_t id, const char *detail)
{
    char target[24];
    snprintf(target, sizeof target, "key %lld", (long long)id);
    const struct audit_entry entry = {now, who, action, target, detail};
    return audit_put(sql, &entry);
}

static enum sql_result add_key(struct sql *sql, void *ctx)
{
    struct addition *add = ctx;
    enum sql_result result = next_number(sql, KEY_NEXT, &add->id);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, KEY_ADD);
    sql_bind_text(s, 1, office_role_name(add->role));
    sql_bind_text(s, 2, add->name);
    sql_bind_bytes(s, 3, add->hash, DIGEST_BYTES);
    sql_bind_int(s, 4, add->now);
    sql_bind_int(s, 5, add->id);
    result = sql_execute(s);
    char detail[OFFICE_NAME_SIZE + 16];
    snprintf(detail, sizeof detail, "%s, %s", office_role_name(add->role),
             add->name);
    return result == SQL_OK
               ? tell(sql, add->now, add->who, "key-added", add->id, detail)
               : result;
}

enum office_result office_add_key(struct office *office, enum office_role role,
                                  const char *name,
                                  const unsigned char hash[DIGEST_BYTES],
                                  const char *who, int64_t now, int64_t *out_id)
{
    if (name[0] == '\0' || strlen(name) >= OFFICE_NAME_SIZE) {
        log_error("office", "key not added: the name is empty or too long");
        return OFFICE_ERROR;
    }
    struct addition add = {role, name, hash, who, now, 0};
    enum sql_result result = office_write(office, add_key, &add);
    if (result == SQL_OK) {
        *out_id = add.id;
    }
    return office_result_of(result);
}

static bool read_key(struct sql_statement *s, struct office_key *out)
{
    const char *role = sql_text(s, 1);
    out->id = sql_int(s, 0);
    out->added_at = sql_int(s, 3);
    out->revoked_at = sql_int(s, 4);
    return role && office_role_parse(role, &out->role) &&
           column_text(s, 2, out->name, sizeof out->name);
}

enum office_result office_find_key(struct office *office,
                                   const unsigned char hash[DIGEST_BYTES],
                                   struct office_key *out_key)
{
    struct sql_statement *s = sql_use(office->sql, KEY_FIND);
    sql_bind_bytes(s, 1, hash, DIGEST_BYTES);
    enum sql_result result = sql_step(s);
    struct office_key key;
    if (result == SQL_OK && !read_key(s, &key)) {
        log_error("office", "key %lld: its row cannot be read",
                  (long long)key.id);
        result = SQL_ERROR;
    }
    sql_done(s);
    if (result == SQL_OK) {
        *out_key = key;
    }
    return office_result_of(result);
}

enum office_result office_list_keys(struct office *office, office_key_row *row,
                                    void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, KEY_LIST);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct office_key key;
        if (!read_key(s, &key)) {
            log_error("office", "key %lld: its row cannot be read",
                      (long long)key.id);
        } else if (!row(ctx, &key)) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

struct revocation {
    int64_t id;
    const char *who;
    int64_t now;
};

static enum sql_result revoke_key(struct sql *sql, void *ctx)
{
    const struct revocation *revoke = ctx;
    struct sql_statement *s = sql_use(sql, KEY_EXISTS);
    sql_bind_int(s, 1, revoke->id);
    enum sql_result result = sql_step(s);
    sql_done(s);
    if (result != SQL_OK) {
        return result;
    }
    s = sql_use(sql, KEY_REVOKE);
    sql_bind_int(s, 1, revoke->id);
    sql_bind_int(s, 2, revoke->now);
    result = sql_execute(s);
    // Again is no change.
    return result == SQL_OK && sql_changes(sql) > 0
               ? tell(sql, revoke->now, revoke->who, "key-revoked", revoke->id,
                      "")
               : result;
}

enum office_result office_revoke_key(struct office *office, int64_t id,
                                     const char *who, int64_t now)
{
    struct revocation revoke = {id, who, now};
    return office_result_of(office_write(office, revoke_key, &revoke));
}
