// The mark of a generation in kiosk.db: how far its lines have left, and what
// proves that they may have. A line that has left is on the server; the mark
// keeps the hash of the last of them, so that the chain goes on from it, and a
// receipt that the server signed for that line or a later one that is here.
#pragma once
#include "ledger/chain.h"
#include "ledger/proof.h"
#include "sql/sql.h"
#include "store/device.h"
#include <stdbool.h>
#include <stdint.h>

enum { MARK_SCHEMA = 3 }; // version of kiosk.db that brought the marks

// Lines and, of the visits among them, how they ended.
struct ledger_counts {
    int64_t lines, rated, declined, timeout, withdrawn;
};

struct ledger_mark {
    int64_t gen, upto;
    char head[DIGEST_HEX_SIZE]; // hash of line `upto`
    struct proof_receipt receipt;
    struct ledger_counts left; // of the lines that left this database
};

// `kiosk` is a connection with the statements of kiosk_db.h. SQL_NONE: all
// lines of the generation are there.
enum sql_result mark_read(struct sql *kiosk, int64_t gen,
                          struct ledger_mark *out);
// Sets the mark; what has left is counted by the database itself. The database
// refuses (SQL_CLASH) a mark that goes back, that the next line does not
// follow, or whose receipt is not for lines that are there.
enum sql_result mark_put(struct sql *kiosk, const struct ledger_mark *mark);
// A chain that begins where the lines of the generation do: behind its mark.
enum sql_result mark_start_chain(struct sql *kiosk, const char *device,
                                 int64_t gen, struct chain *out);
// True when the receipt is its server's for this device, and covers the mark.
// That it is for the lines that follow is the reader's to check.
bool mark_is_proved(const struct ledger_mark *mark,
                    const struct device *device);
