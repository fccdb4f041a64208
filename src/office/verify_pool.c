#include "office/verify_pool.h"
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCKS = 8, THREADS_MOST = 3 };
enum { EMPTY, GIVEN, IN_WORK, READ };

struct verify_pool {
    struct verify_block *blocks; // a ring
    pthread_t threads[THREADS_MOST];
    int thread_count;
    struct verify_block *taken; // by verify_pool_take(), not yet empty

    pthread_mutex_t lock;
    pthread_cond_t work; // there is a block to read, or it ends
    pthread_cond_t done; // a block was read
    // guarded by `lock`: the blocks' states, and these
    uint64_t given_count, work_count, taken_count;
    bool ends;
};

static struct verify_block *block_at(struct verify_pool *pool, uint64_t number)
{
    return &pool->blocks[number % BLOCKS];
}

static void read_block(struct verify_block *block)
{
    const char *bytes = buf_text(&block->bytes);
    for (size_t i = 0; i < block->count; i++) {
        struct verify_row *row = &block->rows[i];
        struct office_place place = {block->device, block->gen, row->seq,
                                     row->seq, 0};
        office_line_read(bytes + row->from, row->size, &place, &row->line);
    }
}

// Reads the next block that waits; the lock is held, and released meanwhile.
static void work_on_one(struct verify_pool *pool)
{
    struct verify_block *block = block_at(pool, pool->work_count++);
    block->state = IN_WORK;
    pthread_mutex_unlock(&pool->lock);
    read_block(block);
    pthread_mutex_lock(&pool->lock);
    block->state = READ;
    pthread_cond_signal(&pool->done);
}

static void *run(void *ctx)
{
    struct verify_pool *pool = ctx;
    pthread_mutex_lock(&pool->lock);
    while (!pool->ends) {
        if (pool->work_count < pool->given_count)
            work_on_one(pool);
        else
            pthread_cond_wait(&pool->work, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

struct verify_pool *verify_pool_open(void)
{
    struct verify_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pool->blocks = calloc(BLOCKS, sizeof *pool->blocks);
    if (!pool->blocks) {
        free(pool);
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    long spare = sysconf(_SC_NPROCESSORS_ONLN) - 1;
    while (pool->thread_count < spare && pool->thread_count < THREADS_MOST &&
           pthread_create(&pool->threads[pool->thread_count], NULL, run,
                          pool) == 0)
        pool->thread_count++;
    return pool;
}

void verify_pool_close(struct verify_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ends = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    for (int i = 0; i < BLOCKS; i++)
        buf_free(&pool->blocks[i].bytes);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool->blocks);
    free(pool);
}

struct verify_block *verify_pool_next(struct verify_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct verify_block *block = block_at(pool, pool->given_count);
    bool is_empty = block->state == EMPTY;
    pthread_mutex_unlock(&pool->lock);
    return is_empty ? block : NULL;
}

void verify_pool_give(struct verify_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    block_at(pool, pool->given_count++)->state = GIVEN;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

struct verify_block *verify_pool_take(struct verify_pool *pool)
{
    struct verify_block *block = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->taken) {
        pool->taken->count = 0;
        buf_clear(&pool->taken->bytes);
        pool->taken->state = EMPTY;
        pool->taken = NULL;
    }
    if (pool->taken_count < pool->given_count) {
        block = block_at(pool, pool->taken_count++);
        // Nobody is idle: this thread reads, too.
        while (block->state != READ) {
            if (pool->work_count < pool->given_count)
                work_on_one(pool);
            else
                pthread_cond_wait(&pool->done, &pool->lock);
        }
        pool->taken = block;
    }
    pthread_mutex_unlock(&pool->lock);
    return block;
}
