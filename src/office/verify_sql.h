// What the files of the verification share.
#pragma once
#include "office/balance.h"
#include "office/line.h"
#include "office/office_sql.h"
#include "office/verify.h"

// Codes in memory.
struct verify_codes {
    char **texts; // by their number
    size_t count;
    struct map index; // their numbers
};

struct verifying {
    struct sql *sql;
    office_finding_row *row;
    void *ctx;
    struct office_verification *sum;
    bool is_stopped; // the caller has heard enough
    int64_t id_rows, visit_rows, form_rows;
    bool has_stray_ids;
    int64_t last_device_no;
    struct verify_codes codes;
    struct balance visits;  // of the counted visits and their totals
    struct balance reasons; // likewise, of their reasons
    int64_t commented;      // visits whose lines carry a comment's hash
};

void verify_find(struct verifying *v, const char *device, int64_t gen,
                 int64_t seq, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

// Steps through a statement; `check` looks at each row, which starts with the
// device's id and the generation.
typedef void verify_row_check(struct verifying *v, struct sql_statement *s,
                              const char *device, int64_t gen);
enum sql_result verify_rows(struct verifying *v, size_t statement,
                            verify_row_check *check);

// verify_lines_sql.c: every line of every chain, its id, its batch and the
// visit made of it.
enum sql_result verify_chains(struct verifying *v);
// What is read of the codes, by verify_chains(). The second: false when one of
// the reasons has no number, so no total can hold it.
void verify_codes_free(struct verify_codes *codes);
bool verify_number_reasons(const struct verify_codes *codes,
                           const struct office_visit *visit,
                           struct reason_list *out);

// verify_totals_sql.c: the totals of visits and of their reasons, after
// verify_chains() told of each visit that counts. Memory has a bound, however
// many totals there are (balance.h).
void verify_totals_begin(struct verifying *v);
void verify_add_visit(struct verifying *v, const struct tally_facts *facts,
                      const struct reason_list *reasons);
enum sql_result verify_totals(struct verifying *v);

// The name of a kept total, the first four columns of its row. What no total
// can have is out of all bounds.
struct verify_total {
    int dimension;
    enum tally_grain grain;
    int32_t period;
    int64_t key;
};

// A kind of totals: what they are of, how these are counted in a tally, and how
// a kept total is read.
struct verify_kind {
    const char *what;
    struct sql_statement *(*rows)(struct sql *sql);
    void (*add)(struct verifying *v, struct sql_statement *row, void *tally);
    bool (*fold)(void *tally); // after the last row; false: no memory
    void (*clear)(void *tally);
    size_t kept; // the statement of all of them
    uint64_t (*worth)(const struct balance *balance,
                      const struct verify_total *total,
                      struct sql_statement *kept);
    // Takes the counted total away. False: it is not what is kept.
    bool (*settle)(void *tally, const struct verify_total *total,
                   struct sql_statement *kept);
    // The i-th that was counted; false: nothing is left of it.
    bool (*left)(const void *tally, size_t i, struct verify_total *out);
};

// verify_kinds_sql.c: takes the kept totals off a balance that all rows were
// added to, and names what does not balance.
struct verify_weighed {
    const struct verify_kind *kind;
    struct balance *balance;
    void *tally; // empty, with balance_wants() as its choice
    const size_t *cells;
};
enum sql_result verify_weigh(struct verifying *v,
                             const struct verify_weighed *weighed);

// verify_transactions_sql.c: the totals made of the transactions.
enum sql_result verify_transactions(struct verifying *v);
// Whether a visit's comment stands where it is looked for; counts it. The rows
// of no such visit are found by the second, once all lines were looked at
// (verify_comments_sql.c).
struct comment_place;
enum sql_result verify_comment(struct verifying *v, const char *device,
                               const struct comment_place *place);
enum sql_result verify_comment_rows(struct verifying *v);
// verify_reasons_sql.c: the totals of reasons, as verify_totals(). And what the
// reasons of a visit are worth.
enum sql_result verify_reasons(struct verifying *v);
uint64_t verify_reasons_worth(const struct balance *balance,
                              const struct reason_list *reasons,
                              const int64_t levels[5]);
// forms_sql.c: the row that a form's line needs; `at` is its time by its
// chain. Then, once the lines were looked at, the rows' number and totals.
enum sql_result verify_form(struct verifying *v, const char *device,
                            int64_t device_no, int64_t gen,
                            const struct office_line *line, int64_t at);
enum sql_result verify_forms(struct verifying *v);
// issues_sql.c: every report that was issued.
enum sql_result verify_issues(struct verifying *v);
// documents_sql.c: every version of the settings.
enum sql_result verify_documents(struct verifying *v);
// verify_trails_sql.c: every entry of every trail.
enum sql_result verify_trails(struct verifying *v);
// The hash that the entry has. SQL_NONE: no such entry, or no such trail.
enum sql_result verify_trail_hash(struct sql *sql, const char *name, int64_t no,
                                  unsigned char out[DIGEST_BYTES]);
// verify_cases_sql.c: every case against its events and its rating.
enum sql_result verify_cases(struct verifying *v);
// verify_flags_sql.c: flags, marks, and what is doubted.
enum sql_result verify_flags(struct verifying *v);
// verify_checkpoints_sql.c: every checkpoint that is kept.
enum sql_result verify_checkpoints(struct verifying *v);
