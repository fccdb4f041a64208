#include "ui/stage.h"
#include "common/log.h"

enum { FADE_MS = 120, FADE_STEP_MS = 20 };

static void show(struct stage *stage)
{
    struct canvas *canvas = &stage->canvas;
    if (canvas->damage_count == 0)
        return;
    window_present(stage->window, canvas->pixels, (size_t)canvas->width,
                   canvas->damage, canvas->damage_count);
    canvas_forget_damage(canvas);
    trace_frame(stage->trace);
}

static void touch_all(struct canvas *canvas)
{
    canvas_touch(canvas, (SDL_Rect){0, 0, canvas->width, canvas->height});
}

static void end_fade(struct stage *stage)
{
    canvas_free(&stage->before);
    canvas_free(&stage->after);
    stage->fading = false;
}

bool stage_resize(struct stage *stage, int width, int height)
{
    end_fade(stage);
    if (canvas_resize(&stage->canvas, width, height))
        return true;
    log_error("ui", "out of memory for a picture of %d x %d", width, height);
    return false;
}

void stage_free(struct stage *stage)
{
    end_fade(stage);
    canvas_free(&stage->canvas);
}

static void paint(const struct stage *stage, struct canvas *canvas,
                  const struct view *view, const struct screen *screen,
                  const struct targets *targets, const SDL_Rect *clip)
{
    canvas_clip(canvas, clip);
    screen->draw(view, targets, canvas);
    if (stage->veil > 0)
        canvas_rect(canvas, 0, 0, canvas->width, canvas->height,
                    color_fade(0, stage->veil));
}

static void draw(const struct stage *stage, struct canvas *canvas,
                 const struct view *view, const struct screen *screen,
                 const struct targets *targets, const struct damage *damage)
{
    if (damage->all)
        paint(stage, canvas, view, screen, targets, NULL);
    for (size_t i = 0; !damage->all && i < damage->count; i++)
        paint(stage, canvas, view, screen, targets, &damage->rects[i]);
    canvas_clip(canvas, NULL);
}

void stage_update(struct stage *stage, const struct view *view,
                  const struct screen *screen, const struct targets *targets,
                  const struct damage *damage)
{
    // During a fade the picture that is faded to is kept up to date.
    struct canvas *canvas = stage->fading ? &stage->after : &stage->canvas;
    draw(stage, canvas, view, screen, targets, damage);
    if (stage->fading)
        canvas_forget_damage(canvas);
    else
        show(stage);
}

void stage_change(struct stage *stage, const struct view *view,
                  const struct screen *screen, const struct targets *targets)
{
    const struct damage all = {.all = true};
    end_fade(stage);
    if (stage->still || !canvas_copy(&stage->before, &stage->canvas) ||
        !canvas_resize(&stage->after, stage->canvas.width,
                       stage->canvas.height)) {
        end_fade(stage);
        stage_update(stage, view, screen, targets, &all);
        return;
    }
    draw(stage, &stage->after, view, screen, targets, &all);
    stage->fading = true;
    // The first step is shown at once.
    stage->fade_began = view->now - FADE_STEP_MS;
    stage->fade_next = view->now;
    stage_tick(stage, view->now);
}

void stage_expose(struct stage *stage)
{
    touch_all(&stage->canvas);
    show(stage);
}

int64_t stage_deadline(const struct stage *stage)
{
    return stage->fading ? stage->fade_next : INT64_MAX;
}

void stage_tick(struct stage *stage, int64_t now)
{
    if (!stage->fading || now < stage->fade_next)
        return;
    double t = (double)(now - stage->fade_began) / FADE_MS;
    if (t >= 1) {
        struct canvas last = stage->after;
        stage->after = stage->canvas;
        stage->canvas = last;
        canvas_forget_damage(&stage->canvas);
        touch_all(&stage->canvas);
        end_fade(stage);
    } else {
        canvas_mix(&stage->canvas, &stage->before, &stage->after, t);
        stage->fade_next = now + FADE_STEP_MS;
    }
    show(stage);
}
