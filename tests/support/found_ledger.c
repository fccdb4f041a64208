#include "support/found_ledger.h"
#include "store/ledger_reader.h"
#include "support/check.h"
#include <stdlib.h>

static bool take_line(void *ctx, int64_t seq, const char *id, const char *line,
                      size_t size)
{
    struct found_ledger *found = ctx;
    char reason[JSON_MESSAGE_SIZE];
    struct record *records =
        realloc(found->records, (found->count + 1) * sizeof *records);
    assert_non_null(records);
    found->records = records;
    struct record *record = &records[found->count];
    if (chain_follow(&found->chain, line, size, record, reason) != CHAIN_SOUND)
        fail_msg("line %lld: %s", (long long)seq, reason);
    assert_string_equal(record->id, id);
    if (found_visit(found, id))
        fail_msg("%s stands there twice", id);
    found->count++;
    return true;
}

static void begin(struct ledger_reader *reader, struct found_ledger *found,
                  struct ledger_mark *out_mark)
{
    *out_mark = (struct ledger_mark){.gen = 1};
    if (ledger_reader_mark(reader, 1, out_mark) == SQL_OK) {
        found->left = found->chain.seq = out_mark->upto;
        memcpy(found->chain.head, out_mark->head, DIGEST_HEX_SIZE);
    }
}

static void check_counts(struct ledger_reader *reader,
                         const struct found_ledger *found,
                         const struct ledger_counts *left)
{
    int64_t outcomes[RECORD_OUTCOME_COUNT] = {0};
    struct ledger_counts counts;
    for (size_t i = 0; i < found->count; i++)
        if (found->records[i].kind == RECORD_VISIT)
            outcomes[found->records[i].outcome]++;
    assert_int_equal(ledger_reader_counts(reader, &counts), SQL_OK);
    assert_int_equal(counts.lines - left->lines, found->count);
    assert_int_equal(counts.rated - left->rated, outcomes[RECORD_RATED]);
    assert_int_equal(counts.declined - left->declined,
                     outcomes[RECORD_DECLINED]);
    assert_int_equal(counts.timeout - left->timeout, outcomes[RECORD_TIMEOUT]);
    assert_int_equal(counts.withdrawn - left->withdrawn,
                     outcomes[RECORD_WITHDRAWN]);
}

void found_read(const char *folder, const char *device,
                struct found_ledger *out)
{
    struct ledger_reader *reader;
    struct ledger_mark mark;
    memset(out, 0, sizeof *out);
    chain_start(&out->chain, device, 1);
    assert_int_equal(ledger_reader_open(folder, &reader), SQL_OK);
    begin(reader, out, &mark);
    assert_int_equal(ledger_reader_walk(reader, 1, 1, take_line, out), SQL_OK);
    assert_int_equal(ledger_reader_drafts(reader, &out->drafts), SQL_OK);
    check_counts(reader, out, &mark.left);
    ledger_reader_close(reader);
}

void found_free(struct found_ledger *found)
{
    free(found->records);
    memset(found, 0, sizeof *found);
}

const struct record *found_visit(const struct found_ledger *found,
                                 const char *id)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->records[i].id, id) == 0)
            return &found->records[i];
    return NULL;
}
