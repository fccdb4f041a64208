#include "ui/toolbar.h"
#include "ui/parts.h"
#include <string.h>

enum { TOOLS_MAX = 4, BAR_MAX = TOOLS_MAX + 1 };

static const struct tool {
    const char *id;
    enum icon icon;
    enum flow_act act;
} TOOLS[TOOLS_MAX] = {{"tool.audio", ICON_SPEAKER, FLOW_LISTEN},
                      {"tool.large", ICON_LARGE_TEXT, FLOW_LARGE},
                      {"tool.dark", ICON_CONTRAST, FLOW_DARK},
                      {"tool.lang", ICON_GLOBE, FLOW_LANGUAGE}};

static bool is_on(const struct view *view, enum flow_act act)
{
    const struct aids *aids = &view->flow->aids;
    return (act == FLOW_LARGE && aids->large) ||
           (act == FLOW_DARK && aids->dark) ||
           (act == FLOW_LISTEN && aids->audio);
}

static struct part_caption caption_of(const struct view *view, const char *id)
{
    struct part_caption caption = {PART_QUIET, ICON_NONE, view_text(view, id)};
    for (size_t i = 0; i < TOOLS_MAX; i++) {
        if (strcmp(TOOLS[i].id, id) != 0)
            continue;
        caption.kind = PART_TOOL;
        caption.icon = TOOLS[i].icon;
    }
    return caption;
}

static double bar_size(const struct view *view)
{
    return view_size(view, 28, 34);
}

// Boxes that stand in one row share it by what they hold.
static void share_rows(const struct view *view, const char *const *ids,
                       size_t count, struct box *boxes)
{
    struct part_caption captions[BAR_MAX];
    for (size_t i = 0; i < count; i++)
        captions[i] = caption_of(view, ids[i]);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && boxes[end].y == boxes[first].y;)
            end++;
        part_share(view, captions + first, end - first, bar_size(view),
                   boxes + first);
    }
}

void toolbar_layout(const struct view *view,
                    const struct toolbar_button *button, struct targets *out)
{
    struct box boxes[BAR_MAX];
    const char *ids[BAR_MAX];
    const struct tool *tools = TOOLS;
    size_t count = TOOLS_MAX;
    if (!view->can_listen) {
        tools++;
        count--;
    }
    if (!i18n_speaks(view->i18n, I18N_EN))
        count--; // the last
    layout_tools(&view->layout, count, boxes, button ? &boxes[count] : NULL);
    for (size_t i = 0; i < count; i++)
        ids[i] = tools[i].id;
    ids[count] = button ? button->id : NULL;
    share_rows(view, ids, count + (button != NULL), boxes);
    for (size_t i = 0; i < count; i++) {
        struct target *target =
            targets_add(out, view, ids[i], boxes[i], 8, tools[i].act, 0);
        if (is_on(view, tools[i].act))
            target->look = LOOK_CHOSEN;
        if (tools[i].act == FLOW_LISTEN)
            target->look |= LOOK_NUMBER * view->loudness;
    }
    if (button)
        targets_add(out, view, button->id, boxes[count], 8, button->act, 0);
}

void toolbar_draw(const struct view *view, struct canvas *canvas,
                  const struct target *targets, size_t count)
{
    struct part_caption captions[BAR_MAX] = {{PART_QUIET, ICON_NONE, ""}};
    for (size_t i = 0; i < count; i++)
        captions[i] = caption_of(view, targets[i].id);
    double size =
        part_common_size(view, captions, targets, count, bar_size(view));
    for (size_t i = 0; i < count; i++) {
        const struct part_caption *caption = &captions[i];
        if (caption->kind == PART_TOOL)
            part_tool(view, canvas, &targets[i], caption->icon, caption->words,
                      size);
        else
            part_button(view, canvas, &targets[i], PART_QUIET, ICON_NONE,
                        caption->words, size);
    }
}
