#include "report/filter.h"
#include "report/words.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <string.h>

static bool refuse(enum report_by by, const char *what, struct buf *message)
{
    buf_printf(message, "%s: %s", report_by_name(by), what);
    return false;
}

// A code as records hold it, which is NFC without control characters.
static bool read_key(enum report_by by, const char *text,
                     char out[REPORT_KEY_SIZE], struct buf *message)
{
    struct buf nfc = {0};
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return refuse(by, "holds a control character", message);
    }
    if (strlen(text) >= 4 * REPORT_KEY_SIZE)
        return refuse(by, "is longer than any code", message);
    if (!text_append_nfc(text, strlen(text), &nfc)) {
        buf_free(&nfc);
        return refuse(by, "is no UTF-8", message);
    }
    bool fits = nfc.size < REPORT_KEY_SIZE;
    if (fits)
        snprintf(out, REPORT_KEY_SIZE, "%s", buf_text(&nfc));
    buf_free(&nfc);
    return fits || refuse(by, "is longer than any code", message);
}

bool filter_read(const char *const asked[REPORT_BY_COUNT],
                 struct report_filter *out, struct buf *message)
{
    struct report_filter filter = {.count = 0};
    for (int i = 0; i < REPORT_BY_COUNT; i++) {
        enum report_by by = (enum report_by)i;
        if (!asked[by])
            continue;
        if (!report_filters_by(by))
            return refuse(by, "narrows nothing", message);
        if (filter.count == REPORT_FILTER_PARTS)
            return refuse(by,
                          "is one too many; at most two of counter field "
                          "procedure officer step channel at a time",
                          message);
        struct report_filter_part *part = &filter.parts[filter.count++];
        part->by = by;
        if (!read_key(by, asked[by], part->key, message))
            return false;
    }
    *out = filter;
    return true;
}

static bool is_kept(const struct report_filter *filter, enum report_by by)
{
    struct office_filter view;
    filter_view(filter, &view);
    return office_filter_is_kept(&view, report_by_breakdown(by));
}

bool filter_allows(const struct report_filter *filter, enum report_by by,
                   struct buf *message)
{
    if (is_kept(filter, by))
        return true;
    buf_printf(message, "by \"%s\": no totals are kept of it beside",
               report_by_name(by));
    for (size_t i = 0; i < filter->count; i++)
        buf_printf(message, "%s %s", i > 0 ? " and" : "",
                   report_by_name(filter->parts[i].by));
    if (!is_kept(filter, REPORT_BY_NONE)) {
        buf_append_text(message, "; ask for one of the two alone");
        return false;
    }
    buf_append_text(message, "; possible are");
    for (int i = 0; i < REPORT_BY_COUNT; i++) {
        if (is_kept(filter, (enum report_by)i))
            buf_printf(message, " %s", report_by_name((enum report_by)i));
    }
    return false;
}

bool filter_equals(const struct report_filter *a, const struct report_filter *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->parts[i].by != b->parts[i].by ||
            strcmp(a->parts[i].key, b->parts[i].key) != 0)
            return false;
    }
    return true;
}

void filter_view(const struct report_filter *filter, struct office_filter *out)
{
    *out = (struct office_filter){.count = filter->count};
    for (size_t i = 0; i < filter->count; i++) {
        out->parts[i].by = report_by_breakdown(filter->parts[i].by);
        out->parts[i].key = filter->parts[i].key;
    }
}

bool filter_check_known(struct office *office, struct report_filter *filter)
{
    struct office_filter view;
    filter_view(filter, &view);
    for (size_t i = 0; i < filter->count; i++) {
        bool is_known = true;
        if (office_filter_knows(office, &view.parts[i], &is_known) != OFFICE_OK)
            return false;
        filter->parts[i].is_unknown = !is_known;
    }
    return true;
}

static void append_part(const struct i18n *texts,
                        const struct report_filter_part *part, struct buf *out)
{
    struct report_row row = {.key = (char *)part->key,
                             .label = (char *)part->key};
    struct report report = {.by = part->by};
    struct buf value = {0};
    char id[32];
    words_row(texts, &report, &row, &value);
    if (out->size > 0)
        buf_append_text(out, "; ");
    if (part->by == REPORT_BY_COUNTER && part->key[0] != '\0') {
        words_append_plain(buf_text(&value), out);
    } else {
        snprintf(id, sizeof id, "report.by.%s", report_by_name(part->by));
        words_append_plain(words(texts, id), out);
        buf_append_text(out, ": ");
        words_append_plain(buf_text(&value), out);
    }
    out->failed |= !buf_ok(&value);
    buf_free(&value);
}

void filter_words(const struct i18n *texts, const struct report_filter *filter,
                  struct buf *out)
{
    for (size_t i = 0; i < filter->count; i++)
        append_part(texts, &filter->parts[i], out);
}

void filter_unknown_words(const struct i18n *texts,
                          const struct report_filter *filter, struct buf *out)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (filter->parts[i].is_unknown)
            append_part(texts, &filter->parts[i], out);
    }
}

void filter_line(const struct i18n *texts, const struct report_filter *filter,
                 struct buf *out)
{
    struct buf parts = {0};
    filter_words(texts, filter, &parts);
    words_append_plain(words(texts, "report.filter"), out);
    buf_append_text(out, ": ");
    buf_append_text(out, buf_text(&parts));
    out->failed |= !buf_ok(&parts);
    buf_free(&parts);
}
