#include "server/identity.h"
#include "common/buf.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char MODULE[] = "server";

static bool name_database(struct identity *out, const char *directory,
                          const char *database)
{
    if (!database) {
        return file_join(out->database, sizeof out->database, directory,
                         "office.db");
    }
    return snprintf(out->database, sizeof out->database, "%s", database) <
           (int)sizeof out->database;
}

bool identity_open(struct identity *out, const char *directory,
                   const char *database)
{
    char lock[PATH_MAX];
    memset(out, 0, sizeof *out);
    out->lock = -1;
    if (!file_make_directory(directory)) {
        log_error(MODULE, "%s cannot be made: %s", directory, strerror(errno));
        return false;
    }
    if (snprintf(out->directory, sizeof out->directory, "%s", directory) >=
            (int)sizeof out->directory ||
        !name_database(out, directory, database) ||
        !file_join(lock, sizeof lock, directory, "server.lock")) {
        log_error(MODULE, "%s: the path is too long", directory);
        return false;
    }
    out->lock = file_lock(lock);
    if (out->lock < 0 && errno == EWOULDBLOCK) {
        log_error(MODULE,
                  "%s is in use by another hailong-server or by a hailong "
                  "command that writes; stop it first",
                  directory);
    } else if (out->lock < 0) {
        log_error(MODULE, "%s cannot be locked: %s", lock, strerror(errno));
    }
    return out->lock >= 0;
}

// Whether the key file is there to be loaded. When it is not, and must not be
// made either, `out_refused`.
static bool has_key_file(const char *path, bool are_made, bool *out_refused)
{
    bool there = file_exists(path);
    *out_refused = !there && are_made;
    if (*out_refused) {
        log_error(MODULE,
                  "%s is missing, but the book is kept with it and devices "
                  "believe no other: copy it from the directory of the first "
                  "server, or put it back from a backup; where it is lost "
                  "for good, see hailong keys replace --help",
                  path);
    }
    return there;
}

static bool say_unusable(const char *path)
{
    log_error(MODULE, "%s cannot be used: %s", path,
              errno == EPERM ? "others may read it; chmod 600"
                             : strerror(errno));
    return false;
}

static bool say_unwritable(const char *path)
{
    log_error(MODULE, "%s cannot be written: %s", path, strerror(errno));
    return false;
}

static bool load_server_key(struct identity *identity, const char *path,
                            bool are_made)
{
    bool refused;
    if (has_key_file(path, are_made, &refused)) {
        return key_load(path, &identity->key) || say_unusable(path);
    }
    if (refused) {
        return false;
    }
    key_make(&identity->key);
    if (!key_save(path, &identity->key)) {
        return say_unwritable(path);
    }
    log_info(MODULE, "made the signing key %s; keep a backup of it", path);
    return true;
}

static bool load_box_key(struct identity *identity, const char *path,
                         bool are_made)
{
    bool refused;
    if (has_key_file(path, are_made, &refused)) {
        return box_load(path, &identity->box) || say_unusable(path);
    }
    if (refused) {
        return false;
    }
    box_make(&identity->box);
    if (!box_save(path, &identity->box)) {
        return say_unwritable(path);
    }
    log_info(MODULE, "made the comment key %s; keep a backup of it", path);
    return true;
}

bool identity_load_keys(struct identity *identity, bool are_made)
{
    char path[PATH_MAX], box_path[PATH_MAX];
    struct buf base64 = {0};
    if (!file_join(path, sizeof path, identity->directory, "server.key") ||
        !file_join(box_path, sizeof box_path, identity->directory, "box.key")) {
        log_error(MODULE, "%s: the path is too long", identity->directory);
        return false;
    }
    if (!load_server_key(identity, path, are_made) ||
        !load_box_key(identity, box_path, are_made)) {
        return false;
    }
    key_public_base64(identity->key.public_key, identity->key_base64);
    base64_append(identity->box.public_key, BOX_KEY_BYTES, &base64);
    snprintf(identity->box_base64, sizeof identity->box_base64, "%s",
             buf_text(&base64));
    bool ok = buf_ok(&base64);
    buf_free(&base64);
    if (!ok) {
        log_error(MODULE, "out of memory");
    }
    return ok;
}

void identity_close(struct identity *identity)
{
    key_wipe(&identity->key);
    box_wipe(&identity->box);
    if (identity->lock >= 0) {
        close(identity->lock);
        identity->lock = -1;
    }
}
