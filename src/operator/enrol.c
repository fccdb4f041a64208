// hailong enrol: makes a device's key, tells the server with the one-time code,
// and keeps what it answers. The private key never leaves the directory.
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "operator/command.h"
#include "operator/remote.h"
#include "store/device.h"
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

struct enrolment {
    const char *directory;
    const char *code;
    bool plain_http;
    struct device device; // filled step by step
    struct key key;
    struct console *console;
};

static bool fail_on_file(struct enrolment *enrolment, const char *name)
{
    console_complain(enrolment->console, "%s/%s cannot be written: %s",
                     enrolment->directory, name, strerror(errno));
    return false;
}

// An enrolled directory is left alone: its ledger is the device's that it is.
static bool prepare_directory(struct enrolment *enrolment)
{
    char path[PATH_MAX];
    if (!file_make_directory(enrolment->directory)) {
        console_complain(enrolment->console, "%s cannot be made: %s",
                         enrolment->directory, strerror(errno));
        return false;
    }
    if (!file_join(path, sizeof path, enrolment->directory, DEVICE_FILE_JSON)) {
        console_complain(enrolment->console, "%s: the path is too long",
                         enrolment->directory);
        return false;
    }
    if (file_exists(path)) {
        console_complain(enrolment->console,
                         "%s is there: this directory is enrolled already; "
                         "hailong status tells as what. For another device "
                         "give another directory",
                         path);
        return false;
    }
    return true;
}

// The key is on the disk before the server hears of it, so that a full or
// read-only disk does not cost the code.
static bool make_key(struct enrolment *enrolment)
{
    key_make(&enrolment->key);
    return device_save_key(enrolment->directory, &enrolment->key) ||
           fail_on_file(enrolment, DEVICE_FILE_KEY);
}

static bool keep_certificates(struct enrolment *enrolment, const char *ca)
{
    char path[PATH_MAX];
    if (!ca)
        return true;
    if (!realpath(ca, path)) {
        console_complain(enrolment->console, "--ca %s: %s", ca,
                         strerror(errno));
        return false;
    }
    if (snprintf(enrolment->device.ca, sizeof enrolment->device.ca, "%s",
                 path) >= (int)sizeof enrolment->device.ca) {
        console_complain(enrolment->console, "--ca %s: the path is too long",
                         path);
        return false;
    }
    return true;
}

// What the refusals of the enrolment mean for the person who typed the code.
static void complain_refusal(const struct enrolment *enrolment,
                             const struct remote *remote,
                             const struct remote_answer *answer)
{
    static const struct {
        const char *problem, *advice;
    } ADVICE[] = {
        {"code-unknown", "the server does not know this code: check each "
                         "letter, and that --server is the server where "
                         "hailong device add was run"},
        {"code-used", "this code was used already: each works once; make a "
                      "new one with hailong device add"},
        {"code-expired", "this code has expired: codes work for 30 minutes; "
                         "make a new one with hailong device add"},
    };
    char problem[REMOTE_PROBLEM_SIZE];
    remote_problem(answer, problem);
    for (size_t i = 0; i < sizeof ADVICE / sizeof ADVICE[0]; i++) {
        if (strcmp(problem, ADVICE[i].problem) == 0) {
            console_complain(enrolment->console, "%s", ADVICE[i].advice);
            return;
        }
    }
    remote_complain(remote, answer, enrolment->console);
}

static bool read_key_of(const json_t *object, const char *name,
                        unsigned char *out)
{
    const char *base64;
    return json_get_text(object, name, &base64) &&
           key_public_parse(base64, out);
}

// False when something that a device cannot do without is missing.
static bool read_identity(const json_t *object, struct device *out)
{
    json_t *config = json_object_get(object, "config");
    if (!json_copy_text(object, "device", out->id, sizeof out->id) ||
        !id_is_valid(out->id, strlen(out->id)) ||
        !json_copy_text(object, "token", out->token, sizeof out->token) ||
        !read_key_of(object, "server_key", out->server_key) ||
        !read_key_of(object, "box_key", out->box_key) ||
        !json_is_object(config) ||
        !json_copy_text(config, "counter", out->counter, sizeof out->counter))
        return false;
    json_get_int(config, "version", &out->config_version);
    out->config = json_incref(config);
    return true;
}

static bool take_answer(struct enrolment *enrolment,
                        const struct remote *remote,
                        const struct remote_answer *answer)
{
    if (answer->status != 201) {
        complain_refusal(enrolment, remote, answer);
        return false;
    }
    json_t *object = remote_object(remote, answer, enrolment->console);
    if (!object)
        return false;
    bool done = read_identity(object, &enrolment->device);
    json_decref(object);
    if (!done)
        console_complain(enrolment->console,
                         "%s: the answer lacks something; are hailong and "
                         "hailong-server of the same version?",
                         remote->server);
    return done;
}

static bool ask_server(struct enrolment *enrolment)
{
    const struct device *device = &enrolment->device;
    const struct remote remote = {
        .server = device->server,
        .ca = device->ca[0] != '\0' ? device->ca : NULL,
        .pin = device->pin[0] != '\0' ? device->pin : NULL,
        .plain_http = enrolment->plain_http,
    };
    char public_key[KEY_PUBLIC_BASE64_SIZE];
    struct remote_answer answer = {0};
    struct buf body = {0};
    key_public_base64(enrolment->key.public_key, public_key);
    json_t *object =
        json_pack("{s:s, s:s, s:s}", "code", enrolment->code, "public_key",
                  public_key, "version", HAILONG_VERSION);
    bool done = object && json_write(object, &body);
    if (!done)
        console_complain(enrolment->console, "--code: is no UTF-8 text");
    done = done &&
           remote_ask(&remote, "/api/v1/devices/enrol", buf_text(&body),
                      &answer, enrolment->console) &&
           take_answer(enrolment, &remote, &answer);
    json_decref(object);
    remote_answer_free(&answer);
    buf_free(&body);
    return done;
}

static bool enrol(struct enrolment *enrolment, const char *ca)
{
    if (!keep_certificates(enrolment, ca) || !prepare_directory(enrolment) ||
        !make_key(enrolment) || !ask_server(enrolment))
        return false;
    if (!device_save(enrolment->directory, &enrolment->device))
        return fail_on_file(enrolment, DEVICE_FILE_JSON);
    buf_printf(&enrolment->console->out,
               "Enrolled: device %s, counter %s, server %s\n",
               enrolment->device.id, enrolment->device.counter,
               enrolment->device.server);
    return true;
}

static int run(const struct config *config, struct console *console)
{
    struct enrolment enrolment = {.console = console};
    const char *server = command_need(config, "server", console);
    const char *pin = config_text(config, "pin");
    enrolment.plain_http = config_flag(config, "plain_http");
    enrolment.code = command_need(config, "code", console);
    enrolment.directory = command_need(config, "data", console);
    if (!server || !enrolment.code || !enrolment.directory ||
        !remote_read_server(server, enrolment.plain_http,
                            enrolment.device.server, console) ||
        (pin && !remote_read_pin(pin, enrolment.device.pin, console)))
        return COMMAND_MISUSED;
    bool done = enrol(&enrolment, config_text(config, "ca"));
    key_wipe(&enrolment.key);
    device_release(&enrolment.device);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_ENROL = {
    "enrol", "make this machine a device of a server", NULL, KEYS, run};
