// hailong verify: recomputes a device's or a server's directory.
#include "common/file.h"
#include "operator/command.h"
#include "operator/server_data.h"
#include "operator/verification.h"
#include "store/device.h"
#include <limits.h>

static const struct config_key KEYS[] = {
    SERVER_PLACE_OPTIONS("the directory of a device or a server"),
    {"hailong", "checkpoint", CONFIG_TEXT, NULL, 0, 0,
     "of a server: a checkpoint that was kept elsewhere, to hold against it"},
    {"hailong", "report", CONFIG_TEXT, NULL, 0, 0,
     "of a server: recompute only this report, a file that hailong report "
     "--format json made"},
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};

static bool holds(const char *directory, const char *name)
{
    char path[PATH_MAX];
    return file_join(path, sizeof path, directory, name) && file_exists(path);
}

static bool is_server(const struct server_place *place)
{
    return office_is_url(place->database) || file_exists(place->database);
}

static int verify(const struct server_place *place, const char *checkpoint,
                  bool as_json, struct console *console)
{
    struct verification verification;
    bool of_server = is_server(place);
    verification_start(&verification, of_server ? "server" : "device");
    bool done =
        of_server
            ? verification_of_server(place, checkpoint, &verification, console)
            : verification_of_device(place->directory, &verification, console);
    if (done || verification.found > 0)
        verification_print(&verification, as_json, &console->out);
    bool sound = done && verification_is_sound(&verification);
    verification_free(&verification);
    return sound ? COMMAND_DONE : COMMAND_FAILED;
}

static int verify_report(const struct server_place *place, const char *report,
                         bool as_json, struct console *console)
{
    struct verification verification;
    verification_start(&verification, "report");
    bool done = verification_of_report(place, report, &verification, console);
    if (done)
        verification_print(&verification, as_json, &console->out);
    bool sound = done && verification_is_sound(&verification);
    verification_free(&verification);
    return sound ? COMMAND_DONE : COMMAND_FAILED;
}

static int run(const struct config *config, struct console *console)
{
    struct server_place place;
    const char *checkpoint = config_text(config, "checkpoint");
    if (!server_place_read(config, &place, console))
        return COMMAND_MISUSED;
    const char *data = place.directory;
    if (checkpoint && checkpoint[0] == '\0')
        checkpoint = NULL;
    if (!is_server(&place) && !holds(data, DEVICE_FILE_JSON) &&
        !holds(data, DEVICE_FILE_KIOSK)) {
        console_complain(console,
                         "%s holds neither a server's (%s) nor a device's (%s, "
                         "%s) data; check --data",
                         data, SERVER_DATABASE, DEVICE_FILE_JSON,
                         DEVICE_FILE_KIOSK);
        return COMMAND_FAILED;
    }
    if (checkpoint && !is_server(&place)) {
        console_complain(console, "--checkpoint: %s is no server's directory",
                         data);
        return COMMAND_MISUSED;
    }
    const char *report = config_text(config, "report");
    if (report && report[0] != '\0')
        return verify_report(&place, report, config_flag(config, "json"),
                             console);
    return verify(&place, checkpoint, config_flag(config, "json"), console);
}

const struct command COMMAND_VERIFY = {
    "verify", "recompute chains, signatures, receipts and totals", NULL, KEYS,
    run};
