// hailong enrol: makes a device's key, tells the server with the one-time code,
// and keeps what it answers. The private key never leaves the directory.
#include "common/clock.h"
#include "ledger/pin.h"
#include "operator/command.h"
#include "operator/remote.h"
#include "sync/enrolment.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct config_key KEYS[] = {
    {"hailong", "server", CONFIG_TEXT, NULL, 0, 0,
     "the server, https://host[:port]"},
    {"hailong", "code", CONFIG_TEXT, NULL, 0, 0,
     "the code that hailong device add printed"},
    {"hailong", "data", CONFIG_TEXT, NULL, 0, 0,
     "the device's directory; made when missing"},
    {"hailong", "ca", CONFIG_TEXT, NULL, 0, 0,
     "file of certificates to trust instead of the system's"},
    {"hailong", "pin", CONFIG_TEXT, NULL, 0, 0,
     "SHA-256 of the server's public key: sha256//BASE64 or hexadecimal"},
    {"hailong", "plain_http", CONFIG_FLAG, "no", 0, 0,
     "allow http:// beyond this machine; for a laboratory"},
    {0}};

// What each ending means for the person at the keyboard.
static void complain(struct console *console, const struct enrolment *what,
                     enum enrolment_result result, const char *detail)
{
    char now[CLOCK_ISO_SIZE];
    clock_format(clock_wall_ms(), now);
    switch (result) {
    case ENROLMENT_DONE:
        break;
    case ENROLMENT_ALREADY:
        console_complain(console,
                         "%s/" DEVICE_FILE_JSON " is there: this directory is "
                         "enrolled already; hailong status tells as what. For "
                         "another device give another directory",
                         what->directory);
        break;
    case ENROLMENT_DISK:
        console_complain(console, "%s", detail);
        break;
    case ENROLMENT_ADDRESS:
    case ENROLMENT_PLAIN_HTTP:
        console_complain(console, "%s: the address is too long", what->server);
        break;
    case ENROLMENT_NO_ANSWER:
        console_complain(console,
                         "%s: no answer: %s. Check the address and the "
                         "network, and that hailong-server runs there",
                         what->server, detail);
        break;
    case ENROLMENT_TLS:
        console_complain(console,
                         "%s: its certificate is not accepted: %s. Check that "
                         "the clock is right (here it is %s), that the address "
                         "is the one in the certificate, and --ca or --pin",
                         what->server, detail, now);
        break;
    case ENROLMENT_NOT_OURS:
        console_complain(console,
                         "%s: not the answer of a hailong-server (%s); check "
                         "the address",
                         what->server, detail);
        break;
    case ENROLMENT_CODE_UNKNOWN:
        console_complain(console,
                         "the server does not know this code: check each "
                         "letter, and that --server is the server where "
                         "hailong device add was run");
        break;
    case ENROLMENT_CODE_USED:
        console_complain(console,
                         "this code was used already: each works once; make a "
                         "new one with hailong device add");
        break;
    case ENROLMENT_CODE_EXPIRED:
        console_complain(console,
                         "this code has expired: codes work for 30 minutes; "
                         "make a new one with hailong device add");
        break;
    case ENROLMENT_REFUSED:
        console_complain(console, "%s: answered %s", what->server, detail);
        break;
    case ENROLMENT_MEMORY:
    case ENROLMENT_RESULT_COUNT:
        console_complain(console, "out of memory");
        break;
    }
}

// An absolute path, since the courier runs elsewhere.
static bool find_certificates(const char *ca, char out[PATH_MAX],
                              struct console *console)
{
    if (!ca || realpath(ca, out))
        return true;
    console_complain(console, "--ca %s: %s", ca, strerror(errno));
    return false;
}

static int run(const struct config *config, struct console *console)
{
    char server[REMOTE_SERVER_SIZE], pin[REMOTE_PIN_SIZE], ca[PATH_MAX];
    char detail[ENROLMENT_DETAIL_SIZE];
    char staff_pin[PIN_DIGITS + 1], staff_hash[PIN_HASH_SIZE];
    struct device device;
    const char *typed = command_need(config, "server", console);
    const char *pins = config_text(config, "pin");
    const char *certificates = config_text(config, "ca");
    struct enrolment what = {.server = server,
                             .code = command_need(config, "code", console),
                             .directory = command_need(config, "data", console),
                             .ca = certificates ? ca : NULL,
                             .pin = pins ? pin : NULL,
                             .plain_http = config_flag(config, "plain_http")};
    if (!typed || !what.code || !what.directory ||
        !remote_read_server(typed, what.plain_http, server, console) ||
        (pins && !remote_read_pin(pins, pin, console)))
        return COMMAND_MISUSED;
    if (!find_certificates(certificates, ca, console))
        return COMMAND_FAILED;
    pin_choose(staff_pin);
    if (!pin_hash(staff_pin, staff_hash)) {
        console_complain(console, "out of memory: 16 MiB are needed");
        return COMMAND_FAILED;
    }
    what.staff_pin = staff_hash;
    enum enrolment_result result = enrolment_run(&what, &device, detail);
    complain(console, &what, result, detail);
    if (result != ENROLMENT_DONE)
        return COMMAND_FAILED;
    buf_printf(&console->out,
               "Enrolled: device %s, counter %s, server %s\n"
               "PIN of the staff's page: %s (shown only now; hailong pin sets "
               "another)\n",
               device.id, device.counter, device.server, staff_pin);
    explicit_bzero(staff_pin, sizeof staff_pin);
    device_release(&device);
    return COMMAND_DONE;
}

const struct command COMMAND_ENROL = {
    "enrol", "make this machine a device of a server", NULL, KEYS, run};
