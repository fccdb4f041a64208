#include "ui/rehearsal.h"
#include "common/clock.h"
#include "ui/screen.h"
#include <stdio.h>
#include <string.h>

// What stands on these comes from the settings or the question set.
static const struct scene {
    enum flow_screen screen;
    int level;
    bool large;
} SCENES[] = {{FLOW_WAITING, 0, false},       {FLOW_ATTRACT, 0, false},
              {FLOW_FIELDS, 0, false},        {FLOW_FIELDS, 0, true},
              {FLOW_RATING, 0, false},        {FLOW_RATING, 0, true},
              {FLOW_REASONS, 1, false},       {FLOW_REASONS, 5, false},
              {FLOW_OUT_OF_SERVICE, 0, false}};
enum { SCENE_COUNT = sizeof SCENES / sizeof *SCENES };

struct stage_of_one {
    const struct rehearsal *rehearsal;
    const struct setting *setting;
    const struct survey *survey;
    struct canvas canvas;
};

static void open_scene(const struct stage_of_one *stage,
                       const struct scene *scene, enum i18n_language language,
                       struct flow *out)
{
    const struct setting *setting = stage->setting;
    const struct flow_setting how = {.transaction =
                                         setting->mode == RECORD_TRANSACTION,
                                     .walk_up = setting->walk_up,
                                     .field_count = (int)setting->field_count,
                                     .reasons_low = setting->reasons_low};
    flow_init(out, stage->survey, &how, 0);
    out->screen = scene->screen;
    out->level = scene->level;
    out->language = language;
    out->aids.large = scene->large;
    out->in_visit =
        scene->screen == FLOW_RATING || scene->screen == FLOW_REASONS;
}

static bool is_on_glass(const struct stage_of_one *stage,
                        const struct targets *targets)
{
    const SDL_Rect glass = {0, 0, stage->canvas.width, stage->canvas.height};
    for (size_t i = 0; i < targets->count; i++) {
        SDL_Rect seen;
        if (!SDL_IntersectRect(&targets->list[i].area, &glass, &seen) ||
            !SDL_RectEquals(&seen, &targets->list[i].area))
            return false;
    }
    return true;
}

// What does not fit: labels, and one more for targets beside the glass.
static size_t play(struct stage_of_one *stage, const struct scene *scene,
                   enum i18n_language language)
{
    static const struct ornament none = {.size = 0};
    const struct rehearsal *rehearsal = stage->rehearsal;
    const struct screen *screen = screen_of(scene->screen);
    struct targets targets = {.count = 0};
    struct flow flow;
    open_scene(stage, scene, language, &flow);
    const struct view view = {.flow = &flow,
                              .survey = stage->survey,
                              .setting = stage->setting,
                              .enrolled = true,
                              .field = stage->setting->field.name[language],
                              .i18n = rehearsal->i18n,
                              .language = language,
                              .layout = rehearsal->layout,
                              .theme = theme_get(THEME_LIGHT),
                              .text = rehearsal->text,
                              .ornament = &none,
                              .wall_ms = clock_wall_ms(),
                              .can_listen = true,
                              .can_comment = true};
    text_take_tally(rehearsal->text);
    screen->layout(&view, &targets);
    screen->draw(&view, &targets, &stage->canvas);
    return text_take_tally(rehearsal->text).misfits +
           !is_on_glass(stage, &targets);
}

// The choice of a field is no scene of a counter without one.
static bool is_played(const struct setting *setting, const struct scene *scene)
{
    return scene->screen != FLOW_FIELDS || setting->field_count > 0;
}

static bool play_all(struct stage_of_one *stage, const struct setting *setting,
                     const struct survey *survey,
                     size_t out_misfits[SCENE_COUNT])
{
    const struct layout *layout = &stage->rehearsal->layout;
    stage->setting = setting;
    stage->survey = survey;
    if (!canvas_resize(&stage->canvas, layout->width, layout->height))
        return false;
    canvas_clip(&stage->canvas, NULL);
    for (size_t i = 0; i < SCENE_COUNT; i++) {
        out_misfits[i] = 0;
        for (int l = 0; l < I18N_LANGUAGE_COUNT; l++)
            if (is_played(setting, &SCENES[i]))
                out_misfits[i] +=
                    play(stage, &SCENES[i], (enum i18n_language)l);
    }
    return true;
}

// The same counter with nothing of its own to show.
static struct setting plain_of(const struct setting *setting)
{
    struct setting plain = *setting;
    memset(&plain.field, 0, sizeof plain.field);
    plain.unit_name[0] = plain.hotline[0] = '\0';
    plain.notice_count = 0;
    for (size_t i = 0; i < plain.field_count; i++)
        for (int l = 0; l < I18N_LANGUAGE_COUNT; l++)
            snprintf(plain.fields[i].name[l], sizeof plain.fields[i].name[l],
                     "–");
    return plain;
}

static bool judge(struct stage_of_one *stage, const struct setting *setting,
                  const struct survey *survey, struct buf *message)
{
    struct setting plain = plain_of(setting);
    size_t wanted[SCENE_COUNT], least[SCENE_COUNT];
    if (!play_all(stage, setting, survey, wanted) ||
        !play_all(stage, &plain, survey, least)) {
        buf_append_text(message, "screen: out of memory");
        return false;
    }
    for (size_t i = 0; i < SCENE_COUNT; i++)
        if (wanted[i] > least[i]) {
            buf_printf(message,
                       "screen %s: its texts do not fit this display of %d x "
                       "%d",
                       screen_of(SCENES[i].screen)->name,
                       stage->rehearsal->layout.width,
                       stage->rehearsal->layout.height);
            return false;
        }
    return true;
}

bool rehearsal_fits(const struct rehearsal *rehearsal,
                    const struct setting *setting, const struct survey *survey,
                    struct buf *message)
{
    struct stage_of_one stage = {.rehearsal = rehearsal};
    bool fits = judge(&stage, setting, survey, message);
    canvas_free(&stage.canvas);
    text_forget(rehearsal->text);
    return fits;
}
