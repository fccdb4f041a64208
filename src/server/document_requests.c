// GET /api/v1/settings, GET and PUT /api/v1/settings/NAME: what the Office
// sets, by documents with versions; ?version= asks for one of before.
#include "common/clock.h"
#include "server/context.h"
#include "server/documents.h"
#include "server/handlers.h"
#include "server/request.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- Reading ----------------------------------------------------------------

struct change {
    char who[PERSON_WHO_SIZE]; // "": nobody yet
    int64_t at;
};

static bool take_change(void *ctx, const struct document_version *version)
{
    struct change *change = ctx;
    snprintf(change->who, sizeof change->who, "%s", version->who);
    change->at = version->at;
    return false;
}

// {"name","version","changed_at","changed_by"}, null for nobody.
static json_t *describe(const struct document *document, int64_t version,
                        const struct change *change)
{
    char at[CLOCK_ISO_SIZE];
    clock_format(change->at, at);
    bool is_changed = change->who[0] != '\0';
    return json_pack("{s:s, s:I, s:s?, s:s?}", "name", document->name,
                     "version", (json_int_t)version, "changed_at",
                     is_changed ? at : NULL, "changed_by",
                     is_changed ? change->who : NULL);
}

static enum office_result list_documents(struct server *server, json_t *array)
{
    enum office_result result = OFFICE_OK;
    struct office *office = readers_take(server->readers);
    for (const struct document *d = DOCUMENTS; d->name && result == OFFICE_OK;
         d++) {
        struct change change = {.who = ""};
        int64_t version;
        json_decref(documents_take(server->documents, d->name, &version));
        result = office_list_document(office, d->name, take_change, &change);
        json_array_append_new(array, describe(d, version, &change));
    }
    readers_give(server->readers, office);
    return result;
}

enum handling settings_handle(struct request *request)
{
    json_t *array = json_array();
    enum office_result result = list_documents(request->server, array);
    if (result != OFFICE_OK) {
        json_decref(array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    reply_json(request, 200, json_pack("{s:o}", "settings", array));
    return HANDLING_DONE;
}

// NULL: the reply is set.
static const struct document *find(struct request *request)
{
    const struct document *document = document_find(request->part);
    if (!document) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "there are no settings of this name; GET "
                      "/api/v1/settings lists them");
    }
    return document;
}

// What is asked for, and who made it.
struct wanted {
    int64_t version; // 0: the newest
    struct change change;
    json_t *body;
};

static bool take_wanted(void *ctx, const struct document_version *version)
{
    struct wanted *wanted = ctx;
    char why[JSON_MESSAGE_SIZE];
    if (version->version != wanted->version) {
        return true;
    }
    take_change(&wanted->change, version);
    wanted->body = json_read(version->body, strlen(version->body), why);
    return false;
}

// Nothing, or a number from 1 on. False: the reply is set.
static bool read_version(struct request *request, int64_t *out)
{
    const char *text = NULL;
    char *end = NULL;
    if (!request_argument(request, "version", &text)) {
        return false;
    }
    errno = 0;
    *out = text ? strtoll(text, &end, 10) : 0;
    if (text && (*text < '1' || *text > '9' || *end != '\0' || errno != 0)) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "version: must be a number from 1 on");
        return false;
    }
    return true;
}

static enum office_result read_wanted(struct server *server,
                                      const struct document *document,
                                      struct wanted *wanted)
{
    struct office *office = readers_take(server->readers);
    enum office_result result =
        wanted->version == 0
            ? office_list_document(office, document->name, take_change,
                                   &wanted->change)
            : office_list_document(office, document->name, take_wanted, wanted);
    readers_give(server->readers, office);
    if (wanted->version == 0) {
        wanted->body =
            documents_take(server->documents, document->name, &wanted->version);
    }
    return result;
}

enum handling setting_handle(struct request *request)
{
    struct wanted wanted = {.version = 0};
    const struct document *document = find(request);
    if (!document || !read_version(request, &wanted.version)) {
        return HANDLING_DONE;
    }
    enum office_result result = read_wanted(request->server, document, &wanted);
    if (result != OFFICE_OK) {
        json_decref(wanted.body);
        reply_office_failure(request, result);
    } else if (!wanted.body) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "%s has no version %lld", document->name,
                      (long long)wanted.version);
    } else {
        json_t *object = describe(document, wanted.version, &wanted.change);
        if (json_object_set_new(object, "body", wanted.body) != 0) {
            json_decref(object);
            object = NULL;
        }
        reply_json(request, 200, object);
    }
    return HANDLING_DONE;
}

// --- Changing ---------------------------------------------------------------

struct putting {
    struct server *server;
    const struct document *document;
    json_t *body;
    struct buf text;
    struct document_wish wish;
    int64_t version; // the newest
};

static void free_putting(void *work)
{
    struct putting *putting = work;
    json_decref(putting->body);
    buf_free(&putting->text);
    free(putting);
}

// On the writer's thread, so that versions come into memory in their order.
static enum office_result put(struct office *office, void *ctx)
{
    struct putting *work = ctx;
    const struct document *document = work->document;
    work->wish.at = clock_wall_ms();
    enum office_result result =
        office_put_document(office, &work->wish, &work->version);
    if (result == OFFICE_OK) {
        documents_put(work->server->documents, document->name, work->version,
                      work->body);
        if (document->changed) {
            document->changed(work->server, office);
        }
    }
    return result;
}

// {"version","body"}; false with what is wrong.
static bool read_put(const json_t *object, struct putting *out,
                     struct buf *message)
{
    json_t *body = json_object_get(object, "body");
    if (!json_get_int(object, "version", &out->wish.expected) ||
        out->wish.expected < 0) {
        buf_append_text(message, "version: is missing; send the one that was "
                                 "changed, as GET told it");
        return false;
    }
    if (!json_is_object(body)) {
        buf_append_text(message, "body: is no object; send the whole document");
        return false;
    }
    out->body = json_incref(body);
    return document_check(out->document, body, message) &&
           json_write(body, &out->text);
}

static bool suits(struct server *server, const struct putting *work,
                  struct buf *message)
{
    if (!work->document->suits) {
        return true;
    }
    struct office *office = readers_take(server->readers);
    bool suits = work->document->suits(server, office, work->body, message);
    readers_give(server->readers, office);
    return suits;
}

enum handling put_setting_handle(struct request *request)
{
    struct buf message = {0};
    const struct document *document = find(request);
    struct putting *work = document ? calloc(1, sizeof *work) : NULL;
    if (!work) {
        if (document) {
            reply_status(request, 500);
        }
        return HANDLING_DONE;
    }
    request->work = work;
    request->free_work = free_putting;
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    work->server = request->server;
    work->document = document;
    bool read = read_put(object, work, &message) &&
                suits(request->server, work, &message);
    json_decref(object);
    if (!read) {
        reply_unreadable(request, &message);
        return HANDLING_DONE;
    }
    work->wish.name = document->name;
    work->wish.body = buf_text(&work->text);
    work->wish.who = request->who;
    return request_write(request, put);
}

void put_setting_finish(struct request *request)
{
    const struct putting *work = request->work;
    reply_version(request, "name", work->document->name, work->version);
}
