// POST /api/v1/devices/enrol: a one-time code and a public key against a
// device's identity.
#include "common/clock.h"
#include "common/ids.h"
#include "common/log.h"
#include "office/configuration.h"
#include "office/secret.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/judging.h"
#include "server/request.h"
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

struct enrolment {
    struct server *server;
    const struct office_defaults *defaults;
    char code[64];
    char version[OFFICE_VERSION_SIZE];
    char device_id[ID_SIZE]; // "": it is none yet
    char token[SECRET_TOKEN_SIZE];
    struct office_enrol_request request;
    // results
    enum office_enrolment outcome;
    struct office_device device;
    struct buf config;
};

static void free_enrolment(void *work)
{
    struct enrolment *enrolment = work;
    explicit_bzero(enrolment->token, sizeof enrolment->token);
    buf_free(&enrolment->config);
    free(enrolment);
}

// On the writer's thread.
static enum office_result enrol(struct office *office, void *ctx)
{
    struct enrolment *enrolment = ctx;
    struct office_device *device = &enrolment->device;
    int64_t now = clock_wall_ms();
    enrolment->outcome = office_enrol(office, &enrolment->request, now, device);
    if (enrolment->outcome == OFFICE_ENROL_FAILED) {
        return OFFICE_ERROR;
    }
    if (enrolment->outcome != OFFICE_ENROLLED) {
        return OFFICE_OK;
    }
    // The code is spent: the device must get its token whatever happens now.
    // What it gets here is kept in a file beside that for good, so it holds no
    // keys; of version 0, so that the device asks for the whole at once.
    office_configure_device(office, device->id, enrolment->defaults, now);
    office_configuration_build(device, enrolment->defaults, NULL, 0,
                               &enrolment->config);
    judging_set_rules(enrolment->server, office);
    return OFFICE_OK;
}

// NULL, or the key that is wrong.
static const char *read_request(const json_t *object, struct enrolment *out)
{
    const char *key;
    if (!json_copy_text(object, "code", out->code, sizeof out->code)) {
        return "code";
    }
    if (!json_get_text(object, "public_key", &key) ||
        !key_public_parse(key, out->request.public_key)) {
        return "public_key";
    }
    json_copy_text(object, "version", out->version, sizeof out->version);
    if (json_object_get(object, "device") &&
        (!json_copy_text(object, "device", out->device_id,
                         sizeof out->device_id) ||
         !id_is_valid(out->device_id, strlen(out->device_id)))) {
        return "device";
    }
    out->request.device = out->device_id[0] != '\0' ? out->device_id : NULL;
    out->request.code = out->code;
    out->request.version = out->version;
    return NULL;
}

enum handling enrol_handle(struct request *request)
{
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    struct enrolment *enrolment = calloc(1, sizeof *enrolment);
    if (!enrolment) {
        json_decref(object);
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = enrolment;
    request->free_work = free_enrolment;
    const char *wrong = read_request(object, enrolment);
    json_decref(object);
    if (wrong) {
        reply_problem(request, PROBLEM_UNREADABLE,
                      &(struct problem_members){.line = 1, .reason = wrong},
                      "%s: is missing or wrong", wrong);
        return HANDLING_DONE;
    }
    enrolment->server = request->server;
    enrolment->defaults = &request->server->settings.defaults;
    secret_make_token(enrolment->token, enrolment->request.token_hash);
    request->job.work = enrol;
    request->job.work_ctx = enrolment;
    return request_wait(request);
}

static json_t *make_answer(const struct enrolment *enrolment,
                           const struct identity *identity)
{
    char message[JSON_MESSAGE_SIZE];
    json_t *config = json_read(buf_text(&enrolment->config),
                               enrolment->config.size, message);
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "device",
                     enrolment->device.id, "token", enrolment->token,
                     "server_key", identity->key_base64, "box_key",
                     identity->box_base64, "config", config);
}

void enrol_finish(struct request *request)
{
    struct enrolment *enrolment = request->work;
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
        return;
    }
    switch (enrolment->outcome) {
    case OFFICE_ENROLLED:
        log_write_with(LOG_INFO, MODULE,
                       (const struct log_field[]){
                           {"device", enrolment->device.id, 0},
                           {"counter", enrolment->device.counter, 0}},
                       2, "a device enrolled");
        reply_json(request, 201,
                   make_answer(enrolment, &request->server->identity));
        break;
    case OFFICE_CODE_UNKNOWN:
        reply_problem(request, PROBLEM_CODE_UNKNOWN, NULL,
                      "check the code, or make one with hailong device add");
        break;
    case OFFICE_CODE_EXPIRED:
        reply_problem(request, PROBLEM_CODE_EXPIRED, NULL,
                      "a code does not last for ever; make a new one with "
                      "hailong device add");
        break;
    case OFFICE_CODE_USED:
        reply_problem(request, PROBLEM_CODE_USED, NULL,
                      "a code works once; make a new one with hailong device "
                      "add");
        break;
    case OFFICE_ENROL_FAILED:
        reply_office_failure(request, OFFICE_ERROR);
        break;
    }
}
