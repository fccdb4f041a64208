#include "server/key_note.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/log.h"
#include "office/documents.h"
#include <string.h>

static const char MODULE[] = "server";
static const char NAME[] = "keys";

enum office_result key_note_look(struct office *office, bool *out_is_noted)
{
    struct buf body = {0};
    int64_t version;
    enum office_result result =
        office_read_document(office, NAME, &version, &body);
    buf_free(&body);
    *out_is_noted = result == OFFICE_OK;
    return result == OFFICE_NONE ? OFFICE_OK : result;
}

static bool write_note(const struct identity *identity, struct buf *out)
{
    json_t *note = json_pack("{s:s, s:s}", "server_key", identity->key_base64,
                             "box_key", identity->box_base64);
    bool done = note && json_write(note, out);
    json_decref(note);
    return done;
}

// Another server may have been first since the look.
static enum office_result put(struct office *office, const char *body,
                              int64_t now)
{
    const struct document_wish wish = {NAME, 0, body, "server", now};
    int64_t version;
    enum office_result result = office_put_document(office, &wish, &version);
    return result == OFFICE_NONE ? OFFICE_OK : result;
}

// OFFICE_NONE: nobody noted any. `out_same`: they are `mine`.
static enum office_result compare(struct office *office, const char *mine,
                                  bool *out_same)
{
    struct buf noted = {0};
    int64_t version;
    enum office_result result =
        office_read_document(office, NAME, &version, &noted);
    *out_same = result == OFFICE_OK && strcmp(buf_text(&noted), mine) == 0;
    buf_free(&noted);
    return result;
}

static enum office_result hold(struct office *office, const char *mine,
                               const char *directory, int64_t now)
{
    bool is_same = false;
    enum office_result result = compare(office, mine, &is_same);
    if (result == OFFICE_NONE) {
        result = put(office, mine, now);
        if (result == OFFICE_OK) {
            result = compare(office, mine, &is_same);
        }
    }
    if (result != OFFICE_OK || is_same) {
        return result;
    }
    log_error(MODULE,
              "server.key and box.key in %s are not those that this book is "
              "kept with, and its devices would believe no receipt: copy both "
              "from the directory of the server that made the book, or from a "
              "backup of it, or name the book that belongs to these",
              directory);
    return OFFICE_NONE;
}

enum office_result key_note_hold(struct office *office,
                                 const struct identity *identity, int64_t now)
{
    struct buf mine = {0};
    enum office_result result = OFFICE_ERROR;
    if (write_note(identity, &mine)) {
        result = hold(office, buf_text(&mine), identity->directory, now);
    } else {
        log_error(MODULE, "out of memory");
    }
    buf_free(&mine);
    return result;
}
