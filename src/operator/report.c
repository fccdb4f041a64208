// hailong report: the figures of a period, from a server's directory or from a
// running server.
#include "report/report.h"
#include "common/file.h"
#include "operator/command.h"
#include "operator/remote.h"
#include "operator/server_data.h"
#include "report/made_report.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

static const struct config_key KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory, or:"),
    {"hailong", "server", CONFIG_TEXT, NULL, 0, 0,
     "a running server, https://host[:port]"},
    {"hailong", "key_file", CONFIG_TEXT, NULL, 0, 0,
     "file with an API key of role office or leader, for --server"},
    {"hailong", "ca", CONFIG_TEXT, NULL, 0, 0,
     "file of certificates to trust, for --server"},
    {"hailong", "pin", CONFIG_TEXT, NULL, 0, 0,
     "SHA-256 of the server's public key, for --server"},
    {"hailong", "plain_http", CONFIG_FLAG, "no", 0, 0,
     "allow http:// beyond this machine, for --server"},
    {"hailong", "period", CONFIG_TEXT, NULL, 0, 0,
     "hanh-chinh: or duong-lich:, then 2026, 2026-H1, 2026-Q3 or 2026-01; or:"},
    {"hailong", "from", CONFIG_TEXT, NULL, 0, 0, "first day, 2026-11-01"},
    {"hailong", "to", CONFIG_TEXT, NULL, 0, 0, "last day, 2026-11-23"},
    {"hailong", "by", CONFIG_TEXT, "none", 0, 0,
     "none day month counter officer field procedure device hour weekday "
     "hour-of-week step "
     "channel"},
    {"hailong", "counter", CONFIG_TEXT, NULL, 0, 0,
     "only what was counted at this counter; also:"},
    {"hailong", "field", CONFIG_TEXT, NULL, 0, 0, "only this field"},
    {"hailong", "procedure", CONFIG_TEXT, NULL, 0, 0, "only this procedure"},
    {"hailong", "officer", CONFIG_TEXT, NULL, 0, 0, "only this officer"},
    {"hailong", "step", CONFIG_TEXT, NULL, 0, 0, "only this step"},
    {"hailong", "channel", CONFIG_TEXT, NULL, 0, 0,
     "only transaction, walk-up or walk-up-offline"},
    {"hailong", "report", CONFIG_TEXT, NULL, 0, 0,
     "R1 summary, R2 fields, R3 procedures, R4 counters (or --by officer), "
     "R5 reasons, R6 comments, R7 questionnaire of five factors, R8 nine "
     "indices, R9 education and health, R10 trust in the data"},
    {"hailong", "restates", CONFIG_TEXT, NULL, 0, 0,
     "the JSON file of the report that this one replaces"},
    {"hailong", "format", CONFIG_TEXT, "text", 0, 0,
     "text, json, csv, xlsx or pdf"},
    {"hailong", "out", CONFIG_TEXT, NULL, 0, 0,
     "file to write, instead of standard output; xlsx and pdf need it"},
    {"hailong", "parent", CONFIG_TEXT, NULL, 0, 0,
     "pdf: the higher body, in capitals as it is to stand"},
    {"hailong", "issuer", CONFIG_TEXT, NULL, 0, 0,
     "pdf: the body that issues the report, in capitals"},
    {"hailong", "number", CONFIG_TEXT, NULL, 0, 0, "pdf: the number, 07"},
    {"hailong", "symbol", CONFIG_TEXT, "BC-UBND", 0, 0,
     "pdf: the symbol behind the number"},
    {"hailong", "place", CONFIG_TEXT, NULL, 0, 0,
     "pdf: the place before the date"},
    {"hailong", "signer_title", CONFIG_TEXT, NULL, 0, 0,
     "pdf: who signs, a | between two lines"},
    {"hailong", "signer", CONFIG_TEXT, NULL, 0, 0, "pdf: the signer's name"},
    {"hailong", "recipients", CONFIG_TEXT, NULL, 0, 0,
     "pdf: who receives it, a semicolon between two"},
    {0}};

enum { RESTATED_MAX = 64 * 1024 * 1024, OUT_MODE = 0644 };

struct job {
    const struct config *config;
    struct console *console;
    struct report_request request;
    enum made_format format;
    struct i18n *texts;
    struct report_method method;
};

static bool read_format(struct job *job)
{
    const char *name = config_text(job->config, "format");
    if (made_format_parse(name, &job->format)) {
        bool is_file = job->format == MADE_XLSX || job->format == MADE_PDF;
        return !is_file ||
               command_need(job->config, "out", job->console) != NULL;
    }
    console_complain(job->console,
                     "--format \"%s\": text, json, csv, xlsx or pdf", name);
    return false;
}

static bool read_request(struct job *job)
{
    struct report_ask ask = {
        .period = config_text(job->config, "period"),
        .from = config_text(job->config, "from"),
        .to = config_text(job->config, "to"),
        .by = config_text(job->config, "by"),
        .kind = config_text(job->config, "report"),
    };
    struct buf message = {0};
    for (int i = 0; i < REPORT_BY_COUNT; i++) {
        enum report_by by = (enum report_by)i;
        if (report_filters_by(by))
            ask.filter[by] = config_text(job->config, report_by_name(by));
    }
    bool done = report_read_request(&ask, &job->request, &message);
    if (!done)
        console_complain(job->console, "%s", buf_text(&message));
    buf_free(&message);
    if (done && server_place_is_told(job->config) &&
        job->request.kind == REPORT_COMMENTS) {
        console_complain(job->console,
                         "--report \"R6\": only the running server opens "
                         "comments; give --server and --key-file");
        return false;
    }
    if (done && server_place_is_told(job->config) &&
        report_kind_is_document(job->request.kind) &&
        !report_documents_has(job->request.kind)) {
        console_complain(job->console,
                         "--report \"%s\": is not available from a directory",
                         report_kind_name(job->request.kind));
        done = false;
    }
    return done;
}

static bool check_source(const struct job *job)
{
    bool data = server_place_is_told(job->config);
    bool server = config_text(job->config, "server") != NULL;
    if (data == server) {
        console_complain(job->console,
                         data ? "--data and --server exclude each other"
                              : "--data or --server is missing; see --help");
        return false;
    }
    return data || command_need(job->config, "key_file", job->console);
}

// The program's own files, without which there is no report.
static bool read_assets(struct job *job)
{
    static const char FILE_OF_TEXTS[] = "i18n/vi.json";
    char path[PATH_MAX];
    struct buf message = {0};
    if (!file_find_asset(FILE_OF_TEXTS, path, sizeof path)) {
        buf_printf(&message,
                   "%s: is not among the program's files; install the "
                   "program again, or set HAILONG_ASSETS",
                   FILE_OF_TEXTS);
    } else if (report_method_load_default(&job->method, &message)) {
        *strrchr(path, '/') = '\0';
        job->texts = i18n_open(path, &message);
    }
    if (!job->texts)
        console_complain(job->console, "%s", buf_text(&message));
    buf_free(&message);
    return job->texts != NULL;
}

static bool write_report(const struct job *job, const struct made_report *made,
                         struct buf *out)
{
    const struct config *config = job->config;
    const struct report_letter letter = {
        .parent = config_text(config, "parent"),
        .issuer = config_text(config, "issuer"),
        .number = config_text(config, "number"),
        .symbol = config_text(config, "symbol"),
        .place = config_text(config, "place"),
        .signer_title = config_text(config, "signer_title"),
        .signer = config_text(config, "signer"),
        .recipients = config_text(config, "recipients"),
    };
    if (made_report_write(made, job->texts, REPORT_VIEW_OFFICE, job->format,
                          &letter, out))
        return true;
    console_complain(job->console,
                     "the report cannot be written as %s: "
                     "out of memory, or the cause is above",
                     config_text(config, "format"));
    return false;
}

// The report that this one replaces, when one is named.
static bool restate(const struct job *job, struct made_report *made)
{
    const char *path = config_text(job->config, "restates");
    char why[JSON_MESSAGE_SIZE] = "";
    struct buf bytes = {0}, message = {0};
    struct made_report before;
    if (!path)
        return true;
    if (!file_read(path, RESTATED_MAX, &bytes)) {
        console_complain(job->console, "%s: %s", path, strerror(errno));
        buf_free(&bytes);
        return false;
    }
    bool done = made_report_read(buf_text(&bytes), bytes.size, &before, why);
    buf_free(&bytes);
    if (!done) {
        console_complain(job->console,
                         "%s: is no report in JSON: %s; make it with --format "
                         "json",
                         path, why);
        return false;
    }
    done = made_report_restate(made, &before, job->texts, &message);
    if (!done)
        console_complain(job->console, "%s: %s", path, buf_text(&message));
    made_report_free(&before);
    buf_free(&message);
    return done;
}

// --- From a directory -------------------------------------------------------

static bool report_of_directory(const struct job *job, struct buf *out)
{
    struct server_place place;
    struct made_report made;
    struct office *office = server_place_read(job->config, &place, job->console)
                                ? server_data_read(&place, job->console)
                                : NULL;
    if (!office)
        return false;
    const struct document_source source = {.office = office,
                                           .texts = job->texts,
                                           .method = &job->method,
                                           .view = REPORT_VIEW_OFFICE};
    bool done = made_report_build(&source, &job->request, &made);
    office_close(office);
    if (!done) {
        console_complain(job->console,
                         "%s: the totals cannot be read; the cause is above",
                         server_place_name(&place));
        return false;
    }
    done = restate(job, &made) && write_report(job, &made, out);
    made_report_free(&made);
    return done;
}

// --- From a server ----------------------------------------------------------

// For a query: a code may hold anything.
static void append_escaped(const char *text, struct buf *out)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (isalnum(*c) || strchr("-._~", *c))
            buf_append_char(out, (char)*c);
        else
            buf_printf(out, "%%%02X", *c);
    }
}

static void make_path(const struct job *job, struct buf *out)
{
    const char *period = config_text(job->config, "period");
    buf_printf(out, "/api/v1/reports/%s?",
               job->request.kind == REPORT_PLAIN
                   ? "summary"
                   : report_kind_name(job->request.kind));
    if (period)
        buf_printf(out, "period=%s", period);
    else
        buf_printf(out, "from=%s&to=%s", config_text(job->config, "from"),
                   config_text(job->config, "to"));
    buf_printf(out, "&by=%s", report_by_name(job->request.by));
    for (size_t i = 0; i < job->request.filter.count; i++) {
        const struct report_filter_part *part = &job->request.filter.parts[i];
        buf_printf(out, "&%s=", report_by_name(part->by));
        append_escaped(part->key, out);
    }
}

// A server's JSON goes on as it came; other forms are made of it here.
static bool take_answer(const struct job *job,
                        const struct remote_answer *answer, struct buf *out)
{
    struct made_report made;
    char why[JSON_MESSAGE_SIZE];
    if (job->format == MADE_JSON && !config_text(job->config, "restates")) {
        buf_append(out, answer->body.data, answer->body.size);
        return true;
    }
    if (!made_report_read(buf_text(&answer->body), answer->body.size, &made,
                          why)) {
        console_complain(job->console,
                         "%s: the answer is no report: %s; are hailong and "
                         "hailong-server of the same version?",
                         config_text(job->config, "server"), why);
        return false;
    }
    bool done = restate(job, &made) && write_report(job, &made, out);
    made_report_free(&made);
    return done;
}

static bool ask_server(const struct job *job, const struct remote *remote,
                       struct buf *out)
{
    struct remote_answer answer = {0};
    struct buf path = {0};
    make_path(job, &path);
    bool done =
        remote_ask(remote, buf_text(&path), NULL, &answer, job->console);
    if (done && answer.status != 200) {
        remote_complain(remote, &answer, job->console);
        done = false;
    }
    done = done && take_answer(job, &answer, out);
    remote_answer_free(&answer);
    buf_free(&path);
    return done;
}

static bool report_of_server(const struct job *job, struct buf *out)
{
    char server[REMOTE_SERVER_SIZE], pin[REMOTE_PIN_SIZE];
    const char *pin_given = config_text(job->config, "pin");
    struct buf key = {0};
    bool plain_http = config_flag(job->config, "plain_http");
    bool done = remote_read_server(config_text(job->config, "server"),
                                   plain_http, server, job->console) &&
                (!pin_given || remote_read_pin(pin_given, pin, job->console)) &&
                remote_read_key(config_text(job->config, "key_file"), &key,
                                job->console);
    if (done) {
        const struct remote remote = {
            .server = server,
            .token = key.data,
            .ca = config_text(job->config, "ca"),
            .pin = pin_given ? pin : NULL,
            .plain_http = plain_http,
        };
        done = ask_server(job, &remote, out);
    }
    if (key.data)
        explicit_bzero(key.data, key.size);
    buf_free(&key);
    return done;
}

// --- The whole --------------------------------------------------------------

static bool deliver(const struct job *job, const struct buf *report)
{
    const char *path = config_text(job->config, "out");
    if (!path) {
        buf_append(&job->console->out, report->data, report->size);
        return true;
    }
    if (file_replace(path, report->data, report->size, OUT_MODE))
        return true;
    console_complain(job->console, "%s: %s", path, strerror(errno));
    return false;
}

static bool make_and_deliver(const struct job *job)
{
    struct buf report = {0};
    bool done = config_text(job->config, "server")
                    ? report_of_server(job, &report)
                    : report_of_directory(job, &report);
    if (done && job->format == MADE_JSON)
        buf_append_char(&report, '\n');
    if (done && !buf_ok(&report)) {
        console_complain(job->console, "out of memory");
        done = false;
    }
    done = done && deliver(job, &report);
    buf_free(&report);
    return done;
}

static int run(const struct config *config, struct console *console)
{
    struct job job = {.config = config, .console = console};
    if (!read_format(&job) || !check_source(&job) || !read_request(&job) ||
        !read_assets(&job))
        return COMMAND_MISUSED;
    bool done = make_and_deliver(&job);
    i18n_close(job.texts);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_REPORT = {
    "report", "the satisfaction figures of a period", NULL, KEYS, run};
