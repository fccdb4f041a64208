// Tables out of one-stop systems: a folder of good and bad ones under sheets/,
// each with its mapping and what is expected, line by line.
#include "common/clock.h"
#include "common/file.h"
#include "office/transaction_sheet.h"
#include "support/check.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static void read_file(const char *folder, const char *name, struct buf *out)
{
    char path[PATH_MAX];
    assert_true(file_join(path, sizeof path, folder, name));
    if (!file_read(path, 1 << 20, out)) {
        fail_msg("%s cannot be read", path);
    }
}

static void write_row(const struct sheet_map *map, const struct csv_row *row,
                      struct buf *out)
{
    int64_t now;
    struct transaction t;
    struct buf message = {0};
    assert_true(clock_parse("2026-11-23T12:00:00+07:00", 25, &now));
    buf_printf(out, "line %lld: ", (long long)row->line);
    if (sheet_map_row(map, row, now, &t, &message)) {
        json_t *object = transaction_object(&t);
        assert_true(json_write(object, out));
        json_decref(object);
    } else {
        buf_append_text(out, buf_text(&message));
    }
    buf_append_char(out, '\n');
    buf_free(&message);
}

// What becomes of a table, a line for each of its rows.
static void run(const char *folder, struct buf *out)
{
    struct buf map_text = {0}, table = {0}, message = {0};
    struct csv csv;
    struct csv_row row = {0};
    enum csv_result result;
    read_file(folder, "map.json", &map_text);
    read_file(folder, "table.csv", &table);
    struct sheet_map *map =
        sheet_map_read(buf_text(&map_text), map_text.size, &message);
    csv_open(&csv, buf_text(&table), table.size);
    if (!map) {
        buf_printf(out, "map: %s\n", buf_text(&message));
    } else if (csv_next(&csv, &row) != CSV_ROW) {
        buf_append_text(out, "no head\n");
    } else if (!sheet_map_head(map, &row, &message)) {
        buf_printf(out, "head: %s\n", buf_text(&message));
    } else {
        while ((result = csv_next(&csv, &row)) != CSV_END) {
            if (result == CSV_ROW) {
                write_row(map, &row, out);
            } else {
                buf_printf(out, "line %lld: %s\n", (long long)row.line,
                           row.fault);
            }
        }
    }
    csv_row_free(&row);
    sheet_map_free(map);
    buf_free(&map_text);
    buf_free(&table);
    buf_free(&message);
}

static void test_sheets(void **state)
{
    static const char folder[] = TEST_SOURCE "/tests/office/sheets";
    DIR *list = opendir(folder);
    size_t count = 0;
    (void)state;
    assert_non_null(list);
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
        char path[PATH_MAX];
        struct buf expected = {0}, found = {0};
        if (entry->d_name[0] == '.') {
            continue;
        }
        assert_true(file_join(path, sizeof path, folder, entry->d_name));
        run(path, &found);
        read_file(path, "expected.txt", &expected);
        if (strcmp(buf_text(&expected), buf_text(&found)) != 0) {
            // Longer than cmocka shows.
            fprintf(stderr, "%s gives\n%s, not\n%s", entry->d_name,
                    buf_text(&found), buf_text(&expected));
            fail();
        }
        buf_free(&expected);
        buf_free(&found);
        count++;
    }
    closedir(list);
    assert_true(count >= 30);
}

// What we hand out as an example can be used.
static void test_the_example(void **state)
{
    struct buf bytes = {0}, message = {0};
    (void)state;
    read_file(TEST_SOURCE "/assets/transactions", "example-map.json", &bytes);
    struct sheet_map *map =
        sheet_map_read(buf_text(&bytes), bytes.size, &message);
    if (!map) {
        fail_msg("%s", buf_text(&message));
    }
    sheet_map_free(map);
    buf_free(&bytes);
    buf_free(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sheets),
        cmocka_unit_test(test_the_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
