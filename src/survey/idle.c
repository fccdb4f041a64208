#include "survey/idle.h"

enum { WAITING_DIM = 60, CLOSED_DIM = 15, CLOSED_LIT = 40 };

void idle_init(struct idle *idle, int64_t now)
{
    *idle = (struct idle){IDLE_BUSY, now, now};
}

void idle_set(struct idle *idle, enum idle_state state, int64_t now)
{
    if (idle->state == state)
        return;
    // A touch of before the change lights nothing any more.
    *idle = (struct idle){state, now, now - IDLE_LIT_MS};
    if (state != IDLE_CLOSED)
        idle->touched = now;
}

void idle_touch(struct idle *idle, int64_t now)
{
    idle->touched = now;
}

int idle_brightness(const struct idle *idle, int64_t now)
{
    switch (idle->state) {
    case IDLE_BUSY:
        break;
    case IDLE_WAITING:
        return now - idle->touched < IDLE_DIM_AFTER_MS ? 100 : WAITING_DIM;
    case IDLE_CLOSED:
        if (now - idle->touched < IDLE_LIT_MS)
            return CLOSED_LIT;
        return now - idle->since < IDLE_OFF_AFTER_MS ? CLOSED_DIM : 0;
    }
    return 100;
}

int64_t idle_deadline(const struct idle *idle, int64_t now)
{
    int64_t next = INT64_MAX;
    if (idle->state == IDLE_WAITING)
        next = idle->touched + IDLE_DIM_AFTER_MS;
    else if (idle->state == IDLE_CLOSED && now - idle->touched < IDLE_LIT_MS)
        next = idle->touched + IDLE_LIT_MS;
    else if (idle->state == IDLE_CLOSED)
        next = idle->since + IDLE_OFF_AFTER_MS;
    return next > now ? next : INT64_MAX;
}

// From the place along the border of a square and back. What is lit rests
// nowhere for more than a minute in eight.
struct idle_shift idle_shift_at(int64_t since, int64_t now)
{
    enum { U = IDLE_SHIFT_U };
    static const struct idle_shift path[] = {
        {0, 0}, {U, 0}, {U, U}, {0, U}, {-U, U}, {-U, 0}, {-U, -U}, {0, -U}};
    int64_t minutes = now > since ? (now - since) / IDLE_SHIFT_MS : 0;
    return path[minutes % 8];
}

int64_t idle_shift_deadline(int64_t since, int64_t now)
{
    int64_t minutes = now > since ? (now - since) / IDLE_SHIFT_MS : 0;
    return since + (minutes + 1) * IDLE_SHIFT_MS;
}
