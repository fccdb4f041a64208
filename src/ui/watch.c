#include "ui/watch.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/log_tries.h"
#include "store/courier.h"
#include "store/device.h"
#include "ui/trial.h"
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
    TRY_AGAIN_MS = 30000,   // one that was refused: the cause may be gone
    TRIAL_MS = 30000        // longer than a supervisor's patience
};

// A configuration as the courier holds it.
struct fetched {
    char name[TRIAL_NAME_SIZE]; // version and tag
    int64_t version;
    struct buf body;
};

struct watch {
    struct watch_params params;
    char directory[PATH_MAX];
    char device[ID_SIZE];
    unsigned char box_key[BOX_KEY_BYTES]; // zeros: none
    unsigned char server_key[KEY_PUBLIC_BYTES];
    char boot[CLOCK_BOOT_ID_SIZE];
    enum watch_state state;
    struct setting setting;
    struct courier *courier; // NULL: not there yet
    struct log_tries opening;
    int64_t next_at, reopen_at, reread_at;
    struct timespec seen; // device.json as it was when it was broken
    bool identified;      // device.json says who this is
    bool unread;          // courier.db changed, its configuration was not read
    bool revoked;
    struct trial trial;
    bool on_trial;
    int64_t trial_until;
    char holds[TRIAL_NAME_SIZE];  // what holds; "": as device.json has it
    char looked[TRIAL_NAME_SIZE]; // the newest that was looked at
    int64_t shown;                // the version that held and was no trial
    int64_t refused, again_at;    // the version of the newest; 0: it is not
    char why[STORE_SETTING_SIZE];
    bool told; // there is a list of invitations
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
    watch->identified = true;
    watch->state = take_setting(watch, device.config, DEVICE_FILE_JSON)
                       ? WATCH_GOOD
                       : WATCH_BROKEN;
    watch->shown = watch->setting.version;
    device_release(&device);
}

// --- Configurations that were fetched ----------------------------------------

typedef enum sql_result read_config(struct courier *courier,
                                    int64_t *out_version, char *etag,
                                    size_t etag_size, struct buf *body);

static bool read_fetched(struct watch *watch, read_config *read,
                         struct fetched *out)
{
    char etag[TRIAL_NAME_SIZE - 24];
    *out = (struct fetched){.version = 0};
    if (read(watch->courier, &out->version, etag, sizeof etag, &out->body) !=
        SQL_OK) {
        buf_free(&out->body);
        return false;
    }
    snprintf(out->name, sizeof out->name, "%lld %s", (long long)out->version,
             etag);
    return true;
}

static bool judge(struct watch *watch, const struct fetched *fetched,
                  struct setting *out, struct buf *why)
{
    char fault[JSON_MESSAGE_SIZE];
    bool proven = trial_is_proven(&watch->trial, fetched->name);
    json_t *object =
        json_read(buf_text(&fetched->body), fetched->body.size, fault);
    if (!object)
        buf_append_text(why, fault);
    bool good = object && setting_read(object, out, why);
    json_decref(object);
    if (good && trial_is_aside(&watch->trial, fetched->name)) {
        buf_append_text(why, "the screen ended twice while it showed it");
        return false;
    }
    return good && (!watch->params.judge ||
                    watch->params.judge(watch->params.ctx, out, proven, why));
}

static void hold(struct watch *watch, const struct fetched *fetched,
                 const struct setting *setting)
{
    watch->setting = *setting;
    watch->state = WATCH_GOOD;
    memcpy(watch->holds, fetched->name, sizeof watch->holds);
    log_info("ui", "configuration %lld holds", (long long)fetched->version);
}

// The last one that the screen has shown, after a start.
static bool hold_shown(struct watch *watch)
{
    struct fetched fetched;
    struct setting setting;
    struct buf why = {0};
    if (!read_fetched(watch, courier_shown_config, &fetched))
        return false;
    bool good = judge(watch, &fetched, &setting, &why);
    if (good) {
        hold(watch, &fetched, &setting);
        watch->shown = fetched.version;
    }
    buf_free(&why);
    buf_free(&fetched.body);
    return good;
}

static void begin_trial(struct watch *watch, int64_t now)
{
    watch->on_trial = !trial_is_proven(&watch->trial, watch->holds);
    if (!watch->on_trial) {
        watch->shown = watch->setting.version;
        return;
    }
    trial_begin(watch->directory, &watch->trial, watch->holds);
    watch->trial_until =
        now + (watch->params.trial_ms ? watch->params.trial_ms : TRIAL_MS);
}

// Never in the middle of a letter.
static void keep_reason(struct watch *watch, const char *why)
{
    size_t size = strlen(why), most = sizeof watch->why - 48;
    if (size > most)
        for (size = most;
             size > 0 && ((unsigned char)why[size] & 0xc0) == 0x80;)
            size--;
    memcpy(watch->why, why, size);
    watch->why[size] = '\0';
}

static void refuse(struct watch *watch, int64_t version, const char *why)
{
    char before[sizeof watch->why];
    bool again = watch->refused == version;
    memcpy(before, watch->why, sizeof before);
    keep_reason(watch, why);
    watch->refused = version;
    if (!again || strcmp(before, watch->why) != 0)
        log_error("ui", "configuration %lld cannot be shown: %s",
                  (long long)version, why);
}

// What was on trial and is no longer wanted proved nothing.
static void break_off_trial(struct watch *watch)
{
    if (watch->on_trial)
        trial_end(watch->directory, &watch->trial, false);
    watch->on_trial = false;
}

static bool take_fetched(struct watch *watch, const struct fetched *fetched,
                         int64_t now)
{
    struct setting setting;
    struct buf why = {0};
    bool good = judge(watch, fetched, &setting, &why);
    memcpy(watch->looked, fetched->name, sizeof watch->looked);
    if (good) {
        break_off_trial(watch);
        hold(watch, fetched, &setting);
        watch->refused = 0;
        watch->again_at = INT64_MAX;
        begin_trial(watch, now);
    } else {
        refuse(watch, fetched->version, buf_text(&why));
        watch->again_at = now + TRY_AGAIN_MS;
        good = watch->holds[0] == '\0' && hold_shown(watch);
    }
    buf_free(&why);
    return good;
}

// True when the courier holds another configuration, and another one holds here
// from now on.
static bool load_fetched(struct watch *watch, int64_t now)
{
    struct fetched fetched;
    if (!read_fetched(watch, courier_config, &fetched))
        return false;
    bool known =
        strcmp(fetched.name, watch->holds) == 0 ||
        (strcmp(fetched.name, watch->looked) == 0 && now < watch->again_at);
    bool changed = !known && take_fetched(watch, &fetched, now);
    buf_free(&fetched.body);
    return changed;
}

// --- The courier
// ---------------------------------------------------------------

static void open_courier(struct watch *watch, int64_t now)
{
    watch->reopen_at = now + REOPEN_MS;
    log_tries_begin(&watch->opening);
    enum sql_result result =
        courier_open(watch->directory, COURIER_READER, &watch->courier);
    log_tries_end(&watch->opening, result == SQL_OK || result == SQL_NONE, "ui",
                  DEVICE_FILE_COURIER);
    if (result != SQL_OK)
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
    watch->revoked = courier_is_revoked(watch->courier);
    load_told(watch, now);
}

struct watch *watch_open(const struct watch_params *params, int64_t now)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->params = *params;
    snprintf(watch->directory, sizeof watch->directory, "%s",
             params->directory);
    watch->again_at = INT64_MAX;
    trial_load(watch->directory, &watch->trial);
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
    break_off_trial(watch);
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
    enum watch_state before = watch->state;
    bool revoked = watch->revoked, changed = false;
    if (watch->state != WATCH_GOOD)
        load_device(watch, now);
    if (watch->identified)
        look_at_courier(watch, now);
    if ((watch->unread || now >= watch->again_at) && watch->courier)
        changed = load_fetched(watch, now);
    watch->unread = false;
    watch->next_at = now + poll_ms(watch);
    return changed || watch->state != before || watch->revoked != revoked;
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

bool watch_end_trial(struct watch *watch, int64_t now)
{
    if (!watch->on_trial || now < watch->trial_until)
        return false;
    trial_end(watch->directory, &watch->trial, true);
    watch->on_trial = false;
    watch->shown = watch->setting.version;
    return true;
}

void watch_describe(const struct watch *watch, char out[STORE_SETTING_SIZE])
{
    if (watch->refused > 0)
        snprintf(out, STORE_SETTING_SIZE, "%lld %lld %s",
                 (long long)watch->shown, (long long)watch->refused,
                 watch->why);
    else
        snprintf(out, STORE_SETTING_SIZE, "%lld", (long long)watch->shown);
}

bool watch_is_revoked(const struct watch *watch)
{
    return watch->revoked;
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
