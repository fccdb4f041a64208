// GET and POST /d/<token>: a citizen's telephone. The token is all that it
// needs, and all that it gets to keep.
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "ledger/pseudonym.h"
#include "ledger/token.h"
#include "office/invitations.h"
#include "office/phone.h"
#include "office/transaction_keys.h"
#include "server/context.h"
#include "server/form.h"
#include "server/handlers.h"
#include "server/request.h"
#include "survey/comment.h"
#include "survey/visit.h"
#include "vietnamese/text.h"
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 86400000, COMMENT_BYTES_MAX = 4096 };

// What a token leads to.
struct asked {
    enum phone_page_kind kind; // PHONE_PAGE_RATE: it may be answered
    struct token token;
    char visit[ID_SIZE];
    struct invitation invitation; // id "": the token has none
};

// --- Pages ------------------------------------------------------------------

static void reply_look(struct request *request, const struct phone_look *look,
                       const struct phone_page *page)
{
    struct buf body = {0};
    phone_page_write(look, page, &body);
    reply_bytes(request, phone_page_status(page->kind),
                "text/html; charset=utf-8", &body);
    reply_header(request, "Content-Security-Policy", "%s", look->policy);
    reply_header(request, "Referrer-Policy", "no-referrer");
}

static void reply_page(struct request *request, const struct phone_page *page)
{
    struct phone_looks *looks = request->server->phone_looks;
    const struct phone_look *look = phone_looks_take(looks);
    reply_look(request, look, page);
    phone_looks_give(looks, look);
}

// Vietnamese, unless ?lang= says otherwise.
static enum i18n_language read_language(struct request *request)
{
    enum i18n_language language = I18N_VI;
    const char *code = NULL;
    if (request_argument(request, "lang", &code) && code) {
        i18n_parse_code(code, &language);
    }
    return language;
}

static struct phone_page page_of(struct request *request,
                                 const struct asked *asked)
{
    const struct token *token = &asked->token;
    bool is_hidden = pseudonym_is(token->transaction);
    return (struct phone_page){.kind = asked->kind,
                               .language = read_language(request),
                               .counter = asked->invitation.counter,
                               .field = token->field,
                               .dossier = !token->transaction[0]
                                              ? PHONE_DOSSIER_NONE
                                          : is_hidden ? PHONE_DOSSIER_HIDDEN
                                                      : PHONE_DOSSIER_LINKED,
                               .page = "",
                               .comment = ""};
}

static void reply_end(struct request *request, const struct asked *asked,
                      enum phone_page_kind kind)
{
    struct phone_page page = page_of(request, asked);
    page.kind = kind;
    reply_page(request, &page);
}

// People look at what the other parts of the server refuse here.
void phone_dress(struct request *request)
{
    const struct route *route = request->route;
    if (!route ||
        (route->id != ROUTE_PHONE && route->id != ROUTE_PHONE_ANSWER)) {
        return;
    }
    int status = request->reply.status;
    bool close = request->reply.close;
    struct phone_page page = {.kind = status == 429  ? PHONE_PAGE_TOO_MANY
                                      : status < 500 ? PHONE_PAGE_BAD
                                                     : PHONE_PAGE_FAILED,
                              .language = read_language(request),
                              .counter = "",
                              .field = ""};
    char retry[REPLY_VALUE_SIZE] = "";
    for (size_t i = 0; i < request->reply.header_count; i++) {
        if (strcmp(request->reply.headers[i].name, "Retry-After") == 0) {
            memcpy(retry, request->reply.headers[i].value, sizeof retry);
        }
    }
    reply_page(request, &page);
    request->reply.status = status;
    request->reply.close = close;
    if (retry[0]) {
        reply_header(request, "Retry-After", "%s", retry);
    }
}

// --- What the token leads to ------------------------------------------------

// A visit has one id for each token, on whatever page it is answered: a line of
// that id is written once.
static void name_visit(const char *token_id, char out[ID_SIZE])
{
    unsigned char hash[DIGEST_BYTES];
    struct buf text = {0};
    buf_printf(&text, "hailong.phone.1\n%s\n", token_id);
    digest_of(buf_text(&text), text.size, hash);
    buf_free(&text);
    // A UUID that is made of a hash: version 8 (RFC 9562, section 5.8).
    hash[6] = (unsigned char)((hash[6] & 0x0f) | 0x80);
    hash[8] = (unsigned char)((hash[8] & 0x3f) | 0x80);
    id_from_bytes(hash, out);
}

// What may be kept of the dossier's code takes its place at once.
static bool keep_dossier(const struct request *request, struct office *office,
                         struct token *token)
{
    const struct server_settings *settings = &request->server->settings;
    struct pseudonym_keys keys;
    char code[RECORD_TRANSACTION_SIZE];
    enum office_result result =
        office_transaction_keys(office, settings->unit_code, &keys);
    if (result != OFFICE_OK) {
        return false;
    }
    keys.linked = settings->defaults.linked;
    memcpy(code, token->transaction, sizeof code);
    pseudonym_keep(&keys, date_day_of_wall_ms(clock_wall_ms()),
                   settings->unit_code, code, token->transaction);
    pseudonym_keys_wipe(&keys);
    return true;
}

// False: the database did not say.
static bool ask_office(struct request *request, struct asked *asked,
                       bool *out_answered)
{
    struct readers *readers = request->server->readers;
    struct office *office = readers_take(readers);
    bool is_known = keep_dossier(request, office, &asked->token);
    enum office_result found = office_find_invitation(
        office, asked->token.id, clock_wall_ms(), &asked->invitation);
    enum office_result result =
        office_is_answered(office, asked->visit, asked->token.transaction,
                           asked->token.step, out_answered);
    readers_give(readers, office);
    if (found == OFFICE_NONE) {
        asked->invitation.id[0] = '\0';
        asked->invitation.counter[0] = '\0';
        asked->invitation.officer[0] = '\0';
    } else if (asked->invitation.state == INVITATION_RATED) {
        *out_answered = true;
    }
    return is_known && result == OFFICE_OK &&
           (found == OFFICE_OK || found == OFFICE_NONE);
}

static enum phone_page_kind judge(struct request *request, struct asked *asked)
{
    struct server *server = request->server;
    bool is_answered = false;
    enum token_result result = token_read(
        server->identity.key.public_key, request->part, strlen(request->part),
        server->settings.unit_code, clock_wall_ms(), &asked->token);
    if (result != TOKEN_GOOD && result != TOKEN_EXPIRED) {
        return PHONE_PAGE_UNKNOWN;
    }
    name_visit(asked->token.id, asked->visit);
    if (!phone_is_open(server->phone) ||
        !ask_office(request, asked, &is_answered)) {
        return PHONE_PAGE_FAILED;
    }
    if (is_answered) {
        return PHONE_PAGE_ALREADY;
    }
    // What has begun may be ended.
    if (phone_visits_is_answered(phone_visits(server->phone), asked->visit)) {
        return request->route->body == BODY_FORM ? PHONE_PAGE_RATE
                                                 : PHONE_PAGE_ALREADY;
    }
    if (asked->invitation.id[0] &&
        asked->invitation.state == INVITATION_WITHDRAWN) {
        return PHONE_PAGE_WITHDRAWN;
    }
    return result == TOKEN_EXPIRED ? PHONE_PAGE_EXPIRED : PHONE_PAGE_RATE;
}

enum handling phone_handle(struct request *request)
{
    struct asked asked = {.visit = ""};
    char id[ID_SIZE];
    asked.kind = judge(request, &asked);
    struct phone_page page = page_of(request, &asked);
    // The form's id carries the time at which the page was opened.
    id_new_v7(clock_wall_ms(), id);
    page.page = id;
    reply_page(request, &page);
    if (asked.kind == PHONE_PAGE_RATE) {
        // It holds no answer, and whoever goes back to it may change one: only
        // the page that gave a level may.
        request->reply.cache = "private, no-cache";
    }
    return HANDLING_DONE;
}

// --- An answer --------------------------------------------------------------

struct answering {
    struct phone_looks *looks;
    const struct phone_look *look; // from its beginning to its page
    struct asked asked;
    struct form form;
    const struct survey_level *level;
    bool chosen[SURVEY_REASONS_MAX];
    struct buf comment; // as it is kept
    enum phone_fault fault;
    struct phone_job job;
};

static void wipe(struct buf *text)
{
    if (text->data) {
        explicit_bzero(text->data, text->size);
    }
    buf_free(text);
}

static void free_answering(void *work)
{
    struct answering *a = work;
    phone_looks_give(a->looks, a->look);
    form_free(&a->form);
    wipe(&a->comment);
    free(a->job.sealed);
    free(a);
}

// Of all levels of the question set: the page may be from before the Office
// changed which ones are shown.
static const struct survey_level *find_level(const struct phone_look *look,
                                             const char *number)
{
    const struct survey *survey = &look->survey;
    for (size_t i = 0; number && i < survey->level_count; i++) {
        const struct survey_level *level = &survey->levels[i];
        if (number[0] == '0' + level->level && number[1] == '\0') {
            return level;
        }
    }
    return NULL;
}

// Lines end with a newline alone; blanks at both ends are dropped.
static void trim_comment(const char *text, struct buf *out)
{
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1])) {
        size--;
    }
    while (size > 0 && strchr(" \t\r\n", text[0])) {
        text++;
        size--;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\r') {
            buf_append_text(out, "\n");
            i += i + 1 < size && text[i + 1] == '\n';
        } else {
            buf_append_char(out, text[i] == '\t' ? ' ' : text[i]);
        }
    }
}

// Control characters (C0, DEL, C1) other than the newline, and the marks that
// turn the direction of all that follows.
static bool has_bad_sign(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool is_control = (*c < 0x20 && *c != '\n') || *c == 0x7f ||
                          (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f);
        bool is_turn =
            *c == 0xe2 && ((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) ||
                           (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9));
        if (is_control || is_turn) {
            return true;
        }
    }
    return false;
}

static void read_comment(struct answering *a)
{
    struct buf text = {0};
    const char *value = form_value(&a->form, "comment");
    trim_comment(value ? value : "", &text);
    text_append_nfc(buf_text(&text), text.size, &a->comment);
    a->comment.failed |= text.failed;
    wipe(&text);
    const char *comment = buf_text(&a->comment);
    if (has_bad_sign(comment)) {
        a->fault = PHONE_FAULT_SIGNS;
    } else if (a->comment.size > COMMENT_BYTES_MAX ||
               text_letters(comment, a->comment.size) > COMMENT_LETTERS_MAX) {
        a->fault = PHONE_FAULT_LONG;
    }
}

static void read_reasons(struct answering *a)
{
    const struct phone_look *look = a->look;
    enum survey_list list = a->level->reasons;
    for (size_t i = 0; i < look->survey.reason_count[list]; i++) {
        a->chosen[i] =
            phone_look_asks_why(look, a->level) &&
            form_has(&a->form, "reason", look->survey.reasons[list][i].text);
    }
}

// False: it is none of our forms.
static bool read_answer(struct request *request, struct answering *a)
{
    const struct phone_look *look = a->look;
    char why[FORM_WHY_SIZE];
    if (!form_read(buf_text(&request->body), request->body.size, &a->form,
                   why)) {
        return false;
    }
    const char *page = form_value(&a->form, "page");
    const char *level = form_value(&a->form, "level");
    a->level = find_level(look, level ? level : form_value(&a->form, "chosen"));
    a->job.ends = form_has(&a->form, "send", "1");
    if (!page || !id_is_valid(page, strlen(page)) || !a->level) {
        return false;
    }
    memcpy(a->job.page, page, sizeof a->job.page);
    read_reasons(a);
    read_comment(a);
    return true;
}

// Of a form's id (UUID version 7), when it can be true.
static int64_t opened_at(const char *page, int64_t now)
{
    unsigned char bytes[16];
    int64_t at = 0;
    if (id_to_bytes(page, bytes)) {
        for (int i = 0; i < 6; i++) {
            at = at << 8 | bytes[i];
        }
    }
    return at > now - DAY_MS && at <= now ? at : now;
}

// The comment is sealed here, before it comes near a disk.
static bool seal_comment(struct answering *a, const struct identity *identity)
{
    struct buf sealed = {0};
    if (!a->job.ends || a->comment.size == 0) {
        return buf_ok(&a->comment);
    }
    bool ok = box_seal(identity->box.public_key, buf_text(&a->comment),
                       a->comment.size, &sealed);
    if (ok) {
        digest_hex_of(buf_text(&sealed), sealed.size,
                      a->job.visit.comment_hash);
        a->job.sealed = buf_take(&sealed);
    }
    buf_free(&sealed);
    return a->job.sealed != NULL;
}

static void fill_codes(struct record *visit, const struct asked *asked)
{
    const struct token *token = &asked->token;
    memcpy(visit->transaction, token->transaction, sizeof visit->transaction);
    memcpy(visit->procedure, token->procedure, sizeof visit->procedure);
    memcpy(visit->step, token->step, sizeof visit->step);
    memcpy(visit->officer, asked->invitation.officer, sizeof visit->officer);
    memcpy(visit->invitation, token->id, sizeof visit->invitation);
}

static void fill_visit(struct request *request, struct answering *a)
{
    const struct server *server = request->server;
    const struct phone_look *look = a->look;
    const char *order = look->defaults->order;
    char boot[ID_SIZE];
    clock_boot_id(boot);
    // All other clocks are held against the server's.
    struct visit_time time = {clock_wall_ms(), clock_boot_ms(), true, boot};
    struct visit_time open = time;
    open.wall_ms = opened_at(a->job.page, time.wall_ms);
    const struct visit_place place = {
        .device = phone_device(server->phone),
        .unit = server->settings.unit_code,
        .counter = a->asked.invitation.counter,
        .field = a->asked.token.field,
        .mode = RECORD_TRANSACTION,
        .order = order && strcmp(order, "worst-first") == 0 ? RECORD_WORST_FIRST
                                                            : RECORD_BEST_FIRST,
        .test = look->defaults->test};
    visit_open(&a->job.visit, a->asked.visit, &look->survey, &place, &open);
    visit_answer(&a->job.visit, a->level->level, &(struct visit_touch){0},
                 &time);
    fill_codes(&a->job.visit, &a->asked);
    visit_close(&a->job.visit, &look->survey, RECORD_RATED, a->chosen,
                read_language(request), &(struct aids){0}, &time);
    if (!a->job.ends) {
        a->job.visit.reason_count = 0;
        a->job.visit.closed_at = 0;
    }
}

static void on_kept(void *ctx)
{
    request_wake(ctx);
}

static void begin(struct request *request)
{
    struct answering *a = request->work;
    phone_visits_take(phone_visits(request->server->phone), &a->job);
}

enum handling phone_answer_handle(struct request *request)
{
    struct answering *a = calloc(1, sizeof *a);
    struct asked none = {.visit = ""};
    if (!a) {
        reply_end(request, &none, PHONE_PAGE_FAILED);
        return HANDLING_DONE;
    }
    request->work = a;
    request->free_work = free_answering;
    a->looks = request->server->phone_looks;
    a->look = phone_looks_take(a->looks);
    a->asked.kind = judge(request, &a->asked);
    if (a->asked.kind != PHONE_PAGE_RATE) {
        reply_end(request, &a->asked, a->asked.kind);
        return HANDLING_DONE;
    }
    if (!read_answer(request, a)) {
        reply_end(request, &a->asked, PHONE_PAGE_BAD);
        return HANDLING_DONE;
    }
    // A comment that cannot be taken ends nothing; the level is kept.
    a->job.ends = a->job.ends && a->fault == PHONE_FAULT_NONE;
    fill_visit(request, a);
    if (!seal_comment(a, &request->server->identity)) {
        reply_end(request, &a->asked, PHONE_PAGE_FAILED);
        return HANDLING_DONE;
    }
    a->job.done = on_kept;
    a->job.ctx = request;
    request->begin = begin;
    return HANDLING_BEGINS;
}

void phone_answer_finish(struct request *request)
{
    struct answering *a = request->work;
    struct phone_page page = page_of(request, &a->asked);
    static const enum phone_page_kind kinds[] = {
        [PHONE_KEPT] = PHONE_PAGE_MORE,
        [PHONE_SENT] = PHONE_PAGE_THANKS,
        [PHONE_ALREADY] = PHONE_PAGE_ALREADY,
        [PHONE_FAILED] = PHONE_PAGE_FAILED};
    page.kind = kinds[a->job.result];
    page.page = a->job.page;
    page.level = a->level;
    memcpy(page.chosen, a->chosen, sizeof page.chosen);
    page.comment = buf_text(&a->comment);
    page.fault = a->fault;
    reply_look(request, a->look, &page);
}
