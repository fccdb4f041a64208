#include "common/clock.h"
#include "common/date.h"
#include "operator/admin_client.h"
#include "operator/remote.h"
#include "operator/server_data.h"
#include <string.h>
#include <unistd.h>

enum { LOOK_US = 250000 };
static const char WHO[] = "admin";
static const char PATH[] = "/admin/v1/retotal";

// Looks and puts until all is done, again where another one was put meanwhile.
static enum office_result write_parts(struct office *office,
                                      struct retotal *work)
{
    enum office_result result = OFFICE_OK;
    while (result == OFFICE_OK && !retotal_is_done(work)) {
        result = office_retotal_look(office, work, NULL);
        if (result == OFFICE_OK)
            result = office_retotal_put(office, work, WHO, clock_wall_ms());
        if (result == OFFICE_NONE)
            result = OFFICE_OK;
    }
    return result;
}

static bool write_retotal(struct admin *admin, int32_t from_day, int32_t to_day,
                          struct retotal_facts *out, struct console *console)
{
    struct retotal *work = NULL;
    enum office_result result =
        office_retotal_weigh(admin->office, from_day, to_day, NULL, &work);
    if (result == OFFICE_OK)
        result = write_parts(admin->office, work);
    if (result == OFFICE_OK)
        *out = retotal_facts(work);
    else
        server_data_complain(console, "the totals were not counted again",
                             result);
    retotal_free(work);
    return result == OFFICE_OK;
}

// The object of an answer; NULL, and said, when it was refused.
static json_t *ask(const struct admin *admin, const char *body,
                   struct console *console)
{
    const struct remote remote = {.server = admin->url, .token = admin->token};
    struct remote_answer answer = {0};
    json_t *object = NULL;
    if (remote_ask(&remote, PATH, body, &answer, console)) {
        if (answer.status >= 200 && answer.status < 300)
            object = remote_object(&remote, &answer, console);
        else
            remote_complain(&remote, &answer, console);
    }
    remote_answer_free(&answer);
    return object;
}

static bool read_facts(const json_t *object, struct retotal_facts *out)
{
    return json_get_day(object, "from", &out->first_day) &&
           json_get_day(object, "to", &out->last_day) &&
           json_get_int(object, "visits", &out->visits) &&
           json_get_int(object, "wrong", &out->wrong);
}

// Until it is no longer running.
static json_t *wait_for_end(const struct admin *admin, json_t *object,
                            struct console *console)
{
    const char *state;
    while (object && json_get_text(object, "state", &state) &&
           strcmp(state, "running") == 0) {
        json_decref(object);
        usleep(LOOK_US);
        object = ask(admin, NULL, console);
    }
    return object;
}

bool admin_retotal(struct admin *admin, int32_t from_day, int32_t to_day,
                   struct retotal_facts *out, struct console *console)
{
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    struct buf body = {0};
    if (admin->office)
        return write_retotal(admin, from_day, to_day, out, console);
    date_format_iso(from_day, from);
    date_format_iso(to_day, to);
    buf_printf(&body, "{\"from\":\"%s\",\"to\":\"%s\"}", from, to);
    json_t *object =
        wait_for_end(admin, ask(admin, buf_text(&body), console), console);
    buf_free(&body);
    bool done = object && read_facts(object, out);
    if (object && !done)
        console_complain(console, "the totals were not counted again; the "
                                  "server's log says why");
    json_decref(object);
    return done;
}
