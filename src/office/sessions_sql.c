#include "common/buf.h"
#include "office/audit.h"
#include "office/people_sql.h"
#include "office/sessions.h"
#include <string.h>

// A clock that is set back by no more than this ends nobody's session.
enum { CLOCK_SLACK_MS = 5 * 60 * 1000 };

// --- The count of tries -----------------------------------------------------

struct tries {
    unsigned char subject[DIGEST_BYTES];
    int64_t wrong, locks, last_at, locked_until;
};

// Who or what the tries are counted for.
static bool make_subject(const char *kind, const char *text,
                         unsigned char out[DIGEST_BYTES])
{
    struct buf subject = {0};
    buf_printf(&subject, "%s\n%s", kind, text);
    bool ok = buf_ok(&subject);
    if (ok) {
        digest_of(subject.data, subject.size, out);
    }
    buf_free(&subject);
    return ok;
}

static enum sql_result read_tries(struct sql *sql, const char *kind,
                                  const char *text, int64_t now,
                                  struct tries *out)
{
    *out = (struct tries){0};
    if (!make_subject(kind, text, out->subject)) {
        return SQL_ERROR;
    }
    struct sql_statement *s = sql_use(sql, TRIES_GET);
    sql_bind_bytes(s, 1, out->subject, sizeof out->subject);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_int(s, 2) > now - SIGN_IN_MEMORY_MS) {
        out->wrong = sql_int(s, 0);
        out->locks = sql_int(s, 1);
        out->last_at = sql_int(s, 2);
        out->locked_until = sql_int(s, 3);
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// One that holds longer than any can was made by a clock that has been set
// back since: it does not hold.
static int64_t wait_of(const struct tries *tries, int64_t now)
{
    int64_t wait = tries->locked_until - now;
    return wait > 0 && wait <= SIGN_IN_LOCK_MOST_MS ? wait : 0;
}

static int64_t lock_length(int64_t locks)
{
    int64_t length = SIGN_IN_LOCK_MS;
    for (; locks > 1 && length < SIGN_IN_LOCK_MOST_MS; locks--) {
        length *= 2;
    }
    return length < SIGN_IN_LOCK_MOST_MS ? length : SIGN_IN_LOCK_MOST_MS;
}

// Counts a wrong try. `out_locked`: with this one a lock begins.
static enum sql_result count_try(struct sql *sql, struct tries *tries, int most,
                                 int64_t now, bool *out_locked)
{
    tries->wrong++;
    *out_locked = tries->wrong >= most;
    if (*out_locked) {
        tries->wrong = 0;
        tries->locks++;
        tries->locked_until = now + lock_length(tries->locks);
    }
    struct sql_statement *s = sql_use(sql, TRIES_PUT);
    sql_bind_bytes(s, 1, tries->subject, sizeof tries->subject);
    sql_bind_int(s, 2, tries->wrong);
    sql_bind_int(s, 3, tries->locks);
    sql_bind_int(s, 4, now);
    sql_bind_int(s, 5, tries->locked_until);
    return sql_execute(s);
}

enum sql_result sign_in_forgive(struct sql *sql, const char *name)
{
    unsigned char subject[DIGEST_BYTES];
    if (!make_subject("name", name, subject)) {
        return SQL_ERROR;
    }
    struct sql_statement *s = sql_use(sql, TRIES_FORGET);
    sql_bind_bytes(s, 1, subject, sizeof subject);
    return sql_execute(s);
}

// As it is kept and counted, whichever way it was typed.
static void read_name(const char *typed, char out[PERSON_NAME_SIZE])
{
    if (!person_name_read(typed, out)) {
        out[0] = '\0';
    }
}

// Both counts. An address "" is not counted.
static enum sql_result read_both(struct sql *sql, const char *name,
                                 const char *address, int64_t now,
                                 struct tries *by_name,
                                 struct tries *by_address)
{
    enum sql_result result = read_tries(sql, "name", name, now, by_name);
    return result == SQL_OK
               ? read_tries(sql, "address", address, now, by_address)
               : result;
}

static int64_t longest_wait(const struct tries *a, const struct tries *b,
                            int64_t now)
{
    int64_t wait_a = wait_of(a, now), wait_b = wait_of(b, now);
    return wait_a > wait_b ? wait_a : wait_b;
}

enum office_result office_sign_in_locked(struct office *office,
                                         const char *name, const char *address,
                                         int64_t now, int64_t *out_wait_ms)
{
    struct tries by_name, by_address;
    char kept[PERSON_NAME_SIZE];
    read_name(name, kept);
    enum sql_result result =
        read_both(office->sql, kept, address, now, &by_name, &by_address);
    if (result == SQL_OK) {
        *out_wait_ms = longest_wait(&by_name, &by_address, now);
    }
    return office_result_of(result);
}

// --- Signing in -------------------------------------------------------------

struct signing_in {
    const struct sign_in *asked;
    char name[PERSON_NAME_SIZE];
    struct tries by_name, by_address;
    struct office_person person;
    bool is_known;
    const char *new_hash;      // NULL: a session is wanted, else this
    const unsigned char *keep; // password
    enum sign_in_answer answer;
    int64_t wait_ms;
};

static enum sql_result tell(struct sql *sql, const struct signing_in *in,
                            const char *who, const char *action)
{
    const struct audit_entry entry = {in->asked->now, who, action,
                                      in->is_known ? in->person.name : "",
                                      in->asked->address};
    return audit_put(sql, &entry);
}

static enum sql_result refuse(struct sql *sql, struct signing_in *in)
{
    const struct sign_in *asked = in->asked;
    bool name_locked, address_locked = false;
    in->answer = SIGN_IN_WRONG;
    enum sql_result result =
        count_try(sql, &in->by_name, SIGN_IN_TRIES, asked->now, &name_locked);
    if (result == SQL_OK && asked->address[0] != '\0') {
        result = count_try(sql, &in->by_address, SIGN_IN_ADDRESS_TRIES,
                           asked->now, &address_locked);
    }
    if (result == SQL_OK) {
        result = tell(sql, in, "nobody", "sign-in-failed");
    }
    if (result == SQL_OK && name_locked) {
        result = tell(sql, in, "nobody", "sign-in-name-locked");
    }
    if (result == SQL_OK && address_locked) {
        result = tell(sql, in, "nobody", "sign-in-address-locked");
    }
    return result;
}

static enum sql_result drop_what_has_ended(struct sql *sql,
                                           const struct sign_in *asked)
{
    struct sql_statement *s = sql_use(sql, SESSION_END_OLD);
    sql_bind_int(s, 1, asked->now - asked->rules.whole_ms);
    sql_bind_int(s, 2, asked->now - asked->rules.idle_ms);
    sql_bind_int(s, 3, asked->now + CLOCK_SLACK_MS);
    enum sql_result result = sql_execute(s);
    if (result != SQL_OK) {
        return result;
    }
    s = sql_use(sql, TRIES_FORGET_OLD);
    sql_bind_int(s, 1, asked->now - SIGN_IN_MEMORY_MS);
    return sql_execute(s);
}

static enum sql_result begin_session(struct sql *sql,
                                     const struct signing_in *in)
{
    struct sql_statement *s = sql_use(sql, SESSION_ADD);
    sql_bind_bytes(s, 1, in->asked->token_hash, DIGEST_BYTES);
    sql_bind_int(s, 2, in->person.no);
    sql_bind_int(s, 3, in->asked->now);
    enum sql_result result = sql_execute(s);
    if (result != SQL_OK) {
        return result;
    }
    s = sql_use(sql, SESSION_END_MANY);
    sql_bind_int(s, 1, in->person.no);
    sql_bind_int(s, 2, SESSIONS_MOST);
    return sql_execute(s);
}

static enum sql_result admit(struct sql *sql, struct signing_in *in)
{
    char who[PERSON_WHO_SIZE];
    in->answer = SIGN_IN_DONE;
    enum sql_result result = sign_in_forgive(sql, in->name);
    if (result == SQL_OK) {
        result = drop_what_has_ended(sql, in->asked);
    }
    if (result == SQL_OK) {
        result = begin_session(sql, in);
    }
    person_who(&in->person, who);
    return result == SQL_OK ? tell(sql, in, who, "signed-in") : result;
}

// Who has shown the old password has a new one.
static enum sql_result renew(struct sql *sql, struct signing_in *in)
{
    char who[PERSON_WHO_SIZE];
    in->answer = SIGN_IN_DONE;
    person_who(&in->person, who);
    const struct office_password password = {.name = in->name,
                                             .hash = in->new_hash,
                                             .keep = in->keep,
                                             .who = who,
                                             .now = in->asked->now};
    return password_put(sql, &password);
}

static enum sql_result sign_in(struct sql *sql, void *ctx)
{
    struct signing_in *in = ctx;
    const struct sign_in *asked = in->asked;
    char hash[PASSWORD_HASH_SIZE];
    enum sql_result result =
        read_both(sql, in->name, asked->address, asked->now, &in->by_name,
                  &in->by_address);
    if (result != SQL_OK) {
        return result;
    }
    in->wait_ms = longest_wait(&in->by_name, &in->by_address, asked->now);
    if (in->wait_ms > 0) {
        in->answer = SIGN_IN_LOCKED;
        return SQL_OK;
    }
    result = person_find(sql, in->name, &in->person, hash);
    if (result != SQL_OK && result != SQL_NONE) {
        return result;
    }
    in->is_known = result == SQL_OK;
    bool fits = in->is_known && in->person.disabled_at == 0 && asked->hash &&
                strcmp(hash, asked->hash) == 0;
    if (!fits) {
        return refuse(sql, in);
    }
    return in->new_hash ? renew(sql, in) : admit(sql, in);
}

enum sign_in_answer office_sign_in(struct office *office,
                                   const struct sign_in *asked,
                                   struct office_person *out_person,
                                   int64_t *out_wait_ms)
{
    struct signing_in in = {.asked = asked};
    read_name(asked->name, in.name);
    if (office_work(office, sign_in, &in) != SQL_OK) {
        return SIGN_IN_FAILED;
    }
    *out_wait_ms = in.wait_ms;
    if (in.answer == SIGN_IN_DONE) {
        *out_person = in.person;
    }
    return in.answer;
}

// --- Sessions ---------------------------------------------------------------

enum office_result office_find_session(
    struct office *office, const unsigned char token_hash[DIGEST_BYTES],
    const struct session_rules *rules, int64_t now, struct office_session *out)
{
    struct sql_statement *s = sql_use(office->sql, SESSION_FIND);
    struct office_session session;
    sql_bind_bytes(s, 1, token_hash, DIGEST_BYTES);
    sql_bind_int(s, 2, now - rules->whole_ms);
    sql_bind_int(s, 3, now - rules->idle_ms);
    sql_bind_int(s, 4, now + CLOCK_SLACK_MS);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && !person_read(s, &session.person)) {
        result = SQL_ERROR;
    }
    if (result == SQL_OK) {
        session.made_at = sql_int(s, PERSON_COLUMN_COUNT);
        session.used_at = sql_int(s, PERSON_COLUMN_COUNT + 1);
        *out = session;
    }
    sql_done(s);
    return office_result_of(result);
}

struct touching {
    const unsigned char *hash;
    int64_t now;
};

static enum sql_result touch(struct sql *sql, void *ctx)
{
    const struct touching *touching = ctx;
    struct sql_statement *s = sql_use(sql, SESSION_TOUCH);
    sql_bind_bytes(s, 1, touching->hash, DIGEST_BYTES);
    sql_bind_int(s, 2, touching->now);
    return sql_execute(s);
}

enum office_result
office_touch_session(struct office *office,
                     const unsigned char token_hash[DIGEST_BYTES], int64_t now)
{
    struct touching touching = {token_hash, now};
    return office_result_of(office_work(office, touch, &touching));
}

struct ending {
    const unsigned char *hash;
    const struct office_person *person;
    int64_t now;
};

static enum sql_result end(struct sql *sql, void *ctx)
{
    const struct ending *ending = ctx;
    char who[PERSON_WHO_SIZE];
    struct sql_statement *s = sql_use(sql, SESSION_END);
    sql_bind_bytes(s, 1, ending->hash, DIGEST_BYTES);
    enum sql_result result = sql_execute(s);
    if (result == SQL_OK && sql_changes(sql) == 0) {
        return SQL_NONE;
    }
    person_who(ending->person, who);
    const struct audit_entry entry = {ending->now, who, "signed-out",
                                      ending->person->name, ""};
    return result == SQL_OK ? audit_put(sql, &entry) : result;
}

enum office_result
office_end_session(struct office *office,
                   const unsigned char token_hash[DIGEST_BYTES],
                   const struct office_person *person, int64_t now)
{
    struct ending ending = {token_hash, person, now};
    return office_result_of(office_work(office, end, &ending));
}

enum sign_in_answer office_change_own_password(
    struct office *office, const struct sign_in *asked, const char *new_hash,
    const unsigned char keep[DIGEST_BYTES], int64_t *out_wait_ms)
{
    struct signing_in in = {.asked = asked, .new_hash = new_hash, .keep = keep};
    read_name(asked->name, in.name);
    if (office_work(office, sign_in, &in) != SQL_OK) {
        return SIGN_IN_FAILED;
    }
    *out_wait_ms = in.wait_ms;
    return in.answer;
}

// --- The sessions of one person
// -----------------------------------------------

enum office_result
office_list_sessions(struct office *office, const struct office_person *person,
                     const unsigned char token_hash[DIGEST_BYTES],
                     const struct session_rules *rules, int64_t now,
                     office_session_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, SESSION_LIST);
    enum sql_result result;
    bool goes_on = true;
    sql_bind_int(s, 1, person->no);
    sql_bind_bytes(s, 2, token_hash, DIGEST_BYTES);
    sql_bind_int(s, 3, now - rules->whole_ms);
    sql_bind_int(s, 4, now - rules->idle_ms);
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        const struct session_row session = {sql_int(s, 0), sql_int(s, 1),
                                            sql_int(s, 2) != 0};
        goes_on = row(ctx, &session);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

struct ending_all {
    const char *name, *who;
    int64_t now;
};

static enum sql_result end_all(struct sql *sql, void *ctx)
{
    const struct ending_all *ending = ctx;
    struct office_person person;
    enum sql_result result = person_find(sql, ending->name, &person, NULL);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, SESSION_END_ALL);
    sql_bind_text(s, 1, ending->name);
    result = sql_execute(s);
    const struct audit_entry entry = {ending->now, ending->who,
                                      "sessions-ended", ending->name, ""};
    return result == SQL_OK ? audit_put(sql, &entry) : result;
}

enum office_result office_end_sessions(struct office *office, const char *name,
                                       const char *who, int64_t now)
{
    struct ending_all ending = {name, who, now};
    return office_result_of(office_work(office, end_all, &ending));
}
