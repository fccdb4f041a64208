#include "server/key_note.h"
#include "common/log.h"
#include "office/server_keys.h"
#include <string.h>

static const char MODULE[] = "server";

enum office_result key_note_look(struct office *office, bool *out_is_noted)
{
    int64_t version;
    struct server_keys noted;
    enum office_result result =
        office_read_server_keys(office, &version, &noted);
    *out_is_noted = result == OFFICE_OK;
    return result == OFFICE_NONE ? OFFICE_OK : result;
}

// OFFICE_NONE: nobody noted any.
static enum office_result
compare(struct office *office, const struct server_keys *mine, bool *out_same)
{
    int64_t version;
    struct server_keys noted;
    enum office_result result =
        office_read_server_keys(office, &version, &noted);
    *out_same = result == OFFICE_OK &&
                strcmp(noted.server, mine->server) == 0 &&
                strcmp(noted.box, mine->box) == 0;
    return result;
}

static struct server_keys keys_of(const struct identity *identity)
{
    struct server_keys keys;
    memcpy(keys.server, identity->key_base64, sizeof keys.server);
    memcpy(keys.box, identity->box_base64, sizeof keys.box);
    return keys;
}

enum office_result key_note_is_mine(struct office *office,
                                    const struct identity *identity,
                                    bool *out_is_mine)
{
    const struct server_keys mine = keys_of(identity);
    return compare(office, &mine, out_is_mine);
}

enum office_result key_note_hold(struct office *office,
                                 const struct identity *identity, int64_t now)
{
    const struct server_keys mine = keys_of(identity);
    bool is_same = false;
    enum office_result result = compare(office, &mine, &is_same);
    if (result == OFFICE_NONE) {
        result = office_note_server_keys(office, &mine, now);
        // Another server may have been first.
        if (result == OFFICE_OK) {
            result = compare(office, &mine, &is_same);
        }
    }
    if (result != OFFICE_OK || is_same) {
        return result;
    }
    log_error(MODULE,
              "server.key and box.key in %s are not those that this book is "
              "kept with, and its devices would believe no receipt: copy both "
              "from the directory of the server that made the book, or from a "
              "backup of it, or name the book that belongs to these; where "
              "they are lost for good, see hailong keys replace --help",
              identity->directory);
    return OFFICE_NONE;
}
