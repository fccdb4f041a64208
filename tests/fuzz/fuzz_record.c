// A line of the ledger: what record_read() takes can be written again, the
// quick scanner agrees with the full reader, and a refusal says why in UTF-8.
#include "fuzz/fuzz.h"
#include "ledger/record.h"
#include "ledger/scan.h"
#include "vietnamese/text.h"
#include <string.h>

// The largest line that is left alone: a line near the bound may be written
// longer, with the keys that it left out.
enum { ROOM_FOR_KEYS = 2048 };

typedef bool reader(const char *, size_t, struct record *, char *);
typedef bool writer(const struct record *, struct buf *);

static void check_texts(const struct record *r)
{
    HOLDS(r->aid_count <= RECORD_AIDS_MAX);
    HOLDS(r->reason_count <= RECORD_REASONS_MAX);
    HOLDS(r->answer_count <= RECORD_ANSWERS_MAX);
    HOLDS(r->level >= 0 && r->level <= 5);
    HOLDS((r->level > 0) ==
          (r->kind == RECORD_VISIT && r->outcome == RECORD_RATED));
    for (size_t i = 0; i < r->reason_count; i++)
        fuzz_check_text(r->reasons[i], sizeof r->reasons[i]);
    for (size_t i = 0; i < r->answer_count; i++)
        fuzz_check_text(r->answers[i].question, sizeof r->answers[i].question);
    fuzz_check_text(r->counter, sizeof r->counter);
    fuzz_check_text(r->transaction, sizeof r->transaction);
    fuzz_check_text(r->event, sizeof r->event);
    fuzz_check_text(r->detail, sizeof r->detail);
    HOLDS(text_is_nfc(r->transaction, strlen(r->transaction)));
}

// Read, written, read and written again: from the first writing on the bytes
// stay the same.
static void check_round_trip(const struct record *read, size_t size,
                             reader *read_again, writer *write)
{
    static struct record second;
    struct buf first_line = {0}, second_line = {0};
    char reason[JSON_MESSAGE_SIZE];
    if (write(read, &first_line)) {
        HOLDS(first_line.size <= RECORD_LINE_MAX);
        HOLDS(read_again(first_line.data, first_line.size, &second, reason));
        HOLDS(second.kind == read->kind && second.level == read->level);
        HOLDS(strcmp(second.id, read->id) == 0);
        HOLDS(write(&second, &second_line));
        HOLDS(second_line.size == first_line.size);
        HOLDS(memcmp(second_line.data, first_line.data, first_line.size) == 0);
    } else {
        HOLDS(size > RECORD_LINE_MAX - ROOM_FOR_KEYS);
    }
    buf_free(&first_line);
    buf_free(&second_line);
}

// A space after the brace changes nothing for JSON, and the scanner, which
// knows one form only, leaves the line to the full reader.
static void check_scanner(const char *bytes, size_t size)
{
    static struct record scanned, full, quick;
    char reasons[2][JSON_MESSAGE_SIZE] = {"", ""};
    if (size >= RECORD_LINE_MAX || !scan_visit(bytes, size, &scanned))
        return;
    struct buf spaced = {0};
    buf_append_text(&spaced, "{ ");
    buf_append(&spaced, bytes + 1, size - 1);
    bool by_scanner = record_read(bytes, size, &quick, reasons[0]);
    bool by_parser = record_read(spaced.data, spaced.size, &full, reasons[1]);
    HOLDS(by_scanner == by_parser);
    HOLDS(strcmp(reasons[0], reasons[1]) == 0);
    HOLDS(memcmp(&quick, &full, sizeof full) == 0);
    buf_free(&spaced);
}

static void check_reader(const char *bytes, size_t size, reader *read,
                         writer *write)
{
    static struct record record;
    char reason[JSON_MESSAGE_SIZE] = "";
    if (read(bytes, size, &record, reason)) {
        HOLDS(text_is_nfc(bytes, size));
        check_texts(&record);
        check_round_trip(&record, size, read, write);
    } else {
        HOLDS(*reason != '\0');
        fuzz_check_text(reason, sizeof reason);
    }
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    fuzz_start();
    check_reader(bytes, size, record_read, record_write);
    check_reader(bytes, size, record_read_draft, record_write_draft);
    check_scanner(bytes, size);
    return 0;
}
