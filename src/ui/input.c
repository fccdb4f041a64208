#include "ui/input.h"
#include <string.h>

enum {
    TAP_SHORTEST_MS = 30,
    TAP_LONGEST_MS = 3000,
    PALM_WITHIN_MS = 60,
    PALM_REST_MS = 300,
    PALM_FINGERS = 3,
    SAME_TARGET_MS = 250,
    SAME_KEY_MS = 60,
    NEW_SCREEN_MS = 350,
    GHOST_WITHIN_MS = 2000,
    STUCK_MS = 20000
};

void input_init(struct input *input, double slack)
{
    *input = (struct input){.slack = slack,
                            .target = INPUT_NO_TARGET,
                            .last_target = INPUT_NO_TARGET,
                            .deaf_until = INT64_MIN,
                            .last_tap = INT64_MIN / 2};
}

static bool contains(const struct input_area *area, double slack, double x,
                     double y)
{
    return x >= area->left - slack && x < area->right + slack &&
           y >= area->top - slack && y < area->bottom + slack;
}

static int find_target(const struct input_area *areas, size_t count, double x,
                       double y)
{
    for (size_t i = 0; i < count; i++)
        if (contains(&areas[i], 0, x, y))
            return (int)i;
    return INPUT_NO_TARGET;
}

static size_t find_finger(const struct input *input, int64_t id)
{
    size_t i = 0;
    while (i < input->finger_count && input->fingers[i].id != id)
        i++;
    return i;
}

static void add_finger(struct input *input, int64_t id, int64_t now)
{
    size_t i = find_finger(input, id);
    if (i == INPUT_FINGERS_MAX)
        return;
    if (i == input->finger_count)
        input->finger_count++;
    input->fingers[i].id = id;
    input->fingers[i].down_at = now;
    input->stuck_told = false;
}

static void drop_finger(struct input *input, int64_t id)
{
    size_t i = find_finger(input, id);
    if (i < input->finger_count)
        input->fingers[i] = input->fingers[--input->finger_count];
}

static void release(struct input *input, enum input_what what,
                    struct input_result *out)
{
    out->what = what;
    out->target = input->target;
    input->pressed = false;
}

static void take_down(struct input *input, const struct input_area *areas,
                      size_t count, const struct input_event *event,
                      struct input_result *out)
{
    add_finger(input, event->finger, event->now);
    if (event->now < input->deaf_until || input->ignoring) {
        input->ignoring = true;
        if (input->finger_count >= PALM_FINGERS)
            input->palm = true;
        return;
    }
    if (input->finger_count == 1) {
        out->touched = true;
        input->finger = event->finger;
        input->target = find_target(areas, count, event->x, event->y);
        if (input->target != INPUT_NO_TARGET)
            input->area = areas[input->target];
        input->pressed = true;
        input->pressed_at = event->now;
        input->pressed_late = event->late;
        out->what = INPUT_PRESS;
        out->target = input->target;
        return;
    }
    if (input->finger_count >= PALM_FINGERS ||
        event->now - input->pressed_at < PALM_WITHIN_MS) {
        input->palm = true;
        input->ignoring = true;
        if (input->pressed)
            release(input, INPUT_CANCEL, out);
    }
}

static bool stays_inside(const struct input *input,
                         const struct input_area *areas, size_t count,
                         const struct input_event *event)
{
    if (input->target == INPUT_NO_TARGET)
        return find_target(areas, count, event->x, event->y) == INPUT_NO_TARGET;
    return contains(&input->area, input->slack, event->x, event->y);
}

static enum input_fault note_background_tap(struct input *input, int64_t now)
{
    memmove(input->ghosts, input->ghosts + 1,
            sizeof input->ghosts - sizeof input->ghosts[0]);
    input->ghosts[INPUT_GHOST_TAPS - 1] = now;
    if (input->ghost_count < INPUT_GHOST_TAPS)
        input->ghost_count++;
    if (input->ghost_count < INPUT_GHOST_TAPS ||
        now - input->ghosts[0] > GHOST_WITHIN_MS)
        return INPUT_SOUND;
    input->ghost_count = 0;
    return INPUT_GHOSTS;
}

static void finish_tap(struct input *input, int64_t now,
                       struct input_result *out)
{
    int64_t length = now - input->pressed_at;
    int64_t apart = input->target != INPUT_NO_TARGET && input->area.key
                        ? SAME_KEY_MS
                        : SAME_TARGET_MS;
    bool again = input->target == input->last_target &&
                 input->target != INPUT_NO_TARGET &&
                 now - input->last_tap < apart;
    if (length + input->pressed_late < TAP_SHORTEST_MS ||
        length > TAP_LONGEST_MS || again) {
        release(input, INPUT_CANCEL, out);
        return;
    }
    input->last_target = input->target;
    input->last_tap = now;
    if (input->target == INPUT_NO_TARGET)
        out->fault = note_background_tap(input, now);
    release(input, INPUT_TAP, out);
}

static void take_up(struct input *input, const struct input_area *areas,
                    size_t count, const struct input_event *event,
                    struct input_result *out)
{
    drop_finger(input, event->finger);
    if (input->pressed && event->finger == input->finger) {
        if (stays_inside(input, areas, count, event))
            finish_tap(input, event->now, out);
        else
            release(input, INPUT_CANCEL, out);
    }
    if (input->finger_count > 0)
        return;
    if (input->palm && input->deaf_until < event->now + PALM_REST_MS)
        input->deaf_until = event->now + PALM_REST_MS;
    input->palm = false;
    input->ignoring = false;
}

struct input_result input_take(struct input *input,
                               const struct input_area *areas, size_t count,
                               const struct input_event *event)
{
    struct input_result out = {.target = INPUT_NO_TARGET};
    switch (event->kind) {
    case INPUT_FINGER_DOWN:
        take_down(input, areas, count, event, &out);
        break;
    case INPUT_FINGER_MOVE:
        if (input->pressed && event->finger == input->finger &&
            !stays_inside(input, areas, count, event))
            release(input, INPUT_CANCEL, &out);
        break;
    case INPUT_FINGER_UP:
        take_up(input, areas, count, event, &out);
        break;
    }
    return out;
}

void input_screen_changed(struct input *input, int64_t now)
{
    input->pressed = false;
    input->ignoring = input->finger_count > 0;
    input->last_target = INPUT_NO_TARGET;
    input->ghost_count = 0;
    if (input->deaf_until < now + NEW_SCREEN_MS)
        input->deaf_until = now + NEW_SCREEN_MS;
}

int64_t input_deadline(const struct input *input)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < input->finger_count; i++)
        if (input->fingers[i].down_at < first)
            first = input->fingers[i].down_at;
    return first == INT64_MAX || input->stuck_told ? INT64_MAX
                                                   : first + STUCK_MS;
}

enum input_fault input_tick(struct input *input, int64_t now)
{
    if (now < input_deadline(input))
        return INPUT_SOUND;
    input->stuck_told = true;
    return INPUT_STUCK;
}
