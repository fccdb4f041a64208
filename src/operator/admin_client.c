#include "operator/admin_client.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "office/checkpoint.h"
#include "office/devices.h"
#include "operator/remote.h"
#include "operator/server_data.h"
#include "store/device.h"
#include "store/voucher.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    ADMIN_FILE_MAX = 4096,
    // A server that has its lock but not yet its admin.json, or not any more,
    // is given this long.
    ADMIN_TRIES = 30,
    ADMIN_PAUSE_US = 100 * 1000
};
// The unit of a server that was never told one.
static const char UNIT_UNKNOWN[] = "00.00";

// --- Finding the way in -----------------------------------------------------

static bool read_admin_file(const char *path, struct admin *out)
{
    struct buf text = {0};
    char why[JSON_MESSAGE_SIZE];
    json_t *object = NULL;
    if (file_read(path, ADMIN_FILE_MAX, &text))
        object = json_read(text.data, text.size, why);
    bool done = object &&
                json_copy_text(object, "url", out->url, sizeof out->url) &&
                json_copy_text(object, "token", out->token, sizeof out->token);
    json_decref(object);
    buf_free(&text);
    return done;
}

// True when this process has the lock now. False with `out_runs` when another
// one has it.
static bool take_lock(const char *path, struct admin *out, bool *out_runs,
                      struct console *console)
{
    out->lock = file_lock(path);
    *out_runs = out->lock < 0 && errno == EWOULDBLOCK;
    if (out->lock < 0 && !*out_runs)
        console_complain(console, "%s: %s", path, strerror(errno));
    return out->lock >= 0;
}

static bool open_database(const struct server_place *place, struct admin *out,
                          struct console *console)
{
    char key[PATH_MAX];
    const char *directory = place->directory;
    if (server_place_was_moved(place, console))
        return false;
    if (file_join(key, sizeof key, directory, SERVER_KEY) && file_exists(key) &&
        !key_load(key, &out->key)) {
        console_complain(console, "%s cannot be used: %s", key,
                         strerror(errno));
        return false;
    }
    enum office_result result =
        office_open(place->database, OFFICE_WRITER, &out->office);
    if (result != OFFICE_OK)
        server_data_complain(console, server_place_name(place), result);
    return result == OFFICE_OK;
}

bool admin_open(const struct server_place *place, struct admin *out,
                struct console *console)
{
    const char *directory = place->directory;
    char lock[PATH_MAX], file[PATH_MAX];
    *out = (struct admin){.lock = -1};
    if (!file_exists(directory)) {
        console_complain(console,
                         "%s: there is no such directory; check --data, or "
                         "start hailong-server on it first",
                         directory);
        return false;
    }
    if (!file_join(lock, sizeof lock, directory, SERVER_LOCK) ||
        !file_join(file, sizeof file, directory, DEVICE_FILE_JSON)) {
        console_complain(console, "%s: the path is too long", directory);
        return false;
    }
    if (file_exists(file)) {
        console_complain(console,
                         "%s is a device's directory, not a server's; check "
                         "--data",
                         directory);
        return false;
    }
    file_join(file, sizeof file, directory, SERVER_ADMIN);
    for (int i = 0; i < ADMIN_TRIES; i++) {
        bool runs;
        if (take_lock(lock, out, &runs, console)) {
            if (open_database(place, out, console))
                return true;
            admin_close(out);
            return false;
        }
        if (!runs)
            return false;
        if (read_admin_file(file, out))
            return true;
        usleep(ADMIN_PAUSE_US);
    }
    console_complain(console,
                     "%s is locked, but %s cannot be read; run this command as "
                     "the user that runs hailong-server, once that has started",
                     directory, file);
    return false;
}

void admin_close(struct admin *admin)
{
    office_close(admin->office);
    admin->office = NULL;
    if (admin->lock >= 0)
        close(admin->lock);
    admin->lock = -1;
    explicit_bzero(admin->token, sizeof admin->token);
    key_wipe(&admin->key);
}

// --- Through the running server ---------------------------------------------

// Posts `object`, which is given up, NULL included. The object of the answer,
// or NULL when it was not done, which is said.
static json_t *post(const struct admin *admin, const char *path, json_t *object,
                    struct console *console)
{
    const struct remote remote = {.server = admin->url, .token = admin->token};
    struct remote_answer answer = {0};
    struct buf body = {0};
    json_t *reply = NULL;
    bool written = object && json_write(object, &body);
    if (!written)
        console_complain(console, "out of memory");
    if (written &&
        remote_ask(&remote, path, buf_text(&body), &answer, console)) {
        if (answer.status == 204)
            reply = json_object();
        else if (answer.status >= 200 && answer.status < 300)
            reply = remote_object(&remote, &answer, console);
        else
            remote_complain(&remote, &answer, console);
    }
    json_decref(object);
    buf_free(&body);
    remote_answer_free(&answer);
    return reply;
}

static bool set_text(json_t *object, const char *key, const char *text)
{
    return !text || json_object_set_new(object, key, json_string(text)) == 0;
}

static bool set_handout(json_t *object, const struct admin_handout *handout)
{
    return set_text(object, "server", handout->server) &&
           set_text(object, "pin", handout->pin) &&
           (handout->valid_h == 0 ||
            json_object_set_new(object, "valid_h",
                                json_integer(handout->valid_h)) == 0);
}

static bool complain_answer(const struct admin *admin, struct console *console)
{
    console_complain(console,
                     "%s: the server's answer lacks something; are hailong and "
                     "hailong-server of the same version?",
                     admin->url);
    return false;
}

// `object` is given up.
static bool post_for_code(struct admin *admin, const char *path, json_t *object,
                          struct admin_added_device *out,
                          struct console *console)
{
    json_t *reply = post(admin, path, object, console);
    if (!reply)
        return false;
    const char *expires = "";
    json_copy_text(reply, "voucher", out->voucher, sizeof out->voucher);
    bool done = json_copy_text(reply, "device", out->id, sizeof out->id) &&
                json_copy_text(reply, "code", out->code, sizeof out->code) &&
                json_get_text(reply, "expires_at", &expires) &&
                clock_parse(expires, strlen(expires), &out->expires_at);
    json_decref(reply);
    return done || complain_answer(admin, console);
}

static bool post_device(struct admin *admin,
                        const struct admin_new_device *device,
                        struct admin_added_device *out, struct console *console)
{
    json_t *object = json_object();
    if (!set_text(object, "counter", device->counter) ||
        !set_text(object, "name", device->name) ||
        !set_text(object, "field", device->field) ||
        !set_text(object, "point", device->point) ||
        !set_handout(object, &device->handout)) {
        json_decref(object);
        object = NULL;
    }
    return post_for_code(admin, "/admin/v1/devices", object, out, console);
}

static bool post_key(struct admin *admin, enum office_role role,
                     const char *name, int64_t *out_id,
                     char out_key[SECRET_TOKEN_SIZE], struct console *console)
{
    json_t *object = json_object();
    if (!set_text(object, "role", office_role_name(role)) ||
        !set_text(object, "name", name)) {
        json_decref(object);
        object = NULL;
    }
    json_t *reply = post(admin, "/admin/v1/keys", object, console);
    if (!reply)
        return false;
    bool done = json_get_int(reply, "id", out_id) &&
                json_copy_text(reply, "key", out_key, SECRET_TOKEN_SIZE);
    json_decref(reply);
    return done || complain_answer(admin, console);
}

static bool post_person(struct admin *admin,
                        const struct office_new_person *person,
                        struct console *console)
{
    json_t *object = json_object();
    if (!set_text(object, "name", person->name) ||
        !set_text(object, "display", person->display) ||
        !set_text(object, "role", person_role_name(person->role)) ||
        !set_text(object, "officer", person->officer) ||
        !set_text(object, "hash", person->hash)) {
        json_decref(object);
        object = NULL;
    }
    json_t *reply = post(admin, "/admin/v1/users", object, console);
    json_decref(reply);
    return reply != NULL;
}

// `object` is given up.
static bool post_change(struct admin *admin, const char *name,
                        const char *change, json_t *object,
                        struct console *console)
{
    char path[128];
    snprintf(path, sizeof path, "/admin/v1/users/%s/%s", name, change);
    json_t *reply = post(admin, path, object, console);
    json_decref(reply);
    return reply != NULL;
}

static bool post_revocation(struct admin *admin, const char *kind,
                            const char *id, struct console *console)
{
    char path[128];
    snprintf(path, sizeof path, "/admin/v1/%s/%s/revoke", kind, id);
    json_t *reply = post(admin, path, json_object(), console);
    json_decref(reply);
    return reply != NULL;
}

// --- Alone, with the lock ---------------------------------------------------

static bool take_unit(void *ctx, const struct office_device *device)
{
    char *unit = ctx;
    snprintf(unit, RECORD_CODE_SIZE, "%s", device->unit);
    return true;
}

// The commands are run by who may write the directory.
static const char WHO[] = "admin";

// The server would know its address and its key; here they are said, or not.
static void write_voucher(const struct admin_handout *handout,
                          struct admin_added_device *out)
{
    struct voucher voucher = {.server = ""};
    struct buf text = {0};
    snprintf(voucher.server, sizeof voucher.server, "%s",
             handout->server ? handout->server : "");
    snprintf(voucher.code, sizeof voucher.code, "%s", out->code);
    snprintf(voucher.pin, sizeof voucher.pin, "%s",
             handout->pin ? handout->pin : "");
    if (voucher_write(&voucher, &text) && text.size < sizeof out->voucher)
        memcpy(out->voucher, buf_text(&text), text.size + 1);
    buf_free(&text);
}

static bool write_device(struct admin *admin,
                         const struct admin_new_device *device,
                         struct admin_added_device *out,
                         struct console *console)
{
    char unit[RECORD_CODE_SIZE] = "";
    const char *why;
    enum office_result result = OFFICE_OK;
    if (!device->unit)
        result = office_list_devices(admin->office, take_unit, unit);
    const struct office_new_device wanted = {
        .unit = device->unit ? device->unit
                : unit[0]    ? unit
                             : UNIT_UNKNOWN,
        .counter = device->counter,
        .name = device->name,
        .field = device->field,
        .point = device->point,
        .who = WHO,
        .valid_ms = device->handout.valid_h * 3600 * 1000,
    };
    if ((result == OFFICE_OK || result == OFFICE_NONE) &&
        !office_new_device_fits(&wanted, &why)) {
        console_complain(console, "%s", why);
        return false;
    }
    if (result == OFFICE_OK || result == OFFICE_NONE)
        result = office_add_device(admin->office, &wanted, clock_wall_ms(),
                                   out->id, out->code, &out->expires_at);
    if (result != OFFICE_OK)
        server_data_complain(console, "the device was not added", result);
    else
        write_voucher(&device->handout, out);
    return result == OFFICE_OK;
}

static bool write_key(struct admin *admin, enum office_role role,
                      const char *name, int64_t *out_id,
                      char out_key[SECRET_TOKEN_SIZE], struct console *console)
{
    unsigned char hash[DIGEST_BYTES];
    secret_make_token(out_key, hash);
    enum office_result result = office_add_key(admin->office, role, name, hash,
                                               WHO, clock_wall_ms(), out_id);
    if (result != OFFICE_OK)
        server_data_complain(console, "the key was not added", result);
    return result == OFFICE_OK;
}

static bool write_person(struct admin *admin,
                         const struct office_new_person *person,
                         struct console *console)
{
    switch (office_add_person(admin->office, person, WHO, clock_wall_ms())) {
    case PERSON_ADDED:
        return true;
    case PERSON_THERE:
        console_complain(console,
                         "the name %s, or the officer's code, is taken",
                         person->name);
        return false;
    case PERSON_NOT_ADDED:
        break;
    }
    server_data_complain(console, "the person was not added", OFFICE_ERROR);
    return false;
}

// --- One of the two ---------------------------------------------------------

bool admin_add_device(struct admin *admin,
                      const struct admin_new_device *device,
                      struct admin_added_device *out, struct console *console)
{
    *out = (struct admin_added_device){.expires_at = 0};
    return admin->office ? write_device(admin, device, out, console)
                         : post_device(admin, device, out, console);
}

bool admin_add_devices(struct admin *admin, const char *csv,
                       const struct admin_handout *handout, bool wants_sheets,
                       json_t **out_answer, struct console *console)
{
    if (admin->office) {
        console_complain(console,
                         "hailong-server does not run on this directory: start "
                         "it first; it makes the codes of many devices, and "
                         "they need it to enrol");
        return false;
    }
    json_t *object =
        json_pack("{s:s, s:b}", "csv", csv, "sheets", (int)wants_sheets);
    if (object && !set_handout(object, handout)) {
        json_decref(object);
        object = NULL;
    }
    *out_answer = post(admin, "/admin/v1/devices/batch", object, console);
    return *out_answer != NULL;
}

bool admin_add_key(struct admin *admin, enum office_role role, const char *name,
                   int64_t *out_id, char out_key[SECRET_TOKEN_SIZE],
                   struct console *console)
{
    return admin->office
               ? write_key(admin, role, name, out_id, out_key, console)
               : post_key(admin, role, name, out_id, out_key, console);
}

bool admin_replace_device(struct admin *admin, const char *id,
                          struct admin_added_device *out,
                          struct console *console)
{
    char path[128];
    *out = (struct admin_added_device){.expires_at = 0};
    if (!admin->office) {
        snprintf(path, sizeof path, "/admin/v1/devices/%s/replace", id);
        return post_for_code(admin, path, json_object(), out, console);
    }
    enum office_result result =
        office_replace_device(admin->office, id, WHO, clock_wall_ms(), out->id,
                              out->code, &out->expires_at);
    if (result != OFFICE_OK)
        server_data_complain(console, id, result);
    return result == OFFICE_OK;
}

bool admin_renew_device(struct admin *admin, const char *id,
                        struct admin_added_device *out, struct console *console)
{
    char path[128];
    *out = (struct admin_added_device){.expires_at = 0};
    if (!admin->office) {
        snprintf(path, sizeof path, "/admin/v1/devices/%s/renew", id);
        return post_for_code(admin, path, json_object(), out, console);
    }
    snprintf(out->id, sizeof out->id, "%s", id);
    enum office_result result = office_renew_device(
        admin->office, id, WHO, clock_wall_ms(), out->code, &out->expires_at);
    if (result != OFFICE_OK)
        server_data_complain(console, id, result);
    return result == OFFICE_OK;
}

bool admin_revoke_device(struct admin *admin, const char *id,
                         struct console *console)
{
    if (!admin->office)
        return post_revocation(admin, "devices", id, console);
    enum office_result result =
        office_revoke_device(admin->office, id, WHO, clock_wall_ms());
    if (result != OFFICE_OK)
        server_data_complain(console, id, result);
    return result == OFFICE_OK;
}

bool admin_revoke_key(struct admin *admin, int64_t id, struct console *console)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, id);
    if (!admin->office)
        return post_revocation(admin, "keys", text, console);
    enum office_result result =
        office_revoke_key(admin->office, id, WHO, clock_wall_ms());
    if (result != OFFICE_OK)
        server_data_complain(console, text, result);
    return result == OFFICE_OK;
}

bool admin_add_person(struct admin *admin,
                      const struct office_new_person *person,
                      struct console *console)
{
    return admin->office ? write_person(admin, person, console)
                         : post_person(admin, person, console);
}

bool admin_disable_person(struct admin *admin, const char *name,
                          struct console *console)
{
    if (!admin->office)
        return post_change(admin, name, "disable", json_object(), console);
    enum office_result result =
        office_disable_person(admin->office, name, WHO, clock_wall_ms());
    if (result != OFFICE_OK)
        server_data_complain(console, name, result);
    return result == OFFICE_OK;
}

bool admin_enable_person(struct admin *admin, const char *name,
                         struct console *console)
{
    bool is_taken = false;
    if (!admin->office)
        return post_change(admin, name, "enable", json_object(), console);
    enum office_result result = office_enable_person(
        admin->office, name, WHO, clock_wall_ms(), &is_taken);
    if (result != OFFICE_OK)
        server_data_complain(console, name, result);
    else if (is_taken)
        console_complain(console, "%s: the officer's code is another's by now",
                         name);
    return result == OFFICE_OK && !is_taken;
}

bool admin_set_password(struct admin *admin, const char *name, const char *hash,
                        struct console *console)
{
    if (!admin->office)
        return post_change(admin, name, "password",
                           json_pack("{s:s}", "hash", hash), console);
    enum office_result result =
        office_set_password(admin->office, name, hash, WHO, clock_wall_ms());
    if (result != OFFICE_OK)
        server_data_complain(console, name, result);
    return result == OFFICE_OK;
}

// A server without a key has never started: nothing can be in its database.
static bool write_checkpoint(struct admin *admin, struct buf *out_text,
                             struct console *console)
{
    static const unsigned char no_key[KEY_PUBLIC_BYTES];
    struct checkpoint made;
    if (memcmp(admin->key.public_key, no_key, sizeof no_key) == 0) {
        console_complain(console,
                         "there is no %s to sign with; start hailong-server on "
                         "the directory first",
                         SERVER_KEY);
        return false;
    }
    enum office_result result = office_add_checkpoint(
        admin->office, &admin->key, NULL, clock_wall_ms(), &made);
    if (result != OFFICE_OK) {
        server_data_complain(console, "the checkpoint was not made", result);
        return false;
    }
    checkpoint_write(&made, out_text);
    return true;
}

bool admin_add_checkpoint(struct admin *admin, struct buf *out_text,
                          struct console *console)
{
    const char *text = "";
    if (admin->office)
        return write_checkpoint(admin, out_text, console);
    json_t *reply =
        post(admin, "/admin/v1/checkpoints", json_object(), console);
    if (!reply)
        return false;
    bool done = json_get_text(reply, "text", &text);
    buf_append_text(out_text, text);
    json_decref(reply);
    return done || complain_answer(admin, console);
}
