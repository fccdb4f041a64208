#include "server/wards.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "common/log.h"
#include "common/log_tries.h"
#include "server/context.h"
#include "server/http.h"
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
    PATIENCE_S = 5,   // with peers of a ward that is to be opened anew
    WARD_THREADS = 0, // of its own: the listeners are shared
    // Of one ward: each connection of SQLite has two or three files.
    WARD_DESCRIPTORS = 40
};

// What the registry says that a ward can only be opened with.
struct place {
    char name[CITY_NAME_SIZE]; // of that day
    char directory[PATH_MAX];
    char url[CITY_BOOK_SIZE]; // "": a file in the directory
};

struct ward {
    struct wards *all;
    char code[CITY_CODE_SIZE];
    struct ward *next;
    // The thread's, and its open server's, whose settings borrow from them.
    struct place place; // with which it was opened, or tried
    struct config *config;
    int64_t again_us;       // monotonic: not to be tried before
    int64_t patient_us;     // monotonic: peers have time until then
    struct log_tries tries; // to open it
    // Guarded by the mutex of all.
    struct server *server; // NULL: not open
    bool opens_anew;       // its server has finished, and is given to no more
    size_t users;
    struct request *requests; // among the users
};

struct wards {
    struct server_settings settings; // as given
    char address[PATH_MAX];          // of the registry
    struct registry *registry;       // the thread's
    char name[CITY_NAME_SIZE];       // the city's own, at the start
    char code[CITY_CODE_SIZE];
    struct server *city;
    unsigned admin_port;
    _Atomic(struct ward *) first; // wards are added in front and never go
    pthread_rwlock_t lock;        // guards `units`
    struct city_units units;
    int64_t number; // of the last change in them
    pthread_t thread;
    bool is_running;
    pthread_mutex_t mutex; // guards what follows, and some of each ward
    pthread_cond_t wake;
    bool stopping;
    bool is_left; // by the last user of a ward that opens anew
};

// --- The registry

// For logs: an address may hold a password.
static const char *place_name(const struct wards *wards)
{
    return wards->settings.db ? "PostgreSQL" : wards->settings.city;
}

static enum sql_result read_units(struct wards *wards, struct city_units *out,
                                  int64_t *out_number)
{
    struct buf message = {0};
    enum sql_result result =
        registry_read(wards->registry, out, out_number, &message);
    if (result != SQL_OK) {
        log_error(MODULE, "%s: %s", place_name(wards), buf_text(&message));
    }
    buf_free(&message);
    return result;
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

static void say_no_city(const struct wards *wards)
{
    log_error(MODULE,
              "%s: no city is in the registry yet; check --city, or add it: "
              "hailong unit add --city … --kind city --code … --name … "
              "--from …",
              place_name(wards));
}

// A server makes no registry where --city was a slip.
static enum sql_result open_what_is_there(struct wards *wards)
{
    struct registry *there = NULL;
    enum sql_result result =
        registry_open(wards->address, REGISTRY_READS, &there);
    registry_close(there);
    return result == SQL_OK ? registry_open(wards->address, REGISTRY_WRITES,
                                            &wards->registry)
                            : result;
}

// A file that is busy will not come back by waiting.
static enum server_outcome outcome_of(const struct wards *wards,
                                      enum sql_result result)
{
    return result == SQL_BUSY && wards->settings.db ? SERVER_AWAY
                                                    : SERVER_MISTAKE;
}

static enum server_outcome open_registry(struct wards *wards)
{
    const struct city_unit *city = NULL;
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    enum sql_result result =
        registry_address(wards->settings.city, wards->address)
            ? open_what_is_there(wards)
            : SQL_ERROR;
    if (result == SQL_NONE) {
        say_no_city(wards);
        return SERVER_MISTAKE;
    }
    if (result != SQL_OK) {
        log_error(MODULE, "%s: the registry cannot be opened: %s",
                  place_name(wards), sql_result_name(result));
        return outcome_of(wards, result);
    }
    result = read_units(wards, &wards->units, &wards->number);
    if (result != SQL_OK) {
        return outcome_of(wards, result);
    }
    city = find_city(&wards->units);
    if (!city) {
        say_no_city(wards);
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
    clock_cond_init(&wards->wake);
    enum server_outcome outcome = open_registry(wards);
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
    if (!file_join(path, sizeof path, ward->place.directory, WARDS_FILE) ||
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
        out->data = ward->place.directory;
        out->db = ward->place.url[0] != '\0' ? ward->place.url : NULL;
        out->unit_code = ward->code;
        out->log_ward = ward->code;
        out->defaults.unit_name = ward->place.name;
        out->threads = WARD_THREADS;
        set_base(out, ward->code);
    } else {
        log_error(MODULE, "ward %s: %s", ward->code,
                  ward->config ? buf_text(&message) : "out of memory");
    }
    buf_free(&message);
    return done;
}

// False: its path is too long; logged.
static bool read_place(const struct wards *wards, const struct ward *ward,
                       struct place *out)
{
    const struct city_unit *unit = city_find(&wards->units, ward->code);
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    const char *url = registry_url(unit);
    if (!registry_directory(wards->settings.data, unit, out->directory)) {
        log_error(MODULE, "ward %s: its path is too long", ward->code);
        return false;
    }
    snprintf(out->name, sizeof out->name, "%s", city_name(unit, today));
    snprintf(out->url, sizeof out->url, "%s", url ? url : "");
    return true;
}

static bool is_same_place(const struct place *one, const struct place *other)
{
    return strcmp(one->name, other->name) == 0 &&
           strcmp(one->directory, other->directory) == 0 &&
           strcmp(one->url, other->url) == 0;
}

static void set_server(struct ward *ward, struct server *server,
                       bool opens_anew)
{
    pthread_mutex_lock(&ward->all->mutex);
    ward->server = server;
    ward->opens_anew = opens_anew;
    pthread_mutex_unlock(&ward->all->mutex);
}

// On the thread alone, as all that opens and ends a ward. Until it is open its
// requests get 503.
static void open_ward(struct wards *wards, struct ward *ward)
{
    struct server_settings settings;
    struct server *server = NULL;
    int64_t now_us = clock_mono_us();
    log_set_ward(ward->code);
    log_tries_begin(&ward->tries);
    bool done =
        read_place(wards, ward, &ward->place) &&
        read_settings(wards, ward, &settings) &&
        server_prepare(&settings, wards->city, &server) == SERVER_OPEN &&
        server_tell_admin(server, wards->admin_port);
    if (!done) {
        server_finish(server);
        server_release(server);
        server = NULL;
        ward->again_us = clock_mono_us() + AGAIN_S * INT64_C(1000000);
        log_error(MODULE,
                  "ward %s (%s) is shut: its requests are answered with 503; "
                  "it is tried again each %d s",
                  ward->code, ward->place.directory, AGAIN_S);
    }
    log_tries_end(&ward->tries, done, MODULE, ward->code);
    set_server(ward, server, false);
    if (done) {
        log_info(MODULE, "ward %s is open after %lld ms", ward->code,
                 (long long)((clock_mono_us() - now_us) / 1000));
    }
    log_set_ward("");
}

// Nobody gets it from now on; who has it is answered, and leaves it.
static void begin_anew(struct ward *ward, const struct place *place)
{
    log_set_ward(ward->code);
    log_info(MODULE, "ward %s is opened anew: %s", ward->code,
             strcmp(place->name, ward->place.name) != 0
                 ? "it has another name today"
                 : "its book lies elsewhere");
    set_server(ward, ward->server, true);
    ward->patient_us = clock_mono_us() + PATIENCE_S * INT64_C(1000000);
    server_finish(ward->server);
    log_set_ward("");
}

// False: somebody is still there. A peer could take its time for ever, and all
// others of the ward would wait for it.
static bool is_left(struct wards *wards, struct ward *ward)
{
    pthread_mutex_lock(&wards->mutex);
    bool hurries = clock_mono_us() >= ward->patient_us;
    struct request *request = hurries ? ward->requests : NULL;
    for (; request; request = request->next_of_ward) {
        http_hurry(request);
    }
    bool left = ward->users == 0;
    pthread_mutex_unlock(&wards->mutex);
    return left;
}

static void end_anew(struct wards *wards, struct ward *ward)
{
    struct server *server = ward->server;
    set_server(ward, NULL, true);
    log_set_ward(ward->code);
    server_release(server);
    open_ward(wards, ward);
}

// A ward that the registry tells of and that is not known here yet.
static void add_ward(struct wards *wards, const struct city_unit *unit)
{
    struct ward *ward = calloc(1, sizeof *ward);
    if (!ward) {
        log_error(MODULE, "ward %s: out of memory", unit->code);
        return;
    }
    ward->all = wards;
    snprintf(ward->code, sizeof ward->code, "%s", unit->code);
    ward->next = atomic_load(&wards->first);
    atomic_store(&wards->first, ward);
}

static void add_wards(struct wards *wards)
{
    // From the last to the first: each is put in front.
    for (size_t i = wards->units.count; i-- > 0;) {
        const struct city_unit *unit = &wards->units.all[i];
        if (city_kind_has_book(unit->kind) &&
            !find_ward(wards, unit->code, strlen(unit->code))) {
            add_ward(wards, unit);
        }
    }
}

// --- The thread

static bool is_stopping(struct wards *wards)
{
    pthread_mutex_lock(&wards->mutex);
    bool stopping = wards->stopping;
    pthread_mutex_unlock(&wards->mutex);
    return stopping;
}

// Waits until it is worth looking again.
static void rest(struct wards *wards, int seconds)
{
    struct timespec until = clock_mono_in(seconds * INT64_C(1000));
    pthread_mutex_lock(&wards->mutex);
    while (!wards->stopping && !wards->is_left &&
           pthread_cond_timedwait(&wards->wake, &wards->mutex, &until) == 0) {
    }
    wards->is_left = false;
    pthread_mutex_unlock(&wards->mutex);
}

static void look_at_registry(struct wards *wards)
{
    struct city_units units, old;
    int64_t number = 0;
    if (registry_number(wards->registry, &number) != SQL_OK ||
        number == wards->number ||
        read_units(wards, &units, &number) != SQL_OK) {
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

// Holds a ward against what the registry says today.
static void attend(struct wards *wards, struct ward *ward)
{
    struct place place;
    bool has_moved =
        read_place(wards, ward, &place) && !is_same_place(&place, &ward->place);
    if (!ward->server && (has_moved || ward->again_us <= clock_mono_us())) {
        open_ward(wards, ward);
    } else if (ward->server && !ward->opens_anew && has_moved) {
        begin_anew(ward, &place);
    }
    if (ward->opens_anew && is_left(wards, ward)) {
        end_anew(wards, ward);
    }
    if (ward->server) {
        ward->server->until = city_find(&wards->units, ward->code)->until;
    }
}

// Likewise the city itself, which is never opened anew: all listen behind it.
static void attend_city(struct wards *wards)
{
    const struct city_unit *unit = city_find(&wards->units, wards->code);
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    const char *name = city_name(unit, today);
    if (strcmp(name, unit_name_now(wards->city->name)) != 0 &&
        server_rename(wards->city, name)) {
        log_info(MODULE, "the city %s has another name today", wards->code);
    }
}

static void *run(void *ctx)
{
    struct wards *wards = ctx;
    add_wards(wards);
    while (!is_stopping(wards)) {
        look_at_registry(wards);
        attend_city(wards);
        struct ward *ward = atomic_load(&wards->first);
        for (; ward && !is_stopping(wards); ward = ward->next) {
            attend(wards, ward);
        }
        rest(wards, LOOK_S);
    }
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

// The ward's server, with one user more; NULL: it cannot be had. The mutex is
// held.
static struct server *take_server(struct ward *ward)
{
    if (!ward->server || ward->opens_anew) {
        return NULL;
    }
    ward->users++;
    return ward->server;
}

// The mutex is held.
static void give_server(struct ward *ward)
{
    ward->users--;
    if (ward->users == 0 && ward->opens_anew) {
        ward->all->is_left = true;
        pthread_cond_signal(&ward->all->wake);
    }
}

static void enter(struct request *request, struct ward *ward,
                  struct server *server)
{
    request->server = server;
    request->ward = ward;
    request->next_of_ward = ward->requests;
    if (ward->requests) {
        ward->requests->previous_of_ward = request;
    }
    ward->requests = request;
}

static enum ward_found take(struct request *request, struct ward *ward)
{
    if (!ward) {
        return WARD_NONE;
    }
    pthread_mutex_lock(&ward->all->mutex);
    struct server *server = take_server(ward);
    bool opens_anew = ward->opens_anew;
    if (server) {
        enter(request, ward, server);
    }
    pthread_mutex_unlock(&ward->all->mutex);
    return server ? WARD_FOUND : opens_anew ? WARD_OPENS_ANEW : WARD_SHUT;
}

void wards_leave(struct request *request)
{
    struct ward *ward = request->ward;
    if (!ward) {
        return;
    }
    pthread_mutex_lock(&ward->all->mutex);
    if (request->next_of_ward) {
        request->next_of_ward->previous_of_ward = request->previous_of_ward;
    }
    if (request->previous_of_ward) {
        request->previous_of_ward->next_of_ward = request->next_of_ward;
    } else {
        ward->requests = request->next_of_ward;
    }
    give_server(ward);
    pthread_mutex_unlock(&ward->all->mutex);
    request->ward = NULL;
    request->server = NULL;
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

struct server *wards_take(struct wards *wards, const char *code)
{
    struct ward *ward = find_ward(wards, code, strlen(code));
    pthread_mutex_lock(&wards->mutex);
    struct server *server = ward ? take_server(ward) : NULL;
    pthread_mutex_unlock(&wards->mutex);
    return server;
}

void wards_give(struct wards *wards, const char *code)
{
    struct ward *ward = find_ward(wards, code, strlen(code));
    pthread_mutex_lock(&wards->mutex);
    give_server(ward);
    pthread_mutex_unlock(&wards->mutex);
}

bool wards_is_open(struct wards *wards, const char *code)
{
    bool is_open = wards_take(wards, code) != NULL;
    if (is_open) {
        wards_give(wards, code);
    }
    return is_open;
}

void wards_each(struct wards *wards,
                void (*row)(void *ctx, const char *code, struct server *server),
                void *ctx)
{
    struct ward *ward = atomic_load(&wards->first);
    for (; ward; ward = ward->next) {
        struct server *server = wards_take(wards, ward->code);
        row(ctx, ward->code, server);
        if (server) {
            wards_give(wards, ward->code);
        }
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
        if (!ward->opens_anew) {
            server_finish(ward->server);
        }
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
        server_release(ward->server);
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
