// Devices and keys: what `hailong` commands ask of a server that is running, on
// the admin listener, and what an admin asks on the page. Everything goes
// through the writer, like all that is written.
#include "common/clock.h"
#include "office/keys.h"
#include "office/secret.h"
#include "qr/qr.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/handout.h"
#include "server/judging.h"
#include "server/request.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// One command, as it lies in the writer's queue.
struct command {
    struct server *server;
    const char *unit, *who;
    char counter[RECORD_CODE_SIZE];
    char field[RECORD_CODE_SIZE];
    char point[RECORD_CODE_SIZE];
    char name[OFFICE_NAME_SIZE];
    enum office_role role;
    char secret[SECRET_TOKEN_SIZE];
    unsigned char hash[DIGEST_BYTES];
    const char *device; // to change or revoke
    int64_t key;        // made, or to revoke
    // results
    char id[ID_SIZE];
    char code[SECRET_CODE_SIZE];
    int64_t expires_at;
    struct handout handout;
};

static void free_command(void *work)
{
    struct command *command = work;
    explicit_bzero(command, sizeof *command);
    free(command);
}

static struct command *open_command(struct request *request)
{
    struct command *command = calloc(1, sizeof *command);
    if (!command) {
        reply_status(request, 500);
        return NULL;
    }
    command->server = request->server;
    command->who = request_who(request);
    command->unit = request->server->settings.unit_code;
    command->device = request->part;
    request->work = command;
    request->free_work = free_command;
    return command;
}

// An optional text: missing and null are "".
static bool read_text(const json_t *object, const char *key, char *out,
                      size_t size)
{
    out[0] = '\0';
    return !json_object_get(object, key) ||
           json_is_null(json_object_get(object, key)) ||
           json_copy_text(object, key, out, size);
}

static enum office_result add_device(struct office *office, void *ctx)
{
    struct command *command = ctx;
    const struct office_new_device device = {
        .unit = command->unit,
        .counter = command->counter,
        .name = command->name[0] != '\0' ? command->name : NULL,
        .field = command->field[0] != '\0' ? command->field : NULL,
        .point = command->point,
        .who = command->who,
        .valid_ms = command->handout.valid_ms};
    return office_add_device(office, &device, clock_wall_ms(), command->id,
                             command->code, &command->expires_at);
}

// Counter, name, field and point. NULL, or what is wrong.
static const char *read_place(const json_t *object, struct command *command)
{
    const char *why = NULL;
    if (!read_text(object, "counter", command->counter,
                   sizeof command->counter) ||
        !read_text(object, "name", command->name, sizeof command->name) ||
        !read_text(object, "field", command->field, sizeof command->field) ||
        !read_text(object, "point", command->point, sizeof command->point)) {
        return "counter, name, field or point: is no text, or too long";
    }
    const struct office_new_device device = {.unit = command->unit,
                                             .counter = command->counter,
                                             .name = command->name,
                                             .field = command->field,
                                             .point = command->point};
    return office_new_device_fits(&device, &why) ? NULL : why;
}

enum handling admin_add_device_handle(struct request *request)
{
    struct command *command = open_command(request);
    json_t *object = command ? request_object(request) : NULL;
    if (!object) {
        return HANDLING_DONE;
    }
    const char *why = read_place(object, command);
    bool is_good = !why && handout_read(request, object, &command->handout);
    json_decref(object);
    return why       ? request_refuse(request, why)
           : is_good ? request_write(request, add_device)
                     : HANDLING_DONE;
}

static bool set_text(json_t *object, const char *key, const struct buf *text)
{
    return json_object_set_new(object, key, json_string(buf_text(text))) == 0;
}

// A page shows the code as a picture too, and has the file for a stick.
static bool add_picture(json_t *object, const struct command *command,
                        const char *words)
{
    struct buf image = {0}, file = {0};
    voucher_file_begin(NULL, &file);
    voucher_file_add(words, command->counter, command->name, &file);
    bool done = qr_append_svg(words, &image) && buf_ok(&file) &&
                set_text(object, "qr_svg", &image) &&
                set_text(object, "file", &file);
    buf_free(&image);
    buf_free(&file);
    return done;
}

// The voucher, or the code alone when no address is known.
static json_t *describe_added(const struct command *command, bool with_picture)
{
    struct buf voucher = {0};
    bool has_voucher =
        handout_write(&command->handout, command->code, &voucher);
    json_t *object =
        json_pack("{s:s, s:s, s:o, s:s?}", "device", command->id, "code",
                  command->code, "expires_at", reply_time(command->expires_at),
                  "voucher", has_voucher ? buf_text(&voucher) : NULL);
    if (object && with_picture &&
        !add_picture(object, command,
                     has_voucher ? buf_text(&voucher) : command->code)) {
        json_decref(object);
        object = NULL;
    }
    buf_free(&voucher);
    return object;
}

void admin_add_device_finish(struct request *request)
{
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else {
        reply_json(request, 201,
                   describe_added(request->work, request->caller != 0));
    }
}

static enum office_result replace_device(struct office *office, void *ctx)
{
    struct command *command = ctx;
    return office_replace_device(office, command->device, command->who,
                                 clock_wall_ms(), command->id, command->code,
                                 &command->expires_at);
}

enum handling admin_replace_device_handle(struct request *request)
{
    struct command *command = open_command(request);
    return command && handout_read(request, NULL, &command->handout)
               ? request_write(request, replace_device)
               : HANDLING_DONE;
}

static enum office_result renew_device(struct office *office, void *ctx)
{
    struct command *command = ctx;
    memcpy(command->id, command->device, sizeof command->id);
    return office_renew_device(office, command->device, command->who,
                               clock_wall_ms(), command->code,
                               &command->expires_at);
}

enum handling admin_renew_device_handle(struct request *request)
{
    struct command *command = open_command(request);
    return command && handout_read(request, NULL, &command->handout)
               ? request_write(request, renew_device)
               : HANDLING_DONE;
}

void admin_replace_device_finish(struct request *request)
{
    if (request->job.result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no %s",
                      request->part);
    } else {
        admin_add_device_finish(request);
    }
}

// Where it stands is a part of what it is told.
static enum office_result change_device(struct office *office, void *ctx)
{
    struct command *command = ctx;
    int64_t now = clock_wall_ms();
    const struct office_device_change change = {.id = command->device,
                                                .name = command->name,
                                                .counter = command->counter,
                                                .field = command->field,
                                                .point = command->point,
                                                .who = command->who,
                                                .now = now};
    struct office_device device = {.state = OFFICE_DEVICE_WAITING};
    enum office_result result = office_change_device(office, &change);
    if (result == OFFICE_OK) {
        result = office_find_device(office, command->device, &device);
    }
    if (result != OFFICE_OK || device.state != OFFICE_DEVICE_ACTIVE ||
        device.kind != OFFICE_DEVICE_KIND_COUNTER) {
        return result;
    }
    judging_set_rules(command->server, office);
    return office_configure_device(office, command->device,
                                   &command->server->settings.defaults, now);
}

enum handling admin_change_device_handle(struct request *request)
{
    struct command *command = open_command(request);
    json_t *object = command ? request_object(request) : NULL;
    if (!object) {
        return HANDLING_DONE;
    }
    const char *why = read_place(object, command);
    json_decref(object);
    return why ? request_refuse(request, why)
               : request_write(request, change_device);
}

void admin_change_device_finish(struct request *request)
{
    if (request->job.result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no %s",
                      request->part);
    } else if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else {
        reply_json(request, 200, json_pack("{s:s}", "device", request->part));
    }
}

static enum office_result revoke_device(struct office *office, void *ctx)
{
    struct command *command = ctx;
    return office_revoke_device(office, command->device, command->who,
                                clock_wall_ms());
}

// Who is revoked waits for nothing any more.
static void announce_revoked(struct request *request)
{
    hub_announce(request->server->hub, NULL);
}

enum handling admin_revoke_device_handle(struct request *request)
{
    struct command *command = open_command(request);
    if (!command) {
        return HANDLING_DONE;
    }
    request->committed = announce_revoked;
    return request_write(request, revoke_device);
}

static enum office_result add_key(struct office *office, void *ctx)
{
    struct command *command = ctx;
    return office_add_key(office, command->role, command->name, command->hash,
                          command->who, clock_wall_ms(), &command->key);
}

enum handling admin_add_key_handle(struct request *request)
{
    const char *role;
    struct command *command = open_command(request);
    json_t *object = command ? request_object(request) : NULL;
    if (!object) {
        return HANDLING_DONE;
    }
    bool has_role = json_get_text(object, "role", &role) &&
                    office_role_parse(role, &command->role);
    bool has_name =
        json_copy_text(object, "name", command->name, sizeof command->name) &&
        command->name[0] != '\0';
    json_decref(object);
    if (!has_role) {
        return request_refuse(request, "role: must be office, leader or feed");
    }
    if (!has_name) {
        return request_refuse(request, "name: is missing or too long");
    }
    secret_make_token(command->secret, command->hash);
    return request_write(request, add_key);
}

void admin_add_key_finish(struct request *request)
{
    const struct command *command = request->work;
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
        return;
    }
    reply_json(request, 201,
               json_pack("{s:I, s:s}", "id", (json_int_t)command->key, "key",
                         command->secret));
}

static enum office_result revoke_key(struct office *office, void *ctx)
{
    struct command *command = ctx;
    return office_revoke_key(office, command->key, command->who,
                             clock_wall_ms());
}

enum handling admin_revoke_key_handle(struct request *request)
{
    char *end;
    struct command *command = open_command(request);
    if (!command) {
        return HANDLING_DONE;
    }
    errno = 0;
    command->key = strtoll(request->part, &end, 10);
    if (errno != 0 || *end != '\0') {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no key %s",
                      request->part);
        return HANDLING_DONE;
    }
    request->committed = announce_revoked;
    return request_write(request, revoke_key);
}

void admin_revoke_finish(struct request *request)
{
    if (request->job.result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no %s",
                      request->part);
    } else if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else {
        reply_json(request, 200,
                   json_pack("{s:s, s:b}", "id", request->part, "revoked", 1));
    }
}
