#include "sync/enrolment.h"
#include "common/file.h"
#include "common/json.h"
#include "store/voucher.h"
#include "sync/transport.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char PROBLEM_PREFIX[] = "urn:hailong:problem:";

static const char *const NAMES[ENROLMENT_RESULT_COUNT] = {
    [ENROLMENT_DONE] = "done",
    [ENROLMENT_ALREADY] = "already-enrolled",
    [ENROLMENT_NO_DEVICE] = "no-device",
    [ENROLMENT_DISK] = "disk",
    [ENROLMENT_ADDRESS] = "address",
    [ENROLMENT_PLAIN_HTTP] = "plain-http",
    [ENROLMENT_NO_NETWORK] = "no-network",
    [ENROLMENT_NO_NAME] = "no-name",
    [ENROLMENT_NO_ANSWER] = "no-answer",
    [ENROLMENT_TLS] = "certificate",
    [ENROLMENT_CLOCK] = "clock",
    [ENROLMENT_HOST] = "certificate-host",
    [ENROLMENT_PIN] = "wrong-pin",
    [ENROLMENT_NOT_OURS] = "not-a-server",
    [ENROLMENT_CODE_UNKNOWN] = "code-unknown",
    [ENROLMENT_CODE_USED] = "code-used",
    [ENROLMENT_CODE_EXPIRED] = "code-expired",
    [ENROLMENT_NO_VOUCHER] = "no-voucher",
    [ENROLMENT_NO_CODE] = "no-code",
    [ENROLMENT_REFUSED] = "refused",
    [ENROLMENT_MEMORY] = "memory"};

const char *enrolment_name(enum enrolment_result result)
{
    return NAMES[result];
}

bool enrolment_by_name(const char *name, enum enrolment_result *out)
{
    for (int i = 0; i < ENROLMENT_RESULT_COUNT; i++) {
        if (strcmp(NAMES[i], name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

// Nothing, or a ward's place behind the host: "/w/H24.12".
static bool is_place(const char *path)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    size_t prefix = sizeof VOUCHER_WARDS - 1;
    return *path == '\0' ||
           (strncmp(path, VOUCHER_WARDS, prefix) == 0 && path[prefix] != '\0' &&
            path[prefix + strspn(path + prefix, letters)] == '\0');
}

enum enrolment_result enrolment_read_server(const char *text, bool plain_http,
                                            char out[DEVICE_TEXT_SIZE])
{
    text += strspn(text, " ");
    size_t size = strlen(text);
    while (size > 0 && (text[size - 1] == '/' || text[size - 1] == ' '))
        size--;
    bool bare = !memchr(text, ':', size) || !strstr(text, "://");
    int length = snprintf(out, DEVICE_TEXT_SIZE, "%s%.*s",
                          bare ? "https://" : "", (int)size, text);
    const char *host = strstr(out, "://");
    if (size == 0 || length >= DEVICE_TEXT_SIZE ||
        (strncmp(out, "https://", 8) != 0 && strncmp(out, "http://", 7) != 0) ||
        host[3] == '\0' || !is_place(host + 3 + strcspn(host + 3, "/?#@ ")))
        return ENROLMENT_ADDRESS;
    return transport_allows(out, plain_http) ? ENROLMENT_DONE
                                             : ENROLMENT_PLAIN_HTTP;
}

// --- One enrolment ----------------------------------------------------------

struct work {
    const struct enrolment *what;
    struct device *device; // filled step by step
    struct device before;  // again: what it was
    struct key key;
    char *detail;
};

static enum enrolment_result fail_on_file(struct work *work, const char *name)
{
    snprintf(work->detail, ENROLMENT_DETAIL_SIZE, "%s/%s cannot be written: %s",
             work->what->directory, name, strerror(errno));
    return ENROLMENT_DISK;
}

// An enrolled directory is left alone: its ledger is the device's that it is.
static enum enrolment_result prepare_directory(struct work *work)
{
    char path[PATH_MAX];
    if (!file_make_directory(work->what->directory)) {
        snprintf(work->detail, ENROLMENT_DETAIL_SIZE, "%s cannot be made: %s",
                 work->what->directory, strerror(errno));
        return ENROLMENT_DISK;
    }
    if (!file_join(path, sizeof path, work->what->directory,
                   DEVICE_FILE_JSON)) {
        errno = ENAMETOOLONG;
        return fail_on_file(work, DEVICE_FILE_JSON);
    }
    if (work->what->is_again)
        return device_load(work->what->directory, &work->before) == DEVICE_OK &&
                       device_load_key(work->what->directory, &work->key)
                   ? ENROLMENT_DONE
                   : ENROLMENT_NO_DEVICE;
    return file_exists(path) ? ENROLMENT_ALREADY : ENROLMENT_DONE;
}

static bool copy_text(const char *text, char out[DEVICE_TEXT_SIZE])
{
    return snprintf(out, DEVICE_TEXT_SIZE, "%s", text ? text : "") <
           DEVICE_TEXT_SIZE;
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

static enum enrolment_result take_refusal(struct work *work,
                                          const json_t *object, int status)
{
    const size_t prefix = sizeof PROBLEM_PREFIX - 1;
    const char *type = "", *detail = "";
    if (!object || !json_get_text(object, "type", &type) ||
        strncmp(type, PROBLEM_PREFIX, prefix) != 0) {
        snprintf(work->detail, ENROLMENT_DETAIL_SIZE, "it answered %d", status);
        return ENROLMENT_NOT_OURS;
    }
    enum enrolment_result result;
    if (enrolment_by_name(type + prefix, &result) &&
        enrolment_is_of_code(result))
        return result;
    if (!json_get_text(object, "detail", &detail))
        detail = type + prefix;
    snprintf(work->detail, ENROLMENT_DETAIL_SIZE, "%d: %s", status, detail);
    return ENROLMENT_REFUSED;
}

static enum enrolment_result take_answer(struct work *work,
                                         const struct transport_answer *answer)
{
    char why[JSON_MESSAGE_SIZE];
    enum enrolment_result result = ENROLMENT_DONE;
    json_t *object = json_read(buf_text(&answer->body), answer->body.size, why);
    if (answer->status != 201) {
        result = take_refusal(work, object, answer->status);
    } else if (!object || !read_identity(object, work->device)) {
        snprintf(work->detail, ENROLMENT_DETAIL_SIZE,
                 "the answer lacks something; are both of the same version?");
        result = ENROLMENT_NOT_OURS;
    }
    json_decref(object);
    return result;
}

static enum enrolment_result take_silence(struct work *work,
                                          enum transport_result sent,
                                          const struct transport_answer *answer)
{
    static const enum enrolment_result RESULTS[] = {
        [TRANSPORT_FAULT_OTHER] = ENROLMENT_NO_ANSWER,
        [TRANSPORT_FAULT_NAME] = ENROLMENT_NO_NAME,
        [TRANSPORT_FAULT_ROUTE] = ENROLMENT_NO_NETWORK,
        [TRANSPORT_FAULT_NO_TLS] = ENROLMENT_NOT_OURS,
        [TRANSPORT_FAULT_DATES] = ENROLMENT_CLOCK,
        [TRANSPORT_FAULT_ISSUER] = ENROLMENT_TLS,
        [TRANSPORT_FAULT_HOST] = ENROLMENT_HOST,
        [TRANSPORT_FAULT_PIN] = ENROLMENT_PIN};
    snprintf(work->detail, ENROLMENT_DETAIL_SIZE, "%s", answer->message);
    return sent == TRANSPORT_TLS && answer->fault == TRANSPORT_FAULT_OTHER
               ? ENROLMENT_TLS
               : RESULTS[answer->fault];
}

static enum enrolment_result ask_once(struct work *work,
                                      struct transport *transport,
                                      const struct transport_request *request)
{
    struct transport_answer answer = {0};
    enum transport_result sent = transport_ask(transport, request, &answer);
    enum enrolment_result result = sent == TRANSPORT_ANSWERED
                                       ? take_answer(work, &answer)
                                       : take_silence(work, sent, &answer);
    transport_answer_free(&answer);
    return result;
}

static enum enrolment_result send(struct work *work, const struct buf *body)
{
    const struct enrolment *what = work->what;
    const struct transport_params params = {.ca = what->ca,
                                            .pin = what->pin,
                                            .proxy = what->proxy,
                                            .plain_http = what->plain_http};
    struct transport *transport = transport_open(&params);
    struct buf url = {0};
    buf_printf(&url, "%s/api/v1/devices/enrol", what->server);
    enum enrolment_result result = ENROLMENT_MEMORY;
    if (transport && buf_ok(&url)) {
        struct transport_request request = {.method = "POST",
                                            .url = buf_text(&url),
                                            .content_type = "application/json",
                                            .body = body->data,
                                            .size = body->size};
        result = ask_once(work, transport, &request);
        if (result == ENROLMENT_CLOCK && what->pin) {
            work->detail[0] = '\0';
            request.any_date = true;
            result = ask_once(work, transport, &request);
        }
    }
    buf_free(&url);
    transport_close(transport);
    return result;
}

static enum enrolment_result ask_server(struct work *work)
{
    char public_key[KEY_PUBLIC_BASE64_SIZE];
    struct buf body = {0};
    key_public_base64(work->key.public_key, public_key);
    json_t *object =
        json_pack("{s:s, s:s, s:s}", "code", work->what->code, "public_key",
                  public_key, "version", HAILONG_VERSION);
    if (object && work->what->is_again)
        json_object_set_new(object, "device", json_string(work->before.id));
    // What is no UTF-8 is no code.
    enum enrolment_result result = ENROLMENT_CODE_UNKNOWN;
    if (object && json_write(object, &body))
        result = send(work, &body);
    json_decref(object);
    buf_free(&body);
    return result;
}

// What the server does not tell stays as it was. False: it answered as to
// another device.
static bool stay(struct work *work)
{
    const struct device *before = &work->before;
    struct device *device = work->device;
    unsigned char server_key[KEY_PUBLIC_BYTES];
    memcpy(server_key, device->server_key, sizeof server_key);
    memcpy(device->server_key, before->server_key, sizeof device->server_key);
    memcpy(device->former_keys, before->former_keys,
           sizeof device->former_keys);
    device->former_count = before->former_count;
    device_trust(device, server_key);
    memcpy(device->name, before->name, sizeof device->name);
    memcpy(device->staff_pin, before->staff_pin, sizeof device->staff_pin);
    return strcmp(device->id, before->id) == 0;
}

static enum enrolment_result make(struct work *work)
{
    const struct enrolment *what = work->what;
    if (!copy_text(what->server, work->device->server) ||
        !copy_text(what->ca, work->device->ca) ||
        !copy_text(what->pin, work->device->pin) ||
        !copy_text(what->staff_pin, work->device->staff_pin))
        return ENROLMENT_ADDRESS;
    enum enrolment_result result = prepare_directory(work);
    if (result != ENROLMENT_DONE)
        return result;
    // The key of an enrolment whose answer did not come is used again: then
    // the server gives the answer again.
    if (!what->is_again && !device_load_key(what->directory, &work->key)) {
        key_make(&work->key);
        if (!device_save_key(what->directory, &work->key))
            return fail_on_file(work, DEVICE_FILE_KEY);
    }
    result = ask_server(work);
    if (result != ENROLMENT_DONE)
        return result;
    if (what->is_again && !stay(work)) {
        snprintf(work->detail, ENROLMENT_DETAIL_SIZE,
                 "the code was for another device");
        return ENROLMENT_REFUSED;
    }
    return device_save(what->directory, work->device)
               ? ENROLMENT_DONE
               : fail_on_file(work, DEVICE_FILE_JSON);
}

enum enrolment_result enrolment_run(const struct enrolment *enrolment,
                                    struct device *out,
                                    char detail[ENROLMENT_DETAIL_SIZE])
{
    *out = (struct device){0};
    detail[0] = '\0';
    struct work work = {.what = enrolment, .device = out, .detail = detail};
    enum enrolment_result result = make(&work);
    key_wipe(&work.key);
    device_release(&work.before);
    if (result != ENROLMENT_DONE)
        device_release(out);
    return result;
}
