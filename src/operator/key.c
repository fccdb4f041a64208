// hailong key add | list | revoke: the API keys of a server.
#include "common/clock.h"
#include "common/json.h"
#include "office/keys.h"
#include "operator/admin_client.h"
#include "operator/command.h"
#include "operator/listing.h"
#include "operator/server_data.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct config_key ADD_KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory"),
    {"hailong", "role", CONFIG_TEXT, NULL, 0, 0,
     "office or leader (reads reports), feed (tells of transactions)"},
    {"hailong", "name", CONFIG_TEXT, NULL, 0, 0, "who gets the key"},
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};
static const struct config_key LIST_KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory"),
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};
static const struct config_key REVOKE_KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory"), {0}};

static bool check_new_key(const char *role_name, const char *name,
                          enum office_role *out_role, struct console *console)
{
    if (!office_role_parse(role_name, out_role)) {
        console_complain(console, "--role \"%s\": office, leader or feed",
                         role_name);
        return false;
    }
    if (strlen(name) >= OFFICE_NAME_SIZE) {
        console_complain(console, "--name: is longer than %d bytes",
                         OFFICE_NAME_SIZE - 1);
        return false;
    }
    return true;
}

static void print_key(int64_t id, enum office_role role, const char *key,
                      bool as_json, struct console *console)
{
    if (as_json)
        listing_print_object(json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id,
                                       "role", office_role_name(role), "key",
                                       key),
                             &console->out);
    else
        buf_printf(&console->out,
                   "Key %" PRId64 " (%s), shown this once:\n%s\n"
                   "Keep it in a file that only its user can read (0600).\n",
                   id, office_role_name(role), key);
}

static int add(const struct config *config, struct console *console)
{
    struct server_place place;
    const char *role_name = command_need(config, "role", console);
    const char *name = command_need(config, "name", console);
    enum office_role role;
    if (!server_place_read(config, &place, console) || !role_name || !name ||
        !check_new_key(role_name, name, &role, console))
        return COMMAND_MISUSED;
    struct admin admin;
    int64_t id;
    char key[SECRET_TOKEN_SIZE];
    if (!admin_open(&place, &admin, console))
        return COMMAND_FAILED;
    bool done = admin_add_key(&admin, role, name, &id, key, console);
    admin_close(&admin);
    if (done)
        print_key(id, role, key, config_flag(config, "json"), console);
    explicit_bzero(key, sizeof key);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

static bool list_as_text(void *ctx, const struct office_key *key)
{
    struct listing *listing = ctx;
    char added[CLOCK_ISO_SIZE], revoked[CLOCK_ISO_SIZE] = "";
    clock_format(key->added_at, added);
    if (key->revoked_at > 0)
        clock_format(key->revoked_at, revoked);
    listing_add_count(listing, key->id);
    listing_add(listing, office_role_name(key->role));
    listing_add(listing, added);
    listing_add(listing, revoked);
    listing_add(listing, key->name);
    return true;
}

static bool list_as_json(void *ctx, const struct office_key *key)
{
    char added[CLOCK_ISO_SIZE], revoked[CLOCK_ISO_SIZE];
    clock_format(key->added_at, added);
    clock_format(key->revoked_at, revoked);
    json_t *row = json_pack(
        "{s:I, s:s, s:s, s:s, s:s?}", "id", (json_int_t)key->id, "role",
        office_role_name(key->role), "name", key->name, "added_at", added,
        "revoked_at", key->revoked_at > 0 ? revoked : NULL);
    return row && json_array_append_new(ctx, row) == 0;
}

static enum office_result read_as_text(struct office *office,
                                       struct listing *listing)
{
    return office_list_keys(office, list_as_text, listing);
}

static enum office_result read_as_json(struct office *office, json_t *rows)
{
    return office_list_keys(office, list_as_json, rows);
}

static int list(const struct config *config, struct console *console)
{
    static const char *const HEAD[] = {"KEY", "ROLE", "ADDED", "REVOKED",
                                       "NAME"};
    static const struct listing_kind KIND = {HEAD, sizeof HEAD / sizeof HEAD[0],
                                             read_as_text, read_as_json};
    return listing_run(config, &KIND, console);
}

static int revoke(const struct config *config, struct console *console)
{
    struct server_place place;
    const char *text = config_operand(config, 0);
    char *end;
    if (!server_place_read(config, &place, console))
        return COMMAND_MISUSED;
    errno = 0;
    long long id = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || id < 1) {
        console_complain(console,
                         "\"%s\" is no key's number; see hailong key "
                         "list",
                         text);
        return COMMAND_MISUSED;
    }
    struct admin admin;
    if (!admin_open(&place, &admin, console))
        return COMMAND_FAILED;
    bool done = admin_revoke_key(&admin, id, console);
    admin_close(&admin);
    if (done)
        buf_printf(&console->out, "Revoked: key %lld\n", id);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_KEY_ADD = {
    "key add", "make an API key and print it once", NULL, ADD_KEYS, add};
const struct command COMMAND_KEY_LIST = {"key list", "the API keys", NULL,
                                         LIST_KEYS, list};
const struct command COMMAND_KEY_REVOKE = {"key revoke",
                                           "take an API key out of force",
                                           "NUMBER", REVOKE_KEYS, revoke};
