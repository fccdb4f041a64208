#include "office/people_sql.h"
#include "common/log.h"
#include "office/audit.h"
#include <stdio.h>
#include <string.h>

static const char *const role_names[PERSON_ROLE_COUNT] = {"admin", "office",
                                                          "leader", "officer"};

const char *person_role_name(enum office_person_role role)
{
    return role_names[role];
}

bool person_role_parse(const char *name, enum office_person_role *out_role)
{
    for (int i = 0; i < PERSON_ROLE_COUNT; i++) {
        if (strcmp(name, role_names[i]) == 0) {
            *out_role = (enum office_person_role)i;
            return true;
        }
    }
    return false;
}

void person_who(const struct office_person *person, char out[PERSON_WHO_SIZE])
{
    snprintf(out, PERSON_WHO_SIZE, "user %s", person->name);
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool person_name_read(const char *typed, char out[PERSON_NAME_SIZE])
{
    char name[PERSON_NAME_SIZE];
    typed += strspn(typed, " ");
    size_t size = strlen(typed);
    while (size > 0 && typed[size - 1] == ' ') {
        size--;
    }
    if (size == 0 || size >= sizeof name) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        char c = typed[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (!is_letter_or_digit(c) && (i == 0 || !strchr("._-", c))) {
            return false;
        }
        name[i] = c;
    }
    name[size] = '\0';
    memcpy(out, name, size + 1);
    return true;
}

// --- Adding -----------------------------------------------------------------

bool office_new_person_fits(const struct office_new_person *person,
                            const char **out_why)
{
    char name[PERSON_NAME_SIZE];
    const char *why = NULL;
    bool is_officer = person->role == PERSON_OFFICER;
    if (!person_name_read(person->name, name) ||
        strcmp(name, person->name) != 0) {
        why = "name: must be 1 to 31 of the letters a to z, digits and . _ -, "
              "a letter or digit first";
    } else if (person->display[0] == '\0' ||
               strlen(person->display) >= OFFICE_NAME_SIZE) {
        why = "display: must have 1 to 127 bytes";
    } else if (strlen(person->officer) >= RECORD_CODE_SIZE) {
        why = "officer: the code is too long";
    } else if (is_officer && person->officer[0] == '\0') {
        why = "officer: the role officer needs the officer's code, such as "
              "cb-07";
    } else if (!is_officer && person->officer[0] != '\0') {
        why = "officer: only the role officer has a code";
    }
    if (why) {
        *out_why = why;
    }
    return !why;
}

struct adding {
    const struct office_new_person *person;
    const char *who;
    int64_t now;
    enum office_addition answer;
};

// SQL_OK: somebody has the name, or the officer's code and may sign in.
static enum sql_result find_clash(struct sql *sql, const char *name,
                                  const char *officer)
{
    struct sql_statement *s = sql_use(sql, PERSON_CLASH);
    sql_bind_text(s, 1, name);
    sql_bind_text(s, 2, officer);
    enum sql_result result = sql_step(s);
    sql_done(s);
    return result;
}

static enum sql_result add(struct sql *sql, void *ctx)
{
    struct adding *adding = ctx;
    const struct office_new_person *person = adding->person;
    int64_t no;
    enum sql_result result = find_clash(sql, person->name, person->officer);
    adding->answer = PERSON_THERE;
    if (result != SQL_NONE) {
        return result;
    }
    adding->answer = PERSON_ADDED;
    result = next_number(sql, PERSON_NEXT, &no);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, PERSON_ADD);
    sql_bind_text(s, 1, person->name);
    sql_bind_text(s, 2, person->display);
    sql_bind_text(s, 3, person_role_name(person->role));
    sql_bind_text(s, 4, person->officer);
    sql_bind_text(s, 5, person->hash);
    sql_bind_int(s, 6, adding->now);
    sql_bind_int(s, 7, person->password_due);
    sql_bind_int(s, 8, no);
    result = sql_execute(s);
    const struct audit_entry entry = {adding->now, adding->who, "person-added",
                                      person->name,
                                      person_role_name(person->role)};
    return result == SQL_OK ? audit_put(sql, &entry) : result;
}

enum office_addition office_add_person(struct office *office,
                                       const struct office_new_person *person,
                                       const char *who, int64_t now)
{
    struct adding adding = {.person = person, .who = who, .now = now};
    const char *why;
    if (!office_new_person_fits(person, &why)) {
        log_error("office", "person not added: %s", why);
        return PERSON_NOT_ADDED;
    }
    if (!password_hash_is_valid(person->hash)) {
        log_error("office", "person not added: that is no password's hash");
        return PERSON_NOT_ADDED;
    }
    return office_work(office, add, &adding) == SQL_OK ? adding.answer
                                                       : PERSON_NOT_ADDED;
}

// --- Changing ---------------------------------------------------------------

struct changing {
    const char *name, *who;
    int64_t now;
    bool is_taken;
};

static enum sql_result end_sessions(struct sql *sql, const char *name)
{
    struct sql_statement *s = sql_use(sql, SESSION_END_ALL);
    sql_bind_text(s, 1, name);
    return sql_execute(s);
}

static enum sql_result tell(struct sql *sql, const struct changing *changing,
                            const char *action)
{
    const struct audit_entry entry = {changing->now, changing->who, action,
                                      changing->name, ""};
    return audit_put(sql, &entry);
}

static enum sql_result disable(struct sql *sql, void *ctx)
{
    const struct changing *changing = ctx;
    struct office_person person;
    enum sql_result result = person_find(sql, changing->name, &person, NULL);
    if (result != SQL_OK || person.disabled_at != 0) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, PERSON_DISABLE);
    sql_bind_text(s, 1, changing->name);
    sql_bind_int(s, 2, changing->now);
    result = sql_execute(s);
    if (result == SQL_OK) {
        result = end_sessions(sql, changing->name);
    }
    return result == SQL_OK ? tell(sql, changing, "person-disabled") : result;
}

enum office_result office_disable_person(struct office *office,
                                         const char *name, const char *who,
                                         int64_t now)
{
    struct changing changing = {.name = name, .who = who, .now = now};
    return office_result_of(office_work(office, disable, &changing));
}

static enum sql_result enable(struct sql *sql, void *ctx)
{
    struct changing *changing = ctx;
    struct office_person person;
    enum sql_result result = person_find(sql, changing->name, &person, NULL);
    if (result != SQL_OK || person.disabled_at == 0) {
        return result;
    }
    result = find_clash(sql, "", person.officer);
    if (result != SQL_NONE) {
        changing->is_taken = result == SQL_OK;
        return result;
    }
    struct sql_statement *s = sql_use(sql, PERSON_ENABLE);
    sql_bind_text(s, 1, changing->name);
    result = sql_execute(s);
    return result == SQL_OK ? tell(sql, changing, "person-enabled") : result;
}

enum office_result office_enable_person(struct office *office, const char *name,
                                        const char *who, int64_t now,
                                        bool *out_is_taken)
{
    struct changing changing = {.name = name, .who = who, .now = now};
    enum sql_result result = office_work(office, enable, &changing);
    if (result == SQL_OK) {
        *out_is_taken = changing.is_taken;
    }
    return office_result_of(result);
}

// --- Passwords --------------------------------------------------------------

static enum sql_result end_other_sessions(struct sql *sql, const char *name,
                                          const unsigned char *keep)
{
    struct sql_statement *s = sql_use(sql, SESSION_END_OTHERS);
    sql_bind_text(s, 1, name);
    sql_bind_bytes(s, 2, keep, DIGEST_BYTES);
    return sql_execute(s);
}

enum sql_result password_put(struct sql *sql,
                             const struct office_password *password)
{
    struct sql_statement *s = sql_use(sql, PERSON_SET_HASH);
    sql_bind_text(s, 1, password->name);
    sql_bind_text(s, 2, password->hash);
    sql_bind_int(s, 3, password->is_due);
    enum sql_result result = sql_execute(s);
    if (result == SQL_OK && sql_changes(sql) == 0) {
        return SQL_NONE;
    }
    if (result == SQL_OK) {
        result = password->keep
                     ? end_other_sessions(sql, password->name, password->keep)
                     : end_sessions(sql, password->name);
    }
    if (result == SQL_OK) {
        result = sign_in_forgive(sql, password->name);
    }
    const struct audit_entry entry = {password->now, password->who,
                                      "person-password", password->name,
                                      password->is_due ? "to be changed" : ""};
    return result == SQL_OK ? audit_put(sql, &entry) : result;
}

static enum sql_result change_password(struct sql *sql, void *ctx)
{
    return password_put(sql, ctx);
}

enum office_result
office_change_password(struct office *office,
                       const struct office_password *password)
{
    struct office_password copy = *password;
    if (!password_hash_is_valid(password->hash)) {
        log_error("office", "password not set: it is no password's hash");
        return OFFICE_ERROR;
    }
    return office_result_of(office_work(office, change_password, &copy));
}

enum office_result office_set_password(struct office *office, const char *name,
                                       const char *hash, const char *who,
                                       int64_t now)
{
    return office_change_password(
        office, &(struct office_password){
                    .name = name, .hash = hash, .who = who, .now = now});
}

// --- Roles ------------------------------------------------------------------

struct role_change {
    const struct office_person_change *wish;
    enum office_change answer;
};

static enum sql_result count_other_admins(struct sql *sql, const char *name,
                                          int64_t *out_count)
{
    struct sql_statement *s = sql_use(sql, PERSON_OTHER_ADMINS);
    sql_bind_text(s, 1, name);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_count = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

static enum sql_result is_last_admin(struct sql *sql,
                                     const struct office_person *person,
                                     bool *out_is_last)
{
    int64_t others = 0;
    enum sql_result result = count_other_admins(sql, person->name, &others);
    *out_is_last =
        person->role == PERSON_ADMIN && person->disabled_at == 0 && others == 0;
    return result;
}

enum office_result office_is_last_admin(struct office *office, const char *name,
                                        bool *out_is_last)
{
    struct office_person person;
    enum sql_result result = person_find(office->sql, name, &person, NULL);
    if (result == SQL_OK) {
        result = is_last_admin(office->sql, &person, out_is_last);
    }
    return office_result_of(result);
}

// SQL_OK: another who may sign in has the code.
static enum sql_result find_officer(struct sql *sql, const char *officer,
                                    const char *name)
{
    struct sql_statement *s = sql_use(sql, PERSON_OFFICER_OF);
    sql_bind_text(s, 1, officer);
    sql_bind_text(s, 2, name);
    enum sql_result result = officer[0] != '\0' ? sql_step(s) : SQL_NONE;
    sql_done(s);
    return result;
}

// SQL_OK and PERSON_CHANGED: it may be changed.
static enum sql_result judge_change(struct sql *sql, struct role_change *change,
                                    const struct office_person *before)
{
    const struct office_person_change *wish = change->wish;
    bool is_last = false;
    change->answer = PERSON_CHANGED;
    enum sql_result result = is_last_admin(sql, before, &is_last);
    if (result == SQL_OK && is_last && wish->role != PERSON_ADMIN) {
        change->answer = PERSON_LAST_ADMIN;
        return result;
    }
    if (result != SQL_OK || before->disabled_at != 0) {
        return result;
    }
    result = find_officer(sql, wish->officer, wish->name);
    if (result == SQL_OK) {
        change->answer = PERSON_TAKEN;
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result write_change(struct sql *sql,
                                    const struct office_person_change *wish,
                                    const struct office_person *before)
{
    char detail[512];
    struct sql_statement *s = sql_use(sql, PERSON_CHANGE);
    sql_bind_text(s, 1, wish->name);
    sql_bind_text(s, 2, wish->display);
    sql_bind_text(s, 3, person_role_name(wish->role));
    sql_bind_text(s, 4, wish->officer);
    enum sql_result result = sql_execute(s);
    if (result == SQL_OK && (wish->role != before->role ||
                             strcmp(wish->officer, before->officer) != 0)) {
        result = end_sessions(sql, wish->name);
    }
    snprintf(detail, sizeof detail,
             "role %s; before: role %s, officer \"%s\", display \"%s\"",
             person_role_name(wish->role), person_role_name(before->role),
             before->officer, before->display);
    const struct audit_entry entry = {wish->now, wish->who, "person-changed",
                                      wish->name, detail};
    return result == SQL_OK ? audit_put(sql, &entry) : result;
}

static enum sql_result change_person(struct sql *sql, void *ctx)
{
    struct role_change *change = ctx;
    struct office_person before;
    enum sql_result result =
        person_find(sql, change->wish->name, &before, NULL);
    if (result == SQL_NONE) {
        change->answer = PERSON_MISSING;
        return SQL_OK;
    }
    if (result == SQL_OK) {
        result = judge_change(sql, change, &before);
    }
    return result == SQL_OK && change->answer == PERSON_CHANGED
               ? write_change(sql, change->wish, &before)
               : result;
}

enum office_change office_change_person(struct office *office,
                                        const struct office_person_change *wish)
{
    struct role_change change = {.wish = wish};
    return office_work(office, change_person, &change) == SQL_OK
               ? change.answer
               : PERSON_NOT_CHANGED;
}

// --- Looking ----------------------------------------------------------------

bool person_read(struct sql_statement *s, struct office_person *out)
{
    const char *role = sql_text(s, 3);
    out->no = sql_int(s, 0);
    out->added_at = sql_int(s, 5);
    out->disabled_at = sql_int(s, 6);
    out->password_due = sql_int(s, 7) != 0;
    bool ok = role && person_role_parse(role, &out->role) &&
              column_text(s, 1, out->name, sizeof out->name) &&
              column_text(s, 2, out->display, sizeof out->display) &&
              column_text(s, 4, out->officer, sizeof out->officer);
    if (!ok) {
        log_error("office", "person %lld: the row cannot be read",
                  (long long)out->no);
    }
    return ok;
}

enum sql_result person_find(struct sql *sql, const char *name,
                            struct office_person *out,
                            char out_hash[PASSWORD_HASH_SIZE])
{
    struct sql_statement *s = sql_use(sql, PERSON_FIND);
    sql_bind_text(s, 1, name);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK &&
        (!person_read(s, out) ||
         (out_hash && !column_text(s, PERSON_COLUMN_COUNT, out_hash,
                                   PASSWORD_HASH_SIZE)))) {
        result = SQL_ERROR;
    }
    sql_done(s);
    return result;
}

enum office_result office_find_person(struct office *office, const char *name,
                                      struct office_person *out,
                                      char out_hash[PASSWORD_HASH_SIZE])
{
    return office_result_of(person_find(office->sql, name, out, out_hash));
}

enum office_result office_list_people(struct office *office,
                                      office_person_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, PERSON_LIST);
    struct office_person person;
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        if (person_read(s, &person) && !row(ctx, &person)) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}
