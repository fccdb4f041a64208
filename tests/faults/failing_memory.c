#include "faults/failing_memory.h"
#include "common/json.h"
#include <curl/curl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static struct {
    pthread_mutex_t lock;
    // guarded by `lock`
    long calls, failures;
    long at; // this call fails; 0: none does
    bool for_ever;
} memory = {.lock = PTHREAD_MUTEX_INITIALIZER};

// SQLite's own way to memory, which the test's stands before.
static sqlite3_mem_methods sqlite_memory;

void memory_fail(long n, bool for_ever)
{
    pthread_mutex_lock(&memory.lock);
    memory.calls = 0;
    memory.failures = 0;
    memory.at = n;
    memory.for_ever = for_ever;
    pthread_mutex_unlock(&memory.lock);
}

long memory_failures(void)
{
    pthread_mutex_lock(&memory.lock);
    long failures = memory.failures;
    pthread_mutex_unlock(&memory.lock);
    return failures;
}

static bool is_refused(void)
{
    pthread_mutex_lock(&memory.lock);
    memory.calls++;
    bool refused =
        memory.at > 0 && (memory.calls == memory.at ||
                          (memory.for_ever && memory.calls > memory.at));
    memory.failures += refused;
    pthread_mutex_unlock(&memory.lock);
    return refused;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return is_refused() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

static void *sqlite_malloc(int size)
{
    return is_refused() ? NULL : sqlite_memory.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
    return is_refused() ? NULL : sqlite_memory.xRealloc(old, size);
}

void memory_take_over(void)
{
    sqlite3_mem_methods methods;
    bool good =
        sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory) == SQLITE_OK;
    methods = sqlite_memory;
    methods.xMalloc = sqlite_malloc;
    methods.xRealloc = sqlite_realloc;
    good = good && sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK;
    json_set_alloc_funcs(__wrap_malloc, free);
    good = good && curl_global_init_mem(CURL_GLOBAL_DEFAULT, __wrap_malloc,
                                        free, __wrap_realloc, __wrap_strdup,
                                        __wrap_calloc) == CURLE_OK;
    if (!good) {
        fputs("the libraries keep their own memory\n", stderr);
        abort();
    }
}
