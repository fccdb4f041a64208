// Holes in a chain: which a device has told of, and how the chain goes on
// behind one.
#include "common/json.h"
#include "office/ingest_sql.h"
#include <stdio.h>
#include <string.h>

static const char EVENT[] = "generation";

static enum sql_result add_hole(struct taking *t, const json_t *run)
{
    int64_t numbers[3];
    for (size_t i = 0; i < 3; i++) {
        const json_t *number = json_array_get(run, i);
        numbers[i] = json_is_integer(number) ? json_integer_value(number) : -1;
    }
    // Of a generation before, and no nonsense.
    if (json_array_size(run) != 3 || numbers[0] < 1 ||
        numbers[0] >= t->chain->gen || numbers[1] < 1 ||
        numbers[2] < numbers[1]) {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(t->office->sql, HOLE_ADD);
    sql_bind_int(s, 1, t->device->no);
    for (int i = 0; i < 3; i++) {
        sql_bind_int(s, 2 + i, numbers[i]);
    }
    sql_bind_int(s, 5, t->chain->gen);
    return sql_execute(s);
}

enum sql_result hole_declare(struct taking *t, const struct office_line *line)
{
    char why[JSON_MESSAGE_SIZE];
    const char *event = "";
    enum sql_result result = SQL_OK;
    if (line->seq != 1 || t->chain->gen < 2 || !line->is_sound) {
        return SQL_OK;
    }
    json_t *object = json_read(line->bytes, line->size, why);
    const json_t *missing =
        json_object_get(json_object_get(object, "detail"), "missing");
    if (json_get_text(object, "event", &event) && strcmp(event, EVENT) == 0) {
        for (size_t i = 0; i < json_array_size(missing) && result == SQL_OK;
             i++) {
            result = add_hole(t, json_array_get(missing, i));
        }
    }
    json_decref(object);
    return result;
}

static enum sql_result is_declared(struct taking *t, int64_t first,
                                   int64_t last)
{
    struct sql_statement *s = sql_use(t->office->sql, HOLE_FIND);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, t->chain->gen);
    sql_bind_int(s, 3, first);
    sql_bind_int(s, 4, last);
    enum sql_result result = sql_step(s);
    sql_done(s);
    return result;
}

enum sql_result hole_pass(struct taking *t, const struct office_line *line)
{
    int64_t first = t->chain->received_to + 1, last = line->seq - 1;
    char words[96];
    enum sql_result result =
        line->has_prev ? is_declared(t, first, last) : SQL_NONE;
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(t->office->sql, LOST_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, t->chain->gen);
    sql_bind_int(s, 3, first);
    sql_bind_int(s, 4, last);
    sql_bind_int(s, 5, t->batch->received_at);
    result = sql_execute(s);
    snprintf(words, sizeof words, "lines %lld to %lld are lost on the device",
             (long long)first, (long long)last);
    if (result == SQL_OK) {
        result = chain_add_flag(t, first, "hole", words);
    }
    if (result == SQL_OK) {
        // The line behind the hole says what stood before it.
        t->chain->received_to = last;
        memcpy(t->chain->head, line->prev, DIGEST_BYTES);
    }
    return result;
}
