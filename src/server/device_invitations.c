// GET /api/v1/devices/me/invitations: the counter's open invitations in order,
// for the courier of its device. A long poll: what is new is there at once.
#include "common/clock.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/invitation_json.h"
#include "server/long_poll.h"
#include "server/request.h"

// A courier has one; one more comes when it lost the other without a word.
enum { POLLS_OF_A_DEVICE = 2 };

struct open_list {
    struct invitation all[INVITATIONS_OPEN_MAX];
    size_t count;
};

// While a request waits its device may be revoked.
static enum office_result read_list(struct request *request, int64_t now,
                                    struct open_list *out)
{
    struct readers *readers = request->server->readers;
    struct office_device *device = &request->device;
    struct office *office = readers_take(readers);
    enum office_result result = office_find_device(office, device->id, device);
    if (result == OFFICE_OK) {
        result = office_open_invitations(office, device->unit, device->counter,
                                         now, out->all, &out->count);
    }
    readers_give(readers, office);
    return result;
}

static json_t *list_json(const struct open_list *list, int64_t *out_changes_at)
{
    json_t *array = json_array();
    *out_changes_at = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct invitation *one = &list->all[i];
        earliest(invitation_ends_at(one), out_changes_at);
        // jansson passes NULL through, on both sides.
        if (json_array_append_new(array, invitation_for_device(one)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return json_pack("{s:o}", "invitations", array);
}

enum handling device_invitations_handle(struct request *request)
{
    struct open_list list = {.count = 0};
    const struct office_device *device = &request->device;
    int64_t now = clock_wall_ms(), changes_at;
    if (!long_poll_begin(request, device->counter, device->id,
                         POLLS_OF_A_DEVICE)) {
        return HANDLING_DONE;
    }
    enum office_result result = read_list(request, now, &list);
    if (result != OFFICE_OK) {
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    if (device->state == OFFICE_DEVICE_REVOKED) {
        reply_problem(request, PROBLEM_REVOKED, NULL,
                      "this device was revoked; enrol it again");
        return HANDLING_DONE;
    }
    json_t *object = list_json(&list, &changes_at);
    return long_poll_answer(request, object, now, changes_at);
}
