#include "postgres/hosts.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// More addresses than a process has databases; what is beyond is asked in its
// order.
enum { KNOWN_MAX = 16 };

static struct {
    char *url;
    size_t first;
} known[KNOWN_MAX];
static size_t known_count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; // guards the above

static size_t first_of(const char *url)
{
    size_t first = 0;
    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < known_count; i++) {
        if (strcmp(known[i].url, url) == 0)
            first = known[i].first;
    }
    pthread_mutex_unlock(&mutex);
    return first;
}

static void set_first(const char *url, size_t first)
{
    size_t i = 0;
    pthread_mutex_lock(&mutex);
    while (i < known_count && strcmp(known[i].url, url) != 0)
        i++;
    if (i == known_count && i < KNOWN_MAX && (known[i].url = strdup(url)))
        known_count++;
    if (i < known_count)
        known[i].first = first;
    pthread_mutex_unlock(&mutex);
}

// The entry's beginning and size; a list of one stands for all.
static const char *entry_of(const char *list, size_t index, size_t *out_size)
{
    bool is_one = !strchr(list, ',');
    for (; index > 0 && !is_one; index--) {
        list = strchr(list, ',');
        if (!list)
            return NULL;
        list++;
    }
    *out_size = strcspn(list, ",");
    return list;
}

char *hosts_turn(const char *list, size_t first)
{
    size_t size, whole = strlen(list);
    const char *from = strchr(list, ',') ? entry_of(list, first, &size) : NULL;
    char *turned = from ? malloc(whole + 1) : NULL;
    if (!turned)
        return NULL;
    size_t rest = strlen(from), before = whole - rest;
    memcpy(turned, from, rest);
    if (before > 0) {
        turned[rest] = ',';
        memcpy(turned + rest + 1, list, before - 1);
    }
    turned[whole] = '\0';
    return turned;
}

static const char *value_of(const PQconninfoOption *options, const char *name)
{
    for (; options->keyword; options++) {
        if (strcmp(options->keyword, name) == 0)
            return options->val;
    }
    return NULL;
}

static char *turn(const PQconninfoOption *options, const char *name,
                  size_t first)
{
    const char *list = value_of(options, name);
    return list ? hosts_turn(list, first) : NULL;
}

void hosts_of(const char *url, struct hosts *out)
{
    size_t first = first_of(url);
    *out = (struct hosts){0};
    if (first == 0)
        return;
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    if (!options)
        return;
    out->host = turn(options, "host", first);
    out->hostaddr = turn(options, "hostaddr", first);
    out->port = turn(options, "port", first);
    PQconninfoFree(options);
}

void hosts_free(struct hosts *hosts)
{
    free(hosts->host);
    free(hosts->hostaddr);
    free(hosts->port);
}

static bool is_entry(const char *list, size_t index, const char *value)
{
    size_t size = 0;
    const char *entry = entry_of(list, index, &size);
    return entry && strlen(value) == size && memcmp(entry, value, size) == 0;
}

// Hosts may be the same but for their ports.
static void remember(const char *url, const char *hosts, const char *ports,
                     PGconn *db)
{
    size_t size;
    if (!strchr(hosts, ','))
        return;
    for (size_t i = 0; entry_of(hosts, i, &size); i++) {
        if (is_entry(hosts, i, PQhost(db)) &&
            (!ports || is_entry(ports, i, PQport(db)))) {
            set_first(url, i);
            return;
        }
    }
}

void hosts_remember(const char *url, PGconn *db)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    if (!options)
        return;
    const char *hosts = value_of(options, "host");
    if (hosts)
        remember(url, hosts, value_of(options, "port"), db);
    PQconninfoFree(options);
}
