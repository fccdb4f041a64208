// Completed transactions as one-stop systems tell of them: a body in its three
// forms, and a table with its mapping. The first byte chooses; of a table the
// mapping ends with a NUL.
#include "common/clock.h"
#include "fuzz/fuzz.h"
#include "office/transaction_body.h"
#include "office/transaction_sheet.h"
#include <string.h>

enum { LINES = 'l', TABLE = 't' };
// 2026-11-23, 12:00 in Vietnam.
#define NOW INT64_C(1795410000000)

// What was taken keeps the rules, and a server that it goes on to takes it too.
static void check_transaction(const struct transaction *t)
{
    struct transaction back;
    char reason[JSON_MESSAGE_SIZE];
    fuzz_check_text(t->code, sizeof t->code);
    HOLDS(t->code[0] != '\0' && t->done_at > 0);
    HOLDS(t->queued_at <= t->done_at && t->called_at <= t->done_at);
    HOLDS(!t->queued_at || t->done_at - t->queued_at <= WAITS_MOST_MS);
    HOLDS(!t->called_at || t->queued_at <= t->called_at);
    HOLDS(!t->due_at || t->timeliness != TIMELINESS_UNTOLD);
    for (int i = 0; i < TRANSACTION_TEXT_COUNT; i++) {
        fuzz_check_text(t->texts[i], sizeof t->texts[i]);
    }
    json_t *object = transaction_object(t);
    HOLDS(object);
    HOLDS(transaction_read(object, NOW, &back, reason));
    HOLDS(memcmp(t, &back, sizeof back) == 0);
    json_decref(object);
}

static void feed_body(const char *bytes, size_t size, bool is_lines)
{
    struct transaction_list list = {0};
    char reason[JSON_MESSAGE_SIZE] = "";
    enum transactions_fault fault =
        transactions_read(bytes, size, is_lines, NOW, &list, reason);
    HOLDS(fault != TRANSACTIONS_NO_MEMORY);
    if (fault != TRANSACTIONS_READ) {
        HOLDS(list.count == 0);
        HOLDS((reason[0] != '\0') == (fault == TRANSACTIONS_UNREADABLE));
        fuzz_check_text(reason, sizeof reason);
        return;
    }
    HOLDS(list.count <= TRANSACTIONS_MAX);
    HOLDS(!list.is_single || list.count == 1);
    for (size_t i = 0; i < list.count; i++) {
        bool is_invalid = list.entries[i].status == TRANSACTION_INVALID;
        HOLDS(is_invalid == (list.reasons[i] != NULL));
        if (is_invalid) {
            fuzz_check_text(list.reasons[i], JSON_MESSAGE_SIZE);
        } else {
            check_transaction(&list.entries[i].transaction);
        }
    }
    json_t *answer = transactions_answer(&list);
    HOLDS(answer);
    HOLDS(json_array_size(json_object_get(answer, "results")) == list.count);
    json_decref(answer);
    transaction_list_free(&list);
}

static void check_row(const struct sheet_map *map, const struct csv_row *row)
{
    struct transaction t;
    struct buf message = {0};
    if (sheet_map_row(map, row, NOW, &t, &message)) {
        HOLDS(message.size == 0);
        check_transaction(&t);
    } else {
        HOLDS(message.size > 0);
        fuzz_check_text(buf_text(&message), message.size + 1);
    }
    buf_free(&message);
}

static void feed_rows(struct sheet_map *map, const char *bytes, size_t size)
{
    struct csv csv;
    struct csv_row row = {0};
    struct buf message = {0};
    enum csv_result result;
    int64_t line = 0;
    bool has_head = false;
    csv_open(&csv, bytes, size);
    while ((result = csv_next(&csv, &row)) != CSV_END) {
        HOLDS(result == CSV_ROW || result == CSV_BROKEN);
        HOLDS(row.line > line);
        line = row.line;
        HOLDS(row.bytes >= bytes && row.bytes + row.size <= bytes + size);
        HOLDS((result == CSV_BROKEN) == (row.fault != NULL));
        for (size_t i = 0; i < row.count && result == CSV_ROW; i++) {
            HOLDS(strlen(csv_cell(&row, i)) <= row.size);
        }
        if (result == CSV_BROKEN) {
            continue;
        }
        if (map && !has_head) {
            has_head = sheet_map_head(map, &row, &message);
            HOLDS(has_head == (message.size == 0));
            map = has_head ? map : NULL;
        } else if (map) {
            check_row(map, &row);
        }
    }
    csv_row_free(&row);
    buf_free(&message);
}

static void feed_table(const char *bytes, size_t size)
{
    const char *end = memchr(bytes, '\0', size);
    struct buf message = {0};
    if (!end) {
        return;
    }
    size_t map_size = (size_t)(end - bytes);
    struct sheet_map *map = sheet_map_read(bytes, map_size, &message);
    HOLDS((map != NULL) == (message.size == 0));
    fuzz_check_text(buf_text(&message), message.size + 1);
    // The command refuses a table with NUL bytes as a whole.
    const char *table = end + 1;
    size_t table_size = size - map_size - 1;
    if (table_size == 0 || !memchr(table, '\0', table_size)) {
        feed_rows(map, table, table_size);
    }
    sheet_map_free(map);
    buf_free(&message);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    fuzz_start();
    if (size == 0) {
        return 0;
    }
    const char *bytes = (const char *)data + 1;
    if (data[0] == TABLE) {
        feed_table(bytes, size - 1);
    } else {
        feed_body(bytes, size - 1, data[0] == LINES);
    }
    return 0;
}
