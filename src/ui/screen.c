#include "ui/screen.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct screen *const screens[FLOW_SCREEN_COUNT] = {
    [FLOW_WAITING] = &SCREEN_WAITING,
    [FLOW_ATTRACT] = &SCREEN_ATTRACT,
    [FLOW_FIELDS] = &SCREEN_FIELDS,
    [FLOW_RATING] = &SCREEN_RATING,
    [FLOW_REASONS] = &SCREEN_REASONS,
    [FLOW_COMMENT] = &SCREEN_COMMENT,
    [FLOW_STILL] = &SCREEN_STILL,
    [FLOW_THANKS] = &SCREEN_THANKS,
    [FLOW_DECLINED] = &SCREEN_DECLINED,
    [FLOW_APOLOGY] = &SCREEN_APOLOGY,
    [FLOW_OUT_OF_SERVICE] = &SCREEN_OUT_OF_SERVICE,
    [FLOW_CLOSED] = &SCREEN_CLOSED,
    [FLOW_PIN] = &SCREEN_PIN,
    [FLOW_DIAGNOSTICS] = &SCREEN_DIAGNOSTICS,
    [FLOW_TOUCH_TEST] = &SCREEN_TOUCH_TEST,
    [FLOW_ENROLMENT] = &SCREEN_ENROLMENT,
    [FLOW_CLEANING] = &SCREEN_CLEANING,
    [FLOW_CHECKS] = &SCREEN_CHECKS};

const struct screen *screen_of(enum flow_screen screen)
{
    return screens[screen];
}

void damage_add(struct damage *damage, SDL_Rect rect)
{
    if (damage->all || SDL_RectEmpty(&rect))
        return;
    for (size_t i = 0; i < damage->count; i++) {
        if (SDL_HasIntersection(&damage->rects[i], &rect)) {
            SDL_UnionRect(&damage->rects[i], &rect, &damage->rects[i]);
            return;
        }
    }
    if (damage->count == DAMAGE_MAX)
        damage->all = true;
    else
        damage->rects[damage->count++] = rect;
}

SDL_Rect view_rect(const struct view *view, struct box box)
{
    const struct layout *l = &view->layout;
    int left = layout_px(l, box.x), top = layout_px(l, box.y);
    return (SDL_Rect){left, top, layout_px(l, box.x + box.w) - left,
                      layout_px(l, box.y + box.h) - top};
}

const char *view_text(const struct view *view, const char *id)
{
    return i18n_text(view->i18n, view->language, id);
}

struct target *targets_add(struct targets *targets, const struct view *view,
                           const char *id, struct box box, double reach,
                           enum flow_act act, int value)
{
    assert(targets->count < TARGETS_MAX);
    struct target *target = &targets->list[targets->count++];
    *target = (struct target){.area = view_rect(view, box),
                              .reach = view_px(view, reach),
                              .act = act,
                              .value = value};
    snprintf(target->id, sizeof target->id, "%s", id);
    return target;
}
