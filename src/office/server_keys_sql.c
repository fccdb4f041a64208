#include "common/json.h"
#include "common/log.h"
#include "office/audit.h"
#include "office/documents.h"
#include "office/office_sql.h"
#include "office/server_keys.h"
#include <string.h>

static const char NAME[] = "keys";
static const char SERVER[] = "server"; // who notes what it has

static bool read_note(const char *body, struct server_keys *out)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *note = json_read(body, strlen(body), why);
    bool ok =
        note &&
        json_copy_text(note, "server_key", out->server, sizeof out->server) &&
        json_copy_text(note, "box_key", out->box, sizeof out->box);
    json_decref(note);
    if (!ok) {
        log_error("office", "the note of the server's keys is none; run "
                            "hailong verify");
    }
    return ok;
}

static bool write_note(const struct server_keys *keys, struct buf *out)
{
    json_t *note = json_pack("{s:s, s:s}", "server_key", keys->server,
                             "box_key", keys->box);
    bool done = note && json_write(note, out);
    json_decref(note);
    if (!done) {
        log_error("office", "out of memory");
    }
    return done;
}

enum office_result office_read_server_keys(struct office *office,
                                           int64_t *out_version,
                                           struct server_keys *out)
{
    struct buf body = {0};
    enum office_result result =
        office_read_document(office, NAME, out_version, &body);
    if (result == OFFICE_OK && !read_note(buf_text(&body), out)) {
        result = OFFICE_CORRUPT;
    }
    buf_free(&body);
    return result;
}

static enum office_result put(struct office *office,
                              const struct document_wish *wish,
                              const struct server_keys *keys)
{
    struct document_wish whole = *wish;
    struct buf body = {0};
    int64_t version;
    enum office_result result = OFFICE_ERROR;
    if (write_note(keys, &body)) {
        whole.name = NAME;
        whole.body = buf_text(&body);
        result = office_put_document(office, &whole, &version);
    }
    buf_free(&body);
    return result;
}

enum office_result office_note_server_keys(struct office *office,
                                           const struct server_keys *keys,
                                           int64_t now)
{
    const struct document_wish wish = {.who = SERVER, .at = now};
    enum office_result result = put(office, &wish, keys);
    return result == OFFICE_NONE ? OFFICE_OK : result;
}

enum office_result
office_replace_server_keys(struct office *office,
                           const struct server_keys_change *change)
{
    const struct audit_entry told = {change->at, change->who, "keys-replaced",
                                     NAME, change->detail};
    const struct document_wish wish = {.expected = change->expected,
                                       .who = change->who,
                                       .at = change->at,
                                       .also = &told};
    return put(office, &wish, &change->keys);
}

struct listing {
    server_keys_row *row;
    void *ctx;
    bool is_corrupt;
};

static bool list_version(void *ctx, const struct document_version *version)
{
    struct listing *listing = ctx;
    struct server_keys_version out = {.version = version->version,
                                      .at = version->at,
                                      .is_after_unknown =
                                          version->version == 1 &&
                                          strcmp(version->who, SERVER) != 0};
    listing->is_corrupt =
        !read_note(version->body ? version->body : "", &out.keys);
    return !listing->is_corrupt && listing->row(listing->ctx, &out);
}

enum office_result office_list_server_keys(struct office *office,
                                           server_keys_row *row, void *ctx)
{
    struct listing listing = {row, ctx, false};
    enum office_result result =
        office_list_document(office, NAME, list_version, &listing);
    return result == OFFICE_OK && listing.is_corrupt ? OFFICE_CORRUPT : result;
}

enum office_result office_list_units(struct office *office,
                                     office_unit_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, TRANSACTION_KEY_UNITS);
    enum sql_result result;
    bool goes_on = true;
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        const char *unit = sql_text(s, 0);
        goes_on = row(ctx, unit ? unit : "");
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}
