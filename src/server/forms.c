// GET /api/v1/questionnaires: the question sets, with their texts. POST
// /api/v1/forms: what the Office enters from paper, one form or many.
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/desk.h"
#include "report/questionnaire.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";
static const char DESK_NAME[] = "Phiếu giấy";

// --- The questions ----------------------------------------------------------

enum handling questionnaires_handle(struct request *request)
{
    json_t *array = json_array();
    for (size_t i = 0; QUESTIONNAIRES[i]; i++) {
        struct questionnaire set;
        struct buf message = {0};
        if (!questionnaire_load(QUESTIONNAIRES[i], &set, &message)) {
            log_error(MODULE, "%s", buf_text(&message));
            buf_free(&message);
            json_decref(array);
            reply_status(request, 500);
            return HANDLING_DONE;
        }
        json_array_append(array, set.object);
        questionnaire_free(&set);
    }
    reply_json(request, 200, json_pack("{s:o}", "questionnaires", array));
    return HANDLING_DONE;
}

// --- Entering ---------------------------------------------------------------

struct entering {
    json_t *object; // that texts are borrowed from
    struct questionnaire set;
    struct record_answer (*answers)[RECORD_ANSWERS_MAX];
    struct desk_form *forms;
    struct desk_entry entry;
};

static void free_entering(void *work)
{
    struct entering *entering = work;
    json_decref(entering->object);
    questionnaire_free(&entering->set);
    free(entering->answers);
    free(entering->forms);
    free(entering);
}

static enum office_result enter(struct office *office, void *ctx)
{
    struct entering *entering = ctx;
    entering->entry.now = clock_wall_ms();
    return office_enter_forms(office, &entering->entry);
}

static bool refuse(struct buf *message, size_t form, const char *what)
{
    buf_printf(message, "forms: number %zu %s", form + 1, what);
    return false;
}

static bool read_day(const json_t *object, int32_t today, int32_t *out)
{
    const int32_t first = 18262; // 2020-01-01
    return json_get_day(object, "day", out) && *out <= today && *out >= first;
}

// {"day":"2026-11-23","answers":{"15":4,"16":null,…}}
static bool read_form(const json_t *object, size_t index, int32_t today,
                      struct entering *out, struct buf *message)
{
    struct desk_form *form = &out->forms[index];
    const char *question;
    json_t *value;
    *form = (struct desk_form){.survey = out->set.id,
                               .version = out->set.version,
                               .answers = out->answers[index]};
    if (!read_day(object, today, &form->day)) {
        return refuse(message, index,
                      "has no day from 2020 to today, as 2026-11-23");
    }
    json_object_foreach(json_object_get(object, "answers"), question, value)
    {
        struct record_answer *answer = &out->answers[index][form->answer_count];
        json_int_t level = json_integer_value(value);
        bool is_level = json_is_integer(value) && level >= 1 && level <= 5;
        if (!questionnaire_find(&out->set, question) ||
            (!is_level && !json_is_null(value)) ||
            form->answer_count == RECORD_ANSWERS_MAX) {
            return refuse(message, index,
                          "answers what is no question of the set, or not with "
                          "1 to 5 or null");
        }
        snprintf(answer->question, sizeof answer->question, "%s", question);
        answer->level = (int)level;
        form->answer_count++;
    }
    return form->answer_count > 0 ||
           refuse(message, index, "answers no question");
}

static bool read_forms(const json_t *object, struct entering *out,
                       struct buf *message)
{
    const json_t *forms = json_object_get(object, "forms");
    size_t count = json_array_size(forms);
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    if (count == 0 || count > DESK_FORMS_MAX) {
        buf_printf(message,
                   "forms: are none, or more than %d; send them in "
                   "parts",
                   DESK_FORMS_MAX);
        return false;
    }
    out->forms = calloc(count, sizeof *out->forms);
    out->answers = calloc(count, sizeof *out->answers);
    if (!out->forms || !out->answers) {
        buf_append_text(message, "out of memory");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_form(json_array_get(forms, i), i, today, out, message)) {
            return false;
        }
    }
    out->entry.forms = out->forms;
    out->entry.form_count = count;
    return true;
}

static bool is_set(const char *id)
{
    for (size_t i = 0; QUESTIONNAIRES[i]; i++) {
        if (strcmp(QUESTIONNAIRES[i], id) == 0) {
            return true;
        }
    }
    return false;
}

// {"survey":"sipas","version":1,"forms":[…]}
static bool read_wish(const json_t *object, struct entering *out,
                      struct buf *message)
{
    const char *id = "";
    int64_t version = 0;
    if (!json_get_text(object, "survey", &id) || !is_set(id)) {
        buf_append_text(message, "survey: is no questionnaire; GET "
                                 "/api/v1/questionnaires lists them");
        return false;
    }
    if (!questionnaire_load(id, &out->set, message)) {
        return false;
    }
    if (!json_get_int(object, "version", &version) ||
        version != out->set.version) {
        buf_printf(message,
                   "version: the questions are of version %lld; load "
                   "the page anew",
                   (long long)out->set.version);
        return false;
    }
    return read_forms(object, out, message);
}

enum handling enter_forms_handle(struct request *request)
{
    struct server *server = request->server;
    struct buf message = {0};
    struct entering *work = calloc(1, sizeof *work);
    if (!work) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = work;
    request->free_work = free_entering;
    work->object = request_object(request);
    if (!work->object) {
        return HANDLING_DONE;
    }
    work->entry = (struct desk_entry){.key = &server->identity.key,
                                      .unit = server->settings.unit_code,
                                      .name = DESK_NAME,
                                      .who = request->who};
    if (!read_wish(work->object, work, &message)) {
        reply_unreadable(request, &message);
        return HANDLING_DONE;
    }
    return request_write(request, enter);
}

void enter_forms_finish(struct request *request)
{
    const struct entering *work = request->work;
    if (request->job.result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_REVOKED, NULL,
                      "the device \"%s\" was revoked; no paper form can be "
                      "entered",
                      DESK_NAME);
    } else if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else {
        reply_json(
            request, 201,
            json_pack("{s:I}", "entered", (json_int_t)work->entry.form_count));
    }
}
