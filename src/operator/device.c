// hailong device add | list | replace | revoke: the devices of a server.
#include "common/clock.h"
#include "common/json.h"
#include "office/devices.h"
#include "operator/admin_client.h"
#include "operator/command.h"
#include "operator/device_batch.h"
#include "operator/listing.h"
#include "operator/remote.h"
#include "operator/server_data.h"
#include "qr/qr.h"
#include <string.h>

static const struct config_key ADD_KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory"),
    {"hailong", "counter", CONFIG_TEXT, NULL, 0, 0,
     "the counter where the device stands: 3"},
    {"hailong", "name", CONFIG_TEXT, NULL, 0, 0,
     "a name for people, as \"Tablet, ground floor\""},
    {"hailong", "field", CONFIG_TEXT, NULL, 0, 0,
     "the one field that the counter serves: chung-thuc"},
    {"hailong", "point", CONFIG_TEXT, NULL, 0, 0,
     "the code of the point where the counter is: tru-so"},
    {"hailong", "unit_code", CONFIG_TEXT, NULL, 0, 0,
     "the unit's code while the server is down; default: as the other devices"},
    {"hailong", "csv", CONFIG_TEXT, NULL, 0, 0,
     "instead of one: a table with the columns counter, name, field, point; "
     "all "
     "or none"},
    {"hailong", "server", CONFIG_TEXT, NULL, 0, 0,
     "the server as the machines reach it, https://host[:port]; for QR code, "
     "stick and sheets. Default: its public_url"},
    {"hailong", "pin", CONFIG_TEXT, NULL, 0, 0,
     "SHA-256 of its public key, where something else answers TLS for it with "
     "a "
     "certificate of its own"},
    {"hailong", "valid_h", CONFIG_INTEGER, "0", 0, SECRET_CODE_HOURS_MAX,
     "hours for which the codes work; 0: half an hour. At most 72: who finds a "
     "code on paper becomes a counter of the ward"},
    {"hailong", "file", CONFIG_TEXT, NULL, 0, 0,
     "write the codes for a stick, as hailong-enrol.txt"},
    {"hailong", "sheets", CONFIG_TEXT, NULL, 0, 0,
     "write sheets with QR codes to print, a PDF"},
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};
static const struct config_key LIST_KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory"),
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};
static const struct config_key REVOKE_KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory"), {0}};

// `is_again`: for a device that is one already.
static void print_added(const struct admin_added_device *added, bool is_again,
                        bool as_json, struct console *console)
{
    char expires[CLOCK_ISO_SIZE];
    bool whole = added->voucher[0] != '\0';
    clock_format(added->expires_at, expires);
    if (as_json) {
        listing_print_object(json_pack("{s:s, s:s, s:s, s:s?}", "device",
                                       added->id, "code", added->code,
                                       "expires_at", expires, "voucher",
                                       whole ? added->voucher : NULL),
                             &console->out);
        return;
    }
    buf_printf(
        &console->out,
        "Device          %s\n"
        "Enrolment code  %s\n"
        "Works once, until %s. %s:\n"
        "  hailong enrol%s %s%s --data DIR\n%s\n",
        added->id, added->code, expires,
        is_again ? "On that device"
                 : "Scan it at the device's screen, or there",
        is_again ? " --again" : "", whole ? "--qr " : "--server URL --code ",
        whole ? added->voucher : added->code,
        whole ? ""
              : "The QR code holds the code alone; \"--server URL\" with this "
                "command puts the server's address into it.\n");
    if (!qr_append_blocks(whole ? added->voucher : added->code, &console->out))
        console_complain(console, "the code could not be drawn; type it");
}

// A private server needs its key named; where it is a pin as people have it.
static bool read_handout(const struct config *config,
                         char server[REMOTE_SERVER_SIZE],
                         char pin[REMOTE_PIN_SIZE], struct admin_handout *out,
                         struct console *console)
{
    const char *url = config_text(config, "server");
    const char *pins = config_text(config, "pin");
    *out = (struct admin_handout){.valid_h = config_integer(config, "valid_h")};
    if ((url && !remote_read_server(url, true, server, console)) ||
        (pins && !remote_read_pin(pins, pin, console)))
        return false;
    out->server = url ? server : NULL;
    out->pin = pins ? pin : NULL;
    return true;
}

static int add_one(struct admin *admin, const struct admin_new_device *device,
                   bool as_json, struct console *console)
{
    struct admin_added_device added;
    bool done = admin_add_device(admin, device, &added, console);
    if (done)
        print_added(&added, false, as_json, console);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

static int add(const struct config *config, struct console *console)
{
    char server[REMOTE_SERVER_SIZE], pin[REMOTE_PIN_SIZE];
    const char *csv = config_text(config, "csv");
    struct admin_new_device device = {
        .counter = csv ? NULL : command_need(config, "counter", console),
        .name = config_text(config, "name"),
        .field = config_text(config, "field"),
        .point = config_text(config, "point"),
        .unit = config_text(config, "unit_code"),
    };
    struct server_place place;
    if (!server_place_read(config, &place, console) ||
        (!csv && !device.counter) ||
        !read_handout(config, server, pin, &device.handout, console))
        return COMMAND_MISUSED;
    const struct device_batch batch = {.csv = csv,
                                       .one = &device,
                                       .file = config_text(config, "file"),
                                       .sheets = config_text(config, "sheets"),
                                       .handout = device.handout,
                                       .as_json = config_flag(config, "json")};
    struct admin admin;
    if (!admin_open(&place, &admin, console))
        return COMMAND_FAILED;
    int code = csv || batch.file || batch.sheets
                   ? device_batch_run(&admin, &batch, console)
                   : add_one(&admin, &device, batch.as_json, console);
    admin_close(&admin);
    return code;
}

static bool list_as_text(void *ctx, const struct office_device *device)
{
    struct listing *listing = ctx;
    char seen[CLOCK_ISO_SIZE] = "never";
    if (device->last_seen_at > 0)
        clock_format(device->last_seen_at, seen);
    listing_add(listing, device->counter);
    listing_add(listing, device->id);
    listing_add(listing, office_device_state_name(device->state));
    listing_add(listing, seen);
    listing_add_count(listing, device->pending);
    listing_add_count(listing, device->reported_to - device->received_to);
    listing_add_count(listing, device->flag_count);
    listing_add(listing, device->version);
    listing_add(listing, device->point);
    listing_add(listing, device->name);
    return true;
}

static json_t *time_or_null(int64_t wall_ms)
{
    char text[CLOCK_ISO_SIZE];
    clock_format(wall_ms, text);
    return wall_ms > 0 ? json_string(text) : json_null();
}

static json_t *count_or_null(int64_t count)
{
    return count >= 0 ? json_integer(count) : json_null();
}

static bool list_as_json(void *ctx, const struct office_device *device)
{
    json_t *row = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, "
        "s:o, "
        "s:I, s:I, s:I, s:I, s:I}",
        "device", device->id, "kind", office_device_kind_name(device->kind),
        "counter", device->counter, "name", device->name, "field",
        device->field, "point", device->point, "unit", device->unit, "state",
        office_device_state_name(device->state), "added_at",
        time_or_null(device->added_at), "enrolled_at",
        time_or_null(device->enrolled_at), "revoked_at",
        time_or_null(device->revoked_at), "last_seen_at",
        time_or_null(device->last_seen_at), "version", device->version,
        "pending", count_or_null(device->pending), "gen",
        (json_int_t)device->gen, "received_to", (json_int_t)device->received_to,
        "reported_to", (json_int_t)device->reported_to, "flags",
        (json_int_t)device->flag_count, "config_version",
        (json_int_t)device->config_version);
    return row && json_array_append_new(ctx, row) == 0;
}

static enum office_result read_as_text(struct office *office,
                                       struct listing *listing)
{
    return office_list_devices(office, list_as_text, listing);
}

static enum office_result read_as_json(struct office *office, json_t *rows)
{
    return office_list_devices(office, list_as_json, rows);
}

static int list(const struct config *config, struct console *console)
{
    static const char *const HEAD[] = {
        "COUNTER", "DEVICE", "STATE",   "LAST SEEN", "PENDING",
        "MISSING", "FLAGS",  "VERSION", "POINT",     "NAME"};
    static const struct listing_kind KIND = {HEAD, sizeof HEAD / sizeof HEAD[0],
                                             read_as_text, read_as_json};
    return listing_run(config, &KIND, console);
}

// NULL, and said, when it is no device's id.
static const char *need_id(const struct config *config, struct console *console)
{
    const char *id = config_operand(config, 0);
    if (id_is_valid(id, strlen(id)))
        return id;
    console_complain(console,
                     "\"%s\" is no device's id; see hailong device list", id);
    return NULL;
}

// Prints a code for the device of the operand, as `how` makes it.
typedef bool make_code(struct admin *admin, const char *id,
                       struct admin_added_device *out, struct console *console);
static int print_code(const struct config *config, make_code *how,
                      bool is_again, struct console *console)
{
    struct server_place place;
    const char *id = need_id(config, console);
    if (!server_place_read(config, &place, console) || !id)
        return COMMAND_MISUSED;
    struct admin admin;
    struct admin_added_device added;
    if (!admin_open(&place, &admin, console))
        return COMMAND_FAILED;
    bool done = how(&admin, id, &added, console);
    admin_close(&admin);
    if (done)
        print_added(&added, is_again, config_flag(config, "json"), console);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

static int replace(const struct config *config, struct console *console)
{
    return print_code(config, admin_replace_device, false, console);
}

static int renew(const struct config *config, struct console *console)
{
    return print_code(config, admin_renew_device, true, console);
}

static int revoke(const struct config *config, struct console *console)
{
    struct server_place place;
    const char *id = need_id(config, console);
    if (!server_place_read(config, &place, console) || !id)
        return COMMAND_MISUSED;
    struct admin admin;
    if (!admin_open(&place, &admin, console))
        return COMMAND_FAILED;
    bool done = admin_revoke_device(&admin, id, console);
    admin_close(&admin);
    if (done)
        buf_printf(&console->out, "Revoked: device %s\n", id);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_DEVICE_ADD = {
    "device add", "register a device and print its one-time code", NULL,
    ADD_KEYS, add};
const struct command COMMAND_DEVICE_LIST = {
    "device list", "the devices and when they were last heard of", NULL,
    LIST_KEYS, list};
const struct command COMMAND_DEVICE_REPLACE = {
    "device replace",
    "print a code for a device that takes the place of another", "ID",
    LIST_KEYS, replace};
const struct command COMMAND_DEVICE_RENEW = {
    "device renew",
    "print a code with which a device trusts the server's new keys", "ID",
    LIST_KEYS, renew};
const struct command COMMAND_DEVICE_REVOKE = {
    "device revoke", "take a device's right to send, for ever", "ID",
    REVOKE_KEYS, revoke};
