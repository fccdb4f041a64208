#include "support/server_maker.h"
#include "city/registry.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/password.h"
#include "office/office.h"
#include "server/await.h"
#include <ctype.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS_MAX = 32, READY_TRIES = 3000, READY_PAUSE_US = 10000 };

// What main_server.c does, in the child.
static int serve(int argc, char **argv)
{
    struct buf message = {0};
    struct server_settings settings;
    static const struct await_pauses PAUSES = {50, 200};
    struct server *server = NULL;
    sigset_t ends;
    int received;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct config *config = config_open(SERVER_KEYS);
    if (!config || !config_read_arguments(config, argc, argv, &message) ||
        !server_settings_read(config, &settings, &message)) {
        fprintf(stderr, "%s\n", buf_text(&message));
        return 2;
    }
    log_set_level(settings.log_level);
    log_set_format(settings.log_format);
    log_set_ward(settings.log_ward);
    switch (server_await(&settings, &ends, PAUSES, &server, &received)) {
    case SERVER_OPEN:
        break;
    case SERVER_AWAY:
        return 0;
    default:
        return 1;
    }
    sigwait(&ends, &received);
    server_close(server);
    config_close(config);
    buf_free(&message);
    return 0;
}

static bool read_number(const char *path, unsigned *out)
{
    struct buf text = {0};
    bool ok =
        file_read(path, 64, &text) && sscanf(buf_text(&text), "%u", out) == 1;
    buf_free(&text);
    return ok;
}

// Below its base.
static void ask_on(uint16_t port, const struct made_server *made,
                   const struct ask *asked, struct answer *out)
{
    char path[512];
    struct ask below = *asked;
    snprintf(path, sizeof path, "%s%s", made->base, asked->path);
    below.path = path;
    ask(port, &below, out);
}

void made_server_ask(const struct made_server *made, const struct ask *asked,
                     struct answer *out)
{
    ask_on(made->port, made, asked, out);
}

static void read_admin(struct made_server *made, const char *folder)
{
    char path[PATH_MAX], message[JSON_MESSAGE_SIZE];
    const char *url, *token;
    unsigned port;
    struct buf text = {0};
    snprintf(path, sizeof path, "%s/admin.json", folder);
    assert_true(file_read(path, 4096, &text));
    json_t *object = json_read(text.data, text.size, message);
    assert_non_null(object);
    assert_true(json_get_text(object, "url", &url));
    assert_true(json_get_text(object, "token", &token));
    made->base[0] = '\0';
    assert_true(sscanf(url, "http://127.0.0.1:%u%47s", &port, made->base) >= 1);
    made->admin_port = (uint16_t)port;
    snprintf(made->admin_token, sizeof made->admin_token, "%s", token);
    json_decref(object);
    buf_free(&text);
}

static void port_path(const struct made_server *made, char out[128])
{
    snprintf(out, 128, "%s/port", made->folder);
}

// Starts the process and returns its id.
static pid_t begin(const struct made_server *made, const char *const *options)
{
    char port_file[128];
    bool is_file = !office_is_url(made->database);
    const char *argv[ARGUMENTS_MAX] = {
        "hailong-server",
        !is_file ? "--keys" : made->is_city ? "--city" : "--data",
        made->folder,
        "--port-file",
        port_file,
        "--listen",
        "127.0.0.1:0",
        "--unit-name",
        "Bình Minh",
        "--unit-code",
        "H24.12",
        "--log-level",
        "error",
        is_file ? NULL : made->is_city ? "--city" : "--db",
        made->database};
    int argc = is_file ? 13 : 15;
    for (; options && *options; options++) {
        assert_true(argc < ARGUMENTS_MAX);
        argv[argc++] = *options;
    }
    port_path(made, port_file);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        // A test that fails leaves no server behind.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        exit(serve(argc, (char **)(uintptr_t)argv));
    }
    return pid;
}

int made_server_try(const struct made_server *made, const char *const *options)
{
    int status;
    pid_t pid = begin(made, options), ended = 0;
    for (int i = 0; i < READY_TRIES && ended == 0; i++) {
        usleep(READY_PAUSE_US);
        ended = waitpid(pid, &status, WNOHANG);
    }
    if (ended == 0) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        fail_msg("the server does not refuse");
    }
    assert_int_equal(ended, pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void made_server_begin(struct made_server *made, const char *const *options)
{
    char port_file[128];
    port_path(made, port_file);
    unlink(port_file);
    made->pid = begin(made, options);
}

bool made_server_has_ended(struct made_server *made, int *out_code)
{
    int status;
    if (waitpid(made->pid, &status, WNOHANG) == 0) {
        return false;
    }
    made->pid = 0;
    *out_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return true;
}

bool made_server_listens(struct made_server *made)
{
    char port_file[128];
    unsigned port = 0;
    port_path(made, port_file);
    bool listens = read_number(port_file, &port) && port != 0;
    if (listens) {
        made->port = (uint16_t)port;
    }
    return listens;
}

void made_server_restart(struct made_server *made, const char *const *options)
{
    char port_file[128];
    unsigned port = 0;
    int status;
    port_path(made, port_file);
    made_server_begin(made, options);
    for (int i = 0; i < READY_TRIES && !read_number(port_file, &port); i++) {
        if (waitpid(made->pid, &status, WNOHANG) != 0) {
            made->pid = 0;
            fail_msg("the server does not start");
        }
        usleep(READY_PAUSE_US);
    }
    assert_true(port != 0);
    made->port = (uint16_t)port;
    read_admin(made, made->folder);
}

void made_server_join(struct made_server *made, const char *folder,
                      uint16_t port)
{
    assert_true(ledger_init());
    memset(made, 0, sizeof *made);
    made->port = port;
    read_admin(made, folder);
}

void made_server_start(struct made_server *made, const char *const *options)
{
    assert_true(ledger_init());
    memset(made, 0, sizeof *made);
    strcpy(made->folder, "/tmp/hailong-server-XXXXXX");
    assert_non_null(mkdtemp(made->folder));
    if (scratch_database_make(made->database))
        scratch_database_place(made->folder, made->database);
    else
        snprintf(made->database, sizeof made->database, "%s/office.db",
                 made->folder);
    made_server_restart(made, options);
}

static void copy_key(const struct made_server *from,
                     const struct made_server *to, const char *name)
{
    char path[128];
    struct buf bytes = {0};
    snprintf(path, sizeof path, "%s/%s", from->folder, name);
    assert_true(file_read(path, 4096, &bytes));
    snprintf(path, sizeof path, "%s/%s", to->folder, name);
    assert_true(file_replace(path, buf_text(&bytes), bytes.size, 0600));
    buf_free(&bytes);
}

void made_server_beside(struct made_server *made,
                        const struct made_server *first,
                        const char *const *options)
{
    memset(made, 0, sizeof *made);
    made->is_guest = true;
    strcpy(made->folder, "/tmp/hailong-server-XXXXXX");
    assert_non_null(mkdtemp(made->folder));
    strcpy(made->database, first->database);
    scratch_database_place(made->folder, made->database);
    copy_key(first, made, "server.key");
    copy_key(first, made, "box.key");
    made_server_restart(made, options);
}

static void copy_ward_keys(const struct made_server *first,
                           const struct made_server *made, const char *code)
{
    struct made_server from, to;
    snprintf(from.folder, sizeof from.folder, "%s/wards/%s", first->folder,
             code);
    snprintf(to.folder, sizeof to.folder, "%s/wards/%s", made->folder, code);
    assert_true(file_make_directory(to.folder));
    copy_key(&from, &to, "server.key");
    copy_key(&from, &to, "box.key");
}

void made_city_beside(struct made_server *made, const struct made_server *first,
                      const char *const *codes, size_t count)
{
    memset(made, 0, sizeof *made);
    made->is_guest = true;
    made->is_city = true;
    strcpy(made->folder, "/tmp/hailong-city-XXXXXX");
    assert_non_null(mkdtemp(made->folder));
    strcpy(made->database, first->database);
    copy_key(first, made, "server.key");
    copy_key(first, made, "box.key");
    for (size_t i = 0; i < count; i++) {
        copy_ward_keys(first, made, codes[i]);
    }
    made_server_restart(made, NULL);
}

void made_server_kill(struct made_server *made)
{
    int status;
    assert_true(made->pid > 0); // 0 would be this test and who runs it
    kill(made->pid, SIGKILL);
    assert_int_equal(waitpid(made->pid, &status, 0), made->pid);
    made->pid = 0;
}

void made_server_stop(struct made_server *made)
{
    int status;
    assert_true(made->pid > 0);
    kill(made->pid, SIGTERM);
    assert_int_equal(waitpid(made->pid, &status, 0), made->pid);
    made->pid = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int remove_one(const char *path, const struct stat *status, int kind,
                      struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

void made_server_close(struct made_server *made)
{
    if (made->pid > 0) {
        made_server_stop(made);
    }
    nftw(made->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    if (office_is_url(made->database) && !made->is_guest)
        scratch_database_drop(made->database);
}

// Where the city stands on PostgreSQL its wards do too.
static void give_schema(const struct made_server *city, json_t *body)
{
    const char *what = "", *kind = "", *unit = "";
    char book[SCRATCH_URL_SIZE + 64];
    json_get_text(body, "do", &what);
    json_get_text(body, "kind", &kind);
    json_get_text(body, "unit", &unit);
    if (strcmp(what, "add") != 0 || strcmp(kind, "ward") != 0 ||
        json_object_get(body, "book")) {
        return;
    }
    int size = snprintf(book, sizeof book, "%s?schema=w_", city->database);
    for (; *unit; unit++) {
        book[size++] = (char)(*unit == '.' ? '_' : tolower(*unit));
    }
    book[size] = '\0';
    json_object_set_new(body, "book", json_string(book));
}

void made_registry_change(const struct made_server *city, const char *change)
{
    char address[PATH_MAX], why[JSON_MESSAGE_SIZE];
    struct registry *registry = NULL;
    struct buf message = {0};
    json_t *body = json_read(change, strlen(change), why);
    const json_t *changes[] = {body};
    bool is_file = city->database[0] == '\0';
    assert_non_null(body);
    assert_true(
        registry_address(is_file ? city->folder : city->database, address));
    if (!is_file) {
        give_schema(city, body);
    }
    assert_int_equal(registry_open(address, REGISTRY_WRITES, &registry),
                     SQL_OK);
    if (!registry_add(registry, changes, 1, "admin", clock_wall_ms(),
                      &message)) {
        fail_msg("%s", buf_text(&message));
    }
    registry_close(registry);
    json_decref(body);
}

void made_registry_start(struct made_server *made, const char *const *changes,
                         size_t count, const char *const *options)
{
    assert_true(ledger_init());
    memset(made, 0, sizeof *made);
    made->is_city = true;
    strcpy(made->folder, "/tmp/hailong-city-XXXXXX");
    assert_non_null(mkdtemp(made->folder));
    scratch_database_make(made->database);
    for (size_t i = 0; i < count; i++) {
        made_registry_change(made, changes[i]);
    }
    made_server_restart(made, options);
}

void made_city_ward(const struct made_server *city, const char *code,
                    struct made_server *out)
{
    struct answer answer = {0};
    memset(out, 0, sizeof *out);
    out->port = city->port;
    snprintf(out->folder, sizeof out->folder, "%s/wards/%s", city->folder,
             code);
    snprintf(out->base, sizeof out->base, "/w/%s", code);
    for (int i = 0; i < READY_TRIES && answer.status != 200; i++) {
        made_server_ask(out, &(struct ask){.path = "/healthz"}, &answer);
        usleep(READY_PAUSE_US);
    }
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    read_admin(out, out->folder);
}

int64_t made_server_rated(struct made_server *made)
{
    char key[65];
    struct answer answer = {0};
    int64_t count = -1;
    made_server_key(made, "office", key);
    made_server_ask(
        made,
        &(struct ask){
            .path = "/api/v1/reports/summary?from=2021-01-01&to=2029-12-31",
            .token = key},
        &answer);
    assert_int_equal(answer.status, 200);
    json_t *told = answer_object(&answer);
    assert_true(json_get_int(json_object_get(told, "total"), "rated", &count));
    json_decref(told);
    answer_free(&answer);
    return count;
}

void made_server_admin(struct made_server *made, const char *path,
                       const char *body, struct answer *out)
{
    ask_on(made->admin_port, made,
           &(struct ask){.path = path,
                         .token = made->admin_token,
                         .type = body ? "application/json" : NULL,
                         .body = body,
                         .size = body ? strlen(body) : 0},
           out);
}

void made_server_key(struct made_server *made, const char *role,
                     char out_key[65])
{
    char body[128];
    struct answer answer = {0};
    snprintf(body, sizeof body, "{\"role\":\"%s\",\"name\":\"Văn phòng\"}",
             role);
    made_server_admin(made, "/admin/v1/keys", body, &answer);
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    assert_true(json_copy_text(object, "key", out_key, 65));
    json_decref(object);
    answer_free(&answer);
}

void made_server_code(struct made_server *made, const char *counter,
                      char out_code[16])
{
    char body[128];
    struct answer answer = {0};
    snprintf(body, sizeof body,
             "{\"counter\":\"%s\",\"name\":\"Quầy\",\"field\":\"chung-thuc\"}",
             counter);
    made_server_admin(made, "/admin/v1/devices", body, &answer);
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    assert_true(json_copy_text(object, "code", out_code, 16));
    json_decref(object);
    answer_free(&answer);
}

void made_server_person(struct made_server *made, const char *name,
                        const char *role, const char *officer)
{
    char hash[PASSWORD_HASH_SIZE], body[512];
    struct answer answer = {0};
    assert_true(password_hash(MADE_PASSWORD, hash));
    snprintf(body, sizeof body,
             "{\"name\":\"%s\",\"display\":\"Trần Văn Bình\",\"role\":\"%s\","
             "\"officer\":\"%s\",\"hash\":\"%s\"}",
             name, role, officer, hash);
    made_server_admin(made, "/admin/v1/users", body, &answer);
    assert_int_equal(answer.status, 201);
    answer_free(&answer);
}

void made_server_sign_in(struct made_server *made, const char *name,
                         struct made_session *out)
{
    char body[256];
    struct answer answer = {0};
    snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name,
             MADE_PASSWORD);
    made_server_ask(made,
                    &(struct ask){.path = "/api/v1/sessions",
                                  .type = "application/json",
                                  .body = body,
                                  .size = strlen(body)},
                    &answer);
    assert_int_equal(answer.status, 201);
    const char *cookie = answer_header(&answer, "Set-Cookie");
    assert_non_null(cookie);
    size_t size = strcspn(cookie, ";");
    assert_true(size < sizeof out->cookie);
    snprintf(out->cookie, sizeof out->cookie, "%.*s", (int)size, cookie);
    json_t *object = answer_object(&answer);
    assert_true(json_copy_text(object, "csrf", out->csrf, sizeof out->csrf));
    json_decref(object);
    snprintf(out->headers, sizeof out->headers,
             "Cookie: %s\r\nX-CSRF-Token: %s\r\n", out->cookie, out->csrf);
    answer_free(&answer);
}

void made_device_enrol(struct made_device *device, struct made_server *made,
                       const char *counter)
{
    char code[16], body[256], key[KEY_PUBLIC_BASE64_SIZE];
    const char *server_key;
    struct answer answer = {0};
    maker_start(&device->ledger, clock_wall_ms());
    made_server_code(made, counter, code);
    key_public_base64(device->ledger.key.public_key, key);
    snprintf(body, sizeof body,
             "{\"code\":\"%s\",\"public_key\":\"%s\",\"version\":\"0.1.0\"}",
             code, key);
    made_server_ask(made,
                    &(struct ask){.path = "/api/v1/devices/enrol",
                                  .type = "application/json",
                                  .body = body,
                                  .size = strlen(body)},
                    &answer);
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    assert_true(json_copy_text(object, "device", device->ledger.device,
                               sizeof device->ledger.device));
    assert_true(
        json_copy_text(object, "token", device->token, sizeof device->token));
    assert_true(json_get_text(object, "server_key", &server_key));
    assert_true(key_public_parse(server_key, device->server_key));
    json_decref(object);
    answer_free(&answer);
}

void made_device_free(struct made_device *device)
{
    maker_free(&device->ledger);
}

void made_device_config(const struct made_device *device, uint16_t port,
                        struct answer *out)
{
    ask(port,
        &(struct ask){.path = "/api/v1/devices/me/config",
                      .token = device->token},
        out);
}

void made_device_body(const struct made_device *device, int64_t from,
                      int64_t to, struct buf *out,
                      char out_nonce[PROOF_NONCE_SIZE])
{
    const struct ledger_maker *ledger = &device->ledger;
    struct proof_batch proof;
    char signature[KEY_SIGNATURE_BASE64_SIZE], sent_at[CLOCK_ISO_SIZE];
    maker_sign(ledger, to, &proof, signature);
    clock_format(ledger->wall_ms, sent_at);
    buf_printf(out,
               "{\"batch\":1,\"device\":\"%s\",\"gen\":%lld,\"from\":%lld,"
               "\"to\":%lld,\"head\":\"%s\",\"nonce\":\"%s\",\"sig\":\"%s\","
               "\"sent_at\":\"%s\",\"boot\":\"%s\",\"up_ms\":%lld,"
               "\"state\":{\"pending\":7,\"lifetime\":{\"lines\":%zu,"
               "\"rated\":%zu},\"disk_free_mib\":3,"
               "\"version\":\"0.1.0\"}}\n",
               proof.device, (long long)proof.gen, (long long)from,
               (long long)to, proof.head, proof.nonce, signature, sent_at,
               ledger->boot, (long long)ledger->up_ms, ledger->count,
               ledger->count);
    for (int64_t seq = from; seq <= to; seq++) {
        const struct made_line *line = &ledger->lines[seq - 1];
        buf_append(out, line->bytes, line->size);
        buf_append_char(out, '\n');
    }
    if (out_nonce) {
        memcpy(out_nonce, proof.nonce, PROOF_NONCE_SIZE);
    }
}

void made_device_post(const struct made_device *device,
                      const struct made_server *made, const struct buf *body,
                      const char *headers, struct answer *out)
{
    made_server_ask(made,
                    &(struct ask){.path = "/api/v1/batches",
                                  .token = device->token,
                                  .headers = headers,
                                  .type = "application/x-ndjson",
                                  .body = buf_text(body),
                                  .size = body->size},
                    out);
}

void made_device_send(const struct made_device *device,
                      const struct made_server *made, int64_t from, int64_t to,
                      int expected_status, struct answer *out)
{
    struct buf body = {0};
    made_device_body(device, from, to, &body, NULL);
    made_device_post(device, made, &body, NULL, out);
    buf_free(&body);
    if (out->status != expected_status) {
        print_message("%s%s\n", buf_text(&out->head), buf_text(&out->body));
    }
    assert_int_equal(out->status, expected_status);
}
