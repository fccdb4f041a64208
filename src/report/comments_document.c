// R6: what citizens wrote, and what became of it.
#include "report/comments_document.h"
#include "common/date.h"
#include "common/log.h"
#include "report/document_makers.h"
#include "report/reasons.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <string.h>

struct making {
    const struct document_source *source;
    struct report_document *document;
    int64_t by_level[FIGURES_LEVELS + 1]; // [0]: not rated
    int64_t count, unread, followed;
};

static void say_moment(const struct making *m, int64_t wall_ms)
{
    struct buf text = {0};
    number_append_date(date_day_of_wall_ms(wall_ms), &text);
    buf_append_char(&text, ' ');
    number_append_time(wall_ms, &text);
    report_document_text(m->document, buf_text(&text));
    buf_free(&text);
}

static void say_row_name(const struct making *m, enum report_by by,
                         const char *key)
{
    struct buf label = {0};
    const char *name = by == REPORT_BY_FIELD && m->source->field_name
                           ? m->source->field_name(m->source->names, key)
                           : NULL;
    reasons_row_label(m->source->texts, by, key, name, &label);
    report_document_text(m->document, buf_text(&label));
    buf_free(&label);
}

static void append_level(const struct i18n *texts, int level, struct buf *out)
{
    char id[16];
    snprintf(id, sizeof id, "level.%d", level);
    if (level == 0)
        buf_append_text(out, words(texts, "report.comments.unrated"));
    else
        words_append_plain(words(texts, id), out);
}

static void say_level(const struct making *m, int level)
{
    struct buf text = {0};
    append_level(m->source->texts, level, &text);
    report_document_text(m->document, buf_text(&text));
    buf_free(&text);
}

static void say_reasons(const struct making *m, const struct comments_row *row)
{
    struct buf text = {0};
    for (size_t i = 0; i < row->reason_count; i++) {
        buf_append_text(&text, i > 0 ? "; " : "");
        reasons_label(m->source->texts, I18N_VI, row->reasons[i], &text);
    }
    report_document_text(m->document, buf_text(&text));
    buf_free(&text);
}

// What a citizen wrote, on one line and in its own direction; or why not.
static void say_text(const struct making *m, const struct comments_row *row)
{
    struct buf text = {0};
    char id[48];
    if (strcmp(row->state, "read") == 0) {
        text_append_isolated(row->text, strlen(row->text), &text);
    } else {
        snprintf(id, sizeof id, "report.comments.state.%s", row->state);
        buf_append_text(&text, words(m->source->texts, id));
    }
    report_document_text(m->document, buf_text(&text));
    buf_free(&text);
}

static void say_case(const struct making *m, const struct comments_row *row)
{
    char id[48];
    snprintf(id, sizeof id, "report.comments.case.%s",
             row->case_state[0] != '\0' ? row->case_state : "none");
    report_document_text(m->document, words(m->source->texts, id));
}

static void take_row(void *ctx, const struct comments_row *row)
{
    struct making *m = ctx;
    bool is_level = row->level > 0 && row->level <= FIGURES_LEVELS;
    say_moment(m, row->quarter_at);
    say_row_name(m, REPORT_BY_COUNTER, row->counter);
    say_row_name(m, REPORT_BY_FIELD, row->field);
    say_level(m, is_level ? row->level : 0);
    say_reasons(m, row);
    say_text(m, row);
    say_case(m, row);
    m->by_level[is_level ? row->level : 0]++;
    m->count++;
    m->unread += strcmp(row->state, "read") != 0;
    m->followed += row->case_state[0] != '\0';
}

static void begin_list(const struct making *m)
{
    const struct i18n *texts = m->source->texts;
    const struct document_column columns[] = {
        {"at", words(texts, "report.comments.at"), DOCUMENT_TEXT, 0, 28},
        {"counter", words(texts, "report.by.counter"), DOCUMENT_TEXT, 0, 18},
        {"field", words(texts, "report.by.field"), DOCUMENT_TEXT, 0, 22},
        {"level", words(texts, "report.column.level"), DOCUMENT_TEXT, 0, 22},
        {"reasons", words(texts, "report.column.reason"), DOCUMENT_TEXT, 0, 30},
        {"text", words(texts, "report.comments.text"), DOCUMENT_TEXT, 0, 72},
        {"case", words(texts, "report.comments.case"), DOCUMENT_TEXT, 0, 22}};
    report_document_begin(m->document, "comments",
                          words(texts, "report.comments.list"), columns, 7);
}

static void add_levels(const struct making *m)
{
    const struct i18n *texts = m->source->texts;
    const struct document_column columns[] = {
        {"level", words(texts, "report.column.level"), DOCUMENT_TEXT, 0, 0},
        {"count", words(texts, "report.comments.count"), DOCUMENT_COUNT, 0, 0}};
    report_document_begin(m->document, "levels",
                          words(texts, "report.comments.by_level"), columns, 2);
    for (int level = FIGURES_LEVELS; level >= 0; level--) {
        if (level == 0 && m->by_level[0] == 0)
            continue;
        say_level(m, level);
        report_document_number(m->document, m->by_level[level]);
    }
    report_document_chart(m->document, DOCUMENT_BAR, 0, 1);
}

static void remark_number(const struct making *m, const char *id,
                          int64_t number)
{
    struct buf text = {0}, remark = {0};
    number_append(number, &text);
    words_fill(m->source->texts, id, (const char *[]){buf_text(&text), NULL},
               &remark);
    report_document_remark(m->document, buf_text(&remark));
    buf_free(&text);
    buf_free(&remark);
}

bool make_comments(const struct document_source *source,
                   struct report_document *document)
{
    struct making m = {.source = source, .document = document};
    const struct comments_source *comments = source->comments;
    bool more = false;
    if (!comments) {
        log_error("report", "comments are opened by the running server alone");
        return false;
    }
    report_document_rules(document, "gop-y", 1);
    report_document_method(document,
                           words(source->texts, "report.comments.method"));
    begin_list(&m);
    if (!comments->read(comments->ctx, source->office, &document->period,
                        COMMENTS_IN_DOCUMENT, take_row, &m, &more))
        return false;
    if (more)
        report_document_note(document,
                             words(source->texts, "report.comments.cut"));
    add_levels(&m);
    document->counted = m.count;
    remark_number(&m, "report.comments.all", m.count);
    remark_number(&m, "report.comments.followed", m.followed);
    if (m.unread > 0)
        remark_number(&m, "report.comments.unread", m.unread);
    return true;
}
