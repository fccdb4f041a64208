#include "operator/transaction_way.h"
#include "common/clock.h"
#include "common/file.h"
#include "office/configuration.h"
#include "office/devices.h"
#include "office/transaction_keys.h"
#include "operator/server_data.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A server that is busy is asked again a few times.
enum { HTTP_OK = 200, HTTP_BUSY = 503, TRIES = 5, PAUSE_S = 2 };

bool transactions_may_open(const struct config *config, struct console *console)
{
    bool data = server_place_is_told(config);
    bool server = config_text(config, "server") != NULL;
    if (data == server) {
        console_complain(console,
                         data ? "--data and --server exclude each other"
                              : "--data or --server is missing; see --help");
        return false;
    }
    return data || command_need(config, "key_file", console);
}

static bool open_remote(const struct config *config,
                        struct transaction_way *way, struct console *console)
{
    const char *pin = config_text(config, "pin");
    bool plain_http = config_flag(config, "plain_http");
    if (!remote_read_server(config_text(config, "server"), plain_http,
                            way->server, console) ||
        (pin && !remote_read_pin(pin, way->pin, console)) ||
        !remote_read_key(config_text(config, "key_file"), &way->key, console))
        return false;
    way->remote = (struct remote){.server = way->server,
                                  .token = buf_text(&way->key),
                                  .ca = config_text(config, "ca"),
                                  .pin = pin ? way->pin : NULL,
                                  .plain_http = plain_http};
    return true;
}

bool transactions_open(const struct config *config, struct transaction_way *out,
                       struct console *console)
{
    bool data = server_place_is_told(config);
    struct server_place place;
    *out = (struct transaction_way){.is_local = data, .admin.lock = -1};
    bool done = data ? server_place_read(config, &place, console) &&
                           admin_open(&place, &out->admin, console)
                     : open_remote(config, out, console);
    if (done && data)
        out->remote = (struct remote){.server = out->admin.url,
                                      .token = out->admin.token};
    if (!done && !data)
        transactions_close(out);
    return done;
}

void transactions_close(struct transaction_way *way)
{
    if (way->is_local)
        admin_close(&way->admin);
    if (way->key.data)
        explicit_bzero(way->key.data, way->key.size);
    buf_free(&way->key);
}

// --- Into the directory, while the server is down ---------------------------

struct newest {
    char unit[RECORD_CODE_SIZE];
    char device[ID_SIZE]; // that has a configuration; "": none
};

static bool take_newest(void *ctx, const struct office_device *device)
{
    struct newest *newest = ctx;
    memcpy(newest->unit, device->unit, sizeof newest->unit);
    if (device->config_version > 0)
        memcpy(newest->device, device->id, sizeof newest->device);
    return true;
}

// Whether codes are kept is the server's setting, which is down: what it told
// its devices last.
static bool is_linked(struct office *office, const char *device)
{
    struct buf body = {0};
    struct pseudonym_keys told = {.count = 0};
    char reason[JSON_MESSAGE_SIZE];
    int64_t version;
    json_t *object = NULL;
    if (device[0] != '\0' &&
        office_read_configuration(office, device, &version, &body) == OFFICE_OK)
        object = json_read(buf_text(&body), body.size, reason);
    bool linked = object && pseudonym_keys_read(object, &told) && told.linked;
    pseudonym_keys_wipe(&told);
    if (body.data)
        explicit_bzero(body.data, body.size);
    json_decref(object);
    buf_free(&body);
    return linked;
}

static enum office_result take_alone(struct office *office,
                                     const struct newest *newest,
                                     struct transaction_entry *entries,
                                     size_t count)
{
    struct pseudonym_keys keys = {.count = 0};
    int64_t now = clock_wall_ms();
    enum office_result result =
        office_make_transaction_keys(office, newest->unit, now);
    if (result == OFFICE_OK)
        result = office_transaction_keys(office, newest->unit, &keys);
    keys.linked = is_linked(office, newest->device);
    if (result == OFFICE_OK)
        result = office_take_transactions(office, newest->unit, &keys, entries,
                                          count, now);
    pseudonym_keys_wipe(&keys);
    return result;
}

// Only the server is told its unit; while it is down, its devices know.
static bool store_alone(struct office *office,
                        struct transaction_entry *entries, size_t count,
                        struct console *console)
{
    struct newest newest = {.unit = ""};
    enum office_result result =
        office_list_devices(office, take_newest, &newest);
    if ((result == OFFICE_OK || result == OFFICE_NONE) &&
        newest.unit[0] == '\0') {
        console_complain(console,
                         "the code of the unit is not known before its first "
                         "device: start hailong-server, and import then");
        return false;
    }
    if (result == OFFICE_OK)
        result = take_alone(office, &newest, entries, count);
    if (result != OFFICE_OK)
        server_data_complain(console, "the transactions were not stored",
                             result);
    return result == OFFICE_OK;
}

// --- Through a server -------------------------------------------------------

static bool write_body(const struct transaction_entry *entries, size_t count,
                       struct buf *out)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(
                array, transaction_object(&entries[i].transaction)) != 0) {
            json_decref(array);
            return false;
        }
    }
    json_t *object = json_pack("{s:o}", "transactions", array);
    bool done = object && json_write(object, out);
    json_decref(object);
    return done;
}

static bool read_status(const json_t *result, enum transaction_status *out)
{
    const char *name = "";
    json_get_text(result, "status", &name);
    for (int i = 0; i < TRANSACTION_STATUS_COUNT; i++) {
        if (strcmp(transaction_status_name((enum transaction_status)i), name) ==
            0) {
            *out = (enum transaction_status)i;
            return true;
        }
    }
    return false;
}

static bool read_results(const json_t *object,
                         struct transaction_entry *entries, char **reasons,
                         size_t count)
{
    const json_t *results = json_object_get(object, "results");
    bool done = json_array_size(results) == count;
    for (size_t i = 0; i < count && done; i++) {
        const json_t *result = json_array_get(results, i);
        const char *reason;
        done = read_status(result, &entries[i].status);
        if (done && json_get_text(result, "reason", &reason))
            reasons[i] = strdup(reason);
    }
    return done;
}

static bool ask(const struct transaction_way *way, const char *body,
                struct remote_answer *answer, struct console *console)
{
    const char *path =
        way->is_local ? "/admin/v1/transactions" : "/api/v1/transactions";
    for (int i = 1;; i++) {
        if (!remote_ask(&way->remote, path, body, answer, console))
            return false;
        if (answer->status != HTTP_BUSY || i == TRIES)
            return true;
        remote_answer_free(answer);
        *answer = (struct remote_answer){0};
        sleep(PAUSE_S);
    }
}

static bool post(const struct transaction_way *way,
                 struct transaction_entry *entries, char **reasons,
                 size_t count, struct console *console)
{
    struct buf body = {0};
    struct remote_answer answer = {0};
    json_t *object = NULL;
    bool done = write_body(entries, count, &body);
    if (!done)
        console_complain(console, "out of memory");
    done = done && ask(way, buf_text(&body), &answer, console);
    if (done && answer.status != HTTP_OK) {
        remote_complain(&way->remote, &answer, console);
        done = false;
    }
    done = done &&
           (object = remote_object(&way->remote, &answer, console)) != NULL;
    if (done && !read_results(object, entries, reasons, count)) {
        console_complain(console,
                         "%s: the server's answer lacks something; are hailong "
                         "and hailong-server of the same version?",
                         way->remote.server);
        done = false;
    }
    json_decref(object);
    remote_answer_free(&answer);
    buf_free(&body);
    return done;
}

bool transactions_send(struct transaction_way *way,
                       struct transaction_entry *entries, char **reasons,
                       size_t count, struct console *console)
{
    return way->is_local && way->admin.office
               ? store_alone(way->admin.office, entries, count, console)
               : post(way, entries, reasons, count, console);
}
