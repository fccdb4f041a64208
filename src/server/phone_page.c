#include "server/phone_page.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "server/html.h"
#include "survey/comment.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char MODULE[] = "phone";

enum { STYLE_MAX = 32 << 10 };

// --- What all pages have in common ------------------------------------------

static bool load_survey(struct phone_look *look)
{
    char name[RECORD_CODE_SIZE + 16], path[PATH_MAX];
    struct buf message = {0};
    snprintf(name, sizeof name, "surveys/%s.json", look->defaults->survey);
    bool ok = file_find_asset(name, path, sizeof path);
    if (!ok) {
        buf_printf(&message, "%s: %s", name, strerror(errno));
    }
    ok = ok && survey_load(path, &look->survey, &message) &&
         survey_check_words(&look->survey, look->texts, &message);
    if (!ok) {
        log_error(MODULE, "%s", buf_text(&message));
    }
    buf_free(&message);
    return ok;
}

static bool load_style(struct phone_look *look)
{
    char path[PATH_MAX];
    unsigned char hash[DIGEST_BYTES];
    struct buf base64 = {0};
    if (!file_find_asset("web/phone.css", path, sizeof path) ||
        !file_read(path, STYLE_MAX, &look->style)) {
        log_error(MODULE, "web/phone.css: %s", strerror(errno));
        return false;
    }
    digest_of(buf_text(&look->style), look->style.size, hash);
    base64_append(hash, sizeof hash, &base64);
    snprintf(look->policy, sizeof look->policy,
             "default-src 'none'; style-src 'sha256-%s'; img-src data:; "
             "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
             buf_text(&base64));
    bool ok = buf_ok(&base64);
    buf_free(&base64);
    return ok;
}

void phone_look_begin(const struct i18n *texts,
                      const struct office_defaults *base, const json_t *apart,
                      struct phone_look *out)
{
    // It stands at no counter and at no point.
    static const struct office_device nowhere = {.counter = ""};
    *out = (struct phone_look){.texts = texts};
    device_settings_apply(apart, &nowhere, base, &out->effect);
    out->defaults = &out->effect.defaults;
}

bool phone_look_load(struct phone_look *look)
{
    bool ok = load_survey(look) && load_style(look);
    if (!ok) {
        phone_look_free(look);
    }
    return ok;
}

void phone_look_free(struct phone_look *look)
{
    buf_free(&look->style);
}

size_t phone_look_levels(const struct phone_look *look,
                         const struct survey_level *out[SURVEY_LEVELS_MAX])
{
    const char *order = look->defaults->order;
    return survey_shown(&look->survey, look->defaults->levels,
                        order && strcmp(order, "worst-first") == 0, out);
}

bool phone_look_asks_why(const struct phone_look *look,
                         const struct survey_level *level)
{
    const char *reasons = look->defaults->reasons;
    return !(reasons && strcmp(reasons, "low") == 0 && level->satisfied);
}

// --- Writing ----------------------------------------------------------------

// A label of the screen, whose lines are broken for its cards.
static void escape_label(const char *text, struct buf *out)
{
    struct buf line = {0};
    for (; *text; text++) {
        buf_append_char(&line, *text == '\n' ? ' ' : *text);
    }
    out->failed |= !buf_ok(&line);
    html_append(out, buf_text(&line));
    buf_free(&line);
}

struct writing {
    const struct phone_look *look;
    const struct phone_page *page;
    struct buf *out;
};

static void put(const struct writing *w, const char *html)
{
    buf_append_text(w->out, html);
}

static void put_text(const struct writing *w, const char *id)
{
    escape_label(i18n_text(w->look->texts, w->page->language, id), w->out);
}

static void put_filled(const struct writing *w, const char *id,
                       const char *const *values, size_t count)
{
    struct buf text = {0};
    i18n_format(w->look->texts, w->page->language, id, values, count, &text);
    w->out->failed |= !buf_ok(&text);
    escape_label(buf_text(&text), w->out);
    buf_free(&text);
}

static void put_element(const struct writing *w, const char *open,
                        const char *id, const char *close)
{
    put(w, open);
    put_text(w, id);
    put(w, close);
}

static void put_number(const struct writing *w, int number)
{
    buf_printf(w->out, "%d", number);
}

static enum i18n_language other_language(const struct writing *w)
{
    return w->page->language == I18N_VI ? I18N_EN : I18N_VI;
}

static void put_head(const struct writing *w)
{
    const char *unit = w->look->defaults->unit_name;
    enum i18n_language other = other_language(w);
    put(w, "<!DOCTYPE html>\n<html lang=\"");
    put(w, i18n_code(w->page->language));
    put(w, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
           "content=\"width=device-width,initial-scale=1\"><meta "
           "name=\"robots\" content=\"noindex\">");
    put_element(w, "<title>", "phone.title", "</title><style>");
    buf_append(w->out, buf_text(&w->look->style), w->look->style.size);
    put(w, "</style></head><body><header><p>");
    if (unit && unit[0]) {
        put_filled(w, i18n_unit(unit, true), &unit, 1);
        put_element(w, "<small>", "unit.centre", "</small>");
    } else {
        put_text(w, "unit.centre");
    }
    put(w, "</p>");
    if (w->page->kind != PHONE_PAGE_MORE) {
        buf_printf(w->out, "<a href=\"?lang=%s\" hreflang=\"%s\" lang=\"%s\">",
                   i18n_code(other), i18n_code(other), i18n_code(other));
        put_element(w, "", "tool.lang", "</a>");
    }
    put(w, "</header><main>");
}

static const char *field_name(const struct writing *w)
{
    const struct office_defaults *defaults = w->look->defaults;
    for (size_t i = 0; i < defaults->field_count; i++) {
        const struct office_field *field = &defaults->fields[i];
        if (strcmp(field->code, w->page->field) == 0) {
            return w->page->language == I18N_VI || !field->en ? field->vi
                                                              : field->en;
        }
    }
    return w->page->field;
}

// Counter and field as on the screen, never more of the dossier.
static void put_pill(const struct writing *w)
{
    const char *values[] = {w->page->counter, field_name(w)};
    bool has_counter = values[0][0] != '\0', has_field = values[1][0] != '\0';
    if (!has_counter && !has_field) {
        return;
    }
    put(w, "<p class=\"pill\">");
    if (!has_counter) {
        html_append(w->out, values[1]);
    } else {
        put_filled(w, has_field ? "pill.counter_field" : "pill.counter", values,
                   has_field ? 2 : 1);
    }
    put(w, "</p>");
}

// Where an answer goes. Another address than the first page's: an answer makes
// browsers forget what they kept of its address, and whoever goes back is to
// find the page that owns the level.
static void put_goal(const struct writing *w, enum i18n_language language)
{
    buf_printf(w->out, "\"?lang=%s&amp;answer=1\"", i18n_code(language));
}

static void put_form(const struct writing *w)
{
    put(w, "<form method=\"post\" action=");
    put_goal(w, w->page->language);
    buf_printf(w->out, "><input type=\"hidden\" name=\"page\" value=\"%s\">",
               w->page->page);
}

static void put_face(const struct writing *w, const struct survey_level *level)
{
    put(w, "<span class=\"face face-");
    put_number(w, level->level);
    put(w, "\" aria-hidden=\"true\"></span>");
}

static void put_levels(const struct writing *w)
{
    const struct survey_level *levels[SURVEY_LEVELS_MAX];
    size_t count = phone_look_levels(w->look, levels);
    for (size_t i = 0; i < count; i++) {
        put(w, "<button class=\"level\" name=\"level\" value=\"");
        put_number(w, levels[i]->level);
        put(w, "\"");
        if (w->page->level) {
            put(w, levels[i] == w->page->level ? " aria-pressed=\"true\""
                                               : " aria-pressed=\"false\"");
        }
        put(w, ">");
        put_face(w, levels[i]);
        put_element(w, "<span>", levels[i]->text, "</span></button>");
    }
}

static void put_notice(const struct writing *w)
{
    put_element(w, "<p class=\"quiet\">", "phone.privacy", "");
    if (w->page->dossier != PHONE_DOSSIER_NONE) {
        put_element(w, " ",
                    w->page->dossier == PHONE_DOSSIER_LINKED
                        ? "phone.privacy.linked"
                        : "phone.privacy.hidden",
                    "");
    }
    put(w, "</p>");
}

static void put_rate(const struct writing *w)
{
    put_pill(w);
    put_element(w, "<h1>", "rate.question", "</h1>");
    put_element(w, "<p class=\"quiet\">", "phone.hint", "</p>");
    put_form(w);
    put_levels(w);
    put(w, "</form>");
    put_notice(w);
}

static void put_reasons(const struct writing *w)
{
    const struct survey *survey = &w->look->survey;
    enum survey_list list = w->page->level->reasons;
    put_element(w, "<fieldset><legend>", "reason.title", "</legend>");
    put_element(w, "<p class=\"quiet\">", "reason.hint",
                "</p><div class=\"reasons\">");
    for (size_t i = 0; i < survey->reason_count[list]; i++) {
        const char *id = survey->reasons[list][i].text;
        put(w, "<label class=\"reason\"><input type=\"checkbox\" "
               "name=\"reason\" value=\"");
        html_append(w->out, id);
        put(w, w->page->chosen[i] ? "\" checked>" : "\">");
        put_element(w, "<span>", id, "</span></label>");
    }
    put(w, "</div></fieldset>");
}

static void put_comment(const struct writing *w)
{
    static const char *const faults[] = {
        [PHONE_FAULT_LONG] = "phone.comment.long",
        [PHONE_FAULT_SIGNS] = "phone.comment.signs"};
    bool is_wrong = w->page->fault != PHONE_FAULT_NONE;
    put_element(w, "<h2><label for=\"comment\">", "comment.title",
                "</label></h2>");
    put_element(w, "<p class=\"quiet\" id=\"about\">", "comment.hint", "</p>");
    if (is_wrong) {
        put_element(w, "<p class=\"wrong\" id=\"wrong\" role=\"alert\">",
                    faults[w->page->fault], "</p>");
    }
    // The first newline behind the tag is not part of the text.
    buf_printf(w->out,
               "<textarea id=\"comment\" name=\"comment\" rows=\"4\" "
               "maxlength=\"%d\" autocomplete=\"off\" aria-describedby=\"about"
               "%s\">\n",
               COMMENT_LETTERS_MAX,
               is_wrong ? " wrong\" aria-invalid=\"true\" autofocus=\"" : "");
    html_append(w->out, w->page->comment);
    put(w, "</textarea>");
}

static void put_more(const struct writing *w)
{
    put_form(w);
    put(w, "<input type=\"hidden\" name=\"chosen\" value=\"");
    put_number(w, w->page->level->level);
    put(w, "\"><h1 class=\"chosen\">");
    put_face(w, w->page->level);
    const char *value =
        i18n_text(w->look->texts, w->page->language, w->page->level->text);
    put(w, "<span>");
    put_filled(w, "phone.chosen", &value, 1);
    put_element(w, "</span></h1><p>", "phone.kept", "</p>");
    if (phone_look_asks_why(w->look, w->page->level)) {
        put_reasons(w);
    }
    put_comment(w);
    put_element(w, "<button class=\"main\" name=\"send\" value=\"1\">",
                "phone.send", "</button>");
    put_element(w, "<details><summary>", "reason.change", "</summary>");
    put_levels(w);
    // The other language takes the form along. A button, and behind the one
    // that sends, which the key Enter is for.
    enum i18n_language other = other_language(w);
    put(w, "</details><button class=\"link\" formaction=");
    put_goal(w, other);
    buf_printf(w->out, " lang=\"%s\">", i18n_code(other));
    put_element(w, "", "tool.lang", "</button></form>");
}

// With an address to call, when it has the digits of one.
static void put_hotline(const struct writing *w)
{
    const char *hotline = w->look->defaults->hotline;
    char digits[32] = "";
    size_t count = 0;
    if (!hotline || !hotline[0]) {
        return;
    }
    for (const char *c = hotline; *c && count < sizeof digits - 1; c++) {
        if ((*c >= '0' && *c <= '9') || (*c == '+' && count == 0)) {
            digits[count++] = *c;
        }
    }
    digits[count] = '\0';
    put_element(w, "<p>", "phone.hotline", " ");
    if (count >= 3) {
        buf_printf(w->out, "<a class=\"line\" href=\"tel:%s\">", digits);
    }
    html_append(w->out, hotline);
    put(w, count >= 3 ? "</a></p>" : "</p>");
}

// Pages that ask for nothing.
static const struct {
    int status;
    const char *title, *body, *more; // text ids; `more` NULL: none
    bool is_thanks;
} ENDS[PHONE_PAGE_COUNT] = {
    [PHONE_PAGE_RATE] = {.status = 200},
    [PHONE_PAGE_MORE] = {.status = 200},
    [PHONE_PAGE_THANKS] = {200, "thanks.title", "thanks.body", "phone.close",
                           true},
    [PHONE_PAGE_ALREADY] = {200, "thanks.title", "phone.already", "phone.once",
                            true},
    [PHONE_PAGE_UNKNOWN] = {404, "phone.unknown.title", "phone.unknown.body",
                            NULL, false},
    [PHONE_PAGE_EXPIRED] = {410, "phone.expired.title", "phone.paper", NULL,
                            false},
    [PHONE_PAGE_WITHDRAWN] = {410, "phone.withdrawn.title", "phone.paper", NULL,
                              false},
    [PHONE_PAGE_BAD] = {400, "phone.bad.title", "phone.bad.body", NULL, false},
    [PHONE_PAGE_TOO_MANY] = {429, "phone.busy.title", "phone.busy.body", NULL,
                             false},
    [PHONE_PAGE_FAILED] = {503, "phone.failed.title", "phone.failed.body", NULL,
                           false}};

int phone_page_status(enum phone_page_kind kind)
{
    return ENDS[kind].status;
}

static void put_end(const struct writing *w)
{
    enum phone_page_kind kind = w->page->kind;
    if (ENDS[kind].is_thanks) {
        put(w, "<span class=\"face mark done\" aria-hidden=\"true\">"
               "</span>");
    }
    put_element(w, "<h1>", ENDS[kind].title, "</h1>");
    put_element(w, "<p>", ENDS[kind].body, "</p>");
    if (ENDS[kind].more) {
        put_element(w, "<p>", ENDS[kind].more, "</p>");
    }
    put_hotline(w);
}

void phone_page_write(const struct phone_look *look,
                      const struct phone_page *page, struct buf *out)
{
    const struct writing w = {look, page, out};
    put_head(&w);
    if (page->kind == PHONE_PAGE_RATE) {
        put_rate(&w);
    } else if (page->kind == PHONE_PAGE_MORE) {
        put_more(&w);
    } else {
        put_end(&w);
    }
    put(&w, "</main></body></html>\n");
}
