// hailong import-transactions: a table that a one-stop system exports, into a
// server. Good lines go in, in parts; bad ones are listed and put into a file
// of their own, to be corrected and imported again. What is in already changes
// nothing, so a file may be imported as often as one likes.
#include "common/clock.h"
#include "common/file.h"
#include "office/transaction_sheet.h"
#include "operator/command.h"
#include "operator/server_data.h"
#include "operator/transaction_way.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 256 << 20, MAP_MAX = 1 << 20, REJECTED_MODE = 0600 };
// So many bad lines are listed; the file has all.
enum { LISTED_MOST = 50 };

static const struct config_key KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory; the server may run; or:"),
    {"hailong", "server", CONFIG_TEXT, NULL, 0, 0,
     "a running server, https://host[:port]"},
    {"hailong", "key_file", CONFIG_TEXT, NULL, 0, 0,
     "file with an API key of role feed, for --server"},
    {"hailong", "ca", CONFIG_TEXT, NULL, 0, 0,
     "file of certificates to trust, for --server"},
    {"hailong", "pin", CONFIG_TEXT, NULL, 0, 0,
     "SHA-256 of the server's public key, for --server"},
    {"hailong", "plain_http", CONFIG_FLAG, "no", 0, 0,
     "allow http:// beyond this machine, for --server"},
    {"hailong", "map", CONFIG_TEXT, NULL, 0, 0,
     "file that says which column is what; see "
     "assets/transactions/example-map.json"},
    {0}};

struct import {
    struct console *console;
    const char *path;
    struct sheet_map *map;
    struct csv csv;
    struct csv_row head;
    struct transaction_way way;
    // of the part that is gathered
    struct transaction_entry *entries;
    struct csv_row *rows; // only places in the file
    char **reasons;
    size_t count;

    struct buf rejected; // lines as they stood
    int64_t counts[TRANSACTION_STATUS_COUNT];
};

// --- Bad lines --------------------------------------------------------------

static void reject(struct import *import, const struct csv_row *row,
                   const char *why)
{
    int64_t number = ++import->counts[TRANSACTION_INVALID];
    if (number <= LISTED_MOST)
        console_complain(import->console, "%s: line %lld: %s", import->path,
                         (long long)row->line, why);
    if (import->rejected.size == 0) {
        buf_append_text(&import->rejected, "\xef\xbb\xbf");
        buf_append(&import->rejected, import->head.bytes, import->head.size);
        buf_append_text(&import->rejected, "\r\n");
    }
    buf_append(&import->rejected, row->bytes, row->size);
    buf_append_text(&import->rejected, "\r\n");
}

// "november.csv" becomes "november.rejected.csv".
static bool rejected_path(const char *path, char out[PATH_MAX])
{
    static const char END[] = ".csv";
    size_t size = strlen(path);
    if (size > sizeof END - 1 &&
        strcasecmp(path + size - (sizeof END - 1), END) == 0)
        size -= sizeof END - 1;
    int written = snprintf(out, PATH_MAX, "%.*s.rejected.csv", (int)size, path);
    return written > 0 && written < PATH_MAX;
}

static bool write_rejected(struct import *import)
{
    char path[PATH_MAX];
    int64_t count = import->counts[TRANSACTION_INVALID];
    if (count == 0)
        return true;
    if (count > LISTED_MOST)
        console_complain(import->console, "%s: and %lld lines more",
                         import->path, (long long)(count - LISTED_MOST));
    if (!buf_ok(&import->rejected) || !rejected_path(import->path, path)) {
        console_complain(import->console, "out of memory");
        return false;
    }
    if (!file_replace(path, import->rejected.data, import->rejected.size,
                      REJECTED_MODE)) {
        console_complain(import->console, "%s: %s", path, strerror(errno));
        return false;
    }
    console_complain(import->console,
                     "the rejected lines are in %s; correct them there and "
                     "import that file",
                     path);
    return true;
}

// --- Parts ------------------------------------------------------------------

static bool send_part(struct import *import)
{
    bool done =
        import->count == 0 ||
        transactions_send(&import->way, import->entries, import->reasons,
                          import->count, import->console);
    for (size_t i = 0; i < import->count; i++) {
        enum transaction_status status = import->entries[i].status;
        if (done && status == TRANSACTION_INVALID)
            reject(import, &import->rows[i],
                   import->reasons[i] ? import->reasons[i] : "is refused");
        else if (done)
            import->counts[status]++;
        free(import->reasons[i]);
        import->reasons[i] = NULL;
    }
    import->count = 0;
    return done;
}

static bool take_row(struct import *import, const struct csv_row *row,
                     int64_t now)
{
    struct buf message = {0};
    struct transaction_entry *entry = &import->entries[import->count];
    *entry = (struct transaction_entry){.status = TRANSACTION_STORED};
    if (sheet_map_row(import->map, row, now, &entry->transaction, &message)) {
        import->rows[import->count++] = (struct csv_row){
            .line = row->line, .bytes = row->bytes, .size = row->size};
    } else {
        reject(import, row, buf_text(&message));
    }
    buf_free(&message);
    return import->count < TRANSACTIONS_MAX || send_part(import);
}

static bool take_rows(struct import *import)
{
    struct csv_row row = {0};
    int64_t now = clock_wall_ms();
    enum csv_result result;
    bool done = true;
    while (done && (result = csv_next(&import->csv, &row)) != CSV_END) {
        if (result == CSV_NO_MEMORY) {
            console_complain(import->console, "out of memory");
            done = false;
        } else if (result == CSV_BROKEN) {
            reject(import, &row, row.fault);
        } else {
            done = take_row(import, &row, now);
        }
    }
    csv_row_free(&row);
    return done && send_part(import);
}

// --- The files --------------------------------------------------------------

static bool open_map(struct import *import, const char *path)
{
    struct buf bytes = {0}, message = {0};
    if (!file_read(path, MAP_MAX, &bytes)) {
        console_complain(import->console, "%s: %s", path, strerror(errno));
        return false;
    }
    import->map = sheet_map_read(buf_text(&bytes), bytes.size, &message);
    if (!import->map)
        console_complain(import->console, "%s: %s", path, buf_text(&message));
    buf_free(&bytes);
    buf_free(&message);
    return import->map != NULL;
}

static bool read_head(struct import *import, const struct buf *bytes)
{
    struct buf message = {0};
    if (bytes->size > 0 && memchr(bytes->data, '\0', bytes->size)) {
        console_complain(import->console,
                         "%s: holds NUL bytes; save the table as \"CSV UTF-8\"",
                         import->path);
        return false;
    }
    csv_open(&import->csv, buf_text(bytes), bytes->size);
    enum csv_result result = csv_next(&import->csv, &import->head);
    if (result == CSV_END)
        buf_append_text(&message, "is empty");
    else if (result != CSV_ROW)
        buf_append_text(&message, import->head.fault ? import->head.fault
                                                     : "out of memory");
    else
        sheet_map_head(import->map, &import->head, &message);
    bool done = message.size == 0;
    if (!done)
        console_complain(import->console, "%s: line 1: %s", import->path,
                         buf_text(&message));
    buf_free(&message);
    return done;
}

static bool open_part(struct import *import)
{
    import->entries = calloc(TRANSACTIONS_MAX, sizeof *import->entries);
    import->rows = calloc(TRANSACTIONS_MAX, sizeof *import->rows);
    import->reasons = calloc(TRANSACTIONS_MAX, sizeof *import->reasons);
    if (import->entries && import->rows && import->reasons)
        return true;
    console_complain(import->console, "out of memory");
    return false;
}

static void print_counts(const struct import *import)
{
    const int64_t *counts = import->counts;
    buf_printf(&import->console->out,
               "Stored %lld, there already %lld, replaced %lld, rejected "
               "%lld.\n",
               (long long)counts[TRANSACTION_STORED],
               (long long)counts[TRANSACTION_ALREADY],
               (long long)counts[TRANSACTION_REPLACED],
               (long long)counts[TRANSACTION_INVALID]);
}

// What went in before something failed stays in, and is said.
static bool import_file(struct import *import)
{
    struct buf bytes = {0};
    if (!file_read(import->path, FILE_MAX, &bytes)) {
        console_complain(import->console, "%s: %s", import->path,
                         strerror(errno));
        return false;
    }
    bool done = read_head(import, &bytes) && open_part(import);
    if (done) {
        done = take_rows(import);
        done = write_rejected(import) && done;
        print_counts(import);
        if (!done)
            console_complain(import->console,
                             "not everything was imported; when the cause is "
                             "mended, import the file again");
    }
    buf_free(&bytes);
    return done && import->counts[TRANSACTION_INVALID] == 0;
}

static void close_import(struct import *import)
{
    csv_row_free(&import->head);
    sheet_map_free(import->map);
    buf_free(&import->rejected);
    free(import->entries);
    free(import->rows);
    free(import->reasons);
}

static int run(const struct config *config, struct console *console)
{
    struct import import = {.console = console,
                            .path = config_operand(config, 0)};
    const char *map = command_need(config, "map", console);
    if (!map || !transactions_may_open(config, console))
        return COMMAND_MISUSED;
    bool done = open_map(&import, map) &&
                transactions_open(config, &import.way, console);
    if (done) {
        done = import_file(&import);
        transactions_close(&import.way);
    }
    close_import(&import);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_IMPORT_TRANSACTIONS = {
    "import-transactions", "completed transactions from a CSV file", "FILE.csv",
    KEYS, run};
