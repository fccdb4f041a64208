#include "report/filter.h"
#include "report/report.h"
#include "report/words.h"
#include <string.h>

static const struct report_row *find_row(const struct report *report,
                                         const char *key)
{
    for (size_t i = 0; i < report->row_count; i++) {
        if (strcmp(report->rows[i].key, key) == 0)
            return &report->rows[i];
    }
    return NULL;
}

static void name_row(const struct report *report, const struct i18n *texts,
                     const struct report_row *row, struct buf *out)
{
    if (out->size > 0)
        buf_append_text(out, ", ");
    words_row(texts, report, row, out);
}

// Rows that are new, gone, or hold other counts.
static void name_changed(const struct report *report,
                         const struct report *before, const struct i18n *texts,
                         struct buf *out)
{
    for (size_t i = 0; i < report->row_count; i++) {
        const struct report_row *row = &report->rows[i];
        const struct report_row *old = find_row(before, row->key);
        if (!old ||
            memcmp(&old->counts, &row->counts, sizeof row->counts) != 0 ||
            memcmp(&old->service, &row->service, sizeof row->service) != 0)
            name_row(report, texts, row, out);
    }
    for (size_t i = 0; i < before->row_count; i++) {
        if (!find_row(report, before->rows[i].key))
            name_row(before, texts, &before->rows[i], out);
    }
}

bool report_restate(struct report *report, const struct report *before,
                    const struct i18n *texts, struct buf *message)
{
    if (report->kind != before->kind || report->by != before->by ||
        report->period.kind != before->period.kind ||
        report->period.first != before->period.first ||
        report->period.last != before->period.last ||
        !filter_equals(&report->filter, &before->filter)) {
        buf_append_text(message,
                        "is another report, or of another period or filter");
        return false;
    }
    if (report->total.hidden || before->total.hidden) {
        buf_append_text(message, "withholds its figures");
        return false;
    }
    struct buf changed = {0};
    name_changed(report, before, texts, &changed);
    if (!buf_ok(&changed)) {
        buf_append_text(message, "out of memory");
        buf_free(&changed);
        return false;
    }
    report->restated = (struct report_restatement){
        .number = before->restated.number + 1,
        .made_ms = before->made_ms,
        .rated = figures_rated(&before->total.counts),
        .satisfied =
            figures_satisfied(&before->total.counts, &before->method.rules),
        .flagged = before->total.counts.flagged,
        .marked = before->total.counts.marked,
        .changed = changed.size > 0 ? buf_take(&changed) : NULL,
    };
    buf_free(&changed);
    return true;
}
