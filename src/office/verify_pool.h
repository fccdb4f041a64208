// Lines on their way through several threads: one fills blocks with rows of the
// database, any thread hashes and reads the lines of a block, the first one
// takes the blocks back in the order in which it gave them. A machine with one
// core does all of it in the one thread.
#pragma once
#include "common/buf.h"
#include "common/ids.h"
#include "office/line.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VERIFY_ROWS = 128 }; // of a block

// A row of lines as it is kept, and what its bytes say.
struct verify_row {
    int64_t seq, verdict, batch_no;
    bool has_reason;
    unsigned char hash[DIGEST_BYTES]; // as it is kept; zeros: not 32 bytes
    size_t from, size;                // of its bytes in the block's
    struct office_line line;          // once the block was read
};

struct verify_block {
    char device[ID_SIZE];
    int64_t gen;
    struct verify_row rows[VERIFY_ROWS];
    size_t count;
    struct buf bytes;
    int state; // of the pool
};

struct verify_pool;

// NULL on no memory.
struct verify_pool *verify_pool_open(void);
// Accepts NULL. Blocks that were given and not taken are dropped.
void verify_pool_close(struct verify_pool *pool);

// The next empty block. NULL: all of them are given; take one first.
struct verify_block *verify_pool_next(struct verify_pool *pool);
// Gives the block that verify_pool_next() named.
void verify_pool_give(struct verify_pool *pool);
// The oldest that was given, read. NULL: none is given. It is empty again with
// the next call.
struct verify_block *verify_pool_take(struct verify_pool *pool);
