// What is attacked: a device's and a server's directory, each with every kind
// of row that proves something. Nothing runs on them.
#pragma once
#include "support/kiosk_maker.h"
#include "support/office_maker.h"
#include "support/old_ledger.h"

// Lines 1…24 of generation 1, receipts for 6, 12 and 20: the last four were
// never sent.
enum { SCENE_LINES = 24, SCENE_SENT = 20 };
void scene_device(struct made_kiosk *kiosk);

// Lines 1…40 of generation 1, of which 1…30 have left; the mark's receipt is
// for line 36, one of today for 38, and the last two were never sent.
enum { SCENE_MARK = 30, SCENE_MARK_RECEIPT = 36, SCENE_OLD_LINES = 40 };
void scene_pruned(struct old_ledger *old);

// Device a: an event, ratings, one that is not sound, a declined visit, two
// ratings of one transaction; lines 1…14 in four batches, one of them taken
// after a checkpoint. Device b: lines 1…6 in two batches, a signed head of line
// 8, which never came, a conflict in line 1 of generation 2, and a fork there.
struct scene_server {
    struct made_office office;
    struct ledger_maker a, b;
    struct key key;      // the server's, in server.key
    char checkpoint[96]; // the file of a checkpoint up to line 10 of a
};
enum { SCENE_A = 14, SCENE_CHECKPOINT = 10, SCENE_B = 6, SCENE_B_HEAD = 8 };
void scene_server(struct scene_server *scene);
void scene_server_free(struct scene_server *scene);
