#include "survey/visit.h"
#include <stdio.h>

// Codes come from a checked configuration; one that were too long would be cut
// here rather than lose the visit.
static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

static void stamp(struct record *visit, const struct visit_time *time)
{
    visit->clock = time->synced ? RECORD_CLOCK_SYNCED : RECORD_CLOCK_UNSURE;
    visit->up_ms = time->up_ms;
}

// Since boot, when the screen opened; `up_ms` is that of the answer when there
// is one. Both times are by one clock.
static int64_t opened_up_ms(const struct record *visit)
{
    int64_t after =
        visit->answered_at ? visit->answered_at - visit->opened_at : 0;
    return visit->up_ms - after;
}

// What the clock, as it is now, would have shown then. Never 0, which says
// nothing.
static int64_t shown_at(const struct visit_time *time, int64_t up_ms)
{
    int64_t ago = time->up_ms > up_ms ? time->up_ms - up_ms : 0;
    return time->wall_ms > ago ? time->wall_ms - ago : 1;
}

void visit_open(struct record *visit, const char *id,
                const struct survey *survey, const struct visit_place *place,
                const struct visit_time *time)
{
    record_init(visit, RECORD_VISIT);
    copy(visit->id, sizeof visit->id, id);
    copy(visit->device, sizeof visit->device, place->device);
    copy(visit->boot, sizeof visit->boot, time->boot);
    copy(visit->survey, sizeof visit->survey, survey->id);
    visit->survey_version = survey->version;
    copy(visit->lang, sizeof visit->lang, i18n_code(I18N_VI));
    copy(visit->unit, sizeof visit->unit, place->unit);
    copy(visit->counter, sizeof visit->counter, place->counter);
    copy(visit->field, sizeof visit->field, place->field);
    visit->mode = place->mode;
    visit->order = place->order;
    visit->test = place->test;
    visit->opened_at = time->wall_ms;
    // An open visit that never gets an answer ran out of time.
    visit->outcome = RECORD_TIMEOUT;
    stamp(visit, time);
}

void visit_about(struct record *visit, const struct visit_business *business)
{
    copy(visit->transaction, sizeof visit->transaction, business->transaction);
    copy(visit->procedure, sizeof visit->procedure, business->procedure);
    copy(visit->step, sizeof visit->step, business->step);
    copy(visit->officer, sizeof visit->officer, business->officer);
    copy(visit->invitation, sizeof visit->invitation, business->invitation);
    if (business->field[0])
        copy(visit->field, sizeof visit->field, business->field);
}

void visit_answer(struct record *visit, int level,
                  const struct visit_touch *touch,
                  const struct visit_time *time)
{
    int64_t opened_up = opened_up_ms(visit);
    visit->level = level;
    visit->outcome = level ? RECORD_RATED : RECORD_TIMEOUT;
    visit->opened_at = shown_at(time, opened_up);
    visit->answered_at = level ? time->wall_ms : 0;
    visit->has_touch = level && touch->known;
    visit->touch_x = visit->has_touch ? touch->x : 0;
    visit->touch_y = visit->has_touch ? touch->y : 0;
    visit->touch_after_ms = 0;
    if (visit->has_touch && time->up_ms >= opened_up)
        visit->touch_after_ms = time->up_ms - opened_up;
    stamp(visit, time);
    if (!level)
        visit->up_ms = opened_up;
}

static void name_aids(struct record *visit, const struct aids *used)
{
    visit->aid_count = 0;
    if (used->large)
        copy(visit->aids[visit->aid_count++], sizeof visit->aids[0], "large");
    if (used->dark)
        copy(visit->aids[visit->aid_count++], sizeof visit->aids[0], "dark");
    if (used->audio)
        copy(visit->aids[visit->aid_count++], sizeof visit->aids[0], "audio");
}

void visit_close(struct record *visit, const struct survey *survey,
                 enum record_outcome outcome,
                 const bool chosen[SURVEY_REASONS_MAX],
                 enum i18n_language language, const struct aids *used,
                 const struct visit_time *time)
{
    visit->outcome = outcome;
    visit->opened_at = shown_at(time, opened_up_ms(visit));
    if (visit->answered_at)
        visit->answered_at = shown_at(time, visit->up_ms);
    visit->closed_at = time->wall_ms;
    copy(visit->lang, sizeof visit->lang, i18n_code(language));
    stamp(visit, time);
    name_aids(visit, used);
    visit->reason_count = 0;
    const struct survey_level *level = survey_level(survey, visit->level);
    if (outcome != RECORD_RATED || !level) {
        visit->level = 0;
        visit->has_touch = false;
        return;
    }
    for (size_t i = 0; i < survey->reason_count[level->reasons]; i++)
        if (chosen[i])
            copy(visit->reasons[visit->reason_count++],
                 sizeof visit->reasons[0],
                 survey->reasons[level->reasons][i].text);
}
