// What the files of the ingest share.
#pragma once
#include "office/ingest.h"
#include "office/office_sql.h"

// A line in the order in which the chain is followed.
struct turn {
    int64_t seq;
    struct office_line *line;
};

// One batch on its way into the database.
struct taking {
    struct office *office;
    struct office_batch *batch;
    struct known_device *device;
    struct known_chain *chain;
    unsigned char signed_head[DIGEST_BYTES];
    int64_t batch_no;
    int64_t stored_to; // last line that this batch brought, 0: none
    bool is_forked;

    const struct turn *turns; // the line that is being taken, and those after
    size_t turn_count;
    // Lines that are held, from one it is at to the last one asked for.
    struct sql_statement *held; // NULL: none was asked for
    int64_t held_seq, held_until;
    int64_t at; // when it was made or answered, corrected
    enum time_quality quality;
};

// chain_sql.c: gives every line its place and its verdict, and the batch its
// status where that is a gap.
enum sql_result chain_take_lines(struct taking *taking);
// Says on the device, for a person to look at, what is wrong at a line.
enum sql_result chain_add_flag(struct taking *taking, int64_t seq,
                               const char *kind, const char *detail);

// holes_sql.c: keeps which lines of older generations the first line of this
// one gives up. Other lines say nothing.
enum sql_result hole_declare(struct taking *taking,
                             const struct office_line *line);
// Lets the chain go on before `line`, which stands behind a hole, when its
// device has told of the whole of it. SQL_NONE: it has not.
enum sql_result hole_pass(struct taking *taking,
                          const struct office_line *line);

// After the lines: what the device signed must be what is held.
enum sql_result chain_check_head(struct taking *taking);
// Instead: keeps everything beside the chain, the device is revoked.
enum sql_result chain_quarantine(struct taking *taking);

// The counter's screen shows the invitation that the batch's state names.
// Nothing happens when it is not waiting any more (visits_sql.c).
enum sql_result visit_invited(struct taking *taking);

// place_sql.c: places the sound line that is being taken in time.
enum sql_result place_in_time(struct taking *taking,
                              const struct office_line *line);

// forms_sql.c: keeps the form whose line is stored.
enum sql_result form_take(struct taking *taking,
                          const struct office_line *line);

// What became of the invitation that brought the visit, be it a test; never the
// level (visits_sql.c).
enum sql_result visit_ends_invitation(struct taking *taking,
                                      const struct office_line *line);

// Before the first visit of the running transaction, being hopeful: asks at once
// whether others counted for what these batches' visits would count for.
enum sql_result visit_find_claimed(struct office *office,
                                   const struct office_batch *batches,
                                   size_t count);
// Makes the visit's row and adds it to the commit's tally, where the rule of
// one rating a transaction and step may take another visit out
// (visits_sql.c).
enum sql_result visit_count(struct taking *taking,
                            const struct office_line *line);
