// hailong user add | list | disable | enable | password: the people who sign in
// at a server. Passwords are hashed here; only the hash goes on.
#include "common/clock.h"
#include "common/json.h"
#include "office/people.h"
#include "operator/admin_client.h"
#include "operator/command.h"
#include "operator/listing.h"
#include "operator/server_data.h"
#include "operator/typed_line.h"
#include "vietnamese/text.h"
#include <string.h>

static const struct config_key ADD_KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory"),
    {"hailong", "name", CONFIG_TEXT, NULL, 0, 0,
     "what is typed to sign in: a to z, digits, . _ -"},
    {"hailong", "role", CONFIG_TEXT, NULL, 0, 0,
     "admin, office, leader or officer"},
    {"hailong", "display", CONFIG_TEXT, NULL, 0, 0,
     "the person's name; without it the sign-in name"},
    {"hailong", "officer", CONFIG_TEXT, NULL, 0, 0,
     "code of an officer, such as cb-07"},
    {0}};
static const struct config_key LIST_KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory"),
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};
static const struct config_key DATA_KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory"), {0}};

enum { LINE_SIZE = PASSWORD_BYTES_MOST + 8 };

// At a terminal twice, since nobody sees what is typed.
static bool read_password(char out[LINE_SIZE], struct console *console)
{
    char again[LINE_SIZE] = "";
    bool same = true;
    bool done = typed_line_read("New password: ", out, LINE_SIZE);
    if (done && typed_line_is_terminal()) {
        done = typed_line_read("Once more: ", again, sizeof again);
        same = strcmp(out, again) == 0;
    }
    explicit_bzero(again, sizeof again);
    if (!same)
        console_complain(console, "the two passwords differ; nothing was done");
    else if (!done || !password_is_well_formed(out))
        console_complain(console,
                         "a password has at least %d letters and at most %d "
                         "bytes, on one line of standard input",
                         PASSWORD_LETTERS_LEAST, PASSWORD_BYTES_MOST);
    return done && same && password_is_well_formed(out);
}

static bool make_hash(char out[PASSWORD_HASH_SIZE], struct console *console)
{
    char password[LINE_SIZE] = "";
    bool done = false;
    if (read_password(password, console)) {
        done = password_hash(password, out);
        if (!done)
            console_complain(console, "out of memory: 32 MiB are needed");
    }
    explicit_bzero(password, sizeof password);
    return done;
}

// What can be wrong before a password is asked for. `display` owns a text.
static bool read_person(const struct config *config,
                        struct office_new_person *out, struct buf *display,
                        struct console *console)
{
    const char *role = command_need(config, "role", console);
    const char *shown = config_text(config, "display");
    const char *officer = config_text(config, "officer");
    const char *why;
    out->name = command_need(config, "name", console);
    if (!out->name || !role)
        return false;
    if (!shown)
        shown = out->name;
    if (!text_append_nfc(shown, strlen(shown), display)) {
        console_complain(console, "--display: is no UTF-8");
        return false;
    }
    out->display = buf_text(display);
    out->officer = officer ? officer : "";
    if (!person_role_parse(role, &out->role)) {
        console_complain(
            console, "--role \"%s\": admin, office, leader or officer", role);
        return false;
    }
    if (!office_new_person_fits(out, &why)) {
        console_complain(console, "--%s", why);
        return false;
    }
    return true;
}

static bool add_with(const struct server_place *place,
                     const struct office_new_person *person,
                     struct console *console)
{
    struct admin admin;
    if (!admin_open(place, &admin, console))
        return false;
    bool done = admin_add_person(&admin, person, console);
    admin_close(&admin);
    if (done)
        buf_printf(&console->out, "Added: %s (%s)\n", person->name,
                   person_role_name(person->role));
    return done;
}

static int add(const struct config *config, struct console *console)
{
    struct server_place place;
    struct office_new_person person = {0};
    char hash[PASSWORD_HASH_SIZE];
    struct buf display = {0};
    int code = COMMAND_MISUSED;
    if (server_place_read(config, &place, console) &&
        read_person(config, &person, &display, console) &&
        make_hash(hash, console)) {
        person.hash = hash;
        code =
            add_with(&place, &person, console) ? COMMAND_DONE : COMMAND_FAILED;
    }
    buf_free(&display);
    return code;
}

static bool list_as_text(void *ctx, const struct office_person *person)
{
    struct listing *listing = ctx;
    char added[CLOCK_ISO_SIZE], disabled[CLOCK_ISO_SIZE] = "";
    clock_format(person->added_at, added);
    if (person->disabled_at > 0)
        clock_format(person->disabled_at, disabled);
    listing_add(listing, person->name);
    listing_add(listing, person_role_name(person->role));
    listing_add(listing, person->officer);
    listing_add(listing, added);
    listing_add(listing, disabled);
    listing_add(listing, person->display);
    return true;
}

static bool list_as_json(void *ctx, const struct office_person *person)
{
    char added[CLOCK_ISO_SIZE], disabled[CLOCK_ISO_SIZE];
    clock_format(person->added_at, added);
    clock_format(person->disabled_at, disabled);
    json_t *row = json_pack(
        "{s:s, s:s, s:s, s:s?, s:s, s:s?}", "name", person->name, "display",
        person->display, "role", person_role_name(person->role), "officer",
        person->officer[0] != '\0' ? person->officer : NULL, "added_at", added,
        "disabled_at", person->disabled_at > 0 ? disabled : NULL);
    return row && json_array_append_new(ctx, row) == 0;
}

static enum office_result read_as_text(struct office *office,
                                       struct listing *listing)
{
    return office_list_people(office, list_as_text, listing);
}

static enum office_result read_as_json(struct office *office, json_t *rows)
{
    return office_list_people(office, list_as_json, rows);
}

static int list(const struct config *config, struct console *console)
{
    static const char *const HEAD[] = {"NAME",  "ROLE",     "OFFICER",
                                       "ADDED", "DISABLED", "PERSON"};
    static const struct listing_kind KIND = {HEAD, sizeof HEAD / sizeof HEAD[0],
                                             read_as_text, read_as_json};
    return listing_run(config, &KIND, console);
}

// The operand as a sign-in name.
static bool need_name(const struct config *config, char out[PERSON_NAME_SIZE],
                      struct console *console)
{
    const char *text = config_operand(config, 0);
    if (person_name_read(text, out))
        return true;
    console_complain(console,
                     "\"%s\" is no sign-in name; see hailong user list", text);
    return false;
}

// Disables or enables.
static int change(const struct config *config, struct console *console,
                  bool (*work)(struct admin *admin, const char *name,
                               struct console *console),
                  const char *done_text)
{
    struct server_place place;
    char name[PERSON_NAME_SIZE];
    struct admin admin;
    if (!server_place_read(config, &place, console) ||
        !need_name(config, name, console))
        return COMMAND_MISUSED;
    if (!admin_open(&place, &admin, console))
        return COMMAND_FAILED;
    bool done = work(&admin, name, console);
    admin_close(&admin);
    if (done)
        buf_printf(&console->out, "%s: %s\n", done_text, name);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

static int disable(const struct config *config, struct console *console)
{
    return change(config, console, admin_disable_person,
                  "Disabled, and signed out");
}

static int enable(const struct config *config, struct console *console)
{
    return change(config, console, admin_enable_person, "May sign in again");
}

static int set_password(const struct config *config, struct console *console)
{
    struct server_place place;
    char name[PERSON_NAME_SIZE], hash[PASSWORD_HASH_SIZE];
    struct admin admin;
    if (!server_place_read(config, &place, console) ||
        !need_name(config, name, console) || !make_hash(hash, console))
        return COMMAND_MISUSED;
    if (!admin_open(&place, &admin, console))
        return COMMAND_FAILED;
    bool done = admin_set_password(&admin, name, hash, console);
    admin_close(&admin);
    if (done)
        buf_printf(&console->out, "The password is set, and %s signed out.\n",
                   name);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_USER_ADD = {
    "user add", "let a person sign in; the password is asked for", NULL,
    ADD_KEYS, add};
const struct command COMMAND_USER_LIST = {
    "user list", "the people who may sign in", NULL, LIST_KEYS, list};
const struct command COMMAND_USER_DISABLE = {
    "user disable", "let a person sign in no more", "NAME", DATA_KEYS, disable};
const struct command COMMAND_USER_ENABLE = {
    "user enable", "let a disabled person sign in again", "NAME", DATA_KEYS,
    enable};
const struct command COMMAND_USER_PASSWORD = {"user password",
                                              "set a person's password", "NAME",
                                              DATA_KEYS, set_password};
