#include "support/plan_rules.h"
#include "office/statements.h"
#include <string.h>

const char *const plan_growing_tables[] = {"lines",
                                           "ids",
                                           "visits",
                                           "batches",
                                           "heads",
                                           "transactions",
                                           "cases",
                                           "case_events",
                                           "case_totals",
                                           "totals",
                                           "reason_totals",
                                           "transaction_totals",
                                           "invitations",
                                           "comments",
                                           "flag_visits",
                                           "audit",
                                           "comment_places",
                                           "comment_arrivals",
                                           NULL};

const char *const plan_short_indexes[] = {"invitations_open",
                                          "invitations_by_code", NULL};

struct span {
    size_t first, last;
};

static const struct span WHOLE[] = {
    {RECOUNT_DAYS, RECOUNT_TO_HOURS},
    {REASON_RECOUNT_ALL, REASON_RECOUNT_TO_CHANNELS},
    {FORM_RECOUNT_TO, FORM_RECOUNT_TO},
    // By its range of periods, named t.
    {REASON_TOTALS_OF, REASON_TOTALS_OF},
    {RETOTAL_VISITS, RETOTAL_KEPT},
    {OLD_LINES, OLD_LINES},
    {AUDIT_ROWS, AUDIT_ROWS},
    {CASE_EVENTS, CASE_EVENTS},
    {TRANSACTION_ALL_TOTALS, TRANSACTION_ALL_TOTALS},
    {VERIFY_CASES, VERIFY_CASE_TOTALS},
    {VERIFY_DOCUMENTS, VERIFY_DOCUMENTS_GONE},
    {VERIFY_CHAIN, VERIFY_FORM_TOTALS},
    {VERIFY_JUDGED_DAYS, VERIFY_DOUBTED}};

static const struct span BETWEEN[] = {
    // Totals of a report's periods, and what it counts beside them.
    {TOTALS_NUMBERS, PART_TOTALS_OF_FIRSTS},
    {REASON_TOTALS, REASON_TOTALS},
    {TRANSACTION_TOTALS, TRANSACTION_PART_OF_FIRSTS},
    {CASE_TOTALS, CASE_TOTALS},
    {TRUST_SILENT, TRUST_SILENT},
    {TRUST_DUPLICATES, TRUST_DUPLICATES},
    {TRUST_UNANCHORED, TRUST_UNANCHORED},
    {INVITATION_WITHDRAWALS, INVITATION_WITHDRAWALS},
    {CASE_WAITING_AGAIN, CASE_WAITING_AGAIN},
    {CASE_ANSWERED_BETWEEN, CASE_ANSWERED_BETWEEN},
    // A counter's day or hour, a day of transactions.
    {JUDGED_RATINGS, JUDGED_RATINGS},
    {OFFICER_DAY, OFFICER_RATINGS},
    {INVITATION_MADE_AT, INVITATION_MADE_AT},
    {TRANSACTION_ROWS, TRANSACTION_ROWS},
    // Lines that are not here yet; of one batch.
    {KNOWN_HEADS, KNOWN_HEADS},
    {LINES_GET, LINES_GET},
    {OLD_AHEAD, OLD_AHEAD},
    // Read in parts, until there are enough.
    {COMMENT_PLACES, COMMENT_PLACES_OF_FIELD}};

static const struct plan_key KEYS[] = {{"totals", "key"},
                                       {"case_totals", "field_no"},
                                       {"reason_totals", "reason_no"}};

static bool is_within(const struct span *spans, size_t count, size_t statement)
{
    for (size_t i = 0; i < count; i++)
        if (statement >= spans[i].first && statement <= spans[i].last)
            return true;
    return false;
}

bool plan_may_read_whole(size_t statement)
{
    return is_within(WHOLE, sizeof WHOLE / sizeof *WHOLE, statement);
}

bool plan_may_read_between(size_t statement)
{
    return is_within(BETWEEN, sizeof BETWEEN / sizeof *BETWEEN, statement);
}

const struct plan_key *plan_key_of(size_t statement)
{
    static const char update[] = "UPDATE ";
    const char *table = office_statements[statement];
    if (strncmp(table, update, strlen(update)) != 0)
        return NULL;
    table += strlen(update);
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        size_t size = strlen(KEYS[i].table);
        if (strncmp(table, KEYS[i].table, size) == 0 && table[size] == ' ')
            return &KEYS[i];
    }
    return NULL;
}
