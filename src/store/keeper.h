// The storage thread's work without the thread: drafts and lines, the database
// and the ring, what happens when one of them fails, and what is made whole at
// start. One thread; every call may wait for the disk.
//
// Every change goes to the ring first and then to the database; either makes
// it durable. While the database is open nothing waits in the ring but the
// change in hand; while it is not, the ring goes on alone until it has no room
// for one more visit.
#pragma once
#include "sql/sql.h"
#include "store/store.h"

struct keeper;

enum keeper_result {
    KEEPER_OK,
    KEEPER_FAILED // neither copy is durable
};

// What a test may break. NULL members change nothing.
struct keeper_faults {
    // Called before each change to the database with `done` false, and after
    // one that went well with `done` true. An answer other than SQL_OK stands
    // for the result.
    enum sql_result (*transaction)(void *ctx, bool done);
    // Called before each ring write; false stands for a failed write.
    bool (*ring)(void *ctx);
    void *ctx;
};

// Never fails but for memory: what cannot be opened leaves the keeper broken,
// and keeper_mend() tries again.
struct keeper *keeper_new(const char *directory, const char *device,
                          int ring_slots, const struct keeper_faults *faults);
void keeper_free(struct keeper *keeper);
// From now on tells of each line that it finds when it makes whole, and of each
// that it closes by itself, whose invitation was answered by it.
typedef void keeper_answered(void *ctx, const char *invitation);
void keeper_tell_answered(struct keeper *keeper, keeper_answered *tell,
                          void *ctx);

// Opens, or opens again, what is not open: lock, ring, database, reserve. Then
// brings into the database what waits in the ring. The first time, drafts that
// it finds are closed as level only. True when the database takes changes now.
bool keeper_mend(struct keeper *keeper);
// True while a copy is missing.
bool keeper_needs_mending(const struct keeper *keeper);
// True when a visit can be made durable, in the database or in the ring alone.
bool keeper_is_ready(const struct keeper *keeper);
// Why it is not ready.
enum store_reason keeper_reason(const struct keeper *keeper);

// `out_reason` on failure, see store.h.
enum keeper_result keeper_put_draft(struct keeper *keeper,
                                    const struct record *record,
                                    enum store_reason *out_reason);
void keeper_drop_draft(struct keeper *keeper, const char *id);
// `out_gen` and `out_seq` as in STORE_LINE_SAVED. A visit that has its line
// already keeps it, and is given that line's place.
enum keeper_result keeper_put_line(struct keeper *keeper,
                                   const struct record *record,
                                   int64_t *out_gen, int64_t *out_seq,
                                   enum store_reason *out_reason);

// Keeps the sealed comment of a visit whose line comes next. Its line alone
// makes it count: one whose line never came is not sent.
enum keeper_result keeper_put_comment(struct keeper *keeper, const char *id,
                                      const char *sealed,
                                      enum store_reason *out_reason);

// The kiosk's own settings live in the database alone. False while it is not
// open, or when it refuses; it is then not given up, for that is said by the
// next record.
bool keeper_put_setting(struct keeper *keeper, const char *name,
                        const char *value);
struct settings;
bool keeper_read_settings(struct keeper *keeper, struct settings *out);

// What is best done when nothing else is: the checkpoint, the reserve, a new
// generation when the courier says that the server asks for one.
void keeper_idle(struct keeper *keeper);
// One small step of letting old lines leave (store/prune.h). True when more may
// follow.
bool keeper_prune(struct keeper *keeper, int keep_days);
void keeper_get_state(struct keeper *keeper, struct store_state *out);
