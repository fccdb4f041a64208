// hailong-fleet: plays many devices against a server, with real keys, chains
// and signatures, and says what became of every line. For load and endurance
// tests; it registers its devices in the server's directory, so never point it
// at a ward's own server.
//
//   hailong-fleet --server URL --data DIR --devices N --records M --seed S
//                 [--connections C] [--batch B] [--lose PERCENT]
//
// Prints one JSON object. "lost" are lines that were acknowledged or should
// have been and that the server does not hold; a device that is asked again for
// what was acknowledged stops there. "twice" is what its totals count
// beyond them. Exit: 0 all is there once, 1 not, 2 usage.
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "fleet/player.h"
#include "office/devices.h"
#include "office/totals.h"
#include "operator/admin_client.h"
#include "operator/server_data.h"
#include "sync/answer.h"
#include "sync/policy.h"
#include "sync/transport.h"
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CODES_MAX = 16, ENROL_TRIES = 20 };

static const struct config_key KEYS[] = {
    {"fleet", "server", CONFIG_TEXT, NULL, 0, 0, "http://127.0.0.1:PORT"},
    {"fleet", "data", CONFIG_TEXT, NULL, 0, 0, "the server's directory"},
    {"fleet", "db", CONFIG_TEXT, NULL, 0, 0,
     "or the server's database, postgresql://…"},
    {"fleet", "keys", CONFIG_TEXT, NULL, 0, 0,
     "with --db: the directory of the server's keys"},
    {"fleet", "devices", CONFIG_INTEGER, "10", 1, 100000, "how many devices"},
    {"fleet", "records", CONFIG_INTEGER, "100", 1, 10000000, "visits each"},
    {"fleet", "seed", CONFIG_INTEGER, "1", 0, INT_MAX, "for a run like before"},
    {"fleet", "connections", CONFIG_INTEGER, "8", 1, 256, "at the same time"},
    {"fleet", "batch", CONFIG_INTEGER, "50", 1, 500, "visits in a batch"},
    {"fleet", "lose", CONFIG_INTEGER, "0", 0, 90,
     "percent of answers that are lost on their way back"},
    {0}};

struct code_count {
    int code; // of HTTP; 0: no answer
    int64_t count;
};

struct fleet {
    const char *server;
    int64_t records, batch;
    int lose;
    struct player *players;
    size_t player_count;

    pthread_mutex_t lock;
    // guarded by `lock`
    struct code_count codes[CODES_MAX];
    int32_t *latencies_us;
    size_t latency_count, latency_capacity;
    int64_t acknowledged;
    bool failed;
};

// One connection and the devices that it plays, each in turn.
struct runner {
    struct fleet *fleet;
    size_t first, step; // of the players
    pthread_t thread;
    uint64_t random;
};

// --- Counting ---------------------------------------------------------------

static void note(struct fleet *fleet, int code, int64_t latency_us)
{
    pthread_mutex_lock(&fleet->lock);
    for (size_t i = 0; i < CODES_MAX; i++) {
        struct code_count *entry = &fleet->codes[i];
        if (entry->count == 0)
            entry->code = code;
        if (entry->code == code) {
            entry->count++;
            break;
        }
    }
    if (code == 200) {
        if (fleet->latency_count == fleet->latency_capacity) {
            size_t capacity = fleet->latency_capacity * 2 + 1024;
            int32_t *list =
                realloc(fleet->latencies_us, capacity * sizeof *list);
            fleet->failed |= !list;
            if (list) {
                fleet->latencies_us = list;
                fleet->latency_capacity = capacity;
            }
        }
        if (fleet->latency_count < fleet->latency_capacity)
            fleet->latencies_us[fleet->latency_count++] =
                (int32_t)(latency_us > INT32_MAX ? INT32_MAX : latency_us);
    }
    pthread_mutex_unlock(&fleet->lock);
}

static int compare(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static double percentile_ms(const struct fleet *fleet, double part)
{
    if (fleet->latency_count == 0)
        return 0;
    size_t at = (size_t)(part * (double)(fleet->latency_count - 1) + 0.5);
    return fleet->latencies_us[at] / 1000.0;
}

// --- One device's next step -------------------------------------------------

static enum answer_own own_hash(void *ctx, int64_t gen, int64_t seq,
                                char out[DIGEST_HEX_SIZE])
{
    const struct player *player = ctx;
    (void)gen;
    if (seq != player->seq)
        return ANSWER_ALIEN;
    memcpy(out, player->head, DIGEST_HEX_SIZE);
    return ANSWER_OWN;
}

// True when the server's answer holds, as the courier would judge it.
static bool believe(struct player *player, const struct transport_answer *got)
{
    char reason[JSON_MESSAGE_SIZE];
    struct answer *answer = malloc(sizeof *answer);
    bool good = answer && answer_read(buf_text(&got->body), got->body.size,
                                      player->batch, player->server_key,
                                      own_hash, player, answer, reason);
    if (good)
        answer_release(answer);
    else if (answer)
        fprintf(stderr, "hailong-fleet: device %s: %s\n", player->device,
                reason);
    free(answer);
    return good;
}

static void put_off(struct runner *runner, struct player *player,
                    int retry_after_s)
{
    runner->random = runner->random * 6364136223846793005u + 1;
    player->failures++;
    player->not_before_us =
        clock_mono_us() +
        1000 * policy_delay_ms(player->failures, retry_after_s, runner->random);
}

static bool is_lost(struct runner *runner)
{
    runner->random =
        runner->random * 6364136223846793005u + 1442695040888963407u;
    return (int)((runner->random >> 33) % 100) < runner->fleet->lose;
}

// A gap that begins before the batch: the lines were acknowledged once.
static bool has_forgotten(const struct player *player,
                          const struct transport_answer *got)
{
    struct problem problem;
    if (got->status != 409)
        return false;
    problem_read(buf_text(&got->body), got->body.size, &problem);
    if (strcmp(problem.type, "gap") != 0 || problem.expected < 1 ||
        problem.expected >= player->batch->from)
        return false;
    fprintf(stderr,
            "hailong-fleet: device %s: the server asks again for line %lld, "
            "it had acknowledged %lld\n",
            player->device, (long long)problem.expected,
            (long long)player->batch->from - 1);
    return true;
}

static void take_answer(struct runner *runner, struct player *player,
                        const struct transport_answer *got)
{
    struct fleet *fleet = runner->fleet;
    if (is_lost(runner)) {
        put_off(runner, player, -1);
    } else if (has_forgotten(player, got)) {
        player->is_over = true;
    } else if (got->status != 200) {
        put_off(runner, player, got->retry_after_s);
    } else if (believe(player, got)) {
        pthread_mutex_lock(&fleet->lock);
        fleet->acknowledged += (int64_t)player->batch->count;
        pthread_mutex_unlock(&fleet->lock);
        player_forget(player);
        player->failures = 0;
        player->not_before_us = 0;
    } else {
        fleet->failed = true;
        put_off(runner, player, -1);
    }
}

static bool step(struct runner *runner, struct player *player,
                 struct transport *transport, const char *url)
{
    struct fleet *fleet = runner->fleet;
    int64_t left = fleet->records - player->seq;
    if (!player->batch &&
        !player_fill(player, left < fleet->batch ? left : fleet->batch))
        return false;
    const struct batch *batch = player->batch;
    const struct transport_request request = {.method = "POST",
                                              .url = url,
                                              .token = player->token,
                                              .content_type =
                                                  "application/x-ndjson",
                                              .gzip = batch->gzip,
                                              .body = batch->body.data,
                                              .size = batch->body.size};
    struct transport_answer answer = {0};
    int64_t began = clock_mono_us();
    enum transport_result result = transport_ask(transport, &request, &answer);
    note(fleet, result == TRANSPORT_ANSWERED ? answer.status : 0,
         clock_mono_us() - began);
    if (result == TRANSPORT_ANSWERED)
        take_answer(runner, player, &answer);
    else
        put_off(runner, player, -1);
    transport_answer_free(&answer);
    return true;
}

// The next device that may send; NULL when all are done. Sleeps until one may.
static struct player *next_player(struct runner *runner, size_t *at)
{
    struct fleet *fleet = runner->fleet;
    for (;;) {
        int64_t now = clock_mono_us(), soonest = INT64_MAX;
        size_t own = (fleet->player_count - runner->first + runner->step - 1) /
                     runner->step;
        for (size_t i = 0; i < own; i++) {
            *at = (*at + 1) % own;
            struct player *player =
                &fleet->players[runner->first + *at * runner->step];
            if (player->is_over ||
                (player->seq == fleet->records && !player->batch))
                continue;
            if (player->not_before_us <= now)
                return player;
            if (player->not_before_us < soonest)
                soonest = player->not_before_us;
        }
        if (soonest == INT64_MAX)
            return NULL;
        const struct timespec t = {(soonest - now) / 1000000,
                                   (soonest - now) % 1000000 * 1000};
        nanosleep(&t, NULL);
    }
}

static void *run(void *ctx)
{
    struct runner *runner = ctx;
    struct buf url = {0};
    struct transport *transport = transport_open(&(struct transport_params){0});
    struct player *player;
    size_t at = 0;
    buf_printf(&url, "%s/api/v1/batches", runner->fleet->server);
    bool good = transport && buf_ok(&url);
    while (good && (player = next_player(runner, &at)))
        good = step(runner, player, transport, buf_text(&url));
    if (!good)
        runner->fleet->failed = true;
    transport_close(transport);
    buf_free(&url);
    return NULL;
}

// --- Before and after -------------------------------------------------------

static bool read_enrolment(const struct transport_answer *got,
                           struct player *player)
{
    char why[JSON_MESSAGE_SIZE];
    const char *key;
    json_t *object = json_read(buf_text(&got->body), got->body.size, why);
    bool done =
        got->status == 201 && object &&
        json_copy_text(object, "device", player->device,
                       sizeof player->device) &&
        json_copy_text(object, "token", player->token, sizeof player->token) &&
        json_get_text(object, "server_key", &key) &&
        key_public_parse(key, player->server_key);
    json_decref(object);
    return done;
}

static bool enrol(struct fleet *fleet, struct player *player,
                  struct transport *transport, const char *code)
{
    char public_key[KEY_PUBLIC_BASE64_SIZE];
    struct buf url = {0}, body = {0};
    key_public_base64(player->key.public_key, public_key);
    buf_printf(&url, "%s/api/v1/devices/enrol", fleet->server);
    buf_printf(&body,
               "{\"code\":\"%s\",\"public_key\":\"%s\",\"version\":\"fleet\"}",
               code, public_key);
    const struct transport_request request = {.method = "POST",
                                              .url = buf_text(&url),
                                              .content_type =
                                                  "application/json",
                                              .body = body.data,
                                              .size = body.size};
    bool done = false;
    for (int i = 0; i < ENROL_TRIES && !done; i++) {
        struct transport_answer answer = {0};
        done =
            transport_ask(transport, &request, &answer) == TRANSPORT_ANSWERED &&
            read_enrolment(&answer, player);
        // The server slows down who enrols too often.
        if (!done && answer.status == 429) {
            const struct timespec t = {
                answer.retry_after_s > 0 ? answer.retry_after_s : 1, 0};
            nanosleep(&t, NULL);
        }
        transport_answer_free(&answer);
    }
    buf_free(&url);
    buf_free(&body);
    return done;
}

static bool make_devices(struct fleet *fleet, const struct server_place *place,
                         uint64_t seed, struct console *console)
{
    struct admin admin;
    struct transport *transport = transport_open(&(struct transport_params){0});
    // The visits end about now, and began as long ago as they take.
    int64_t first = clock_wall_ms() - fleet->records * 100000;
    bool done = transport && admin_open(place, &admin, console);
    for (size_t i = 0; done && i < fleet->player_count; i++) {
        struct player *player = &fleet->players[i];
        struct admin_added_device added;
        player_open(player, seed * 1000003 + i);
        player->first_ms = first;
        snprintf(player->counter, sizeof player->counter, "%zu", i % 30 + 1);
        const struct admin_new_device device = {.counter = player->counter,
                                                .name = "fleet"};
        done = admin_add_device(&admin, &device, &added, console) &&
               enrol(fleet, player, transport, added.code);
    }
    if (transport)
        admin_close(&admin);
    transport_close(transport);
    return done;
}

struct held {
    struct fleet *fleet;
    int64_t lines, visits;
};

static bool add_held(void *ctx, const struct office_device *device)
{
    struct held *held = ctx;
    for (size_t i = 0; i < held->fleet->player_count; i++)
        if (strcmp(held->fleet->players[i].device, device->id) == 0)
            held->lines += device->received_to;
    return true;
}

static bool add_visits(void *ctx, const struct office_total *total)
{
    struct held *held = ctx;
    const struct office_tally *tally = &total->tally;
    for (int i = 0; i < 5; i++)
        held->visits += tally->levels[i];
    held->visits += tally->declined + tally->timeout + tally->withdrawn;
    return true;
}

// What the server holds of the fleet, and all that it counts.
static bool look(struct fleet *fleet, const struct server_place *place,
                 struct held *out, struct console *console)
{
    int32_t first = 0, last = 0;
    *out = (struct held){.fleet = fleet};
    struct office *office = server_data_read(place, console);
    if (!office)
        return false;
    enum office_result result = office_list_devices(office, add_held, out);
    bool good = result == OFFICE_OK || result == OFFICE_NONE;
    result = good ? office_span(office, &first, &last) : result;
    if (good && result == OFFICE_OK)
        good = office_totals(office, first, last, OFFICE_BY_NONE, add_visits,
                             out) == OFFICE_OK;
    office_close(office);
    return good;
}

static bool play(struct fleet *fleet, size_t connections)
{
    struct runner *runners = calloc(connections, sizeof *runners);
    if (!runners)
        return false;
    size_t started = 0;
    if (connections > fleet->player_count)
        connections = fleet->player_count;
    for (; started < connections; started++) {
        runners[started] = (struct runner){
            .fleet = fleet,
            .first = started,
            .step = connections,
            .random = fleet->players[started].random ^ 0x9e3779b97f4a7c15u};
        if (pthread_create(&runners[started].thread, NULL, run,
                           &runners[started]) != 0)
            break;
    }
    for (size_t i = 0; i < started; i++)
        pthread_join(runners[i].thread, NULL);
    free(runners);
    return started == connections && !fleet->failed;
}

static bool print(struct fleet *fleet, double seconds,
                  const struct held *before, const struct held *after)
{
    int64_t wanted = fleet->records * (int64_t)fleet->player_count;
    int64_t lost = wanted - after->lines;
    int64_t twice = after->visits - before->visits - after->lines;
    qsort(fleet->latencies_us, fleet->latency_count,
          sizeof *fleet->latencies_us, compare);
    json_t *codes = json_object();
    for (size_t i = 0; i < CODES_MAX && fleet->codes[i].count > 0; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", fleet->codes[i].code);
        json_object_set_new(codes, name, json_integer(fleet->codes[i].count));
    }
    json_t *object = json_pack(
        "{s:I, s:I, s:f, s:f, s:f, s:f, s:o, s:I, s:I, s:I}", "devices",
        (json_int_t)fleet->player_count, "records", (json_int_t)wanted,
        "seconds", seconds, "per_second", (double)wanted / seconds, "p50_ms",
        percentile_ms(fleet, 0.5), "p99_ms", percentile_ms(fleet, 0.99), "http",
        codes, "acknowledged", (json_int_t)fleet->acknowledged, "lost",
        (json_int_t)lost, "twice", (json_int_t)twice);
    struct buf text = {0};
    bool done = object && json_write(object, &text);
    puts(buf_text(&text));
    json_decref(object);
    buf_free(&text);
    return done && lost == 0 && twice == 0 && fleet->acknowledged == wanted;
}

static int run_fleet(const struct config *config, struct console *console)
{
    struct fleet fleet = {.server = config_text(config, "server"),
                          .records = config_integer(config, "records"),
                          .batch = config_integer(config, "batch"),
                          .lose = (int)config_integer(config, "lose"),
                          .player_count =
                              (size_t)config_integer(config, "devices")};
    struct server_place place;
    struct held before, after;
    pthread_mutex_init(&fleet.lock, NULL);
    fleet.players = calloc(fleet.player_count, sizeof *fleet.players);
    bool done = fleet.players && server_place_read(config, &place, console) &&
                look(&fleet, &place, &before, console) &&
                make_devices(&fleet, &place,
                             (uint64_t)config_integer(config, "seed"), console);
    int64_t began = clock_mono_us();
    done = done && play(&fleet, (size_t)config_integer(config, "connections"));
    double seconds = (double)(clock_mono_us() - began) / 1e6;
    done = done && look(&fleet, &place, &after, console) &&
           print(&fleet, seconds, &before, &after);
    for (size_t i = 0; fleet.players && i < fleet.player_count; i++)
        player_close(&fleet.players[i]);
    free(fleet.players);
    free(fleet.latencies_us);
    pthread_mutex_destroy(&fleet.lock);
    return done ? 0 : 1;
}

static void print_help(void)
{
    struct buf text = {0};
    config_describe(KEYS, &text);
    printf("hailong-fleet: plays many devices against a server, for load "
           "tests.\nIt registers devices there: never use it on a ward's own "
           "server.\n\n"
           "usage: hailong-fleet --server URL --data DIR [options]\n\n%s",
           buf_text(&text));
    buf_free(&text);
}

int main(int argc, char **argv)
{
    struct buf message = {0};
    struct console console = {0};
    int status = 2;
    struct config *config = config_open(KEYS);
    if (!config)
        return 1;
    log_set_level(LOG_WARN);
    if (!config_read_arguments(config, argc, argv, &message)) {
        fprintf(stderr, "hailong-fleet: %s\n", buf_text(&message));
    } else if (config_wants_help(config)) {
        print_help();
        status = 0;
    } else if (config_wants_version(config)) {
        puts("hailong-fleet " HAILONG_VERSION);
        status = 0;
    } else if (!config_text(config, "server") ||
               !server_place_is_told(config)) {
        fputs("hailong-fleet: give --server and --data; see --help\n", stderr);
    } else if (ledger_init()) {
        status = run_fleet(config, &console);
        fputs(buf_text(&console.err), stderr);
    }
    console_free(&console);
    buf_free(&message);
    config_close(config);
    return status;
}
