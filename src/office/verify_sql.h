// What the files of the verification share.
#pragma once
#include "office/line.h"
#include "office/office_sql.h"
#include "office/verify.h"

struct verifying {
    struct sql *sql;
    office_finding_row *row;
    void *ctx;
    struct office_verification *sum;
    bool is_stopped; // the caller has heard enough
    int64_t id_rows, visit_rows, form_rows;
    bool has_stray_ids;
    int64_t last_device_no;
    struct tally tally;               // of the counted visits
    struct reason_tally reason_tally; // likewise
    int64_t commented; // visits whose lines carry a comment's hash
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
// verify_transactions_sql.c: the totals made of the transactions.
enum sql_result verify_transactions(struct verifying *v);
// Whether a visit's comment stands where it is looked for; counts it. The rows
// of no such visit are found by the second, once all lines were looked at
// (verify_comments_sql.c).
struct comment_place;
enum sql_result verify_comment(struct verifying *v, const char *device,
                               const struct comment_place *place);
enum sql_result verify_comment_rows(struct verifying *v);
// verify_reasons_sql.c: the totals of reasons, once the lines were looked
// at.
enum sql_result verify_reasons(struct verifying *v);
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
// Names a total that is not what the rows give; `what` are those.
void verify_find_total(struct verifying *v, int dimension,
                       enum tally_grain grain, int32_t period, int64_t key,
                       const char *what);
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
