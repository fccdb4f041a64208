#include "ui/watch.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "store/courier.h"
#include "store/device.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    INVITED_POLL_MS = 250,  // for the courier's commits, where visits come by
                            // invitation
    WALK_UP_POLL_MS = 1000, // where only new settings can come
    DEVICE_POLL_MS = 1000,  // until the device is enrolled
    REOPEN_MS = 2000,       // until the courier has made its database
    REREAD_MS = 30000,      // a broken device.json that has not changed
    ETAG_SIZE = 128
};

struct watch {
    char directory[PATH_MAX];
    char device[ID_SIZE];
    unsigned char box_key[BOX_KEY_BYTES]; // zeros: none
    unsigned char server_key[KEY_PUBLIC_BYTES];
    char boot[CLOCK_BOOT_ID_SIZE];
    enum watch_state state;
    struct setting setting;
    struct courier *courier; // NULL: not there yet
    int64_t next_at, reopen_at, reread_at;
    struct timespec seen; // device.json as it was when it was broken
    bool unread;          // courier.db changed, its configuration was not read
    bool told;            // there is a list of invitations
    struct courier_invitations invitations;
    int64_t contact_at; // the last one, on the clock of the looks
    // At `server_at` on that clock the server's said `server_ms`; 0: unknown.
    int64_t server_at, server_ms;
};

static bool take_setting(struct watch *watch, const json_t *object,
                         const char *source)
{
    struct setting read;
    struct buf message = {0};
    bool ok = setting_read(object, &read, &message);
    if (ok)
        watch->setting = read;
    else
        log_error("ui", "%s: configuration: %s", source, buf_text(&message));
    buf_free(&message);
    return ok;
}

// A broken file is read again at once when it is another one. The same one is
// read now and then, in case it was the disk or memory that failed.
static bool is_as_seen(struct watch *watch)
{
    char path[PATH_MAX];
    struct stat info;
    if (!file_join(path, sizeof path, watch->directory, DEVICE_FILE_JSON) ||
        stat(path, &info) != 0)
        return false;
    bool same = info.st_mtim.tv_sec == watch->seen.tv_sec &&
                info.st_mtim.tv_nsec == watch->seen.tv_nsec;
    watch->seen = info.st_mtim;
    return same;
}

static void load_device(struct watch *watch, int64_t now)
{
    struct device device;
    bool same = is_as_seen(watch);
    if (watch->state == WATCH_BROKEN && same && now < watch->reread_at)
        return;
    watch->reread_at = now + REREAD_MS;
    switch (device_load(watch->directory, &device)) {
    case DEVICE_NOT_ENROLLED:
        watch->state = WATCH_NOT_ENROLLED;
        return;
    case DEVICE_BROKEN:
        watch->state = WATCH_BROKEN;
        return;
    case DEVICE_OK:
        break;
    }
    memcpy(watch->device, device.id, sizeof watch->device);
    memcpy(watch->box_key, device.box_key, sizeof watch->box_key);
    memcpy(watch->server_key, device.server_key, sizeof watch->server_key);
    watch->state = take_setting(watch, device.config, DEVICE_FILE_JSON)
                       ? WATCH_GOOD
                       : WATCH_BROKEN;
    device_release(&device);
}

// True when the courier holds another configuration, and it can be used.
static bool load_fetched(struct watch *watch)
{
    struct buf body = {0};
    char etag[ETAG_SIZE], why[JSON_MESSAGE_SIZE];
    int64_t version;
    bool changed = false;
    if (courier_config(watch->courier, &version, etag, sizeof etag, &body) ==
            SQL_OK &&
        version != watch->setting.version) {
        json_t *object = json_read(buf_text(&body), body.size, why);
        if (!object)
            log_error("ui", "%s: configuration: %s", DEVICE_FILE_COURIER, why);
        else
            changed = take_setting(watch, object, DEVICE_FILE_COURIER);
        // One that cannot be used is not read again and again.
        if (!changed)
            watch->setting.version = version;
        json_decref(object);
    }
    buf_free(&body);
    return changed;
}

static void open_courier(struct watch *watch, int64_t now)
{
    watch->reopen_at = now + REOPEN_MS;
    if (courier_open(watch->directory, COURIER_READER, &watch->courier) !=
        SQL_OK)
        watch->courier = NULL;
}

// A moment of this boot on the clock of the looks; false for an earlier boot.
static bool place(const struct watch *watch, const char *boot, int64_t up_ms,
                  int64_t now, int64_t *out_at)
{
    if (strcmp(boot, watch->boot) != 0)
        return false;
    *out_at = now - (clock_boot_ms() - up_ms);
    return true;
}

// The later of what the server said with a list and with a batch.
static void load_server_time(struct watch *watch, int64_t now)
{
    const struct courier_invitations *list = &watch->invitations;
    struct courier_anchor anchor;
    int64_t at;
    watch->server_ms = 0;
    if (watch->told &&
        place(watch, list->told.boot, list->told.up_ms, now, &at)) {
        watch->server_at = at;
        watch->server_ms = list->server_ms;
    }
    if (courier_anchor(watch->courier, &anchor) == SQL_OK &&
        place(watch, anchor.boot, anchor.up_ms, now, &at) &&
        (watch->server_ms == 0 || at > watch->server_at)) {
        watch->server_at = at;
        watch->server_ms = anchor.server_ms;
    }
}

static void load_told(struct watch *watch, int64_t now)
{
    struct courier_moment contact;
    int64_t at;
    watch->told =
        courier_invitations(watch->courier, &watch->invitations) == SQL_OK;
    if (!watch->told)
        watch->invitations.count = 0;
    if (courier_contact(watch->courier, &contact) == SQL_OK &&
        place(watch, contact.boot, contact.up_ms, now, &at) &&
        at > watch->contact_at)
        watch->contact_at = at;
    load_server_time(watch, now);
}

static void look_at_courier(struct watch *watch, int64_t now)
{
    bool fresh = false;
    if (watch->courier && courier_is_replaced(watch->courier)) {
        courier_close(watch->courier);
        watch->courier = NULL;
    }
    if (!watch->courier && now >= watch->reopen_at) {
        open_courier(watch, now);
        fresh = watch->courier != NULL;
    }
    if (!watch->courier || (!courier_changed(watch->courier) && !fresh))
        return;
    watch->unread = true;
    load_told(watch, now);
}

struct watch *watch_open(const char *directory, int64_t now)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    snprintf(watch->directory, sizeof watch->directory, "%s", directory);
    watch->reopen_at = watch->contact_at = now;
    clock_boot_id(watch->boot);
    json_t *nothing = json_pack("{s:i}", "version", 0);
    take_setting(watch, nothing, "defaults");
    json_decref(nothing);
    watch_look(watch, now);
    return watch;
}

void watch_close(struct watch *watch)
{
    if (!watch)
        return;
    courier_close(watch->courier);
    free(watch);
}

static int64_t poll_ms(const struct watch *watch)
{
    if (watch->state != WATCH_GOOD)
        return DEVICE_POLL_MS;
    return watch->setting.mode == RECORD_TRANSACTION ? INVITED_POLL_MS
                                                     : WALK_UP_POLL_MS;
}

bool watch_look(struct watch *watch, int64_t now)
{
    if (now < watch->next_at)
        return false;
    bool changed = false;
    if (watch->state != WATCH_GOOD) {
        enum watch_state before = watch->state;
        load_device(watch, now);
        changed = watch->state != before;
    }
    if (watch->state == WATCH_GOOD)
        look_at_courier(watch, now);
    if (watch->unread && watch->courier)
        changed |= load_fetched(watch);
    watch->unread = false;
    watch->next_at = now + poll_ms(watch);
    return changed;
}

void watch_look_aside(struct watch *watch, int64_t now)
{
    if (now < watch->next_at || watch->state != WATCH_GOOD)
        return;
    look_at_courier(watch, now);
    watch->next_at = now + poll_ms(watch);
}

int64_t watch_deadline(const struct watch *watch)
{
    return watch->next_at;
}

enum watch_state watch_state(const struct watch *watch)
{
    return watch->state;
}

const struct setting *watch_setting(const struct watch *watch)
{
    return &watch->setting;
}

const char *watch_device(const struct watch *watch)
{
    return watch->device;
}

const unsigned char *watch_box_key(const struct watch *watch)
{
    for (size_t i = 0; i < sizeof watch->box_key; i++)
        if (watch->box_key[i] != 0)
            return watch->box_key;
    return NULL;
}

const unsigned char *watch_server_key(const struct watch *watch)
{
    return watch->server_key;
}

bool watch_invitations(const struct watch *watch,
                       const struct courier_invitations **out)
{
    *out = &watch->invitations;
    return watch->told;
}

bool watch_has_contact(const struct watch *watch, int64_t now)
{
    return now - watch->contact_at < watch->setting.contact_ms;
}

int64_t watch_server_ms(const struct watch *watch, int64_t now)
{
    int64_t wall = clock_wall_ms();
    if (watch->server_ms > 0)
        return watch->server_ms + (now - watch->server_at);
    return clock_is_believable(wall) && clock_is_synced() ? wall : 0;
}
