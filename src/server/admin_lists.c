// GET /api/v1/keys and /api/v1/surveys: what an admin's page lists beside
// people and devices.
#include "common/clock.h"
#include "common/file.h"
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

struct users {
    int64_t devices;
};

static bool count_user(void *ctx, const struct office_device *device)
{
    struct users *users = ctx;
    users->devices += device->state == OFFICE_DEVICE_ACTIVE;
    return true;
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
                               const char *used, int64_t devices)
{
    char path[PATH_MAX];
    struct buf why = {0};
    json_t *row = NULL, *version, *levels;
    int size = (int)strlen(file) - 5;
    bool is_used =
        used && strncmp(file, used, (size_t)size) == 0 && used[size] == '\0';
    if (!file_join(path, sizeof path, directory, file)) {
        return NULL;
    }
    if (read_set(path, file, (size_t)size, &version, &levels, &why)) {
        row = json_pack("{s:s%, s:o, s:o, s:I, s:n}", "id", file, (size_t)size,
                        "version", version, "levels", levels, "devices",
                        (json_int_t)(is_used ? devices : 0), "problem");
    } else {
        // Past the folder, which is nobody's business.
        const char *said = strstr(buf_text(&why), file);
        row = json_pack("{s:s%, s:n, s:n, s:I, s:s}", "id", file, (size_t)size,
                        "version", "levels", "devices",
                        (json_int_t)(is_used ? devices : 0), "problem",
                        said ? said : "cannot be read");
    }
    buf_free(&why);
    return row;
}

static void list_surveys(json_t *array, const char *used, int64_t devices)
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
                array,
                describe_survey(directory, names[i]->d_name, used, devices));
        }
        free(names[i]);
    }
    free(names);
}

enum handling surveys_handle(struct request *request)
{
    struct server *server = request->server;
    struct users users = {0};
    json_t *array = json_array();
    struct office *office = readers_take(server->readers);
    enum office_result result = office_list_devices(office, count_user, &users);
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        json_decref(array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    list_surveys(array, server->settings.defaults.survey, users.devices);
    reply_json(request, 200, json_pack("{s:o}", "surveys", array));
    return HANDLING_DONE;
}
