#include "survey/flow.h"
#include <assert.h>
#include <string.h>

const struct flow_times FLOW_TIMES = {.fields = 30000,
                                      .selected = 200,
                                      .rating = 60000,
                                      .reasons = 20000,
                                      .chosen = 30000,
                                      .comment = 60000,
                                      .still = 20000,
                                      .thanks = 5000,
                                      .declined = 6000,
                                      .apology = 15000,
                                      .save = 10000,
                                      .pin = 30000,
                                      .diagnostics = 120000,
                                      .cleaning = 30000};

static void show(struct flow *flow, enum flow_screen screen, int64_t now,
                 struct flow_effects *out)
{
    flow->screen = screen;
    flow->since = now;
    flow->touched = now;
    out->changed = true;
}

static void forget(struct flow *flow)
{
    flow->level = 0;
    memset(flow->chosen, 0, sizeof flow->chosen);
}

static bool waits_for_invitations(const struct flow *flow)
{
    return flow->setting.transaction && !flow->alone;
}

// A counter that is cut off from its invitations takes who comes.
enum flow_walk_up flow_walk_up(const struct flow *flow)
{
    const struct flow_setting *setting = &flow->setting;
    bool cut_off = setting->transaction && flow->alone;
    return cut_off && setting->walk_up == FLOW_WALK_UP_OFF ? FLOW_WALK_UP_ON
                                                           : setting->walk_up;
}

enum record_mode flow_mode(const struct flow *flow)
{
    if (flow->invited)
        return RECORD_TRANSACTION;
    return flow->setting.transaction && flow->alone ? RECORD_WALK_UP_OFFLINE
                                                    : RECORD_WALK_UP;
}

static enum flow_screen home(const struct flow *flow)
{
    if (flow_fault(flow) != FLOW_FINE)
        return FLOW_OUT_OF_SERVICE;
    if (flow->closed)
        return FLOW_CLOSED;
    return waits_for_invitations(flow) || flow_walk_up(flow) == FLOW_WALK_UP_OFF
               ? FLOW_WAITING
               : FLOW_ATTRACT;
}

// The first screen again, with nothing left of the citizen.
static void go_home(struct flow *flow, int64_t now, struct flow_effects *out)
{
    forget(flow);
    flow->language = I18N_VI;
    flow->aids = flow->used = (struct aids){0};
    flow->in_visit = false;
    flow->invited = false;
    flow->answered = false;
    flow->field = -1;
    flow->saving = false;
    flow->reopened = false;
    out->forget = true;
    show(flow, home(flow), now, out);
}

void flow_init(struct flow *flow, const struct survey *survey,
               const struct flow_setting *setting, int64_t now)
{
    struct flow_effects ignored = {0};
    *flow = (struct flow){.survey = survey, .setting = *setting};
    go_home(flow, now, &ignored);
}

bool flow_is_idle(const struct flow *flow)
{
    return flow->screen == FLOW_WAITING || flow->screen == FLOW_ATTRACT ||
           flow->screen == FLOW_OUT_OF_SERVICE || flow->screen == FLOW_CLOSED;
}

bool flow_is_staff(const struct flow *flow)
{
    return flow->screen == FLOW_PIN || flow->screen == FLOW_DIAGNOSTICS ||
           flow->screen == FLOW_TOUCH_TEST || flow->screen == FLOW_ENROLMENT ||
           flow->screen == FLOW_CLEANING || flow->screen == FLOW_CHECKS;
}

enum flow_fault flow_fault(const struct flow *flow)
{
    return flow->fault == FLOW_FINE && flow->paused ? FLOW_PAUSED : flow->fault;
}

void flow_configure(struct flow *flow, const struct survey *survey,
                    const struct flow_setting *setting, int64_t now,
                    struct flow_effects *out)
{
    assert(flow_is_idle(flow));
    flow->survey = survey;
    flow->setting = *setting;
    *out = (struct flow_effects){0};
    go_home(flow, now, out);
}

enum survey_list flow_list(const struct flow *flow)
{
    const struct survey_level *level = survey_level(flow->survey, flow->level);
    return level ? level->reasons : SURVEY_LOW;
}

size_t flow_chosen_count(const struct flow *flow)
{
    size_t count = 0;
    for (size_t i = 0; i < SURVEY_REASONS_MAX; i++)
        count += flow->chosen[i];
    return count;
}

static void open_visit(struct flow *flow, int64_t now, struct flow_effects *out)
{
    flow->in_visit = true;
    out->open = true;
    show(flow, FLOW_RATING, now, out);
}

static void close_visit(struct flow *flow, enum record_outcome outcome,
                        struct flow_effects *out)
{
    flow->in_visit = false;
    out->close = true;
    out->outcome = outcome;
    out->language = flow->language;
    out->used = flow->used;
}

// The rating is complete: its line is written now, thanks wait for the store.
static void commit(struct flow *flow, bool comment, int64_t now,
                   struct flow_effects *out)
{
    close_visit(flow, RECORD_RATED, out);
    out->comment = comment;
    flow->saving = true;
    flow->touched = now;
    out->changed = true;
}

static bool has_reasons(const struct flow *flow)
{
    const struct survey_level *level = survey_level(flow->survey, flow->level);
    if (!level || flow->survey->reason_count[level->reasons] == 0)
        return false;
    return !flow->setting.reasons_low || level->reasons == SURVEY_LOW;
}

static int64_t rating_deadline(const struct flow *flow)
{
    const struct flow_times *times = &flow->setting.times;
    if (flow->level)
        return flow->touched + times->selected;
    return (flow->invited ? flow->since : flow->touched) + times->rating;
}

int64_t flow_thanks_ms(const struct flow *flow)
{
    bool slow = flow->aids.large || flow->aids.audio;
    return flow->setting.times.thanks * (slow ? 2 : 1);
}

int64_t flow_deadline(const struct flow *flow)
{
    const struct flow_times *times = &flow->setting.times;
    if (flow->saving && flow->screen != FLOW_APOLOGY)
        return flow->touched + times->save;
    switch (flow->screen) {
    case FLOW_FIELDS:
        return flow->touched + times->fields;
    case FLOW_RATING:
        return rating_deadline(flow);
    case FLOW_REASONS:
        return flow->touched +
               (flow_chosen_count(flow) ? times->chosen : times->reasons);
    case FLOW_COMMENT:
        return flow->touched + times->comment;
    case FLOW_STILL:
        return flow->touched + times->still;
    case FLOW_THANKS:
        return flow->since + flow_thanks_ms(flow);
    case FLOW_DECLINED:
        return flow->since + times->declined;
    case FLOW_APOLOGY:
        return flow->since + times->apology;
    case FLOW_PIN:
        return flow->touched + times->pin;
    case FLOW_DIAGNOSTICS:
    case FLOW_TOUCH_TEST:
    case FLOW_CHECKS:
    case FLOW_ENROLMENT:
        return flow->touched + times->diagnostics;
    case FLOW_CLEANING:
        return flow->since + times->cleaning;
    case FLOW_WAITING:
    case FLOW_ATTRACT:
    case FLOW_OUT_OF_SERVICE:
    case FLOW_CLOSED:
    case FLOW_SCREEN_COUNT:
        break;
    }
    return INT64_MAX;
}

static void leave_rating(struct flow *flow, int64_t now,
                         struct flow_effects *out)
{
    if (!flow->level) {
        close_visit(flow, RECORD_TIMEOUT, out);
        go_home(flow, now, out);
    } else if (has_reasons(flow)) {
        show(flow, FLOW_REASONS, now, out);
    } else {
        commit(flow, false, now, out);
    }
}

static void ask_if_there(struct flow *flow, int64_t now,
                         struct flow_effects *out)
{
    flow->behind = flow->screen;
    show(flow, FLOW_STILL, now, out);
}

// The screen's time is over.
static void leave(struct flow *flow, int64_t now, struct flow_effects *out)
{
    if (flow->saving && flow->screen != FLOW_APOLOGY) {
        // A disk that hangs: the citizen is not kept standing.
        flow->fault = FLOW_STORE_FAULT;
        show(flow, FLOW_APOLOGY, now, out);
        return;
    }
    switch (flow->screen) {
    case FLOW_RATING:
        leave_rating(flow, now, out);
        break;
    case FLOW_REASONS:
        if (flow_chosen_count(flow))
            ask_if_there(flow, now, out);
        else
            commit(flow, false, now, out);
        break;
    case FLOW_COMMENT:
        ask_if_there(flow, now, out);
        break;
    case FLOW_STILL:
        commit(flow, false, now, out);
        break;
    case FLOW_DECLINED:
        close_visit(flow, RECORD_DECLINED, out);
        go_home(flow, now, out);
        break;
    case FLOW_CLEANING:
        show(flow, FLOW_DIAGNOSTICS, now, out);
        break;
    case FLOW_FIELDS:
    case FLOW_THANKS:
    case FLOW_APOLOGY:
    case FLOW_PIN:
    case FLOW_DIAGNOSTICS:
    case FLOW_TOUCH_TEST:
    case FLOW_CHECKS:
    case FLOW_ENROLMENT:
        go_home(flow, now, out);
        break;
    case FLOW_WAITING:
    case FLOW_ATTRACT:
    case FLOW_OUT_OF_SERVICE:
    case FLOW_CLOSED:
    case FLOW_SCREEN_COUNT:
        break;
    }
}

// Somebody begins without an invitation.
static void wake(struct flow *flow, int64_t now, struct flow_effects *out)
{
    switch (flow_walk_up(flow)) {
    case FLOW_WALK_UP_ON:
        open_visit(flow, now, out);
        break;
    case FLOW_WALK_UP_FIELDS:
        show(flow, FLOW_FIELDS, now, out);
        break;
    case FLOW_WALK_UP_OFF:
        break;
    }
}

static void act_on_fields(struct flow *flow, const struct flow_input *input,
                          struct flow_effects *out)
{
    if (input->act == FLOW_FIELD && input->value >= 0 &&
        input->value < flow->setting.field_count) {
        flow->field = input->value;
        open_visit(flow, input->now, out);
    } else if (input->act == FLOW_BACK) {
        go_home(flow, input->now, out);
    }
}

static void act_on_rating(struct flow *flow, const struct flow_input *input,
                          struct flow_effects *out)
{
    if (flow->level)
        return; // the chosen face is being shown
    if (input->act == FLOW_LEVEL && survey_level(flow->survey, input->value)) {
        flow->level = input->value;
        flow->answered = true;
        flow->touched = input->now;
        out->draft = true;
        out->changed = true;
    } else if (input->act == FLOW_DECLINE && flow->invited) {
        show(flow, FLOW_DECLINED, input->now, out);
    }
}

static void act_on_reasons(struct flow *flow, const struct flow_input *input,
                           struct flow_effects *out)
{
    if (input->act == FLOW_REASON && input->value >= 0 &&
        (size_t)input->value < flow->survey->reason_count[flow_list(flow)]) {
        flow->chosen[input->value] = !flow->chosen[input->value];
        out->changed = true;
    } else if (input->act == FLOW_CHANGE) {
        forget(flow);
        out->undo = true;
        show(flow, FLOW_RATING, input->now, out);
    } else if (input->act == FLOW_WRITE) {
        show(flow, FLOW_COMMENT, input->now, out);
    } else if (input->act == FLOW_SEND) {
        commit(flow, false, input->now, out);
    }
}

static void act_on_comment(struct flow *flow, const struct flow_input *input,
                           struct flow_effects *out)
{
    if (input->act == FLOW_BACK)
        show(flow, FLOW_REASONS, input->now, out);
    else if (input->act == FLOW_SEND)
        commit(flow, true, input->now, out);
}

// Whoever presses "send now" while writing wants what is written to be sent.
static void act_on_still(struct flow *flow, const struct flow_input *input,
                         struct flow_effects *out)
{
    if (input->act == FLOW_MORE)
        show(flow, flow->behind, input->now, out);
    else if (input->act == FLOW_SEND)
        commit(flow, flow->behind == FLOW_COMMENT, input->now, out);
}

static void act_on_diagnostics(struct flow *flow,
                               const struct flow_input *input,
                               struct flow_effects *out)
{
    if (input->act == FLOW_CLEAN) {
        show(flow, FLOW_CLEANING, input->now, out);
    } else if (input->act == FLOW_TEST_TOUCH) {
        show(flow, FLOW_TOUCH_TEST, input->now, out);
    } else if (input->act == FLOW_EXAMINE) {
        show(flow, FLOW_CHECKS, input->now, out);
    } else if (input->act == FLOW_PAUSE) {
        flow->paused = !flow->paused;
        out->pause = true;
        out->changed = true;
    } else if (input->act == FLOW_LEAVE) {
        go_home(flow, input->now, out);
    }
}

// What a citizen switches for this visit. True when it was one of these.
static bool switch_mode(struct flow *flow, enum flow_act act)
{
    struct aids *aids = &flow->aids;
    if (act == FLOW_LANGUAGE)
        flow->language = flow->language == I18N_VI ? I18N_EN : I18N_VI;
    else if (act == FLOW_LARGE)
        aids->large = !aids->large;
    else if (act == FLOW_DARK)
        aids->dark = !aids->dark;
    else if (act == FLOW_LISTEN)
        aids->audio = !aids->audio;
    else
        return false;
    flow->used.large |= aids->large;
    flow->used.dark |= aids->dark;
    flow->used.audio |= aids->audio;
    return true;
}

static void act(struct flow *flow, const struct flow_input *input,
                struct flow_effects *out)
{
    if (flow->saving)
        return;
    bool somebody = flow->in_visit || flow->screen == FLOW_FIELDS;
    if (somebody && switch_mode(flow, input->act)) {
        out->changed = true;
        return;
    }
    switch (flow->screen) {
    case FLOW_ATTRACT:
    case FLOW_WAITING:
        if (input->act == FLOW_WAKE)
            wake(flow, input->now, out);
        break;
    case FLOW_FIELDS:
        act_on_fields(flow, input, out);
        break;
    case FLOW_RATING:
        act_on_rating(flow, input, out);
        break;
    case FLOW_REASONS:
        act_on_reasons(flow, input, out);
        break;
    case FLOW_COMMENT:
        act_on_comment(flow, input, out);
        break;
    case FLOW_STILL:
        act_on_still(flow, input, out);
        break;
    case FLOW_THANKS:
        if (input->act == FLOW_DONE)
            go_home(flow, input->now, out);
        break;
    case FLOW_DECLINED:
        if (input->act == FLOW_AGAIN && !flow->reopened) {
            flow->reopened = true;
            show(flow, FLOW_RATING, input->now, out);
        }
        break;
    case FLOW_OUT_OF_SERVICE:
        if (input->act == FLOW_ENROL && flow->fault == FLOW_NOT_ENROLLED)
            show(flow, FLOW_ENROLMENT, input->now, out);
        break;
    case FLOW_PIN:
    case FLOW_ENROLMENT:
        if (input->act == FLOW_LEAVE)
            go_home(flow, input->now, out);
        break;
    case FLOW_DIAGNOSTICS:
        act_on_diagnostics(flow, input, out);
        break;
    case FLOW_TOUCH_TEST:
    case FLOW_CHECKS:
        if (input->act == FLOW_LEAVE)
            show(flow, FLOW_DIAGNOSTICS, input->now, out);
        break;
    case FLOW_APOLOGY:
    case FLOW_CLOSED:
    case FLOW_CLEANING:
    case FLOW_SCREEN_COUNT:
        break;
    }
}

// The fault of the moment. A visit that runs is not disturbed: home looks.
static void serve(struct flow *flow, enum flow_fault fault, int64_t now,
                  struct flow_effects *out)
{
    if (flow->fault == fault)
        return;
    flow->fault = fault;
    if (flow_is_idle(flow) || flow->screen == FLOW_ENROLMENT)
        go_home(flow, now, out);
}

// The hour of the moment, which disturbs nobody either.
static void keep_hours(struct flow *flow, bool open, int64_t now,
                       struct flow_effects *out)
{
    if (flow->closed == !open)
        return;
    flow->closed = !open;
    if (flow_is_idle(flow) && flow->screen != home(flow))
        go_home(flow, now, out);
}

// Contact, which disturbs nobody.
static void keep_contact(struct flow *flow, bool contact, int64_t now,
                         struct flow_effects *out)
{
    if (flow->alone == !contact)
        return;
    flow->alone = !contact;
    if (flow_is_idle(flow) && flow->screen != home(flow))
        go_home(flow, now, out);
}

static void invite(struct flow *flow, int64_t now, struct flow_effects *out)
{
    if (flow->screen != FLOW_WAITING && flow->screen != FLOW_ATTRACT)
        return;
    flow->invited = true;
    open_visit(flow, now, out);
}

// Whoever has touched a face goes on.
static void withdraw(struct flow *flow, int64_t now, struct flow_effects *out)
{
    if (flow->screen != FLOW_RATING || !flow->invited || flow->answered)
        return;
    close_visit(flow, RECORD_WITHDRAWN, out);
    go_home(flow, now, out);
}

// What is left when the program ends in the middle of a visit: an answer that
// was given counts, a visit without one is taken back.
static void stop(struct flow *flow, int64_t now, struct flow_effects *out)
{
    if (!flow->in_visit)
        return;
    if (flow->level)
        close_visit(flow, RECORD_RATED, out);
    else if (flow->screen == FLOW_DECLINED)
        close_visit(flow, RECORD_DECLINED, out);
    else
        close_visit(flow, RECORD_WITHDRAWN, out);
    flow->touched = now;
}

void flow_step(struct flow *flow, const struct flow_input *input,
               struct flow_effects *out)
{
    *out = (struct flow_effects){0};
    switch (input->kind) {
    case FLOW_TICK:
        if (input->now >= flow_deadline(flow))
            leave(flow, input->now, out);
        break;
    case FLOW_TOUCH:
        // The chosen face is shown for its time, and a store that is waited
        // for has its own, whoever touches the screen.
        if (!flow->saving && !(flow->screen == FLOW_RATING && flow->level))
            flow->touched = input->now;
        break;
    case FLOW_ACT:
        act(flow, input, out);
        break;
    case FLOW_INVITED:
        invite(flow, input->now, out);
        break;
    case FLOW_WITHDRAWN:
        withdraw(flow, input->now, out);
        break;
    case FLOW_CONTACT:
        keep_contact(flow, input->value != 0, input->now, out);
        break;
    case FLOW_STORED:
        if (flow->saving) {
            flow->saving = false;
            if (flow->screen == FLOW_APOLOGY)
                flow->fault = FLOW_FINE; // it came after all
            show(flow, FLOW_THANKS, input->now, out);
        }
        break;
    case FLOW_STORE_FAILED:
        flow->fault = input->fault;
        if (flow->saving && flow->screen != FLOW_APOLOGY)
            show(flow, FLOW_APOLOGY, input->now, out);
        else if (flow_is_idle(flow))
            go_home(flow, input->now, out);
        flow->saving = false;
        break;
    case FLOW_SERVICE:
        serve(flow, input->fault, input->now, out);
        break;
    case FLOW_HOURS:
        keep_hours(flow, input->value != 0, input->now, out);
        break;
    case FLOW_PAUSED_BEFORE:
        flow->paused = true;
        if (flow_is_idle(flow))
            go_home(flow, input->now, out);
        break;
    case FLOW_STAFF:
        if (flow_is_idle(flow))
            show(flow, FLOW_PIN, input->now, out);
        break;
    case FLOW_ADMITTED:
        if (flow->screen == FLOW_PIN) {
            out->forget = true;
            show(flow, FLOW_DIAGNOSTICS, input->now, out);
        }
        break;
    case FLOW_STOP:
        stop(flow, input->now, out);
        break;
    }
}
