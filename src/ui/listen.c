#include "ui/listen.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>

void listen_reset(struct listen *listen)
{
    *listen = (struct listen){0};
}

enum listen_what listen_tap(struct listen *listen, const char *target,
                            int64_t now)
{
    if (!target)
        return LISTEN_NOTHING;
    size_t size = strlen(target) + 1;
    assert(size > 1 && size <= sizeof listen->target);
    bool again = strcmp(listen->target, target) == 0 &&
                 now - listen->read_at <= LISTEN_AGAIN_MS;
    listen_reset(listen);
    if (again)
        return LISTEN_ACT;
    memcpy(listen->target, target, size);
    listen->read_at = now;
    return LISTEN_SPEAK;
}
