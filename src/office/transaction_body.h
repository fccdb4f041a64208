// The body of POST transactions, and the answer to it. Three forms: one object;
// an object {"transactions":[…]}; or lines of objects (NDJSON). What is wrong
// with one transaction faults that one alone and is answered for it. Pure; for
// bytes from anywhere.
#pragma once
#include "common/json.h"
#include "office/transactions.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRANSACTIONS_MAX = 1000, TRANSACTIONS_BYTES_MAX = 1 << 20 };

struct transaction_list {
    struct transaction_entry *entries;
    char **reasons; // of the invalid ones; NULL: sound
    size_t count;
    bool is_single; // one object, without an array around it
};

enum transactions_fault {
    TRANSACTIONS_READ,
    TRANSACTIONS_TOO_MANY,
    TRANSACTIONS_UNREADABLE, // the body as a whole; nothing of it can be used
    TRANSACTIONS_NO_MEMORY
};

// Reads a body into an empty list. `is_lines` says that it is NDJSON; empty
// lines are passed over. An unreadable body gives its `reason`
// (JSON_MESSAGE_SIZE).
enum transactions_fault transactions_read(const char *bytes, size_t size,
                                          bool is_lines, int64_t now,
                                          struct transaction_list *out,
                                          char *reason);
void transaction_list_free(struct transaction_list *list);

// After the office took them: {"stored":1,"already":0,"replaced":0,"invalid":1,
// "results":[{"index":0,"status":"stored"},{"index":1,"status":"invalid",
// "reason":"done_at: is missing"}]}. NULL on no memory.
json_t *transactions_answer(const struct transaction_list *list);
