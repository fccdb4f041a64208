#include "server/long_poll.h"
#include "common/clock.h"
#include "server/context.h"
#include "server/etag.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// False: the reply is set.
static bool read_wait(struct request *request, int64_t *out_s)
{
    const char *text = NULL;
    *out_s = 0;
    if (!request_argument(request, "wait", &text)) {
        return false;
    }
    if (!text) {
        return true;
    }
    size_t size = strlen(text);
    *out_s = size > 0 && size <= 2 && strspn(text, "0123456789") == size
                 ? strtol(text, NULL, 10)
                 : -1;
    if (*out_s >= 0 && *out_s <= LONG_POLL_WAIT_MAX_S) {
        return true;
    }
    reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                  "wait: give whole seconds from 0 to %d",
                  LONG_POLL_WAIT_MAX_S);
    return false;
}

bool long_poll_begin(struct request *request, const char *counter,
                     const char *who, size_t most)
{
    struct hub_wait *wait = &request->listening;
    int64_t wait_s;
    if (request->listens_until_us == 0) {
        if (!read_wait(request, &wait_s)) {
            return false;
        }
        request->listens_until_us = clock_mono_us() + wait_s * 1000000;
    }
    snprintf(wait->counter, sizeof wait->counter, "%s", counter);
    snprintf(wait->who, sizeof wait->who, "%s", who);
    wait->most = most;
    wait->since = hub_moment(request->server->hub);
    return true;
}

static bool may_wait(const struct request *request)
{
    return !request->listening.is_over &&
           clock_mono_us() < request->listens_until_us;
}

static void set_deadline(struct request *request, int64_t now,
                         int64_t changes_at)
{
    struct hub_wait *wait = &request->listening;
    wait->deadline_us = request->listens_until_us;
    if (changes_at > 0) {
        int64_t left_ms = changes_at > now ? changes_at - now : 0;
        // A moment later, so that the change has come for certain.
        int64_t then_us = clock_mono_us() + left_ms * 1000 + 1000;
        if (then_us < wait->deadline_us) {
            wait->deadline_us = then_us;
        }
    }
}

static bool write_body(json_t *object, int64_t now, struct buf *body,
                       char etag[ETAG_SIZE])
{
    char time[CLOCK_ISO_SIZE];
    bool ok = object && json_write(object, body);
    if (ok) {
        etag_make(buf_text(body), body->size, etag);
        buf_clear(body);
        clock_format(now, time);
        ok = json_object_set_new(object, "server_time", json_string(time)) ==
                 0 &&
             json_write(object, body);
    }
    json_decref(object);
    return ok;
}

enum handling long_poll_answer(struct request *request, json_t *object,
                               int64_t now, int64_t changes_at)
{
    struct buf body = {0};
    char etag[ETAG_SIZE];
    if (!write_body(object, now, &body, etag)) {
        buf_free(&body);
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    bool is_known = etag_is_known(request->headers.if_none_match, etag);
    if (is_known && may_wait(request)) {
        buf_free(&body);
        set_deadline(request, now, changes_at);
        return HANDLING_LISTENS;
    }
    if (is_known) {
        buf_free(&body);
        reply_status(request, 304);
    } else {
        reply_bytes(request, 200, "application/json", &body);
    }
    reply_header(request, "ETag", "%s", etag);
    return HANDLING_DONE;
}
