#include "server/invitation_json.h"
#include "common/clock.h"
#include "ledger/pseudonym.h"

// Null for what was not told.
static const char *told(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

json_t *invitation_for_device(const struct invitation *invitation)
{
    char made[CLOCK_ISO_SIZE], expires[CLOCK_ISO_SIZE];
    clock_format(invitation->made_at, made);
    clock_format(invitation->expires_at, expires);
    return json_pack(
        "{s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s, s:s}", "id", invitation->id,
        "transaction", told(invitation->transaction), "procedure",
        told(invitation->procedure), "field", told(invitation->field), "step",
        told(invitation->step), "officer", told(invitation->officer), "made_at",
        made, "expires_at", expires);
}

json_t *invitation_status(const struct invitation *invitation)
{
    char made[CLOCK_ISO_SIZE], changed[CLOCK_ISO_SIZE], expires[CLOCK_ISO_SIZE];
    clock_format(invitation->made_at, made);
    clock_format(invitation->state_at, changed);
    clock_format(invitation->expires_at, expires);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s?}", "id",
                     invitation->id, "counter", invitation->counter, "state",
                     invitation_state_name(invitation->state), "made_at", made,
                     "state_at", changed, "expires_at", expires, "reason",
                     told(invitation->reason));
}

json_t *invitation_for_watcher(const struct invitation *invitation)
{
    json_t *object = invitation_status(invitation);
    const char *code = pseudonym_is(invitation->transaction)
                           ? NULL
                           : told(invitation->transaction);
    json_t *work = json_pack(
        "{s:s?, s:s?, s:s?, s:s?, s:s?, s:s}", "transaction", code, "procedure",
        told(invitation->procedure), "field", told(invitation->field), "step",
        told(invitation->step), "officer", told(invitation->officer), "made_by",
        invitation->made_by);
    if (!object || !work || json_object_update(object, work) != 0) {
        json_decref(object);
        object = NULL;
    }
    json_decref(work);
    return object;
}

void earliest(int64_t at, int64_t *earliest_at)
{
    if (at != 0 && (*earliest_at == 0 || at < *earliest_at)) {
        *earliest_at = at;
    }
}
