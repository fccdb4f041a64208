#include "office/transaction_body.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void transaction_list_free(struct transaction_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->reasons[i]);
    }
    free(list->entries);
    free(list->reasons);
    *list = (struct transaction_list){0};
}

// Room for as many as may come.
static bool open_list(struct transaction_list *list, size_t capacity)
{
    list->entries = calloc(capacity + 1, sizeof *list->entries);
    list->reasons = calloc(capacity + 1, sizeof *list->reasons);
    return list->entries && list->reasons;
}

// One value of the body; NULL: `reason` says why there is none.
static bool take(struct transaction_list *list, const json_t *value,
                 int64_t now, char reason[JSON_MESSAGE_SIZE])
{
    struct transaction_entry *entry = &list->entries[list->count];
    bool is_sound =
        value && transaction_read(value, now, &entry->transaction, reason);
    if (!is_sound) {
        entry->status = TRANSACTION_INVALID;
        list->reasons[list->count] = strdup(reason);
    }
    list->count++;
    return is_sound || list->reasons[list->count - 1];
}

static enum transactions_fault take_array(struct transaction_list *list,
                                          const json_t *array, int64_t now)
{
    char reason[JSON_MESSAGE_SIZE];
    size_t count = json_array_size(array);
    if (count > TRANSACTIONS_MAX) {
        return TRANSACTIONS_TOO_MANY;
    }
    if (!open_list(list, count)) {
        return TRANSACTIONS_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (!take(list, json_array_get(array, i), now, reason)) {
            return TRANSACTIONS_NO_MEMORY;
        }
    }
    return TRANSACTIONS_READ;
}

static enum transactions_fault take_object(struct transaction_list *list,
                                           const json_t *object, int64_t now,
                                           char *reason)
{
    const json_t *array = json_object_get(object, "transactions");
    if (json_is_array(array)) {
        return take_array(list, array, now);
    }
    if (!json_is_object(object) || array) {
        snprintf(reason, JSON_MESSAGE_SIZE, "%s",
                 array ? "transactions: is no list"
                       : "the body is no JSON object");
        return TRANSACTIONS_UNREADABLE;
    }
    list->is_single = true;
    if (!open_list(list, 1)) {
        return TRANSACTIONS_NO_MEMORY;
    }
    char why[JSON_MESSAGE_SIZE];
    return take(list, object, now, why) ? TRANSACTIONS_READ
                                        : TRANSACTIONS_NO_MEMORY;
}

static bool is_blank(const char *line, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
            return false;
        }
    }
    return true;
}

static enum transactions_fault take_lines(struct transaction_list *list,
                                          const char *bytes, size_t size,
                                          int64_t now)
{
    const char *end = bytes + size;
    if (!open_list(list, TRANSACTIONS_MAX)) {
        return TRANSACTIONS_NO_MEMORY;
    }
    while (bytes < end) {
        char reason[JSON_MESSAGE_SIZE];
        const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t length = (size_t)((stop ? stop : end) - bytes);
        if (!is_blank(bytes, length)) {
            if (list->count == TRANSACTIONS_MAX) {
                return TRANSACTIONS_TOO_MANY;
            }
            json_t *value = json_read(bytes, length, reason);
            bool done = take(list, value, now, reason);
            json_decref(value);
            if (!done) {
                return TRANSACTIONS_NO_MEMORY;
            }
        }
        bytes += length + (stop != NULL);
    }
    return TRANSACTIONS_READ;
}

static enum transactions_fault read_body(const char *bytes, size_t size,
                                         bool is_lines, int64_t now,
                                         struct transaction_list *list,
                                         char *reason)
{
    if (is_lines) {
        return take_lines(list, bytes, size, now);
    }
    json_t *object = json_read(bytes, size, reason);
    if (!object) {
        return TRANSACTIONS_UNREADABLE;
    }
    enum transactions_fault fault = take_object(list, object, now, reason);
    json_decref(object);
    return fault;
}

enum transactions_fault transactions_read(const char *bytes, size_t size,
                                          bool is_lines, int64_t now,
                                          struct transaction_list *out,
                                          char *reason)
{
    struct transaction_list list = {0};
    enum transactions_fault fault =
        read_body(bytes, size, is_lines, now, &list, reason);
    if (fault == TRANSACTIONS_READ) {
        *out = list;
    } else {
        transaction_list_free(&list);
    }
    return fault;
}

static json_t *make_result(const struct transaction_list *list, size_t index)
{
    json_t *object =
        json_pack("{s:I, s:s}", "index", (json_int_t)index, "status",
                  transaction_status_name(list->entries[index].status));
    if (object && list->reasons[index] &&
        json_object_set_new(object, "reason",
                            json_string(list->reasons[index])) != 0) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

json_t *transactions_answer(const struct transaction_list *list)
{
    json_int_t counts[TRANSACTION_STATUS_COUNT] = {0};
    json_t *results = json_array();
    bool done = results != NULL;
    for (size_t i = 0; i < list->count && done; i++) {
        counts[list->entries[i].status]++;
        done = json_array_append_new(results, make_result(list, i)) == 0;
    }
    if (!done) {
        json_decref(results);
        return NULL;
    }
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "stored",
                     counts[TRANSACTION_STORED], "already",
                     counts[TRANSACTION_ALREADY], "replaced",
                     counts[TRANSACTION_REPLACED], "invalid",
                     counts[TRANSACTION_INVALID], "results", results);
}
