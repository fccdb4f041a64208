// GET /api/v1/keys and /api/v1/surveys: what an admin's page lists beside
// people and devices.
#include "common/clock.h"
#include "common/file.h"
#include "office/device_settings.h"
#include "office/keys.h"
#include "report/questionnaire.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include "survey/survey.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

// --- Keys -------------------------------------------------------------------

static bool list_key(void *ctx, const struct office_key *key)
{
    json_t *row = json_pack(
        "{s:I, s:s, s:s, s:o, s:o}", "id", (json_int_t)key->id, "role",
        office_role_name(key->role), "name", key->name, "added_at",
        reply_time(key->added_at), "revoked_at", reply_time(key->revoked_at));
    return json_array_append_new(ctx, row) == 0;
}

enum handling keys_handle(struct request *request)
{
    struct readers *readers = request->server->readers;
    json_t *array = json_array();
    struct office *office = readers_take(readers);
    enum office_result result = office_list_keys(office, list_key, array);
    readers_give(readers, office);
    if (result != OFFICE_OK) {
        json_decref(array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    reply_json(request, 200, json_pack("{s:o}", "keys", array));
    return HANDLING_DONE;
}

// --- Question sets ----------------------------------------------------------

// How many devices are told to use a set, by its name.
struct users {
    struct office_defaults base;
    json_t *counts;
};

static bool count_user(void *ctx, const struct office_device *device)
{
    struct users *users = ctx;
    struct device_effect effect;
    if (device->state != OFFICE_DEVICE_ACTIVE) {
        return true;
    }
    device_settings_apply(users->base.apart, device, &users->base, &effect);
    const char *survey = effect.defaults.survey;
    json_int_t count =
        json_integer_value(json_object_get(users->counts, survey));
    return json_object_set_new(users->counts, survey,
                               json_integer(count + 1)) == 0;
}

static bool is_survey_file(const char *name)
{
    size_t size = strlen(name);
    return name[0] != '.' && size > 5 && strcmp(name + size - 5, ".json") == 0;
}

static bool is_questionnaire(const char *id, size_t size)
{
    for (const char *const *known = QUESTIONNAIRES; *known; known++) {
        if (strlen(*known) == size && strncmp(*known, id, size) == 0) {
            return true;
        }
    }
    return false;
}

// Its version, whichever of the two forms the file has.
static bool read_set(const char *path, const char *file, size_t size,
                     json_t **out_version, json_t **out_levels, struct buf *why)
{
    struct survey survey;
    struct questionnaire set;
    char id[NAME_MAX + 1];
    if (!is_questionnaire(file, size)) {
        if (!survey_load(path, &survey, why)) {
            return false;
        }
        *out_version = json_integer((json_int_t)survey.version);
        *out_levels = json_integer((json_int_t)survey.level_count);
        return true;
    }
    snprintf(id, sizeof id, "%.*s", (int)size, file);
    if (!questionnaire_load(id, &set, why)) {
        return false;
    }
    *out_version = json_integer((json_int_t)set.version);
    *out_levels = json_null();
    questionnaire_free(&set);
    return true;
}

// A file that cannot be read is listed with what is wrong with it.
static json_t *describe_survey(const char *directory, const char *file,
                               const json_t *counts)
{
    char path[PATH_MAX];
    struct buf why = {0};
    json_t *row = NULL, *version, *levels;
    int size = (int)strlen(file) - 5;
    json_int_t devices =
        json_integer_value(json_object_getn(counts, file, (size_t)size));
    if (!file_join(path, sizeof path, directory, file)) {
        return NULL;
    }
    if (read_set(path, file, (size_t)size, &version, &levels, &why)) {
        row = json_pack("{s:s%, s:o, s:o, s:I, s:n}", "id", file, (size_t)size,
                        "version", version, "levels", levels, "devices",
                        devices, "problem");
    } else {
        // Past the folder, which is nobody's business.
        const char *said = strstr(buf_text(&why), file);
        row = json_pack("{s:s%, s:n, s:n, s:I, s:s}", "id", file, (size_t)size,
                        "version", "levels", "devices", devices, "problem",
                        said ? said : "cannot be read");
    }
    buf_free(&why);
    return row;
}

static void list_surveys(json_t *array, const json_t *counts)
{
    char directory[PATH_MAX];
    struct dirent **names = NULL;
    if (!file_find_asset("surveys", directory, sizeof directory)) {
        return;
    }
    int count = scandir(directory, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (is_survey_file(names[i]->d_name)) {
            json_array_append_new(
                array, describe_survey(directory, names[i]->d_name, counts));
        }
        free(names[i]);
    }
    free(names);
}

enum handling surveys_handle(struct request *request)
{
    struct server *server = request->server;
    int64_t version;
    json_t *apart = documents_take(server->documents, "devices", &version);
    struct users users = {.base = server->base, .counts = json_object()};
    users.base.apart = apart;
    struct office *office = readers_take(server->readers);
    enum office_result result = office_list_devices(office, count_user, &users);
    readers_give(server->readers, office);
    json_decref(apart);
    if (result != OFFICE_OK) {
        json_decref(users.counts);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    json_t *array = json_array();
    list_surveys(array, users.counts);
    json_decref(users.counts);
    reply_json(request, 200, json_pack("{s:o}", "surveys", array));
    return HANDLING_DONE;
}
