#include "server/wards.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "common/log.h"
#include "common/log_tries.h"
#include "server/context.h"
#include "server/inside.h"
#include "server/request.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char MODULE[] = "city";

enum {
    LOOK_S = 2,       // between two looks at the registry
    AGAIN_S = 15,     // until a book that could not be opened is tried again
    WARD_THREADS = 0, // of its own: the listeners are shared
    // Of one ward: each connection of SQLite has two or three files.
    WARD_DESCRIPTORS = 40
};

struct ward {
    char code[CITY_CODE_SIZE];
    char directory[PATH_MAX];
    struct config *config; // its settings borrow from it
    char name[CITY_NAME_SIZE];
    char url[CITY_BOOK_SIZE];
    _Atomic(struct server *) server; // NULL: not open
    int64_t again_us;                // monotonic: not to be tried before
    struct log_tries tries;          // to open it
    struct ward *next;
};

struct wards {
    struct server_settings settings; // as given
    char address[PATH_MAX];          // of the registry
    struct registry *registry;       // the thread's
    char name[CITY_NAME_SIZE];       // the city's own
    char code[CITY_CODE_SIZE];
    struct server *city;
    unsigned admin_port;
    _Atomic(struct ward *) first; // wards are added in front and never go
    pthread_rwlock_t lock;        // guards `units`
    struct city_units units;
    int64_t number; // of the last change in them
    pthread_t thread;
    bool is_running;
    pthread_mutex_t mutex; // guards `stopping`
    pthread_cond_t wake;
    bool stopping;
};

// --- The registry

static bool read_units(struct wards *wards, struct city_units *out,
                       int64_t *out_number)
{
    struct buf message = {0};
    bool done = registry_read(wards->registry, out, out_number, &message);
    if (!done) {
        log_error(MODULE, "%s: %s", wards->settings.city, buf_text(&message));
    }
    buf_free(&message);
    return done;
}

// The first unit that has no other above it: the city.
static const struct city_unit *find_city(const struct city_units *units)
{
    for (size_t i = 0; i < units->count; i++) {
        const struct city_unit *unit = &units->all[i];
        if (!city_kind_has_book(unit->kind) &&
            city_parent(unit, unit->from)[0] == '\0') {
            return unit;
        }
    }
    return NULL;
}

static void set_base(struct server_settings *settings, const char *code)
{
    snprintf(settings->base, sizeof settings->base, "/w/%s", code);
}

static enum server_outcome open_registry(struct wards *wards)
{
    const struct city_unit *city = NULL;
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    enum sql_result result =
        registry_address(wards->settings.city, wards->address)
            ? registry_open(wards->address, REGISTRY_WRITES, &wards->registry)
            : SQL_ERROR;
    if (result != SQL_OK) {
        log_error(MODULE, "%s: the registry cannot be opened: %s",
                  wards->settings.city, sql_result_name(result));
        return result == SQL_BUSY && wards->settings.db ? SERVER_AWAY
                                                        : SERVER_MISTAKE;
    }
    if (!read_units(wards, &wards->units, &wards->number)) {
        return SERVER_MISTAKE;
    }
    city = find_city(&wards->units);
    if (!city) {
        log_error(MODULE,
                  "%s: no city is in the registry yet; add it: hailong unit "
                  "add --city %s --kind city --code … --name … --from …",
                  wards->settings.city, wards->settings.city);
        return SERVER_MISTAKE;
    }
    snprintf(wards->code, sizeof wards->code, "%s", city->code);
    snprintf(wards->name, sizeof wards->name, "%s", city_name(city, today));
    return SERVER_OPEN;
}

enum server_outcome wards_read(const struct server_settings *settings,
                               struct wards **out_wards,
                               struct server_settings *out_settings)
{
    struct wards *wards = calloc(1, sizeof *wards);
    if (!wards) {
        log_error(MODULE, "out of memory");
        return SERVER_FAILED;
    }
    wards->settings = *settings;
    office_share_connections(settings->db_connections);
    pthread_rwlock_init(&wards->lock, NULL);
    pthread_mutex_init(&wards->mutex, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&wards->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    // A registry on PostgreSQL has its keys' directory made by the server.
    enum server_outcome outcome =
        wards->settings.db || file_make_directory(settings->data)
            ? open_registry(wards)
            : SERVER_MISTAKE;
    if (outcome != SERVER_OPEN) {
        wards_close(wards);
        return outcome;
    }
    *out_settings = *settings;
    out_settings->unit_code = wards->code;
    out_settings->defaults.unit_name = wards->name;
    set_base(out_settings, wards->code);
    *out_wards = wards;
    return SERVER_OPEN;
}

int wards_descriptors(const struct wards *wards)
{
    int count = 1;
    for (size_t i = 0; i < wards->units.count; i++) {
        count += city_kind_has_book(wards->units.all[i].kind);
    }
    return count * WARD_DESCRIPTORS + 128;
}

const struct city_units *wards_hold_units(struct wards *wards)
{
    pthread_rwlock_rdlock(&wards->lock);
    return &wards->units;
}

void wards_let_units(struct wards *wards)
{
    pthread_rwlock_unlock(&wards->lock);
}

// --- One ward

static struct ward *find_ward(struct wards *wards, const char *code,
                              size_t size)
{
    struct ward *ward = atomic_load(&wards->first);
    while (ward && (strlen(ward->code) != size ||
                    strncasecmp(ward->code, code, size) != 0)) {
        ward = ward->next;
    }
    return ward;
}

// False: ward.ini says what it cannot.
static bool read_own_file(struct ward *ward, struct buf *message)
{
    char path[PATH_MAX];
    if (!file_join(path, sizeof path, ward->directory, WARDS_FILE) ||
        !file_exists(path)) {
        return true;
    }
    if (!config_read_file(ward->config, path, message)) {
        return false;
    }
    for (const struct config_key *key = SERVER_KEYS; key->name; key++) {
        if (strcmp(key->section, "server") == 0 &&
            config_is_set(ward->config, key->name)) {
            buf_printf(message,
                       "%s: %s: what is in [server] is for all wards; set it "
                       "in the city's file",
                       path, key->name);
            return false;
        }
    }
    return true;
}

static bool read_settings(struct wards *wards, struct ward *ward,
                          struct server_settings *out)
{
    struct buf message = {0};
    config_close(ward->config);
    ward->config = config_copy(wards->settings.config);
    bool done = ward->config && read_own_file(ward, &message) &&
                server_settings_read(ward->config, out, &message);
    if (done) {
        out->city = NULL;
        out->port_file = NULL;
        out->data = ward->directory;
        out->db = ward->url[0] != '\0' ? ward->url : NULL;
        out->unit_code = ward->code;
        out->log_ward = ward->code;
        out->defaults.unit_name = ward->name;
        out->threads = WARD_THREADS;
        set_base(out, ward->code);
    } else {
        log_error(MODULE, "ward %s: %s", ward->code,
                  ward->config ? buf_text(&message) : "out of memory");
    }
    buf_free(&message);
    return done;
}

// On the thread alone. Until it is open its requests get 503.
static void open_ward(struct wards *wards, struct ward *ward)
{
    struct server_settings settings;
    struct server *server = NULL;
    int64_t now_us = clock_mono_us();
    log_set_ward(ward->code);
    log_tries_begin(&ward->tries);
    bool done =
        read_settings(wards, ward, &settings) &&
        server_prepare(&settings, wards->city, &server) == SERVER_OPEN &&
        server_tell_admin(server, wards->admin_port);
    if (!done) {
        server_finish(server);
        server_release(server);
        ward->again_us = clock_mono_us() + AGAIN_S * INT64_C(1000000);
        log_error(MODULE,
                  "ward %s (%s) is shut: its requests are answered with 503; "
                  "it is tried again each %d s",
                  ward->code, ward->directory, AGAIN_S);
    }
    log_tries_end(&ward->tries, done, MODULE, ward->code);
    if (done) {
        atomic_store(&ward->server, server);
        log_info(MODULE, "ward %s is open after %lld ms", ward->code,
                 (long long)((clock_mono_us() - now_us) / 1000));
    }
    log_set_ward("");
}

// A ward that the registry tells of and that is not known here yet.
static bool add_ward(struct wards *wards, const struct city_unit *unit,
                     int32_t today)
{
    struct ward *ward = calloc(1, sizeof *ward);
    const char *url = registry_url(unit);
    if (!ward ||
        !registry_directory(wards->settings.data, unit, ward->directory)) {
        log_error(MODULE, "ward %s: out of memory, or its path is too long",
                  unit->code);
        free(ward);
        return false;
    }
    snprintf(ward->code, sizeof ward->code, "%s", unit->code);
    snprintf(ward->name, sizeof ward->name, "%s", city_name(unit, today));
    snprintf(ward->url, sizeof ward->url, "%s", url ? url : "");
    ward->next = atomic_load(&wards->first);
    atomic_store(&wards->first, ward);
    return true;
}

static void add_wards(struct wards *wards)
{
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    // From the last to the first: each is put in front.
    for (size_t i = wards->units.count; i-- > 0;) {
        const struct city_unit *unit = &wards->units.all[i];
        if (city_kind_has_book(unit->kind) &&
            !find_ward(wards, unit->code, strlen(unit->code))) {
            add_ward(wards, unit, today);
        }
    }
}

// --- The thread

// Waits, or not at all when it is to end: false then.
static bool rest(struct wards *wards, int seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&wards->mutex);
    while (!wards->stopping && seconds > 0 &&
           pthread_cond_timedwait(&wards->wake, &wards->mutex, &until) == 0) {
    }
    bool goes_on = !wards->stopping;
    pthread_mutex_unlock(&wards->mutex);
    return goes_on;
}

static void look_at_registry(struct wards *wards)
{
    struct city_units units, old;
    int64_t number = 0;
    if (registry_number(wards->registry, &number) != SQL_OK ||
        number == wards->number || !read_units(wards, &units, &number)) {
        return;
    }
    pthread_rwlock_wrlock(&wards->lock);
    old = wards->units;
    wards->units = units;
    wards->number = number;
    pthread_rwlock_unlock(&wards->lock);
    city_units_free(&old);
    add_wards(wards);
    log_info(MODULE, "the registry has changed: %lld changes",
             (long long)number);
}

// What the registry says of a ward that is open: when it ended, and that it has
// another name than the one with which it was opened.
static void tell_ward(const struct city_units *units, struct ward *ward)
{
    const struct city_unit *unit = city_find(units, ward->code);
    struct server *server = atomic_load(&ward->server);
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    if (!unit || !server) {
        return;
    }
    server->until = unit->until;
    if (strcmp(city_name(unit, today), ward->name) != 0) {
        log_warn(MODULE,
                 "ward %s has another name today; restart hailong-server so "
                 "that its screens show it",
                 ward->code);
    }
}

static void *run(void *ctx)
{
    struct wards *wards = ctx;
    add_wards(wards);
    do {
        int64_t now_us = clock_mono_us();
        struct ward *ward = atomic_load(&wards->first);
        for (; ward && rest(wards, 0); ward = ward->next) {
            if (!atomic_load(&ward->server) && ward->again_us <= now_us) {
                open_ward(wards, ward);
            }
            tell_ward(&wards->units, ward);
        }
        look_at_registry(wards);
    } while (rest(wards, LOOK_S));
    return NULL;
}

bool wards_start(struct wards *wards, struct server *city, unsigned admin_port)
{
    wards->city = city;
    wards->admin_port = admin_port;
    int fault = pthread_create(&wards->thread, NULL, run, wards);
    wards->is_running = fault == 0;
    if (fault != 0) {
        log_error(MODULE, "the wards cannot be opened: %s", strerror(fault));
    }
    return fault == 0;
}

// --- Requests

static enum ward_found take(struct request *request, struct ward *ward)
{
    struct server *server = ward ? atomic_load(&ward->server) : NULL;
    if (!server) {
        return ward ? WARD_SHUT : WARD_NONE;
    }
    request->server = server;
    return WARD_FOUND;
}

// A host that the registry names.
static struct ward *find_host(struct wards *wards, const char *host)
{
    struct ward *found = NULL;
    const struct city_units *units = wards_hold_units(wards);
    for (size_t i = 0; host && i < units->count && !found; i++) {
        const struct city_unit *unit = &units->all[i];
        if (unit->host[0] != '\0' && strcasecmp(unit->host, host) == 0) {
            found = find_ward(wards, unit->code, strlen(unit->code));
        }
    }
    wards_let_units(wards);
    return found;
}

enum ward_found wards_find(struct wards *wards, struct request *request)
{
    static const char begin[] = "/w/";
    char *path = request->path;
    if (strncmp(path, begin, sizeof begin - 1) != 0) {
        struct ward *ward = find_host(wards, request->headers.host);
        return ward ? take(request, ward) : WARD_FOUND;
    }
    const char *code = path + sizeof begin - 1;
    size_t size = strcspn(code, "/");
    bool is_city = size == strlen(wards->code) &&
                   strncasecmp(code, wards->code, size) == 0;
    enum ward_found found =
        is_city ? WARD_FOUND : take(request, find_ward(wards, code, size));
    memmove(path, code + size, strlen(code + size) + 1);
    return found == WARD_FOUND && path[0] == '\0' ? WARD_PLACE : found;
}

struct server *wards_server(struct wards *wards, const char *code)
{
    struct ward *ward = find_ward(wards, code, strlen(code));
    return ward ? atomic_load(&ward->server) : NULL;
}

void wards_each(struct wards *wards,
                void (*row)(void *ctx, const char *code, bool is_open),
                void *ctx)
{
    struct ward *ward = atomic_load(&wards->first);
    for (; ward; ward = ward->next) {
        row(ctx, ward->code, atomic_load(&ward->server) != NULL);
    }
}

// --- The end

void wards_finish(struct wards *wards)
{
    pthread_mutex_lock(&wards->mutex);
    wards->stopping = true;
    pthread_cond_signal(&wards->wake);
    pthread_mutex_unlock(&wards->mutex);
    if (wards->is_running) {
        pthread_join(wards->thread, NULL);
        wards->is_running = false;
    }
    struct ward *ward = atomic_load(&wards->first);
    for (; ward; ward = ward->next) {
        server_finish(atomic_load(&ward->server));
    }
}

void wards_close(struct wards *wards)
{
    if (!wards) {
        return;
    }
    struct ward *next, *ward = atomic_load(&wards->first);
    for (; ward; ward = next) {
        next = ward->next;
        server_release(atomic_load(&ward->server));
        config_close(ward->config);
        free(ward);
    }
    registry_close(wards->registry);
    city_units_free(&wards->units);
    pthread_rwlock_destroy(&wards->lock);
    pthread_mutex_destroy(&wards->mutex);
    pthread_cond_destroy(&wards->wake);
    free(wards);
}
