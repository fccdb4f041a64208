// The chores that make and mail papers, and GET /api/v1/papers.
#include "server/papers.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "common/log.h"
#include "mail/mail.h"
#include "office/alerts.h"
#include "office/papers.h"
#include "office/publish.h"
#include "report/report.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

enum {
    EVERY_S = 10,
    MAIL_EVERY_S = 5,
    CLAIM_S = 600, // for one mail to be sent by the server that claimed it
    FROM_HOUR = 6, // nobody reads a digest at night, and the data has come
    DAYS_BACK = 7, // that are caught up after a stand-still
    MONTHS_BACK = 3,
    MONTH_AGE_DAYS = 2, // a month's report waits for what comes late
    TRIES_MOST = 30,    // with the pauses below about a week
    PAUSE_MOST_S = 6 * 3600,
    LIST_MOST = 30,
    FILE_MOST = 16 << 20
};

// The files of a paper, by its kind.
static const struct form {
    const char *ending;
    const char *type;
} DAY_FORMS[] = {{"txt", "text/plain; charset=utf-8"}, {0}},
  MONTH_FORMS[] = {{"pdf", "application/pdf"},
                   {"xlsx", "application/vnd.openxmlformats-officedocument."
                            "spreadsheetml.sheet"},
                   {"csv", "text/csv; charset=utf-8"},
                   {0}};

struct papers {
    struct server *server;
    char folder[PATH_MAX];
    struct paper made;   // from the look to the writing
    struct paper mailed; // likewise, of the chores of mail
    bool has_mail;       // and it is this server's to send
    atomic_bool aborted;
};

static const struct form *forms_of(enum paper_kind kind)
{
    return kind == PAPER_DAY ? DAY_FORMS : MONTH_FORMS;
}

struct papers *papers_open(struct server *server)
{
    const struct server_settings *settings = &server->settings;
    struct papers *papers = calloc(1, sizeof *papers);
    if (!papers) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    papers->server = server;
    atomic_init(&papers->aborted, false);
    if (settings->reports_dir) {
        snprintf(papers->folder, sizeof papers->folder, "%s",
                 settings->reports_dir);
    } else {
        file_join(papers->folder, sizeof papers->folder,
                  server->identity.directory, "reports");
    }
    if (!file_make_directory(papers->folder)) {
        log_error(MODULE, "%s: the folder for reports cannot be made: %s",
                  papers->folder, strerror(errno));
        free(papers);
        return NULL;
    }
    return papers;
}

void papers_close(struct papers *papers)
{
    free(papers);
}

void papers_abort_mail(struct papers *papers)
{
    if (papers) {
        atomic_store(&papers->aborted, true);
    }
}

// --- Which one is due -------------------------------------------------------

static void name_paper(struct paper *paper)
{
    char day[DATE_ISO_SIZE];
    if (paper->kind == PAPER_DAY) {
        date_format_iso(paper->number, day);
        snprintf(paper->name, sizeof paper->name, "hai-long-ngay-%s", day);
    } else {
        snprintf(paper->name, sizeof paper->name, "hai-long-thang-%04d-%02d",
                 (int)paper->number / 12, (int)paper->number % 12 + 1);
    }
}

// The oldest that is missing up to `newest`; of a server that never made one,
// the newest alone.
static bool find_due(struct office *office, enum paper_kind kind,
                     int32_t newest, int32_t back, struct paper *out)
{
    int32_t last = 0, first_visit = 0, last_visit = 0;
    // Before the first visit there is nothing to tell.
    if (office_span(office, &first_visit, &last_visit) != OFFICE_OK ||
        (kind == PAPER_DAY ? first_visit : publish_month_of(first_visit)) >
            newest) {
        return false;
    }
    enum office_result result = office_last_paper(office, kind, &last);
    if (result != OFFICE_OK && result != OFFICE_NONE) {
        return false;
    }
    int32_t next = result == OFFICE_NONE ? newest : last + 1;
    if (next > newest) {
        return false;
    }
    *out = (struct paper){.kind = kind,
                          .number =
                              next > newest - back ? next : newest - back + 1};
    name_paper(out);
    return true;
}

static bool find_next(struct office *office, int64_t now, struct paper *out)
{
    // Before the hour it is still the day before.
    int32_t today = date_day_of_wall_ms(now - FROM_HOUR * INT64_C(3600000));
    int32_t month = publish_month_of(today - MONTH_AGE_DAYS + 1) - 1;
    return find_due(office, PAPER_DAY, today - 1, DAYS_BACK, out) ||
           find_due(office, PAPER_MONTH, month, MONTHS_BACK, out);
}

// --- Making -----------------------------------------------------------------

static bool build(struct papers *papers, struct office *office,
                  const char *from, const char *to, struct report *out)
{
    struct report_request request;
    struct buf message = {0};
    const struct report_ask ask = {.from = from, .to = to, .kind = "R1"};
    bool ok = report_read_request(&ask, &request, &message) &&
              report_build(office, &papers->server->method, &request, out);
    buf_free(&message);
    return ok;
}

static bool append_alert(void *ctx, const struct alert *alert)
{
    const struct i18n *texts = ((void **)ctx)[0];
    struct buf *out = ((void **)ctx)[1];
    char id[64];
    snprintf(id, sizeof id, "paper.alert.%s", alert_kind_name(alert->kind));
    const char *label = alert->label[0]
                            ? alert->label
                            : i18n_text(texts, I18N_VI, "paper.whole_unit");
    buf_append_text(out, "- ");
    i18n_format(texts, I18N_VI, id, &label, 1, out);
    buf_append_text(out, "\n");
    return true;
}

static bool append_alerts(struct papers *papers, struct office *office,
                          struct buf *out)
{
    const struct i18n *texts = papers->server->texts;
    int64_t open = 0;
    void *ctx[] = {(void *)(uintptr_t)texts, out};
    bool ok = office_count_open_alerts(office, &open) == OFFICE_OK;
    buf_printf(out, "\n%s\n",
               i18n_text(texts, I18N_VI,
                         open > 0 ? "paper.alerts" : "paper.no_alerts"));
    return ok && office_list_alerts(office, ALERTS_OPEN, 0, LIST_MOST,
                                    append_alert, ctx) == OFFICE_OK;
}

static bool append_report(struct papers *papers, struct office *office,
                          int32_t first, int32_t last, struct buf *out)
{
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    struct report report;
    date_format_iso(first, from);
    date_format_iso(last, to);
    if (!build(papers, office, from, to, &report)) {
        return false;
    }
    bool ok = report_write_text(&report, papers->server->texts, out);
    report_free(&report);
    return ok;
}

// The day, what the Office is alarmed about, and the month so far.
static bool write_digest(struct papers *papers, struct office *office,
                         int32_t day, struct buf *out)
{
    int32_t first = publish_first_day(publish_month_of(day));
    if (!append_report(papers, office, day, day, out) ||
        !append_alerts(papers, office, out)) {
        return false;
    }
    buf_append_text(out, "\n\n");
    return first == day || append_report(papers, office, first, day, out);
}

static bool write_month(struct papers *papers, struct office *office,
                        int32_t month, const char *ending, struct buf *out)
{
    const struct server *server = papers->server;
    char code[PERIOD_CODE_SIZE + 16];
    struct report_request request;
    struct report report;
    struct buf message = {0};
    snprintf(code, sizeof code, "hanh-chinh:%04d-%02d", (int)month / 12,
             (int)month % 12 + 1);
    const struct report_ask ask = {.period = code, .kind = "R1", .by = "day"};
    bool ok = report_read_request(&ask, &request, &message) &&
              report_build(office, &server->method, &request, &report);
    buf_free(&message);
    if (!ok) {
        return false;
    }
    ok = strcmp(ending, "pdf") == 0
             ? report_write_pdf(&report, server->texts,
                                &server->settings.letter, out)
         : strcmp(ending, "xlsx") == 0
             ? report_write_xlsx(&report, server->texts, out)
             : report_write_csv(&report, server->texts, out);
    report_free(&report);
    return ok;
}

static void path_of(const struct papers *papers, const struct paper *paper,
                    const struct form *form, char out[PATH_MAX])
{
    char name[PAPER_NAME_SIZE + 8];
    snprintf(name, sizeof name, "%s.%s", paper->name, form->ending);
    if (!file_join(out, PATH_MAX, papers->folder, name)) {
        out[0] = '\0';
    }
}

static bool write_file(struct papers *papers, struct office *office,
                       const struct paper *paper, const struct form *form)
{
    char path[PATH_MAX];
    struct buf bytes = {0};
    path_of(papers, paper, form, path);
    bool ok =
        paper->kind == PAPER_DAY
            ? write_digest(papers, office, paper->number, &bytes)
            : write_month(papers, office, paper->number, form->ending, &bytes);
    if (!ok || !buf_ok(&bytes)) {
        log_error(MODULE, "%s cannot be made", path);
        ok = false;
    } else if (!file_replace(path, buf_text(&bytes), bytes.size, 0600)) {
        log_error(MODULE, "%s cannot be written: %s", path, strerror(errno));
        ok = false;
    }
    buf_free(&bytes);
    return ok;
}

// On the caretaker's thread. The files first: a paper that the database knows
// is there.
static bool look(void *ctx)
{
    struct papers *papers = ctx;
    struct server *server = papers->server;
    struct paper *paper = &papers->made;
    int64_t now = clock_wall_ms();
    struct office *office = readers_take(server->readers);
    bool ok = clock_is_believable(now) && find_next(office, now, paper);
    for (const struct form *form = forms_of(paper->kind); ok && form->ending;
         form++) {
        ok = write_file(papers, office, paper, form);
    }
    readers_give(server->readers, office);
    paper->made_at = now;
    paper->next_at = now;
    paper->mail = server->settings.mail.host ? PAPER_WAITS : PAPER_NOT_MAILED;
    return ok;
}

static enum office_result keep_paper(struct office *office, void *ctx)
{
    const struct papers *papers = ctx;
    return office_add_paper(office, &papers->made);
}

struct chore papers_chore(struct papers *papers)
{
    return (struct chore){
        .every_s = EVERY_S, .look = look, .work = keep_paper, .ctx = papers};
}

// --- Mailing ----------------------------------------------------------------

static const char *words(const struct papers *papers, const char *id)
{
    return i18n_text(papers->server->texts, I18N_VI, id);
}

static void say_subject(const struct papers *papers, const struct paper *paper,
                        struct buf *out)
{
    char number[16];
    const struct i18n *texts = papers->server->texts;
    const char *unit = unit_name_now(papers->server->name);
    if (paper->kind == PAPER_DAY) {
        struct date date = date_from_day(paper->number);
        snprintf(number, sizeof number, "%02d/%02d/%d", date.day, date.month,
                 date.year);
    } else {
        snprintf(number, sizeof number, "%02d/%d", (int)paper->number % 12 + 1,
                 (int)paper->number / 12);
    }
    const char *const values[] = {unit, number};
    i18n_format(texts, I18N_VI,
                paper->kind == PAPER_DAY ? "paper.subject.day"
                                         : "paper.subject.month",
                values, 2, out);
}

enum { PARTS_MAX = 4 };

struct envelope {
    struct mail_part parts[PARTS_MAX];
    struct buf bytes[PARTS_MAX];
    char names[PARTS_MAX][PAPER_NAME_SIZE + 8];
    size_t count;
    struct buf subject;
};

static void free_envelope(struct envelope *envelope)
{
    for (size_t i = 0; i < PARTS_MAX; i++) {
        buf_free(&envelope->bytes[i]);
    }
    buf_free(&envelope->subject);
}

// False, and said, when a file is no longer there.
static bool fill_envelope(const struct papers *papers,
                          const struct paper *paper, struct envelope *out,
                          struct buf *said)
{
    for (const struct form *form = forms_of(paper->kind); form->ending;
         form++) {
        char path[PATH_MAX];
        size_t i = out->count;
        path_of(papers, paper, form, path);
        if (!file_read(path, FILE_MOST, &out->bytes[i])) {
            buf_printf(said, "%s: %s", path, strerror(errno));
            return false;
        }
        snprintf(out->names[i], sizeof out->names[i], "%s.%s", paper->name,
                 form->ending);
        out->parts[i] = (struct mail_part){.name = out->names[i],
                                           .type = form->type,
                                           .bytes = buf_text(&out->bytes[i]),
                                           .size = out->bytes[i].size};
        out->count++;
    }
    say_subject(papers, paper, &out->subject);
    return buf_ok(&out->subject);
}

static enum mail_outcome send_paper(struct papers *papers,
                                    const struct paper *paper, struct buf *said)
{
    struct envelope envelope = {.count = 0};
    enum mail_outcome outcome = MAIL_LATER;
    if (fill_envelope(papers, paper, &envelope, said)) {
        bool is_day = paper->kind == PAPER_DAY;
        const struct mail_message message = {
            .id = paper->name,
            .subject = buf_text(&envelope.subject),
            // A digest is read as it is.
            .text = is_day ? buf_text(&envelope.bytes[0])
                           : words(papers, "paper.text.month"),
            .at = clock_wall_ms(),
            .parts = envelope.parts,
            .part_count = is_day ? 0 : envelope.count};
        outcome = mail_send(&papers->server->settings.mail, &message,
                            &papers->aborted, said);
    }
    free_envelope(&envelope);
    return outcome;
}

// Twice as long after each try, up to six hours.
static int64_t pause_ms(const struct papers *papers, int tries)
{
    int64_t pause_s = papers->server->settings.mail_retry_s;
    for (int i = 1; i < tries && pause_s < PAUSE_MOST_S; i++) {
        pause_s *= 2;
    }
    return (pause_s < PAUSE_MOST_S ? pause_s : PAUSE_MOST_S) * 1000;
}

static void settle(const struct papers *papers, enum mail_outcome outcome,
                   const struct buf *said, struct paper *paper)
{
    int64_t now = clock_wall_ms();
    size_t size = said->size < sizeof paper->said - 1 ? said->size
                                                      : sizeof paper->said - 1;
    // Not within a letter.
    while (size > 0 && size < said->size &&
           ((unsigned char)said->data[size] & 0xc0) == 0x80) {
        size--;
    }
    memset(paper->said, 0, sizeof paper->said);
    memcpy(paper->said, buf_text(said), size);
    paper->tries++;
    paper->mail = outcome == MAIL_SENT ? PAPER_SENT
                  : outcome == MAIL_REJECTED || paper->tries >= TRIES_MOST
                      ? PAPER_GIVEN_UP
                      : PAPER_WAITS;
    paper->sent_at = outcome == MAIL_SENT ? now : 0;
    paper->next_at = now + pause_ms(papers, paper->tries);
    if (outcome != MAIL_SENT) {
        log_warn(MODULE, "the mail %s was not sent%s: %s", paper->name,
                 paper->mail == PAPER_WAITS ? ", and is tried again" : "",
                 paper->said);
    }
}

// Whether there is one that has to be claimed first, since other servers may
// send it as well.
static bool find_mail(void *ctx)
{
    struct papers *papers = ctx;
    struct server *server = papers->server;
    papers->has_mail = false;
    if (!server->settings.mail.host || atomic_load(&papers->aborted)) {
        return false;
    }
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_next_mail(office, clock_wall_ms(), &papers->mailed);
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        return false;
    }
    papers->has_mail = !office_is_url(server->identity.database);
    return !papers->has_mail;
}

static enum office_result claim_mail(struct office *office, void *ctx)
{
    struct papers *papers = ctx;
    enum office_result result = office_claim_mail(
        office, &papers->mailed, clock_wall_ms() + CLAIM_S * INT64_C(1000));
    papers->has_mail = result == OFFICE_OK;
    return result == OFFICE_NONE ? OFFICE_OK : result;
}

// The paper may be another server's: then its files are made here too.
static void make_missing(struct papers *papers, const struct paper *paper)
{
    struct server *server = papers->server;
    struct office *office = readers_take(server->readers);
    for (const struct form *form = forms_of(paper->kind); form->ending;
         form++) {
        char path[PATH_MAX];
        path_of(papers, paper, form, path);
        if (!file_exists(path) && !write_file(papers, office, paper, form)) {
            break;
        }
    }
    readers_give(server->readers, office);
}

static bool look_at_mail(void *ctx)
{
    struct papers *papers = ctx;
    struct buf said = {0};
    if (!papers->has_mail || atomic_load(&papers->aborted)) {
        return false;
    }
    papers->has_mail = false;
    if (office_is_url(papers->server->identity.database)) {
        make_missing(papers, &papers->mailed);
    }
    enum mail_outcome outcome = send_paper(papers, &papers->mailed, &said);
    // A server that ends has not tried.
    bool is_told = outcome == MAIL_SENT || !atomic_load(&papers->aborted);
    if (is_told) {
        settle(papers, outcome, &said, &papers->mailed);
    }
    buf_free(&said);
    return is_told;
}

static enum office_result keep_mail(struct office *office, void *ctx)
{
    const struct papers *papers = ctx;
    return office_keep_mail(office, &papers->mailed, clock_wall_ms());
}

struct chore papers_claim_chore(struct papers *papers)
{
    return (struct chore){.every_s = MAIL_EVERY_S,
                          .look = find_mail,
                          .work = claim_mail,
                          .ctx = papers};
}

struct chore papers_mail_chore(struct papers *papers)
{
    return (struct chore){.every_s = MAIL_EVERY_S,
                          .look = look_at_mail,
                          .work = keep_mail,
                          .ctx = papers};
}

// --- Telling ----------------------------------------------------------------

static json_t *moment_or_null(int64_t at)
{
    char text[CLOCK_ISO_SIZE];
    if (at == 0) {
        return json_null();
    }
    clock_format(at, text);
    return json_string(text);
}

static bool take_paper(void *ctx, const struct paper *paper)
{
    static const char *const states[] = {[PAPER_NOT_MAILED] = "none",
                                         [PAPER_WAITS] = "waits",
                                         [PAPER_SENT] = "sent",
                                         [PAPER_GIVEN_UP] = "given-up"};
    json_t *array = ctx;
    json_array_append_new(
        array,
        json_pack(
            "{s:s, s:s, s:o, s:s, s:i, s:o, s:o, s:s}", "name", paper->name,
            "kind", paper->kind == PAPER_DAY ? "day" : "month", "made_at",
            moment_or_null(paper->made_at), "mail", states[paper->mail],
            "tries", paper->tries, "sent_at", moment_or_null(paper->sent_at),
            "next_at",
            moment_or_null(paper->mail == PAPER_WAITS ? paper->next_at : 0),
            "said", paper->said));
    return true;
}

enum handling papers_handle(struct request *request)
{
    struct readers *readers = request->server->readers;
    json_t *array = json_array();
    struct office *office = readers_take(readers);
    enum office_result result =
        office_list_papers(office, LIST_MOST, take_paper, array);
    readers_give(readers, office);
    if (result != OFFICE_OK) {
        json_decref(array);
        reply_office_failure(request, result);
    } else {
        reply_json(request, 200, json_pack("{s:o}", "papers", array));
    }
    return HANDLING_DONE;
}
