// What the counter screen keeps: unfinished visits as drafts, ended ones as
// lines of the device's ledger, in kiosk.db, with a second copy in a ring file
// written before each commit. The screen's thread never waits for the disk:
// commands are queued to a storage thread that alone owns the database, and
// each result comes back as an event.
//
// An acknowledged record is durable: its COMMIT is done, or, when the database
// refuses, its ring slot is synced and will be moved into the database when
// that is back. Only when both fail does STORE_FAILED come. A database that
// stops working is opened again every 30 seconds; the ring goes on alone until
// it has no room for one more visit, and only then does STORE_BROKEN come.
//
// Order of calls: store_open(), any commands from one thread, store_close().
#pragma once
#include "ledger/record.h"
#include <stdbool.h>
#include <stdint.h>

enum store_event_kind {
    STORE_READY,       // opened, or back; drafts of before are closed; `gen`
                       // and `seq` of the last line
    STORE_BROKEN,      // nothing can be kept now; `reason` says why. Again
                       // when the reason becomes another
    STORE_DRAFT_SAVED, // `id`
    STORE_LINE_SAVED,  // `id`, `gen`, `seq`; seq 0: kept in the ring, and gets
                       // its place in the ledger when the database is back
    STORE_FAILED       // `id`, `reason`: neither copy could be made durable;
                       // STORE_BROKEN or STORE_READY follows, as things stand
};
enum store_reason {
    STORE_REASON_NONE,
    STORE_REASON_FULL,    // no room on the disk
    STORE_REASON_BROKEN,  // the disk or the database does not take writes
    STORE_REASON_CORRUPT, // kiosk.db is damaged
    STORE_REASON_BUSY,    // another kiosk runs on this directory
    // The disk was read-only and takes writes again, but not those of this
    // start of the program (common/mounted.h): only a new one mends that.
    STORE_REASON_LEFT_BEHIND
};
const char *store_reason_name(enum store_reason reason);

struct store_event {
    enum store_event_kind kind;
    enum store_reason reason;
    char id[ID_SIZE];
    int64_t gen, seq;
};

// Called on the storage thread with a value that is valid for the call; must
// not block, and must not call the store.
typedef void store_listener(void *ctx, const struct store_event *event);

struct store_params {
    const char *directory; // copied
    const char *device;    // the device's id, copied
    store_listener *listener;
    void *ctx;
    int retry_ms;   // how often a broken store is tried again; 0: 30,000
    int keep_days;  // acknowledged lines stay at least so long; 0: for ever
    int prune_ms;   // without a command before old lines leave; 0: 60,000
    int ring_slots; // 0: 1,024; for tests
};

struct store;

// Starts the storage thread; opening goes on there, and STORE_READY or
// STORE_BROKEN tells how it went. NULL when no thread or memory could be had.
struct store *store_open(const struct store_params *params);
// Finishes what is queued, closes, joins the thread. Accepts NULL.
void store_close(struct store *store);

// The record is copied. Device, gen, seq and prev are filled in by the store.
// False when memory ran out: nothing was queued.
//
// Keeps an unfinished visit with its level; a later one of the same id
// replaces it.
bool store_put_draft(struct store *store, const struct record *record);
// Forgets a draft: the citizen wants to change the answer. No event follows.
bool store_drop_draft(struct store *store, const char *id);
// Ends a visit, or writes an event of the device: one line of the ledger. A
// draft of the same id goes with it.
bool store_put_line(struct store *store, const struct record *record);

// The same with the visit's comment: base64 of what box_seal() gave, whose
// SHA-256 the record carries as comment_hash; copied. NULL: none.
bool store_put_line_with_comment(struct store *store,
                                 const struct record *record,
                                 const char *sealed);

// Whether a line of this invitation is in the ledger, or on its way there: its
// citizen has been asked. Known from the first STORE_READY on, of some thousand
// newest lines; always answered from memory. Any thread.
bool store_is_answered(struct store *store, const char *invitation);

// For the staff's page. Any thread.
struct store_state {
    bool ready;
    enum store_reason reason; // while not ready
    int64_t gen, seq;         // last line
    char head[DIGEST_HEX_SIZE];
    int ring_waiting; // slots not yet in the database
    int64_t disk_free_bytes;
};
void store_get_state(struct store *store, struct store_state *out);
// For how long the storage thread has been at one thing; 0: it waits for work.
// A disk may take seconds over a write; a minute is a thread that is lost. Any
// thread.
int64_t store_busy_ms(struct store *store);

// What the kiosk keeps for itself between two starts: short texts by name,
// nothing of a visit. They are read before the first STORE_READY, and always
// answered from memory. Any thread.
enum { STORE_SETTING_SIZE = 160 };
// Staff asked for sending without delay; the value is when. The courier reads
// it.
#define STORE_SETTING_SEND_NOW "send_now"
// The invitation whose question is on the screen; "": none. Read by the courier
// too.
#define STORE_SETTING_INVITATION "invitation"
// The version of the configuration that the screen shows; where it cannot show
// the newest one, that one's version and why: "7", "7 8 survey: no such …". Read
// by the courier, which tells the server.
#define STORE_SETTING_CONFIG "config"
// Kept as soon as the database takes it; until then it holds in memory. False
// when the name (at most 31 bytes) or the value is too long, or memory ran out.
bool store_put_setting(struct store *store, const char *name,
                       const char *value);
// False: there is none of this name.
bool store_get_setting(struct store *store, const char *name,
                       char out[STORE_SETTING_SIZE]);
