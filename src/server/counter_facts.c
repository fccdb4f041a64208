#include "server/counter_facts.h"
#include "common/ids.h"
#include "office/invitations.h"
#include "office/people.h"
#include "server/context.h"
#include "server/request.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <string.h>

// The counter's code out of the path, where it may stand with %-escapes. False
// for what is none.
static bool read_counter(const char *part, char out[RECORD_CODE_SIZE])
{
    size_t made = 0;
    for (; *part; part++) {
        unsigned char byte = (unsigned char)*part;
        if (byte == '%') {
            if (!part[1] || !part[2] || !hex_decode(part + 1, 2, &byte, 1)) {
                return false;
            }
            part += 2;
        }
        if (byte == '\0' || made == RECORD_CODE_SIZE - 1) {
            return false;
        }
        out[made++] = (char)byte;
    }
    out[made] = '\0';
    return text_is_utf8(out, made);
}

static bool refuse_counter(struct request *request)
{
    reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                  "no device works at this counter");
    return false;
}

bool counter_find(struct request *request, char out[RECORD_CODE_SIZE])
{
    struct server *server = request->server;
    bool found = false;
    if (!read_counter(request->part, out)) {
        return refuse_counter(request);
    }
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_has_counter(office, server->settings.unit_code, out, &found);
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        reply_office_failure(request, result);
        return false;
    }
    return found || refuse_counter(request);
}

enum { HEARTBEAT_SLACK_S = 15 };

int64_t contact_patience_ms(const struct server *server)
{
    const struct office_defaults *defaults = &server->settings.defaults;
    int64_t heartbeat_s = defaults->heartbeat_s + HEARTBEAT_SLACK_S;
    int64_t contact_s = defaults->contact_s;
    return 1000 * (contact_s > heartbeat_s ? contact_s : heartbeat_s);
}

struct seen {
    const char *unit, *counter;
    int64_t at;
};

static bool see(void *ctx, const struct office_device *device)
{
    struct seen *seen = ctx;
    if (device->state == OFFICE_DEVICE_ACTIVE &&
        strcmp(device->unit, seen->unit) == 0 &&
        strcmp(device->counter, seen->counter) == 0 &&
        device->last_seen_at > seen->at) {
        seen->at = device->last_seen_at;
    }
    return true;
}

enum office_result counter_seen_at(struct office *office, const char *unit,
                                   const char *counter, int64_t *out_at)
{
    struct seen seen = {unit, counter, 0};
    enum office_result result = office_list_devices(office, see, &seen);
    if (result == OFFICE_OK) {
        *out_at = seen.at;
    }
    return result;
}

struct naming {
    const char *officer;
    char *display;
};

static bool name(void *ctx, const struct office_person *person)
{
    struct naming *naming = ctx;
    bool found = person->disabled_at == 0 && person->officer[0] != '\0' &&
                 strcmp(person->officer, naming->officer) == 0;
    if (found) {
        snprintf(naming->display, OFFICE_NAME_SIZE, "%s", person->display);
    }
    return !found;
}

enum office_result officer_display(struct office *office, const char *officer,
                                   char out[OFFICE_NAME_SIZE])
{
    struct naming naming = {officer, out};
    out[0] = '\0';
    return officer[0] != '\0' ? office_list_people(office, name, &naming)
                              : OFFICE_OK;
}
