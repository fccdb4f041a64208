#include "server/permit.h"
#include "common/clock.h"
#include "office/secret.h"
#include "server/context.h"
#include "server/request.h"
#include <string.h>
#include <strings.h>

bool permit_anybody(struct request *request)
{
    (void)request;
    return true;
}

// The hash of the bearer token, when there is one that can be one.
static bool read_bearer(struct request *request,
                        unsigned char out_hash[DIGEST_BYTES])
{
    static const char scheme[] = "Bearer ";
    const char *value = request->headers.authorization;
    if (!value || strncasecmp(value, scheme, sizeof scheme - 1) != 0) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "send the header Authorization: Bearer <token>");
        return false;
    }
    value += sizeof scheme - 1;
    value += strspn(value, " ");
    if (!secret_hash_token(value, strlen(value), out_hash)) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "the token is none of this server's");
        return false;
    }
    return true;
}

// One look-up on a reader's handle.
static enum office_result find_device(struct request *request,
                                      const unsigned char hash[DIGEST_BYTES])
{
    struct readers *readers = request->server->readers;
    struct office *office = readers_take(readers);
    enum office_result result =
        office_find_device_by_token(office, hash, &request->device);
    readers_give(readers, office);
    return result;
}

bool permit_sender(struct request *request)
{
    unsigned char hash[DIGEST_BYTES];
    if (!read_bearer(request, hash)) {
        return false;
    }
    enum office_result result = find_device(request, hash);
    if (result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "the token is none of this server's");
        return false;
    }
    if (result != OFFICE_OK) {
        reply_office_failure(request, result);
        return false;
    }
    int64_t wait_s = limits_take(request->server->limits, request->device.id,
                                 clock_mono_us());
    if (wait_s > 0) {
        reply_problem(request, PROBLEM_TOO_MANY, NULL,
                      "this device asks too often; wait %lld s",
                      (long long)wait_s);
        reply_header(request, "Retry-After", "%lld", (long long)wait_s);
        return false;
    }
    return true;
}

bool permit_device(struct request *request)
{
    if (!permit_sender(request)) {
        return false;
    }
    if (request->device.state == OFFICE_DEVICE_REVOKED) {
        reply_problem(request, PROBLEM_REVOKED, NULL,
                      "this device was revoked; enrol it again");
        return false;
    }
    return true;
}

bool permit_report_reader(struct request *request)
{
    unsigned char hash[DIGEST_BYTES];
    struct office_key key;
    struct readers *readers = request->server->readers;
    if (!read_bearer(request, hash)) {
        return false;
    }
    struct office *office = readers_take(readers);
    enum office_result result = office_find_key(office, hash, &key);
    readers_give(readers, office);
    if (result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "the key is unknown or was revoked");
        return false;
    }
    if (result != OFFICE_OK) {
        reply_office_failure(request, result);
        return false;
    }
    if (key.role != OFFICE_ROLE_OFFICE && key.role != OFFICE_ROLE_LEADER) {
        reply_problem(request, PROBLEM_FORBIDDEN, NULL,
                      "reports need a key of the role office or leader, this "
                      "one is of the role %s",
                      office_role_name(key.role));
        return false;
    }
    request->role = key.role;
    return true;
}

bool permit_admin(struct request *request)
{
    unsigned char hash[DIGEST_BYTES];
    if (!read_bearer(request, hash)) {
        return false;
    }
    if (!digest_equal(hash, request->server->admin_hash, DIGEST_BYTES)) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "the token is not the one of admin.json");
        return false;
    }
    return true;
}
