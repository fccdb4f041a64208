// A report that was made earlier: every figure again, from the lines that it
// says it rests on.
#include "common/file.h"
#include "office/ingest.h"
#include "operator/command.h"
#include "operator/server_data.h"
#include "operator/verification.h"
#include "report/document.h"
#include "report/report.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 64 * 1024 * 1024 };

struct verifying {
    struct verification *verification;
    struct office *office;
    struct i18n *texts;
    json_t *file;       // as it stands in the file
    struct report said; // the same, read
    bool is_document;   // instead:
    struct report_document document;
};

// --- What is needed ---------------------------------------------------------

static bool read_file(struct verifying *v, const char *path,
                      struct console *console)
{
    struct buf bytes = {0};
    char why[JSON_MESSAGE_SIZE] = "";
    bool done = file_read(path, FILE_MAX, &bytes);
    if (!done) {
        console_complain(console, "%s: %s", path, strerror(errno));
    } else if (report_document_read_json(buf_text(&bytes), bytes.size,
                                         &v->document, why)) {
        v->is_document = true;
    } else if (!report_read_json(buf_text(&bytes), bytes.size, &v->said, why)) {
        console_complain(console,
                         "%s: is no report in JSON: %s; make it with hailong "
                         "report --format json",
                         path, why);
        done = false;
    } else {
        v->file = json_read(buf_text(&bytes), bytes.size, why);
        done = v->file != NULL;
        if (!done)
            report_free(&v->said);
    }
    buf_free(&bytes);
    return done;
}

static struct i18n *open_texts(struct console *console)
{
    char path[PATH_MAX];
    struct i18n *texts = NULL;
    struct buf message = {0};
    if (file_find_asset("i18n/vi.json", path, sizeof path)) {
        *strrchr(path, '/') = '\0';
        texts = i18n_open(path, &message);
    } else {
        buf_append_text(&message, "i18n/vi.json: is not among the program's "
                                  "files; install the program again");
    }
    if (!texts)
        console_complain(console, "%s", buf_text(&message));
    buf_free(&message);
    return texts;
}

// --- Findings ---------------------------------------------------------------

static void check_heads(struct verifying *v)
{
    for (size_t i = 0; i < v->said.head_count; i++) {
        const struct report_head *head = &v->said.heads[i];
        char held[DIGEST_HEX_SIZE];
        enum office_result result = office_line_hash(v->office, head->device,
                                                     head->gen, head->to, held);
        if (result != OFFICE_OK)
            verification_find(v->verification, head->device, head->gen,
                              head->to,
                              "the report rests on it, and it is not held");
        else if (strcmp(held, head->head) != 0)
            verification_find(v->verification, head->device, head->gen,
                              head->to,
                              "is not the line that the report rests on: its "
                              "hash is %s",
                              held);
    }
}

static bool same_rules(const struct figures_method *a,
                       const struct figures_method *b)
{
    return memcmp(a->satisfied, b->satisfied, sizeof a->satisfied) == 0 &&
           memcmp(a->dissatisfied, b->dissatisfied, sizeof a->dissatisfied) ==
               0 &&
           a->target_count == b->target_count &&
           memcmp(a->targets, b->targets,
                  (size_t)a->target_count * sizeof a->targets[0]) == 0 &&
           a->decimals == b->decimals;
}

// The rules must be those that bear this name and version, the program's or
// what the Office set.
static void check_method(struct verifying *v)
{
    struct report_method own, held;
    const struct report_method *said = &v->said.method;
    struct buf message = {0};
    if (report_method_load_default(&own, &message) &&
        report_method_of_version(v->office, &own, said->version, &held) ==
            OFFICE_OK &&
        strcmp(held.id, said->id) == 0 &&
        !same_rules(&held.rules, &said->rules))
        verification_find(v->verification, "", 0, 0,
                          "the report's rules are not those of %s version "
                          "%" PRId64,
                          held.id, held.version);
    buf_free(&message);
}

// Names may have changed since; they are no figures.
static void forget_names(json_t *row)
{
    json_object_del(row, "name");
    json_object_del(row, "label");
}

static void compare_row(struct verifying *v, const char *what, json_t *said,
                        json_t *found)
{
    const char *key;
    json_t *value;
    forget_names(said);
    forget_names(found);
    json_object_foreach(found, key, value)
    {
        const json_t *other = json_object_get(said, key);
        if (json_equal(other, value))
            continue;
        char *counted = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        char *told = json_dumps(other, JSON_ENCODE_ANY | JSON_COMPACT);
        verification_find(v->verification, "", 0, 0,
                          "%s: %s is %s by the lines, and %s in the report",
                          what, key, counted ? counted : "?",
                          told ? told : "missing");
        free(counted);
        free(told);
    }
}

static json_t *row_of(const json_t *rows, const char *key)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *other;
        json_t *row = json_array_get(rows, i);
        if (json_get_text(row, "key", &other) && strcmp(key, other) == 0)
            return row;
    }
    return NULL;
}

static void compare_rows(struct verifying *v, const json_t *found)
{
    const json_t *said = json_object_get(v->file, "rows");
    const json_t *counted = json_object_get(found, "rows");
    if (json_array_size(said) != json_array_size(counted))
        verification_find(v->verification, "", 0, 0,
                          "the report has %zu rows, the lines give %zu",
                          json_array_size(said), json_array_size(counted));
    for (size_t i = 0; i < json_array_size(counted); i++) {
        const char *key = "";
        json_t *row = json_array_get(counted, i);
        struct buf what = {0};
        json_get_text(row, "key", &key);
        buf_printf(&what, "row \"%s\"", key);
        json_t *other = row_of(said, key);
        if (other)
            compare_row(v, buf_text(&what), other, row);
        else
            verification_find(v->verification, "", 0, 0,
                              "%s: is missing in the report", buf_text(&what));
        buf_free(&what);
    }
}

// A report that others read withholds small rows: then they are withheld in
// what it is compared with.
static bool is_withheld(const struct verifying *v)
{
    bool hidden = v->said.total.hidden;
    for (size_t i = 0; i < v->said.row_count; i++)
        hidden |= v->said.rows[i].hidden;
    return hidden;
}

static bool compare(struct verifying *v, struct report *counted)
{
    struct buf bytes = {0};
    char why[JSON_MESSAGE_SIZE];
    enum report_view view =
        is_withheld(v) ? REPORT_VIEW_OTHERS : REPORT_VIEW_OFFICE;
    json_t *found = NULL;
    if (report_write_json(counted, v->texts, view, &bytes))
        found = json_read(buf_text(&bytes), bytes.size, why);
    buf_free(&bytes);
    if (!found)
        return false;
    compare_row(v, "the total", json_object_get(v->file, "total"),
                json_object_get(found, "total"));
    if (counted->has_previous && v->said.has_previous)
        compare_row(v, "the period before",
                    json_object_get(v->file, "previous"),
                    json_object_get(found, "previous"));
    compare_rows(v, found);
    json_decref(found);
    return true;
}

// --- The whole --------------------------------------------------------------

static bool verify(struct verifying *v, const char *data,
                   struct console *console)
{
    struct report counted;
    check_method(v);
    if (v->said.head_count == 0 && figures_rated(&v->said.total.counts) > 0)
        verification_find(v->verification, "", 0, 0,
                          "the report names no line that it rests on");
    check_heads(v);
    if (!report_recount(v->office, &v->said, &counted)) {
        console_complain(console,
                         "%s: the lines cannot be counted; the cause is above",
                         data);
        return false;
    }
    bool done = compare(v, &counted);
    if (!done)
        console_complain(console, "out of memory");
    verification_count(v->verification, "chains", (int64_t)v->said.head_count);
    verification_count(v->verification, "rows", (int64_t)counted.row_count);
    verification_count(v->verification, "ratings",
                       figures_rated(&counted.total.counts));
    report_free(&counted);
    return done;
}

bool verification_of_report(const struct server_place *place, const char *path,
                            struct verification *verification,
                            struct console *console)
{
    struct verifying v = {.verification = verification};
    if (!read_file(&v, path, console))
        return false;
    bool done = (v.texts = open_texts(console)) != NULL &&
                (v.office = server_data_read(place, console)) != NULL &&
                (v.is_document
                     ? verification_of_document(v.office, v.texts, &v.document,
                                                verification, console)
                     : verify(&v, server_place_name(place), console));
    if (v.office)
        office_close(v.office);
    if (v.texts)
        i18n_close(v.texts);
    json_decref(v.file);
    if (v.is_document)
        report_document_free(&v.document);
    else
        report_free(&v.said);
    return done;
}
