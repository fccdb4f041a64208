// courier.db: what the courier knows. The courier alone writes it (open with
// COURIER_WRITER), while it holds courier.lock; the kiosk, `hailong status` and
// `verify` read it. Everything in it can be fetched again from the server, but
// for the receipts, which are proofs and are kept. Any thread; a visitor
// may ask for more, and holds up the other threads meanwhile.
#pragma once
#include "common/buf.h"
#include "common/ids.h"
#include "ledger/proof.h"
#include "ledger/record.h"
#include "sql/sql.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct courier;
enum courier_role { COURIER_WRITER, COURIER_READER };

// SQL_NONE: a reader found no database yet. A writer sets a damaged one aside
// and begins another; all but the receipts comes again from the server, and
// those that follow prove what these did.
enum sql_result courier_open(const char *directory, enum courier_role role,
                             struct courier **out_courier);
void courier_close(struct courier *courier);
bool courier_changed(struct courier *courier);
bool courier_is_replaced(struct courier *courier);
// Some call found the file damaged: close it, and open it again.
bool courier_is_damaged(struct courier *courier);

// --- How far the server has acknowledged, by generation ---------------------
// SQL_NONE: nothing acknowledged of it yet.
enum sql_result courier_position(struct courier *courier, int64_t gen,
                                 struct proof_receipt *out);
// Keeps a receipt that the caller has verified and moves the position to it,
// in one transaction with what was set aside. The position may go back: a
// server restored from a backup asks for lines again.
struct courier_aside {
    int64_t seq;
    char id[ID_SIZE];
    const char *status; // "invalid", "conflict"
    const char *reason;
};
enum sql_result courier_advance(struct courier *courier,
                                const struct proof_receipt *receipt,
                                const struct courier_aside *aside,
                                size_t aside_count);
// Sets the position back to `to` without a receipt (409 gap with a lower
// `expected`), its head and signature empty; receipts of before stay as proof.
enum sql_result courier_rewind(struct courier *courier, int64_t gen,
                               int64_t to);
// The receipts that prove what the server took: the first one for each line
// that a position came to, by generation and line.
typedef bool courier_receipt_visitor(void *ctx,
                                     const struct proof_receipt *receipt);
enum sql_result courier_receipts(struct courier *courier,
                                 courier_receipt_visitor *visit, void *ctx);
// Those of one generation for lines after `after`, in their order.
enum sql_result courier_receipts_after(struct courier *courier, int64_t gen,
                                       int64_t after,
                                       courier_receipt_visitor *visit,
                                       void *ctx);

// Writer only. Those for lines before `before`, which have left the ledger: the
// mark has a receipt of its own (store/mark.h).
enum sql_result courier_drop_receipts(struct courier *courier, int64_t gen,
                                      int64_t before);

// --- What the server would not take ---------------------------------------
typedef bool courier_aside_visitor(void *ctx, int64_t gen,
                                   const struct courier_aside *aside);
enum sql_result courier_quarantine(struct courier *courier,
                                   courier_aside_visitor *visit, void *ctx);
enum sql_result courier_quarantine_count(struct courier *courier,
                                         int64_t *out_count);

// --- Attempts: a restart does not forget them -------------------------------
// How a last error begins that says how far the try came; others are of a
// server that answered.
#define COURIER_ERROR_STATUS "the server answered %d"
#define COURIER_ERROR_TLS "TLS: "
#define COURIER_ERROR_CONTACT "no contact: "
#define COURIER_ERROR_UNBELIEVED "an answer that is not believed: "
struct courier_attempts {
    int64_t failures;      // in a row
    int64_t next_at_ms;    // wall time before which nothing is sent
    int64_t last_sent_ms;  // of the last good answer; 0: never
    char last_error[256];  // "" after a good answer
    int64_t last_error_ms; // 0: never
};
enum sql_result courier_attempts(struct courier *courier,
                                 struct courier_attempts *out);
enum sql_result courier_set_attempts(struct courier *courier,
                                     const struct courier_attempts *attempts);

// --- Server time anchors ------------------------------------------------
// At `up_ms` of this boot the server's clock said `server_ms`, within half of
// `round_trip_ms`.
struct courier_anchor {
    char boot[ID_SIZE];
    int64_t up_ms, server_ms, round_trip_ms;
};
enum sql_result courier_put_anchor(struct courier *courier,
                                   const struct courier_anchor *anchor);
// The newest. SQL_NONE: never had one.
enum sql_result courier_anchor(struct courier *courier,
                               struct courier_anchor *out);

// --- The device's configuration, last good one ------------------------------
// `body` is appended: the exact bytes that the signature covers. SQL_NONE:
// none was fetched yet.
enum sql_result courier_config(struct courier *courier, int64_t *out_version,
                               char *etag, size_t etag_size, struct buf *body);
enum sql_result courier_put_config(struct courier *courier, int64_t version,
                                   const char *etag, const char *body,
                                   size_t size, const char *signature);

// The screen has shown the one that is held: it is kept beside the next one,
// until the screen has shown that one too.
enum sql_result courier_keep_shown_config(struct courier *courier);
enum sql_result courier_drop_shown_config(struct courier *courier);
// As courier_config(). SQL_NONE: none is kept beside.
enum sql_result courier_shown_config(struct courier *courier,
                                     int64_t *out_version, char *etag,
                                     size_t etag_size, struct buf *body);

// --- Invitations of the counter ----------------------------------------------
// Of this boot, or of an earlier one of the machine.
struct courier_moment {
    char boot[ID_SIZE];
    int64_t up_ms;
};
// Texts "" that were not told. Times are the server's, wall milliseconds.
struct courier_invitation {
    char id[ID_SIZE];
    char transaction[RECORD_TRANSACTION_SIZE];
    char procedure[RECORD_CODE_SIZE];
    char field[RECORD_CODE_SIZE];
    char step[RECORD_CODE_SIZE];
    char officer[RECORD_CODE_SIZE];
    int64_t made_at, expires_at;
};
enum { COURIER_INVITATIONS_MAX = 5, COURIER_ETAG_SIZE = 128 };
struct courier_invitations {
    struct courier_invitation list[COURIER_INVITATIONS_MAX]; // in order
    size_t count;
    char etag[COURIER_ETAG_SIZE]; // "": the server is asked for the whole list
    struct courier_moment told;   // the list came then,
    int64_t server_ms;            // when it was this by the server's clock
};
// Replaces the whole list; a contact, too.
enum sql_result
courier_put_invitations(struct courier *courier,
                        const struct courier_invitations *invitations);
// SQL_NONE: the server has told nothing yet.
enum sql_result courier_invitations(struct courier *courier,
                                    struct courier_invitations *out);
// The last good answer of the server to anything. SQL_NONE: never.
enum sql_result courier_put_contact(struct courier *courier,
                                    const struct courier_moment *contact);
enum sql_result courier_contact(struct courier *courier,
                                struct courier_moment *out);

// Whether the server says that this device was revoked: what it sends counts
// no more.
enum sql_result courier_set_revoked(struct courier *courier, bool revoked);
bool courier_is_revoked(struct courier *courier);

// --- What the server asks of the kiosk ----------------------------------
// The generation that the server wants next after a fork or a restore; 0: no
// wish.
enum sql_result courier_next_gen(struct courier *courier, int64_t *out_gen);
enum sql_result courier_set_next_gen(struct courier *courier, int64_t gen);
