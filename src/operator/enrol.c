// hailong enrol: makes a device's key, tells the server with the one-time code,
// and keeps what it answers. The private key never leaves the directory.
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "ledger/pin.h"
#include "operator/command.h"
#include "operator/remote.h"
#include "operator/say.h"
#include "store/voucher.h"
#include "sync/enrolment.h"
#include "sync/stick.h"
#include "vietnamese/number.h"
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
    {"hailong", "qr", CONFIG_TEXT, NULL, 0, 0,
     "instead of both: the text of the QR code, HAILONG:…"},
    {"hailong", "file", CONFIG_TEXT, NULL, 0, 0,
     "or a file of hailong device add --file; the first code that works"},
    {"hailong", "data", CONFIG_TEXT, NULL, 0, 0,
     "the device's directory; made when missing"},
    {"hailong", "ca", CONFIG_TEXT, NULL, 0, 0,
     "file of certificates to trust instead of the system's"},
    {"hailong", "pin", CONFIG_TEXT, NULL, 0, 0,
     "SHA-256 of the server's public key: sha256//BASE64 or hexadecimal; "
     "without --ca it vouches for the server alone"},
    {"hailong", "again", CONFIG_FLAG, "no", 0, 0,
     "the directory is a device, and stays it: trust the server's new keys, "
     "with a code of hailong device renew"},
    {"hailong", "plain_http", CONFIG_FLAG, "no", 0, 0,
     "allow http:// beyond this machine; for a laboratory"},
    {0}};

// What each ending means for the person at the keyboard: in Vietnamese as the
// counter's screen says it, in English with all that is known.
static void complain_in_vietnamese(struct console *console, const char *result)
{
    char id[64];
    struct buf now = {0};
    number_append_time(clock_wall_ms(), &now);
    buf_append_char(&now, ' ');
    number_append_date(date_day_of_wall_ms(clock_wall_ms()), &now);
    const char *const values[] = {buf_text(&now)};
    snprintf(id, sizeof id, "enrol.%s", result);
    say_in_vietnamese(console, id, values, 1);
    buf_free(&now);
}

static void complain(struct console *console, const struct enrolment *what,
                     enum enrolment_result result, const char *detail)
{
    struct buf words = {0};
    complain_in_vietnamese(console, enrolment_name(result));
    enrolment_explain(what, result, detail, &words);
    console_complain(console, "%s", buf_text(&words));
    buf_free(&words);
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

// --- What was given ----------------------------------------------------------

struct given {
    struct enrolment what;
    const char *file; // NULL: one code
    struct voucher voucher;
    char server[REMOTE_SERVER_SIZE], pin[REMOTE_PIN_SIZE], ca[PATH_MAX];
};

static bool read_voucher(const char *text, struct given *out,
                         struct console *console)
{
    if (voucher_read(text, &out->voucher) != VOUCHER_READ) {
        console_complain(console,
                         "--qr \"%s\": is not the text of an enrolment's QR "
                         "code, which is HAILONG:HOST/CODE",
                         text);
        return false;
    }
    out->what.code = out->voucher.code;
    if (!out->what.pin && out->voucher.pin[0])
        out->what.pin = out->voucher.pin;
    return true;
}

// --file, --qr, or --server with --code.
static bool read_source(const struct config *config, struct given *out,
                        struct console *console)
{
    const char *qr = config_text(config, "qr");
    const char *server = config_text(config, "server");
    const char *code = config_text(config, "code");
    out->file = config_text(config, "file");
    if ((out->file != NULL) + (qr != NULL) + (server || code) > 1) {
        console_complain(console, "give one of --file, --qr, and --server "
                                  "with --code");
        return false;
    }
    if (out->file)
        return true;
    if (qr) {
        if (!read_voucher(qr, out, console))
            return false;
        server = out->voucher.server;
    } else {
        server = command_need(config, "server", console);
        out->what.code = command_need(config, "code", console);
    }
    return server && out->what.code &&
           remote_read_server(server, out->what.plain_http, out->server,
                              console);
}

static bool read_given(const struct config *config, struct given *out,
                       struct console *console)
{
    const char *pins = config_text(config, "pin");
    *out = (struct given){
        .what = {.server = out->server,
                 .directory = command_need(config, "data", console),
                 .plain_http = config_flag(config, "plain_http"),
                 .is_again = config_flag(config, "again")}};
    if (!out->what.directory ||
        (pins && !remote_read_pin(pins, out->pin, console)))
        return false;
    if (pins)
        out->what.pin = out->pin;
    return read_source(config, out, console);
}

static enum enrolment_result enrol(struct given *given, struct device *out,
                                   char detail[ENROLMENT_DETAIL_SIZE])
{
    struct buf text = {0};
    enum enrolment_result result;
    if (!given->file)
        return enrolment_run(&given->what, out, detail);
    if (file_read(given->file, VOUCHER_FILE_MAX, &text)) {
        result = stick_enrol(&given->what, &text, out, given->server, detail);
    } else {
        snprintf(detail, ENROLMENT_DETAIL_SIZE, "%s: %s", given->file,
                 strerror(errno));
        result = ENROLMENT_NO_VOUCHER;
    }
    buf_free(&text);
    return result;
}

static void say_enrolled(const struct device *device, const char *staff_pin,
                         struct console *console)
{
    buf_printf(&console->out,
               "Enrolled: device %s, counter %s, server %s\n"
               "PIN of the staff's page: %s (shown only now; hailong pin sets "
               "another)\n",
               device->id, device->counter, device->server, staff_pin);
}

static void say_trusts(const struct device *device, struct console *console)
{
    buf_printf(&console->out,
               "Device %s, counter %s, trusts the server %s as it is now. "
               "Restart its programs (systemctl restart hailong-sync "
               "hailong-kiosk): what waits is sent then.\n",
               device->id, device->counter, device->server);
}

static int run(const struct config *config, struct console *console)
{
    char detail[ENROLMENT_DETAIL_SIZE] = "";
    char staff_pin[PIN_DIGITS + 1], staff_hash[PIN_HASH_SIZE];
    const char *certificates = config_text(config, "ca");
    struct given given;
    struct device device;
    if (!read_given(config, &given, console))
        return COMMAND_MISUSED;
    if (!find_certificates(certificates, given.ca, console))
        return COMMAND_FAILED;
    given.what.ca = certificates ? given.ca : NULL;
    pin_choose(staff_pin);
    if (!pin_hash(staff_pin, staff_hash)) {
        console_complain(console, "out of memory: 16 MiB are needed");
        return COMMAND_FAILED;
    }
    given.what.staff_pin = staff_hash;
    enum enrolment_result result = enrol(&given, &device, detail);
    if (result != ENROLMENT_DONE) {
        complain(console, &given.what, result, detail);
        return COMMAND_FAILED;
    }
    if (given.what.is_again)
        say_trusts(&device, console);
    else
        say_enrolled(&device, staff_pin, console);
    explicit_bzero(staff_pin, sizeof staff_pin);
    device_release(&device);
    return COMMAND_DONE;
}

const struct command COMMAND_ENROL = {
    "enrol", "make this machine a device of a server", NULL, KEYS, run};
