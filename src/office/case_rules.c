#include "office/case_rules.h"
#include <stdio.h>
#include <string.h>

// --- The document -----------------------------------------------------------

void case_rules_default(struct case_rules *out)
{
    *out = (struct case_rules){.deadline_days = 5};
    out->levels[1] = out->levels[2] = true;
    out->confirms[PERSON_LEADER] = out->confirms[PERSON_OFFICE] = true;
}

static bool read_levels(const json_t *list, struct case_rules *out,
                        struct buf *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_int_t level = json_integer_value(json_array_get(list, i));
        if (level < 1 || level > 5) {
            buf_printf(why, "levels[%zu]: is no level; write 1 to 5", i);
            return false;
        }
        out->levels[level] = true;
    }
    if (!json_is_array(list)) {
        buf_append_text(why, "levels: must be a list, such as [1, 2]");
    }
    return json_is_array(list);
}

static bool read_confirms(const json_t *list, struct case_rules *out,
                          struct buf *why)
{
    bool has_one = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        enum office_person_role role;
        if (!name || !person_role_parse(name, &role) ||
            (role != PERSON_LEADER && role != PERSON_OFFICE)) {
            buf_printf(why, "confirm[%zu]: must be leader or office", i);
            return false;
        }
        out->confirms[role] = has_one = true;
    }
    if (!has_one) {
        buf_append_text(why, "confirm: must be a list of leader, office, or "
                             "both");
    }
    return has_one;
}

static bool is_code(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t size = strlen(text);
    return size > 0 && size < CASE_CODE_SIZE && strspn(text, plain) == size;
}

static bool read_cause(const json_t *object, size_t at, struct case_rules *out,
                       struct buf *why)
{
    const char *code, *vi, *en;
    if (!json_get_text(object, "code", &code) || !is_code(code)) {
        buf_printf(why,
                   "causes[%zu].code: must be at most %d small letters, digits "
                   "and dashes",
                   at, CASE_CODE_SIZE - 1);
        return false;
    }
    if (!json_get_text(object, "vi", &vi) || vi[0] == '\0' ||
        !json_get_text(object, "en", &en) || en[0] == '\0') {
        buf_printf(
            why, "causes[%zu]: needs vi and en, the words that are shown", at);
        return false;
    }
    if (case_rules_knows_cause(out, code)) {
        buf_printf(why, "causes[%zu].code: %s is there twice", at, code);
        return false;
    }
    snprintf(out->causes[out->cause_count++], CASE_CODE_SIZE, "%s", code);
    return true;
}

static bool read_causes(const json_t *list, struct case_rules *out,
                        struct buf *why)
{
    size_t count = json_array_size(list);
    if (count == 0 || count > CASE_CAUSES_MAX) {
        buf_printf(why, "causes: must be a list of 1 to %d", CASE_CAUSES_MAX);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_cause(json_array_get(list, i), i, out, why)) {
            return false;
        }
    }
    return true;
}

bool case_rules_read(const json_t *body, struct case_rules *out,
                     struct buf *why)
{
    int64_t days = 0;
    *out = (struct case_rules){.deadline_days = 0};
    if (!json_get_int(body, "deadline_days", &days) || days < 1 ||
        days > CASE_DEADLINE_MOST) {
        buf_printf(why, "deadline_days: must be 1 to %d working days",
                   CASE_DEADLINE_MOST);
        return false;
    }
    out->deadline_days = (int)days;
    return read_levels(json_object_get(body, "levels"), out, why) &&
           read_confirms(json_object_get(body, "confirm"), out, why) &&
           read_causes(json_object_get(body, "causes"), out, why);
}

bool case_rules_knows_cause(const struct case_rules *rules, const char *code)
{
    for (size_t i = 0; i < rules->cause_count; i++) {
        if (strcmp(rules->causes[i], code) == 0) {
            return true;
        }
    }
    return false;
}

// --- Names ------------------------------------------------------------------

static const char *const STATES[CASE_STATE_COUNT] = {
    "new", "assigned", "answered", "closed", "superseded"};
static const char *const KINDS[CASE_KIND_COUNT] = {
    "opened",   "assigned", "answered",    "confirmed",
    "returned", "reopened", "rated-again", "superseded"};

static bool find_name(const char *const *names, int count, const char *name,
                      int *out)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *case_state_name(enum case_state state)
{
    return STATES[state];
}

bool case_state_parse(const char *name, enum case_state *out)
{
    int found = 0;
    bool is_known = find_name(STATES, CASE_STATE_COUNT, name, &found);
    *out = is_known ? (enum case_state)found : *out;
    return is_known;
}

const char *case_kind_name(enum case_kind kind)
{
    return KINDS[kind];
}

bool case_kind_parse(const char *name, enum case_kind *out)
{
    int found = 0;
    bool is_known = find_name(KINDS, CASE_KIND_COUNT, name, &found);
    *out = is_known ? (enum case_kind)found : *out;
    return is_known;
}

// --- From state to state ----------------------------------------------------

static void forget_answer(struct case_standing *standing)
{
    standing->answered_by[0] = '\0';
    standing->answered_day = 0;
    standing->closed_day = 0;
}

// NULL: it may be done.
static const char *find_obstacle(const struct case_standing *standing,
                                 const struct case_change *change)
{
    enum case_state state = standing->state;
    if (change->kind == CASE_OPENS) {
        return standing->version == 0 ? NULL : "it is open already";
    }
    if (standing->version == 0) {
        return "it was not opened";
    }
    if (state == CASE_SUPERSEDED) {
        return "its rating counts no more: an earlier one of the same "
               "transaction came in late";
    }
    switch (change->kind) {
    case CASE_ASSIGN:
        return state == CASE_NEW || state == CASE_ASSIGNED
                   ? NULL
                   : "it is answered; send it back, or open it again, first";
    case CASE_ANSWER:
        return state == CASE_ASSIGNED ? NULL
               : state == CASE_NEW    ? "it has no owner yet; assign it first"
                                      : "it is answered already";
    case CASE_CONFIRM:
        if (state != CASE_ANSWERED) {
            return state == CASE_CLOSED ? "it is closed already"
                                        : "it is not answered yet";
        }
        return strcmp(change->person, standing->owner) != 0 &&
                       strcmp(change->person, standing->answered_by) != 0
                   ? NULL
                   : "a second person confirms it: neither its owner, nor who "
                     "answered it";
    case CASE_RETURN:
        return state == CASE_ANSWERED ? NULL
                                      : "there is no answer to send back";
    case CASE_REOPEN:
        return state == CASE_CLOSED ? NULL : "it is not closed";
    default:
        return NULL;
    }
}

static void open_again(struct case_standing *standing, int32_t day)
{
    forget_answer(standing);
    standing->state = standing->owner[0] ? CASE_ASSIGNED : CASE_NEW;
    standing->due_from = day;
    standing->reopened++;
}

bool case_apply(struct case_standing *standing,
                const struct case_change *change, const char **out_why)
{
    const char *why = find_obstacle(standing, change);
    if (why) {
        *out_why = why;
        return false;
    }
    standing->version++;
    switch (change->kind) {
    case CASE_OPENS:
        standing->state = CASE_NEW;
        standing->due_from = change->day;
        break;
    case CASE_ASSIGN:
        standing->state = CASE_ASSIGNED;
        snprintf(standing->owner, sizeof standing->owner, "%s", change->owner);
        break;
    case CASE_ANSWER:
        standing->state = CASE_ANSWERED;
        standing->answered_day = change->day;
        snprintf(standing->answered_by, sizeof standing->answered_by, "%s",
                 change->person);
        break;
    case CASE_CONFIRM:
        standing->state = CASE_CLOSED;
        standing->closed_day = change->day;
        break;
    case CASE_RETURN:
        standing->state = CASE_ASSIGNED;
        forget_answer(standing);
        break;
    case CASE_REOPEN:
        open_again(standing, change->day);
        break;
    case CASE_RATED_AGAIN:
        if (standing->state == CASE_CLOSED) {
            open_again(standing, change->day);
        }
        break;
    default:
        standing->state = CASE_SUPERSEDED;
        break;
    }
    return true;
}
