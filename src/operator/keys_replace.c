// hailong keys replace: new keys for a book whose server's own are lost for
// good. It tells what is lost and what stays, and does nothing more until it is
// told the unit. The keys are made beside their places, noted in the book with
// the entry in the audit trail, all or nothing, and only then put in place: cut
// off at any moment, the same command goes on.
#include "common/clock.h"
#include "common/file.h"
#include "office/devices.h"
#include "office/server_keys.h"
#include "operator/command.h"
#include "operator/say.h"
#include "operator/server_data.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct config_key KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory, or a ward's in a city's"),
    {"hailong", "reason", CONFIG_TEXT, NULL, 0, 0,
     "how they were lost, for the audit trail"},
    {"hailong", "confirm", CONFIG_TEXT, NULL, 0, 0,
     "the unit's code, such as H24.12: do it; without it this only tells"},
    {0}};

enum {
    REASON_MOST = 400,
    // A server's own phone channel is heard of each minute.
    QUIET_MS = 5 * 60 * 1000
};

// --- What is there -----------------------------------------------------------

enum which { SIGNING, SEALING, WHICH_COUNT };
static const char *const FILES[WHICH_COUNT] = {SERVER_KEY, SERVER_BOX_KEY};

enum found {
    FOUND_OWN,    // the book's
    FOUND_NONE,   // it is lost
    FOUND_MADE,   // its successor is noted already, and not in its place yet
    FOUND_OTHER,  // a key that is not the book's
    FOUND_UNREAD, // it, or what may be its successor
};

struct work {
    const struct server_place *place;
    struct console *console;
    int lock;
    int64_t now;
    int64_t version; // of the note; 0: there is none
    struct server_keys noted;
    enum found found[WHICH_COUNT];
    int why_unread[WHICH_COUNT];      // errno
    bool is_next_unread[WHICH_COUNT]; // and not what is in the place
    char units[256];                  // "H24.12, H24.13"
    bool is_named;                    // the unit that was given is one of them
    const char *unit;
    char heard[ID_SIZE]; // a device that was heard of lately; ""
    int64_t counters;    // devices of counters in force
};

static bool path_of(const struct work *work, enum which which, bool is_next,
                    char out[PATH_MAX])
{
    char name[32];
    snprintf(name, sizeof name, "%s%s", FILES[which], is_next ? ".new" : "");
    if (file_join(out, PATH_MAX, work->place->directory, name))
        return true;
    console_complain(work->console, "%s: the path is too long",
                     work->place->directory);
    return false;
}

// The public half of the key in this file, in base64; false with errno.
static bool read_public(enum which which, const char *path,
                        char out[KEY_PUBLIC_BASE64_SIZE])
{
    struct key key = {0};
    struct box_key box = {0};
    bool done = which == SIGNING ? key_load(path, &key) : box_load(path, &box);
    if (done)
        key_public_base64(which == SIGNING ? key.public_key : box.public_key,
                          out);
    key_wipe(&key);
    box_wipe(&box);
    return done;
}

// A link to what is not mounted is not a key that is lost.
static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 || errno != ENOENT;
}

static char *noted_of(struct work *work, enum which which)
{
    return which == SIGNING ? work->noted.server : work->noted.box;
}

static void look_into(struct work *work, enum which which, const char *path,
                      enum found if_noted, enum found if_not)
{
    char is[KEY_PUBLIC_BASE64_SIZE];
    if (read_public(which, path, is)) {
        work->found[which] =
            strcmp(is, noted_of(work, which)) == 0 ? if_noted : if_not;
    } else {
        work->why_unread[which] = errno;
        work->found[which] = FOUND_UNREAD;
    }
}

static bool look_at_file(struct work *work, enum which which)
{
    char path[PATH_MAX], next[PATH_MAX];
    if (!path_of(work, which, false, path) || !path_of(work, which, true, next))
        return false;
    if (is_there(path)) {
        look_into(work, which, path, FOUND_OWN, FOUND_OTHER);
    } else if (work->version > 0 && is_there(next)) {
        look_into(work, which, next, FOUND_MADE, FOUND_NONE);
        work->is_next_unread[which] = work->found[which] == FOUND_UNREAD;
    } else {
        work->found[which] = FOUND_NONE;
    }
    return true;
}

// Where nobody noted any and one of the two is lost, the other is the book's as
// far as can be known: a server would have noted it.
static bool adopt(struct work *work)
{
    for (enum which which = 0; which < WHICH_COUNT; which++) {
        char path[PATH_MAX];
        if (work->version > 0 || work->found[which] != FOUND_OTHER ||
            work->found[1 - which] != FOUND_NONE)
            continue;
        if (!path_of(work, which, false, path) ||
            !read_public(which, path, noted_of(work, which)))
            return false;
        work->found[which] = FOUND_OWN;
    }
    return true;
}

static bool take_unit(void *ctx, const char *unit)
{
    struct work *work = ctx;
    size_t size = strlen(work->units);
    snprintf(work->units + size, sizeof work->units - size, "%s%s",
             size > 0 ? ", " : "", unit);
    work->is_named |= work->unit && strcmp(work->unit, unit) == 0;
    return true;
}

static bool take_device(void *ctx, const struct office_device *device)
{
    struct work *work = ctx;
    if (llabs(work->now - device->last_seen_at) < QUIET_MS)
        memcpy(work->heard, device->id, sizeof work->heard);
    work->counters += device->state == OFFICE_DEVICE_ACTIVE &&
                      device->kind == OFFICE_DEVICE_KIND_COUNTER;
    return true;
}

static bool read_book(struct work *work)
{
    struct office *office = server_data_read(work->place, work->console);
    if (!office)
        return false;
    enum office_result result =
        office_read_server_keys(office, &work->version, &work->noted);
    bool is_noted = result == OFFICE_OK;
    if (is_noted || result == OFFICE_NONE)
        result = office_list_units(office, take_unit, work);
    if (result == OFFICE_OK)
        result = office_list_devices(office, take_device, work);
    office_close(office);
    if (result != OFFICE_OK)
        server_data_complain(work->console, server_place_name(work->place),
                             result);
    return result == OFFICE_OK;
}

// --- What speaks against it --------------------------------------------------

static bool is_lost(const struct work *work, enum which which)
{
    return work->found[which] == FOUND_NONE;
}

static bool is_begun(const struct work *work)
{
    return work->found[SIGNING] == FOUND_MADE ||
           work->found[SEALING] == FOUND_MADE;
}

static bool refuse_file(const struct work *work, enum which which)
{
    const char *directory = work->place->directory;
    if (work->found[which] == FOUND_UNREAD)
        console_complain(work->console,
                         "%s/%s%s is there and cannot be used: %s. As long as "
                         "it may be the book's, no other takes its place",
                         directory, FILES[which],
                         work->is_next_unread[which] ? ".new" : "",
                         work->why_unread[which] == EPERM
                             ? "others may read it; chmod 600"
                             : strerror(work->why_unread[which]));
    else if (work->found[which] == FOUND_OTHER && work->version == 0)
        console_complain(work->console,
                         "%s/%s is there, and the book notes no keys: start "
                         "hailong-server, which will note these",
                         directory, FILES[which]);
    else if (work->found[which] == FOUND_OTHER)
        console_complain(work->console,
                         "%s/%s is a key, and not this book's: check which "
                         "book belongs to it, and put it away first",
                         directory, FILES[which]);
    else
        return false;
    return true;
}

static bool is_refused(const struct work *work)
{
    if (refuse_file(work, SIGNING) || refuse_file(work, SEALING))
        return true;
    if (work->found[SIGNING] == FOUND_OWN && work->found[SEALING] == FOUND_OWN)
        console_complain(work->console,
                         "%s holds the book's own keys: nothing is lost, and "
                         "nothing was changed",
                         work->place->directory);
    else if (work->version == 0 && work->counters == 0)
        console_complain(work->console,
                         "the book notes no keys and has no devices: "
                         "hailong-server makes keys when it starts");
    else if (work->heard[0] != '\0' && !is_begun(work))
        console_complain(work->console,
                         "device %s was heard of within the last five "
                         "minutes: a server with the book's keys runs "
                         "somewhere. Copy %s and %s from its directory; or "
                         "stop it for good, and wait five minutes",
                         work->heard, SERVER_KEY, SERVER_BOX_KEY);
    else
        return false;
    return true;
}

// --- What it means -----------------------------------------------------------

static void tell_both(struct console *console, const char *id,
                      const char *english)
{
    say_append_vietnamese(&console->out, id);
    buf_printf(&console->out, "  %s\n", english);
}

static void tell_signing(struct console *console)
{
    tell_both(console, "keys.lost.signing",
              "Lost: server.key. No device believes the new server, and each "
              "keeps its ratings, until a person trusts it again there "
              "(hailong device renew, then hailong enrol --again).");
    tell_both(console, "keys.lost.codes",
              "QR codes and links that were given to citizens before are "
              "refused, at the counter and on telephones.");
}

static void tell_sealing(struct console *console)
{
    tell_both(console, "keys.lost.comments",
              "Lost: box.key. The text of every comment so far can be read "
              "by nobody any more, nor ever that of comments that counters "
              "seal before they trust the server again.");
}

static void tell(const struct work *work)
{
    struct console *console = work->console;
    buf_printf(&console->out, "%s, %s: %s\n", server_place_name(work->place),
               work->place->directory, work->units);
    if (is_lost(work, SIGNING))
        tell_signing(console);
    if (is_lost(work, SEALING))
        tell_sealing(console);
    tell_both(console, "keys.stays",
              "Stays: every rating, its time, reasons and marks, all figures "
              "and reports, cases, people, settings and the audit trail; "
              "chains, signatures of devices, totals and checkpoints are "
              "verified as before.");
    buf_printf(&console->out, "Devices of counters to renew: %" PRId64 "\n",
               work->counters);
}

// --- Doing it ----------------------------------------------------------------

static bool say_unwritten(const struct work *work, const char *path)
{
    console_complain(work->console, "%s cannot be written: %s", path,
                     strerror(errno));
    return false;
}

// Beside its place. What lies there was never noted, or it would be taken.
static bool make_next(struct work *work, enum which which,
                      char out[KEY_PUBLIC_BASE64_SIZE])
{
    char path[PATH_MAX];
    struct key key = {0};
    struct box_key box = {0};
    if (!path_of(work, which, true, path))
        return false;
    unlink(path);
    bool done = false;
    if (which == SIGNING) {
        key_make(&key);
        done = key_save(path, &key);
    } else {
        box_make(&box);
        done = box_save(path, &box);
    }
    key_wipe(&key);
    box_wipe(&box);
    return done ? read_public(which, path, out) : say_unwritten(work, path);
}

static bool put_in_place(struct work *work, enum which which)
{
    char path[PATH_MAX], next[PATH_MAX];
    return path_of(work, which, false, path) &&
           path_of(work, which, true, next) &&
           ((rename(next, path) == 0 &&
             file_sync_directory(work->place->directory)) ||
            say_unwritten(work, path));
}

static bool note(struct work *work, const struct server_keys *keys,
                 const char *reason)
{
    char detail[REASON_MOST + 160];
    struct office *office = NULL;
    snprintf(detail, sizeof detail, "%s%s%s; %s",
             is_lost(work, SIGNING) ? "server.key" : "",
             is_lost(work, SIGNING) && is_lost(work, SEALING) ? ", " : "",
             is_lost(work, SEALING) ? "box.key" : "", reason);
    const struct server_keys_change change = {.expected = work->version,
                                              .keys = *keys,
                                              .who = "admin",
                                              .detail = detail,
                                              .at = work->now};
    enum office_result result =
        office_open(work->place->database, OFFICE_WRITER, &office);
    if (result == OFFICE_OK)
        result = office_replace_server_keys(office, &change);
    office_close(office);
    if (result == OFFICE_NONE)
        console_complain(work->console,
                         "somebody else noted other keys at this moment; "
                         "nothing was changed, look again");
    else if (result != OFFICE_OK)
        server_data_complain(work->console, server_place_name(work->place),
                             result);
    return result == OFFICE_OK;
}

static bool replace(struct work *work, const char *reason)
{
    struct server_keys keys = work->noted;
    for (enum which which = 0; which < WHICH_COUNT; which++) {
        char *place = which == SIGNING ? keys.server : keys.box;
        if (is_lost(work, which) && !make_next(work, which, place))
            return false;
    }
    if (!note(work, &keys, reason))
        return false;
    for (enum which which = 0; which < WHICH_COUNT; which++) {
        if (is_lost(work, which) && !put_in_place(work, which))
            return false;
    }
    return true;
}

// The command of before was cut off between the note and the files.
static bool finish(struct work *work)
{
    for (enum which which = 0; which < WHICH_COUNT; which++) {
        if (work->found[which] == FOUND_MADE && !put_in_place(work, which))
            return false;
    }
    buf_append_text(&work->console->out,
                    "What was begun before is finished.\n");
    return true;
}

static int confirm(struct work *work, const char *reason)
{
    if (!work->is_named) {
        console_complain(work->console,
                         "--confirm %s: this book is not that unit's, but of "
                         "%s; nothing was changed",
                         work->unit, work->units);
        return COMMAND_FAILED;
    }
    if (!replace(work, reason))
        return COMMAND_FAILED;
    buf_printf(&work->console->out,
               "Done, and told in the audit trail. Copy %s and %s of %s to a "
               "safe place now. Then start the server; on each counter's "
               "machine trust it again: hailong device renew ID here, hailong "
               "enrol --again there.\n",
               SERVER_KEY, SERVER_BOX_KEY, work->place->directory);
    return COMMAND_DONE;
}

static int look_and_do(struct work *work, const char *reason)
{
    if (!read_book(work) || !look_at_file(work, SIGNING) ||
        !look_at_file(work, SEALING) || !adopt(work) || is_refused(work))
        return COMMAND_FAILED;
    if (is_begun(work) && !finish(work))
        return COMMAND_FAILED;
    if (!is_lost(work, SIGNING) && !is_lost(work, SEALING))
        return COMMAND_DONE;
    tell(work);
    if (work->unit)
        return confirm(work, reason);
    buf_append_text(&work->console->out,
                    "Nothing was changed. To do it: the same with --reason "
                    "\"…\" and --confirm and the unit's code.\n");
    return COMMAND_DONE;
}

static bool take_lock(struct work *work)
{
    char path[PATH_MAX];
    const char *directory = work->place->directory;
    if (!file_exists(directory) &&
        (!work->unit || !file_make_directory(directory)))
        return !work->unit || say_unwritten(work, directory);
    if (!file_join(path, sizeof path, directory, SERVER_LOCK)) {
        console_complain(work->console, "%s: the path is too long", directory);
        return false;
    }
    work->lock = file_lock(path);
    if (work->lock < 0 && errno == EWOULDBLOCK)
        console_complain(work->console,
                         "%s: its server runs, so its keys are there; nothing "
                         "was changed",
                         directory);
    else if (work->lock < 0)
        console_complain(work->console, "%s: %s", path, strerror(errno));
    return work->lock >= 0;
}

static bool is_reason(const char *reason, struct console *console)
{
    if (reason && reason[0] != '\0' && strlen(reason) <= REASON_MOST)
        return true;
    console_complain(console,
                     "--reason: say in %d bytes at most how the keys were lost",
                     REASON_MOST);
    return false;
}

static int run(const struct config *config, struct console *console)
{
    struct server_place place;
    const char *reason = config_text(config, "reason");
    const char *unit = config_text(config, "confirm");
    if (!server_place_read(config, &place, console) ||
        (unit && !is_reason(reason, console)))
        return COMMAND_MISUSED;
    struct work work = {.place = &place,
                        .console = console,
                        .lock = -1,
                        .now = clock_wall_ms(),
                        .unit = unit};
    int code = take_lock(&work) ? look_and_do(&work, reason) : COMMAND_FAILED;
    if (work.lock >= 0)
        close(work.lock);
    return code;
}

const struct command COMMAND_KEYS_REPLACE = {
    "keys replace", "new keys for a book whose server's own are lost for good",
    NULL, KEYS, run};
