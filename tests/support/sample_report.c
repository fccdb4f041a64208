#include "support/sample_report.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct i18n *sample_texts(void)
{
    struct buf message = {0};
    struct i18n *texts = i18n_open(TEST_SOURCE "/assets/i18n", &message);
    if (!texts)
        print_error("%s\n", buf_text(&message));
    assert_non_null(texts);
    buf_free(&message);
    return texts;
}

void sample_report(const char *period, enum report_by by, struct report *out)
{
    struct buf message = {0};
    *out = (struct report){.by = by};
    assert_true(report_method_load(TEST_SOURCE "/assets/methods/tai-quay.json",
                                   &out->method, &message));
    assert_true(period_parse(period, &out->period, &message));
    out->total.key = strdup("");
    out->total.label = strdup("");
    out->total.counts.transactions = FIGURES_UNKNOWN;
    assert_non_null(out->total.key);
    assert_non_null(out->total.label);
    buf_free(&message);
}

struct report_row *sample_row(struct report *report, const char *key,
                              const char *name, const int64_t levels[5])
{
    // A capacity of what is there makes every row a growth.
    size_t capacity = report->row_count;
    struct report_row *rows =
        realloc(report->rows, (capacity + 1) * sizeof *rows);
    assert_non_null(rows);
    report->rows = rows;
    capacity++;
    struct report_row *row;
    assert_true(report_append_row(report, &capacity, key, name, &row));
    memcpy(row->counts.levels, levels, sizeof row->counts.levels);
    row->counts.transactions = FIGURES_UNKNOWN;
    return row;
}

void sample_filter(struct report *report)
{
    report->filter =
        (struct report_filter){.parts = {{.by = REPORT_BY_COUNTER, .key = "3"},
                                         {.by = REPORT_BY_FIELD,
                                          .key = "ho-tich",
                                          .is_unknown = true}},
                               .count = 2};
}
