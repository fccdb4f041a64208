#include "common/date.h"
#include "common/file.h"
#include "common/log.h"
#include "office/documents.h"
#include "report/report.h"
#include <errno.h>
#include <string.h>

enum { METHOD_FILE_MAX = 64 * 1024, MINUTES_MOST = 1440 };
static const char DEFAULT_FILE[] = "methods/tai-quay.json";

// An array of level numbers into flags.
static bool read_levels(const json_t *object, const char *key,
                        bool out[FIGURES_LEVELS])
{
    const json_t *list = json_object_get(object, key);
    if (!json_is_array(list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t level = json_integer_value(item);
        if (!json_is_integer(item) || level < 1 || level > FIGURES_LEVELS)
            return false;
        out[level - 1] = true;
    }
    return true;
}

static bool read_targets(const json_t *object, struct figures_method *out)
{
    const json_t *list = json_object_get(object, "targets");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > FIGURES_TARGETS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t target = json_integer_value(item);
        if (!json_is_integer(item) || target < 1 || target > 100)
            return false;
        out->targets[i] = (int)target;
    }
    out->target_count = (int)count;
    return true;
}

// Two whole numbers within 1 … most, the lower first; nothing where the key is
// missing.
static bool read_pair(const json_t *object, const char *key, int most,
                      int *out_low, int *out_high)
{
    const json_t *list = json_object_get(object, key);
    const json_t *low = json_array_get(list, 0);
    const json_t *high = json_array_get(list, 1);
    if (!list)
        return true;
    if (json_array_size(list) != 2 || !json_is_integer(low) ||
        !json_is_integer(high) || json_integer_value(low) < 1 ||
        json_integer_value(high) < json_integer_value(low) ||
        json_integer_value(high) > most)
        return false;
    *out_low = (int)json_integer_value(low);
    *out_high = (int)json_integer_value(high);
    return true;
}

static bool overlap(const struct figures_method *rules)
{
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        if (rules->satisfied[i] && rules->dissatisfied[i])
            return true;
    }
    return false;
}

bool report_method_read(const json_t *object, struct report_method *out,
                        const char **out_why)
{
    struct report_method method = {0};
    int64_t decimals = -1;
    *out_why = NULL;
    if (!json_copy_text(object, "id", method.id, sizeof method.id))
        *out_why = "id: is missing or longer than 31 bytes";
    else if (!json_get_int(object, "version", &method.version) ||
             method.version < 1)
        *out_why = "version: must be a number from 1";
    else if (!read_levels(object, "satisfied", method.rules.satisfied))
        *out_why = "satisfied: must be a list of levels 1–5";
    else if (!read_levels(object, "dissatisfied", method.rules.dissatisfied))
        *out_why = "dissatisfied: must be a list of levels 1–5";
    else if (overlap(&method.rules))
        *out_why = "dissatisfied: names a level that satisfied names too";
    else if (!read_targets(object, &method.rules))
        *out_why = "targets: must be at most 4 whole per cents, 1–100";
    else if (!json_get_int(object, "decimals", &decimals) || decimals < 0 ||
             decimals > 4)
        *out_why = "decimals: must be 0–4";
    else if (!read_pair(object, "waiting_minutes", MINUTES_MOST,
                        &method.rules.waiting_best, &method.rules.waiting_most))
        *out_why =
            "waiting_minutes: must be two whole minutes, the lower first";
    else if (!read_pair(object, "timely", 100, &method.rules.timely_least,
                        &method.rules.timely_best))
        *out_why = "timely: must be two whole per cents, the lower first";
    if (*out_why)
        return false;
    method.rules.decimals = (int)decimals;
    *out = method;
    return true;
}

bool report_method_load(const char *path, struct report_method *out,
                        struct buf *message)
{
    struct buf bytes = {0};
    char reason[JSON_MESSAGE_SIZE];
    bool done = false;
    if (!file_read(path, METHOD_FILE_MAX, &bytes)) {
        buf_printf(message, "%s: %s", path, strerror(errno));
    } else {
        json_t *object = json_read(bytes.data, bytes.size, reason);
        const char *why = reason;
        done = object && report_method_read(object, out, &why);
        if (!done)
            buf_printf(message, "%s: %s", path, why);
        json_decref(object);
    }
    buf_free(&bytes);
    return done;
}

bool report_method_load_default(struct report_method *out, struct buf *message)
{
    char path[4096];
    if (!file_find_asset(DEFAULT_FILE, path, sizeof path)) {
        buf_printf(message,
                   "%s: is not among the program's files; install the "
                   "program again, or set HAILONG_ASSETS",
                   DEFAULT_FILE);
        return false;
    }
    return report_method_load(path, out, message);
}

// --- What the Office set
// ------------------------------------------------------

static const char DOCUMENT[] = "targets";

static bool read_from(const json_t *body, int32_t *out_from)
{
    const json_t *from = json_object_get(body, "from");
    *out_from = INT32_MIN;
    return !from || json_is_null(from) ||
           (json_is_string(from) &&
            date_parse_iso(json_string_value(from), out_from));
}

bool report_method_read_kept(const json_t *body, int64_t kept,
                             struct report_method *out, int32_t *out_from,
                             const char **out_why)
{
    json_t *whole = json_copy((json_t *)body);
    bool done = false;
    *out_why = "out of memory";
    if (!read_from(body, out_from))
        *out_why = "from: must be a day, such as 2026-12-15";
    else if (whole &&
             json_object_set_new(whole, "version", json_integer(kept)) == 0)
        done = report_method_read(whole, out, out_why);
    json_decref(whole);
    return done;
}

struct search {
    const struct report_method *own;
    int32_t day;     // that they must hold on by then, or
    int64_t version; // not 0: of this version
    bool is_found;
    struct report_method *out;
};

static bool look(void *ctx, const struct document_version *kept)
{
    struct search *search = ctx;
    struct report_method method;
    char reason[JSON_MESSAGE_SIZE];
    const char *why = reason;
    int32_t from;
    json_t *body = json_read(kept->body, strlen(kept->body), reason);
    bool fits = body && report_method_read_kept(body, kept->version, &method,
                                                &from, &why);
    if (!fits)
        log_error("report", "the targets, version %lld, are passed over: %s",
                  (long long)kept->version, why);
    json_decref(body);
    if (!fits)
        return true;
    method.version = search->own->version + kept->version;
    search->is_found = search->version != 0 ? method.version == search->version
                                            : from <= search->day;
    if (search->is_found)
        *search->out = method;
    return !search->is_found;
}

bool report_method_at(struct office *office, const struct report_method *own,
                      int32_t day, struct report_method *out)
{
    struct search search = {.own = own, .day = day, .out = out};
    if (office_list_document(office, DOCUMENT, look, &search) != OFFICE_OK)
        return false;
    if (!search.is_found)
        *out = *own;
    return true;
}

enum office_result report_method_of_version(struct office *office,
                                            const struct report_method *own,
                                            int64_t version,
                                            struct report_method *out)
{
    struct search search = {.own = own, .version = version, .out = out};
    if (version == own->version) {
        *out = *own;
        return OFFICE_OK;
    }
    enum office_result result =
        office_list_document(office, DOCUMENT, look, &search);
    return result == OFFICE_OK && !search.is_found ? OFFICE_NONE : result;
}
