#include "ui/reading.h"
#include <stdio.h>
#include <string.h>

void reading_open(struct reading *reading, struct sound *sound,
                  struct voice *voice)
{
    *reading = (struct reading){.sound = sound, .voice = voice};
}

void reading_close(struct reading *reading)
{
    voice_close(reading->voice);
    reading->voice = NULL;
}

bool reading_is_offered(const struct reading *reading,
                        enum i18n_language language, int volume)
{
    return volume > 0 && voice_available(reading->voice, language);
}

unsigned reading_loudness(const struct reading *reading)
{
    return reading->on ? (unsigned)reading->step + 1 : 0;
}

// --- Screens -----------------------------------------------------------------

static void say(const struct reading *reading, const struct view *view,
                const char *id)
{
    voice_say(reading->voice, view->language, id);
}

// The whole sentence of the usual five cards, else its beginning and the words
// of the levels, in the order in which they are shown.
static void read_levels(const struct reading *reading, const struct view *view)
{
    static const char *const usual[] = {"level.5", "level.4", "level.3",
                                        "level.2", "level.1"};
    enum { USUAL = sizeof usual / sizeof usual[0] };
    const struct survey_level *levels[SURVEY_LEVELS_MAX];
    size_t count =
        survey_shown(view->survey, view->setting->levels,
                     view->setting->order == RECORD_WORST_FIRST, levels);
    bool down = view->layout.portrait || view->flow->aids.large;
    bool whole = count == USUAL && !down;
    for (size_t i = 0; i < count && whole; i++)
        whole = strcmp(levels[i]->text, usual[i]) == 0;
    if (whole) {
        say(reading, view, "voice.rate");
        return;
    }
    say(reading, view, down ? "voice.rate_down" : "voice.rate_across");
    for (size_t i = 0; i < count; i++)
        say(reading, view, levels[i]->text);
}

static void read_hotline(const struct reading *reading, const struct view *view)
{
    const char *values[] = {view->setting->hotline};
    if (values[0][0])
        voice_say_values(reading->voice, view->language, "thanks.hotline",
                         values, 1);
}

static void read_screen(const struct reading *reading, const struct view *view)
{
    switch (view->flow->screen) {
    case FLOW_FIELDS:
        say(reading, view, "fields.title");
        say(reading, view, "voice.explore");
        break;
    case FLOW_RATING:
        if (view->linked)
            say(reading, view, "rate.linked");
        read_levels(reading, view);
        break;
    case FLOW_REASONS:
        say(reading, view, "reason.title");
        say(reading, view, "reason.hint");
        say(reading, view, "voice.explore");
        break;
    case FLOW_COMMENT:
        say(reading, view, "comment.title");
        say(reading, view, "comment.hint");
        break;
    case FLOW_STILL:
        say(reading, view, "still.title");
        say(reading, view,
            view->flow->behind == FLOW_COMMENT ? "still.body_comment"
                                               : "still.body");
        break;
    case FLOW_THANKS:
        voice_say_to_end(reading->voice, view->language, "thanks.title");
        voice_say_to_end(reading->voice, view->language, "thanks.body");
        read_hotline(reading, view);
        break;
    case FLOW_DECLINED:
        say(reading, view, "declined.body");
        break;
    case FLOW_APOLOGY:
        say(reading, view, "err.store");
        read_hotline(reading, view);
        break;
    default: // nobody listens on the others
        break;
    }
}

// --- Targets -----------------------------------------------------------------

// "Gửi 2 ý đã chọn": the number is in the look.
static void read_number(const struct reading *reading, const struct view *view,
                        const struct target *target)
{
    char number[16];
    const char *values[] = {number};
    snprintf(number, sizeof number, "%u", target->look / LOOK_NUMBER);
    voice_say_values(reading->voice, view->language, target->id, values, 1);
}

static void read_target(const struct reading *reading, const struct view *view,
                        const struct target *target)
{
    const char *again = "voice.again";
    if (target->act == FLOW_LANGUAGE) {
        // Its label is in the other language.
        say(reading, view, "voice.lang");
    } else if (target->act == FLOW_FIELD) {
        const struct setting_field *field =
            &view->setting->fields[target->value];
        const char *values[] = {field->name[view->language]};
        voice_say_values(reading->voice, view->language, "fields.name", values,
                         1);
    } else if (target->act == FLOW_SEND && target->look / LOOK_NUMBER) {
        read_number(reading, view, target);
    } else {
        say(reading, view, target->id);
    }
    bool chosen = target->look & LOOK_CHOSEN;
    if (target->act == FLOW_LISTEN)
        again = reading->step == SOUND_LOUD ? "voice.again_silent"
                                            : "voice.again_louder";
    else if (chosen && target->act == FLOW_REASON)
        again = "voice.again_unchoose";
    else if (chosen)
        again = "voice.again_off";
    say(reading, view, again);
}

bool reading_tap(struct reading *reading, const struct view *view,
                 const struct target *target)
{
    if (!reading->on || target->act == FLOW_KEY)
        return true;
    if (listen_tap(&reading->listen, target->id, view->now) == LISTEN_SPEAK) {
        read_target(reading, view, target);
        return false;
    }
    if (target->act != FLOW_LISTEN || reading->step == SOUND_LOUD)
        return true;
    reading->step++;
    sound_set_step(reading->sound, reading->step);
    say(reading, view, "voice.louder");
    return false;
}

void reading_answer(struct reading *reading, const struct view *view,
                    const struct target *target)
{
    const struct flow *flow = view->flow;
    const char *answer = NULL;
    if (!reading->on || target->act == FLOW_KEY)
        return;
    if (target->act == FLOW_LEVEL && flow->level)
        answer = "voice.chosen";
    else if (target->act == FLOW_REASON)
        answer =
            flow->chosen[target->value] ? "voice.chosen" : "voice.unchosen";
    else if (target->act == FLOW_DARK)
        answer = flow->aids.dark ? "voice.on" : "voice.off";
    if (answer)
        say(reading, view, answer);
}

// --- The visit ---------------------------------------------------------------

void reading_touch(const struct reading *reading)
{
    voice_stop(reading->voice);
}

static void begin(struct reading *reading, const struct view *view)
{
    reading->on = true;
    reading->step = SOUND_SOFT;
    sound_set_step(reading->sound, reading->step);
    say(reading, view, "voice.listen");
}

// What is said when a visit ends goes on until the next touch; what belongs to
// a screen that is gone does not.
static void end(struct reading *reading, const struct view *view)
{
    bool ended =
        reading->screen == FLOW_THANKS || reading->screen == FLOW_APOLOGY;
    reading->on = false;
    if (!ended)
        voice_stop(reading->voice);
    bool here = view->flow->in_visit || view->flow->screen == FLOW_FIELDS;
    if (here && !view->flow->aids.audio)
        say(reading, view, "voice.off");
}

// The answer to what was just touched is not cut by the screen that follows.
static void read_anew(const struct reading *reading, const struct view *view)
{
    const struct flow *flow = view->flow;
    bool entered = flow->screen != reading->screen;
    if (entered && flow->screen != FLOW_REASONS)
        voice_stop(reading->voice);
    if (flow->aids.large != reading->large)
        say(reading, view, flow->aids.large ? "voice.on" : "voice.off");
    read_screen(reading, view);
}

void reading_follow(struct reading *reading, const struct view *view)
{
    const struct flow *flow = view->flow;
    bool on =
        flow->aids.audio && voice_available(reading->voice, view->language);
    bool anew = flow->screen != reading->screen ||
                view->language != reading->language ||
                flow->aids.large != reading->large || on != reading->on;
    if (anew)
        listen_reset(&reading->listen);
    if (on && !reading->on)
        begin(reading, view);
    else if (!on && reading->on)
        end(reading, view);
    if (on && anew)
        read_anew(reading, view);
    reading->screen = flow->screen;
    reading->language = view->language;
    reading->large = flow->aids.large;
}
