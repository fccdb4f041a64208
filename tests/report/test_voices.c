// R5 and R6 as documents: figures by hand, and what is told to whom.
#include "common/date.h"
#include "report/comments_document.h"
#include "report/documents.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>
#include <stdlib.h>

static struct made_office made;
static struct ledger_maker device;
static struct i18n *texts;
static struct report_method method;

static void rate(const char *field, int level, const char *reason)
{
    struct record record;
    maker_visit(&device, level, &record);
    strcpy(record.field, field);
    if (reason) {
        strcpy(record.reasons[record.reason_count++], reason);
    }
    maker_write(&device, &record);
    maker_wait(&device, 1000);
}

static int64_t moment(const char *day)
{
    int32_t number;
    assert_true(date_parse_iso(day, &number));
    return date_wall_ms_of_day(number) + 9 * INT64_C(3600000);
}

// Not satisfied at dat-dai: 6, of which 5 waited long; at ho-tich 2, one of
// whom met poor manners. Satisfied: 3 at ho-tich, one says so why.
static int start(void **state)
{
    struct buf message = {0};
    (void)state;
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    made_office_open(&made);
    made_office_enrol(&made, "3", moment("2026-11-20"), &device);
    maker_wait(&device, 24 * 3600 * 1000);
    for (int i = 0; i < 5; i++) {
        rate("dat-dai", 1, "reason.low.1");
    }
    rate("dat-dai", 3, NULL);
    rate("ho-tich", 2, "reason.low.3");
    rate("ho-tich", 2, NULL);
    rate("ho-tich", 5, "reason.high.3");
    rate("ho-tich", 5, NULL);
    rate("ho-tich", 4, NULL);
    assert_int_equal(made_office_send(&made, &device, 1, (int64_t)device.count,
                                      device.wall_ms),
                     OFFICE_BATCH_OK);
    texts = i18n_open(TEST_SOURCE "/assets/i18n", &message);
    assert_non_null(texts);
    assert_true(report_method_load(TEST_SOURCE "/assets/methods/tai-quay.json",
                                   &method, &message));
    buf_free(&message);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    i18n_close(texts);
    maker_free(&device);
    made_office_close(&made);
    return 0;
}

static struct report_document build(enum report_kind kind,
                                    enum report_view view,
                                    const struct comments_source *comments)
{
    struct report_document document;
    struct buf message = {0};
    const struct document_source source = {.office = made.office,
                                           .texts = texts,
                                           .method = &method,
                                           .view = view,
                                           .comments = comments};
    struct report_request request = {.kind = kind, .now_ms = device.wall_ms};
    assert_true(period_parse("duong-lich:2026-11", &request.period, &message));
    assert_true(report_documents_build(&source, &request, &document));
    return document;
}

// "text|number|…" of the row whose first cell is `name`.
static void expect_row(const struct report_document *document, const char *key,
                       const char *name, const char *expected)
{
    const struct document_section *section =
        report_document_find(document, key);
    struct buf row = {0};
    assert_non_null(section);
    for (size_t i = 0; i < report_document_rows(section); i++) {
        const struct document_cell *first = report_document_cell(section, i, 0);
        if (strcmp(first->text, name) != 0) {
            continue;
        }
        for (size_t c = 1; c < section->column_count; c++) {
            const struct document_cell *cell =
                report_document_cell(section, i, c);
            if (section->columns[c].type == DOCUMENT_TEXT) {
                buf_printf(&row, "%s|", cell->text);
            } else {
                buf_printf(&row, "%lld|", (long long)cell->value);
            }
        }
    }
    assert_string_equal(buf_text(&row), expected);
    buf_free(&row);
}

static void test_reasons_with_their_shares(void **state)
{
    struct report_document d = build(REPORT_REASONS, REPORT_VIEW_OFFICE, NULL);
    (void)state;
    // 5 of 8 and 1 of 8: 62,5 and 12,5 per cent; 1 of 3: 33,3.
    expect_row(&d, "low", "Chờ lâu", "Thời gian chờ, đúng hạn|5|625|");
    expect_row(&d, "low", "Thái độ chưa tốt", "Cán bộ, công chức|1|125|");
    expect_row(&d, "satisfied", "Thái độ thân thiện",
               "Cán bộ, công chức|1|333|");
    expect_row(&d, "groups", "Thời gian chờ, đúng hạn", "5|833|0|0|");
    // Not satisfied; then by group: officer, procedure, waiting …
    expect_row(&d, "field", "dat-dai", "6|0|0|5|0|0|0|");
    expect_row(&d, "field", "ho-tich", "2|1|0|0|0|0|0|");
    expect_row(&d, "counter", "Quầy 3", "8|1|0|5|0|0|0|");
    assert_holds(buf_text(&d.remarks), "Chờ lâu (62,5");
    assert_int_equal(d.counted, 11);
    report_document_free(&d);
}

static void test_others_see_no_small_counts(void **state)
{
    struct report_document d = build(REPORT_REASONS, REPORT_VIEW_OTHERS, NULL);
    (void)state;
    expect_row(&d, "low", "Chờ lâu", "Thời gian chờ, đúng hạn|5|625|");
    expect_row(&d, "low", "Thái độ chưa tốt", "Cán bộ, công chức|-2|-2|");
    report_document_free(&d);
}

// From the lines alone, and what came in since plays no part.
static void test_reasons_are_counted_again(void **state)
{
    struct report_document said =
        build(REPORT_REASONS, REPORT_VIEW_OFFICE, NULL);
    struct report_document again;
    const struct document_source source = {.office = made.office,
                                           .texts = texts,
                                           .method = &method,
                                           .view = REPORT_VIEW_OFFICE};
    (void)state;
    rate("dat-dai", 1, "reason.low.1");
    int64_t last = (int64_t)device.count;
    assert_int_equal(
        made_office_send(&made, &device, last, last, device.wall_ms),
        OFFICE_BATCH_OK);
    assert_true(report_documents_recount(&source, &said, &again));
    expect_row(&again, "low", "Chờ lâu", "Thời gian chờ, đúng hạn|5|625|");
    expect_row(&again, "field", "dat-dai", "6|0|0|5|0|0|0|");
    report_document_free(&again);
    report_document_free(&said);
    said = build(REPORT_REASONS, REPORT_VIEW_OFFICE, NULL);
    expect_row(&said, "field", "dat-dai", "7|0|0|6|0|0|0|");
    report_document_free(&said);
}

static bool give(void *ctx, struct office *office, const struct period *period,
                 size_t limit, comments_row_taker *taker, void *taker_ctx,
                 bool *out_more)
{
    static const char reasons[1][RECORD_REASON_SIZE] = {"reason.low.1"};
    struct comments_row row = {.quarter_at = moment("2026-11-23"),
                               .level = 1,
                               .counter = "3",
                               .field = "dat-dai",
                               .reasons = reasons,
                               .reason_count = 1,
                               .state = "read",
                               .text = "a\nb\u202e=c שלום",
                               .case_state = "new"};
    (void)ctx;
    (void)office;
    assert_int_equal(period->first, 20758); // 01/11/2026
    assert_int_equal(limit, COMMENTS_IN_DOCUMENT);
    taker(taker_ctx, &row);
    row.state = "missing";
    row.text = "";
    row.case_state = "";
    taker(taker_ctx, &row);
    *out_more = true;
    return true;
}

static void test_comments_in_their_own_direction(void **state)
{
    const struct comments_source source = {give, NULL};
    struct report_document d =
        build(REPORT_COMMENTS, REPORT_VIEW_OFFICE, &source);
    (void)state;
    expect_row(&d, "comments", "23/11/2026 09:00",
               "Quầy 3|dat-dai|Rất không hài lòng|Chờ lâu|"
               "\u2068a b=c שלום\u2069|mới|"
               "Quầy 3|dat-dai|Rất không hài lòng|Chờ lâu|"
               "(nội dung không có ở máy chủ)|–|");
    expect_row(&d, "levels", "Rất không hài lòng", "2|");
    assert_holds(buf_text(&d.remarks), "1 góp ý không đọc được");
    assert_holds(report_document_find(&d, "comments")->note, "2.000");
    report_document_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons_with_their_shares),
        cmocka_unit_test(test_others_see_no_small_counts),
        cmocka_unit_test(test_reasons_are_counted_again),
        cmocka_unit_test(test_comments_in_their_own_direction),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
