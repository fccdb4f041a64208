// A report out of JSON, as a command reads it from a server that it does not
// know: what is taken can be written in every form, and read again.
#include "common/file.h"
#include "fuzz/fuzz.h"
#include "report/report.h"
#include <string.h>

static struct i18n *open_texts(void)
{
    char path[PATH_MAX];
    struct buf message = {0};
    HOLDS(file_find_asset("i18n", path, sizeof path));
    struct i18n *texts = i18n_open(path, &message);
    HOLDS(texts);
    buf_free(&message);
    return texts;
}

static void check(const struct report *report, const struct i18n *texts)
{
    struct buf json = {0}, again = {0}, csv = {0}, text = {0};
    struct report second;
    char why[JSON_MESSAGE_SIZE];
    HOLDS(report_write_json(report, texts, REPORT_VIEW_OFFICE, &json));
    HOLDS(report_read_json(json.data, json.size, &second, why));
    HOLDS(second.row_count == report->row_count);
    HOLDS(report_write_json(&second, texts, REPORT_VIEW_OFFICE, &again));
    HOLDS(again.size == json.size);
    HOLDS(memcmp(again.data, json.data, json.size) == 0);
    HOLDS(report_write_csv(report, texts, &csv));
    HOLDS(report_write_text(report, texts, &text));
    fuzz_check_text(csv.data, csv.size + 1);
    fuzz_check_text(text.data, text.size + 1);
    report_free(&second);
    buf_free(&json);
    buf_free(&again);
    buf_free(&csv);
    buf_free(&text);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    static struct i18n *texts;
    struct report report;
    char why[JSON_MESSAGE_SIZE] = "";
    fuzz_start();
    if (!texts)
        texts = open_texts();
    if (report_read_json((const char *)data, size, &report, why)) {
        check(&report, texts);
        report_free(&report);
    } else {
        HOLDS(why[0] != '\0');
        fuzz_check_text(why, sizeof why);
    }
    return 0;
}
