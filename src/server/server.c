#include "server/server.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "common/json.h"
#include "common/log.h"
#include "office/devices.h"
#include "office/moved.h"
#include "office/secret.h"
#include "server/chores.h"
#include "server/context.h"
#include "server/crowd.h"
#include "server/door.h"
#include "server/fields.h"
#include "server/http.h"
#include "server/inside.h"
#include "server/judging.h"
#include "server/key_note.h"
#include "server/pages.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char MODULE[] = "server";

enum {
    ADMIN_CONNECTIONS = 16,
    ADMIN_THREADS = 1,
    CARETAKERS = 3,
    LISTENER_DESCRIPTORS = 128 // databases, logs, the other listener
};

// Each takes 32 MiB and a thread for about a tenth of a second.
enum { PASSWORDS_AT_ONCE = 2 };

// What PostgreSQL may take to answer anything that a request waits for. Whoever
// asked has given up by then.
enum { ANSWER_S = 60 };

// The fields' names, and those among which a citizen without a transaction
// chooses.
static bool take_fields(struct server *server, struct buf *message)
{
    struct office_defaults *defaults = &server->settings.defaults;
    if (server->fields) {
        defaults->fields = fields_list(server->fields, &defaults->field_count);
    }
    if (strcmp(defaults->walk_up, "fields") != 0) {
        return true;
    }
    if (!server->fields) {
        buf_append_text(message, "walk_up fields: there is no file of fields; "
                                 "give --fields FILE");
        return false;
    }
    defaults->tiles = server->tiles;
    return fields_choose(server->fields, server->settings.walk_up_fields,
                         server->tiles, &defaults->tile_count, message);
}

// What the program's files say. A broken one is a mistake, not a failure.
static bool load_files(struct server *server)
{
    char path[PATH_MAX];
    struct buf message = {0};
    const char *fields = server->settings.fields_file;
    if (!fields && file_find_asset("fields.json", path, sizeof path)) {
        fields = path;
    }
    bool ok = !fields || (server->fields = fields_open(fields, &message));
    if (ok && !file_find_asset("i18n", path, sizeof path)) {
        buf_append_text(&message, "the texts (i18n/vi.json) are not found; "
                                  "set HAILONG_ASSETS to their folder");
        ok = false;
    }
    ok = ok && take_fields(server, &message) &&
         (server->documents =
              documents_open(server->settings.hours_file, &message)) &&
         (server->texts || (server->texts = i18n_open(path, &message))) &&
         report_method_load_default(&server->method, &message);
    if (!ok) {
        log_error(MODULE, "%s", buf_text(&message));
    }
    buf_free(&message);
    return ok;
}

// The phone channel knows whatever key there is.
static bool is_enrolled(void *ctx, const struct office_device *device)
{
    bool *found = ctx;
    *found =
        device->enrolled_at != 0 && device->kind == OFFICE_DEVICE_KIND_COUNTER;
    return !*found;
}

// Without it the rest goes on.
static enum office_result open_phone(struct server *server,
                                     struct office *office)
{
    const struct server_settings *settings = &server->settings;
    const char *name = unit_name_now(server->name);
    if (!phone_looks_change(server->phone_looks, name, server->apart) &&
        !phone_looks_change(server->phone_looks, name, NULL)) {
        log_error(MODULE, "the phone channel is shut");
        return OFFICE_OK;
    }
    enum office_result result = phone_open(
        &(struct phone_params){
            .identity = &server->identity,
            .unit = settings->unit_code,
            .name = i18n_text(server->texts, I18N_VI, "phone.device"),
            .heartbeat_ms = settings->defaults.heartbeat_s * INT64_C(1000)},
        office, &server->phone);
    // A file that others hold for so long shuts the channel.
    return office_is_url(server->identity.database) ? result : OFFICE_OK;
}

// The keys that the book is kept with, or new ones of a book without devices.
// OFFICE_NONE: there are none, which is logged.
static enum office_result take_keys(struct server *server,
                                    struct office *office)
{
    bool has_devices = false, is_noted = false;
    enum office_result result = key_note_look(office, &is_noted);
    if (result == OFFICE_OK) {
        result = office_list_devices(office, is_enrolled, &has_devices);
    }
    if (result == OFFICE_OK &&
        !identity_load_keys(&server->identity, has_devices || is_noted)) {
        return OFFICE_NONE;
    }
    return result == OFFICE_OK
               ? key_note_hold(office, &server->identity, clock_wall_ms())
               : result;
}

static enum office_result turn_transaction_keys(struct server *server,
                                                struct office *office)
{
    int64_t now = clock_wall_ms();
    enum office_result result = keys_turn(server, office, now);
    if (result == OFFICE_OK && !server->keys_left) {
        server->keys_day = date_day_of_wall_ms(now);
    }
    // Others write: the caretaker comes back.
    return result == OFFICE_BUSY ? OFFICE_OK : result;
}

// Rules that the office refuses keep nobody from rating.
static enum office_result set_rules(struct server *server,
                                    struct office *office)
{
    enum office_result result = judging_set_rules(server, office);
    return result == OFFICE_BUSY && office_is_url(server->identity.database)
               ? result
               : OFFICE_OK;
}

static enum office_result take_settings(struct server *server,
                                        struct office *office)
{
    enum office_result result = documents_load(server->documents, office);
    if (result != OFFICE_OK) {
        return result;
    }
    server->base = server->settings.defaults;
    documents_apply(server);
    server->phone_looks = phone_looks_open(server->texts, &server->base);
    return server->phone_looks ? set_rules(server, office) : OFFICE_ERROR;
}

// A step of the start that reads or writes the database, on the writer's
// handle. OFFICE_NONE: it cannot be made here, which is logged.
typedef enum office_result prepare_step(struct server *server,
                                        struct office *office);

static enum office_result prepare_office(struct server *server,
                                         struct office *office)
{
    static prepare_step *const STEPS[] = {take_settings, take_keys,
                                          turn_transaction_keys, open_phone};
    size_t count = sizeof STEPS / sizeof *STEPS;
    // Nobody rates a city itself.
    count -= server->settings.city != NULL;
    enum office_result result = OFFICE_OK;
    for (size_t i = 0; i < count && result == OFFICE_OK; i++) {
        result = STEPS[i](server, office);
    }
    return result;
}

// Every step of the start asks this what its failure means. A file that is busy
// will not come back by waiting.
static enum server_outcome outcome_of(const struct server *server,
                                      enum office_result result)
{
    return result == OFFICE_OK ? SERVER_OPEN
           : result == OFFICE_BUSY && office_is_url(server->identity.database)
               ? SERVER_AWAY
               : SERVER_FAILED;
}

static enum office_result say_unusable(enum office_result result)
{
    if (result != OFFICE_OK && result != OFFICE_NONE) {
        log_error(MODULE, "the database cannot be used: %s",
                  office_result_name(result));
    }
    return result;
}

// The writer's handle comes first: it makes the database that readers need.
static enum server_outcome open_office(struct server *server)
{
    const char *path = server->identity.database;
    size_t readers =
        (size_t)server->settings.threads + ADMIN_THREADS + CARETAKERS;
    struct office *office = NULL;
    enum office_result result = office_open(path, OFFICE_WRITER, &office);
    if (result != OFFICE_OK) {
        log_error(MODULE, "the database cannot be opened; the cause is above");
        return outcome_of(server, result);
    }
    result = say_unusable(prepare_office(server, office));
    if (result == OFFICE_OK) {
        result = readers_open(path, readers, &server->readers);
    }
    if (result != OFFICE_OK) {
        office_close(office);
        return outcome_of(server, result);
    }
    server->writer = writer_start(path, office);
    return server->writer ? SERVER_OPEN : SERVER_FAILED;
}

static bool open_chores(struct server *server)
{
    server->alerts = alerts_open(server);
    server->retotaling = server->alerts ? retotaling_open(server) : NULL;
    server->papers = server->retotaling ? papers_open(server) : NULL;
    server->caretaker = server->papers ? chores_start(server) : NULL;
    server->postman = server->caretaker ? chores_start_slow(server) : NULL;
    return server->postman != NULL;
}

// What waits for a change.
static enum server_outcome open_waiting(struct server *server)
{
    // The other half stays for those who do not wait.
    server->hub = hub_open((size_t)server->settings.connections / 2);
    server->live = server->hub ? live_open(server->hub) : NULL;
    if (!server->live) {
        return SERVER_FAILED;
    }
    writer_watch(server->writer, live_touch, server->live);
    enum office_result result = server->phone
                                    ? phone_start(server->phone, server->writer,
                                                  server->hub, &server->metrics)
                                    : OFFICE_OK;
    if (result != OFFICE_OK) {
        return outcome_of(server, result);
    }
    bool has_neighbours = office_is_url(server->identity.database);
    return !has_neighbours || (server->neighbours = neighbours_start(server))
               ? SERVER_OPEN
               : SERVER_FAILED;
}

struct http *server_listen(struct server *server, struct http *before,
                           int descriptors)
{
    const struct server_settings *settings = &server->settings;
    return http_start(&(struct http_params){
        .server = server,
        .wards = server->wards,
        .before = before,
        .address = &settings->address,
        .routes = PUBLIC_ROUTES,
        .threads = settings->threads,
        .connections = settings->connections,
        .connections_per_address = settings->connections_per_address,
        .descriptors = descriptors,
        .request_ms = settings->request_ms,
        .tls_cert = settings->tls_cert,
        .tls_key = settings->tls_key});
}

static bool open_listeners(struct server *server, struct door *door)
{
    const struct server_settings *settings = &server->settings;
    int descriptors =
        server->wards ? wards_descriptors(server->wards) : LISTENER_DESCRIPTORS;
    struct server_address admin;
    server_address_parse("127.0.0.1:0", &admin);
    server->admin_http = http_start(
        &(struct http_params){.server = server,
                              .wards = server->wards,
                              .address = &admin,
                              .routes = ADMIN_ROUTES,
                              .threads = ADMIN_THREADS,
                              .connections = ADMIN_CONNECTIONS,
                              .connections_per_address = ADMIN_CONNECTIONS,
                              .descriptors = descriptors,
                              .request_ms = settings->request_ms});
    if (!server->admin_http) {
        return false;
    }
    server->public_http = server_listen(server, door_http(door), descriptors);
    return server->public_http != NULL;
}

static bool admin_path(const struct server *server, char *out, size_t size)
{
    return file_join(out, size, server->identity.directory, "admin.json");
}

bool server_tell_admin(struct server *server, unsigned port)
{
    char path[PATH_MAX], url[64 + SERVER_BASE_SIZE], token[SECRET_TOKEN_SIZE];
    struct buf text = {0};
    secret_make_token(token, server->admin_hash);
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port,
             server->settings.base);
    json_t *object =
        json_pack("{s:s, s:s, s:I}", "url", url, "token", token,
                  "certificate_until", (json_int_t)server->certificate_until);
    bool ok = object && json_write(object, &text) &&
              admin_path(server, path, sizeof path);
    json_decref(object);
    explicit_bzero(token, sizeof token);
    if (ok && !file_replace(path, buf_text(&text), text.size, 0600)) {
        log_error(MODULE, "%s cannot be written: %s", path, strerror(errno));
        ok = false;
    }
    server->has_admin_file = ok;
    buf_free(&text);
    return ok;
}

bool server_write_port(const struct server *server)
{
    const char *path = server->settings.port_file;
    char text[16];
    if (!path) {
        return true;
    }
    int size = snprintf(text, sizeof text, "%u\n",
                        (unsigned)http_port(server->public_http));
    if (!file_replace(path, text, (size_t)size, 0644)) {
        log_error(MODULE, "%s cannot be written: %s", path, strerror(errno));
        return false;
    }
    return true;
}

static void say_listening(const struct server *server)
{
    const struct server_address *address = &server->settings.address;
    char host[INET6_ADDRSTRLEN] = "";
    bool is_ip6 = address->socket.any.sa_family == AF_INET6;
    inet_ntop(address->socket.any.sa_family,
              is_ip6 ? (const void *)&address->socket.ip6.sin6_addr
                     : (const void *)&address->socket.ip4.sin_addr,
              host, sizeof host);
    log_info(MODULE, "listening on %s://%s%s%s:%u",
             server->settings.tls_cert ? "https" : "http", is_ip6 ? "[" : "",
             host, is_ip6 ? "]" : "", (unsigned)server_port(server));
}

// Everything up to the listeners.
static enum server_outcome prepare(struct server *server)
{
    const struct server_settings *settings = &server->settings;
    server->started_at = clock_wall_ms();
    server->bodies.limit = settings->body_memory;
    server->passwords.limit = PASSWORDS_AT_ONCE;
    server->limits = limits_open(settings->device_rate, settings->device_burst);
    server->poll_limits =
        limits_open(settings->device_rate, settings->device_burst);
    server->crowd = crowd_open(settings->phone_rate);
    server->recent = recent_open();
    if (!server->limits || !server->poll_limits || !server->crowd ||
        !server->recent || !ledger_init()) {
        log_error(MODULE, "cannot start: out of memory or no randomness");
        return SERVER_FAILED;
    }
    if (!load_files(server) ||
        !(server->pages ||
          (server->pages = pages_open(settings->chart_file))) ||
        !(server->name =
              unit_name_open(server->texts, settings->defaults.unit_name,
                             server->settings.base))) {
        return SERVER_MISTAKE;
    }
    if (settings->tls_cert &&
        !certificate_find_pin(settings->tls_cert, server->pin,
                              &server->certificate_until)) {
        return SERVER_FAILED;
    }
    if (!identity_open(&server->identity, settings->data, settings->db)) {
        return SERVER_FAILED;
    }
    if (!settings->db && office_moved_is_there(settings->data)) {
        log_error(MODULE,
                  "%s: this book was moved to PostgreSQL, and office.db has "
                  "nothing that came since: give --db postgresql://… and "
                  "--keys %s; to go on with the file all the same, delete "
                  "%s/%s",
                  settings->data, settings->data, settings->data,
                  OFFICE_MOVED_NOTE);
        return SERVER_MISTAKE;
    }
    enum server_outcome outcome = open_office(server);
    if (outcome == SERVER_OPEN && !open_chores(server)) {
        outcome = SERVER_FAILED;
    }
    return outcome == SERVER_OPEN ? open_waiting(server) : outcome;
}

enum server_outcome server_prepare(const struct server_settings *settings,
                                   const struct server *city,
                                   struct server **out_server)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server) {
        log_error(MODULE, "out of memory");
        return SERVER_FAILED;
    }
    server->settings = *settings;
    server->identity.lock = -1;
    server->until = CITY_NO_END;
    if (city) {
        server->borrows = true;
        server->texts = city->texts;
        server->pages = city->pages;
    }
    enum server_outcome outcome = prepare(server);
    if (outcome != SERVER_OPEN) {
        server_finish(server);
        server_release(server);
        return outcome;
    }
    *out_server = server;
    return SERVER_OPEN;
}

// The listeners, and what is told of them.
static bool begin_to_serve(struct server *server, struct door *door)
{
    unsigned admin_port;
    if (!open_listeners(server, door)) {
        return false;
    }
    admin_port = http_port(server->admin_http);
    return server_tell_admin(server, admin_port) && server_write_port(server) &&
           (!server->wards || wards_start(server->wards, server, admin_port));
}

enum server_outcome server_open(const struct server_settings *settings,
                                struct door *door, struct server **out_server)
{
    struct server_settings own = *settings;
    struct server *server = NULL;
    struct wards *wards = NULL;
    office_limit_answers(ANSWER_S);
    enum server_outcome outcome =
        settings->city ? wards_read(settings, &wards, &own) : SERVER_OPEN;
    if (outcome == SERVER_OPEN) {
        outcome = server_prepare(&own, NULL, &server);
    }
    if (outcome != SERVER_OPEN) {
        wards_close(wards);
        return outcome;
    }
    server->wards = wards;
    if (!begin_to_serve(server, door)) {
        server_close(server);
        return SERVER_FAILED;
    }
    say_listening(server);
    *out_server = server;
    return SERVER_OPEN;
}

uint16_t server_port(const struct server *server)
{
    return http_port(server->public_http);
}

void server_finish(struct server *server)
{
    char path[PATH_MAX];
    if (!server) {
        return;
    }
    if (server->has_admin_file && admin_path(server, path, sizeof path)) {
        unlink(path);
    }
    phone_finish(server->phone);
    papers_abort_mail(server->papers);
    retotaling_abort(server->retotaling);
    caretaker_stop(server->postman);
    server->postman = NULL;
    caretaker_stop(server->caretaker);
    server->caretaker = NULL;
    neighbours_stop(server->neighbours);
    server->neighbours = NULL;
    // What is queued is stored and its requests go on; what comes now is told
    // to come again.
    if (server->writer) {
        writer_finish(server->writer);
    }
    if (server->hub) {
        hub_finish(server->hub);
    }
}

struct renaming {
    struct writer_job job;
    struct server *server;
};

// On the writer's thread.
static enum office_result rename_all(struct office *office, void *ctx)
{
    struct server *server = ((struct renaming *)ctx)->server;
    struct office_defaults *defaults = &server->settings.defaults;
    defaults->unit_name = unit_name_now(server->name);
    if (!phone_looks_change(server->phone_looks, defaults->unit_name,
                            server->apart)) {
        log_error(MODULE, "the phone channel's pages keep the former name");
    }
    enum office_result result =
        office_configure_all(office, defaults, clock_wall_ms());
    if (result != OFFICE_OK) {
        log_error(MODULE, "the devices are told the new name later, at the "
                          "latest tomorrow");
    }
    return result;
}

bool server_rename(struct server *server, const char *name)
{
    struct renaming *renaming = calloc(1, sizeof *renaming);
    if (!renaming || !writer_reserve(server->writer)) {
        free(renaming);
        return false;
    }
    bool done = unit_name_change(server->name, name);
    renaming->server = server;
    renaming->job = (struct writer_job){.work = rename_all,
                                        .work_ctx = renaming,
                                        .done = free,
                                        .done_ctx = renaming};
    writer_push(server->writer, &renaming->job);
    return done;
}

static void stop_listeners(struct server *server)
{
    if (server->public_http) {
        http_stop_accepting(server->public_http);
    }
    if (server->admin_http) {
        http_stop_accepting(server->admin_http);
    }
    if (server->wards) {
        wards_finish(server->wards);
    }
    server_finish(server);
    http_stop(server->public_http);
    http_stop(server->admin_http);
}

void server_close(struct server *server)
{
    if (!server) {
        return;
    }
    stop_listeners(server);
    wards_close(server->wards);
    server_release(server);
}

void server_release(struct server *server)
{
    if (!server) {
        return;
    }
    phone_close(server->phone);
    alerts_close(server->alerts);
    papers_close(server->papers);
    retotaling_close(server->retotaling);
    // The writer last: the last one out puts the log into the database.
    readers_close(server->readers);
    writer_close(server->writer);
    phone_looks_close(server->phone_looks);
    identity_close(&server->identity);
    live_close(server->live);
    hub_close(server->hub);
    recent_close(server->recent);
    limits_close(server->poll_limits);
    crowd_close(server->crowd);
    limits_close(server->limits);
    unit_name_close(server->name);
    if (!server->borrows) {
        i18n_close(server->texts);
        pages_close(server->pages);
    }
    fields_close(server->fields);
    json_decref(server->hours);
    json_decref(server->apart);
    documents_close(server->documents);
    free(server);
}
