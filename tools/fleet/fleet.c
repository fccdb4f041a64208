// hailong-fleet: plays many devices against a server, with real keys, chains
// and signatures, and says what became of every line. For load and endurance
// tests; it registers its devices in the server's directory, so never point it
// at a ward's own server.
//
//   hailong-fleet --server URL --data DIR --devices N --records M --seed S
//                 [--connections C] [--batch B] [--lose PERCENT]
//   hailong-fleet --server URL --city DIR --devices N --scene NAME
//                 [--visits V] [--from T --to T] [--speed S] […]
//
// The first sends as fast as it can. The second plays a part of a day
// (scene.h), each device asking when a courier would, on a clock that runs S
// times as fast as ours, and so the seconds that a server asks to wait; with
// --city the devices are spread over its wards. Long polls are not played, and
// devices share the connections.
//
// Prints one JSON object. "lost" are lines that were acknowledged or should
// have been and that the server does not hold; a device that is asked again for
// what was acknowledged stops there. "twice" is what its totals count
// beyond them. Exit: 0 all is there once, 1 not, 2 usage.
#include "common/clock.h"
#include "common/config.h"
#include "common/date.h"
#include "common/log.h"
#include "fleet/books.h"
#include "fleet/heard.h"
#include "fleet/player.h"
#include "office/devices.h"
#include "office/totals.h"
#include "operator/admin_client.h"
#include "sync/answer.h"
#include "sync/policy.h"
#include "sync/transport.h"
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENROL_TRIES = 20, COUNTERS = 30, DIGITS = 6 };

static const struct config_key KEYS[] = {
    {"fleet", "server", CONFIG_TEXT, NULL, 0, 0, "http://127.0.0.1:PORT"},
    {"fleet", "data", CONFIG_TEXT, NULL, 0, 0, "the server's directory"},
    {"fleet", "db", CONFIG_TEXT, NULL, 0, 0,
     "or the server's database, postgresql://…"},
    {"fleet", "keys", CONFIG_TEXT, NULL, 0, 0,
     "with an address of PostgreSQL: the directory of the server's keys"},
    {"fleet", "city", CONFIG_TEXT, NULL, 0, 0,
     "or a city's directory, or its address: the devices are spread over its "
     "wards"},
    {"fleet", "devices", CONFIG_INTEGER, "10", 1, 100000, "how many devices"},
    {"fleet", "records", CONFIG_INTEGER, "100", 1, 10000000, "visits each"},
    {"fleet", "seed", CONFIG_INTEGER, "1", 0, INT_MAX, "for a run like before"},
    {"fleet", "connections", CONFIG_INTEGER, "8", 1, 256, "at the same time"},
    {"fleet", "batch", CONFIG_INTEGER, "50", 1, 500,
     "visits in a batch; of a scene 500, as a courier's, unless told"},
    {"fleet", "lose", CONFIG_INTEGER, "0", 0, 90,
     "percent of answers that are lost on their way back"},
    {"fleet", "scene", CONFIG_TEXT, NULL, 0, 0,
     "steady-day, opening-peak or after-outage, instead of --records"},
    {"fleet", "visits", CONFIG_INTEGER, "40", 1, 2000,
     "of a scene: visits of a device in a whole day"},
    {"fleet", "outage_days", CONFIG_INTEGER, "1", 1, 60,
     "of after-outage: working days whose visits wait on each device"},
    {"fleet", "from", CONFIG_TEXT, NULL, 0, 0,
     "of a scene: when it begins, 7:30 unless told"},
    {"fleet", "to", CONFIG_TEXT, NULL, 0, 0,
     "of a scene: until when visits are written; 17:00, 8:00 and 8:30"},
    {"fleet", "speed", CONFIG_INTEGER, "1", 1, 1000,
     "of a scene: how many times as fast as our clock it goes"},
    {"log", "log_format", CONFIG_TEXT, "text", 0, 0,
     "of what goes wrong: text, or logfmt or json for programs"},
    {0}};

struct fleet {
    int64_t records, batch;
    int lose;
    struct scene scene;
    bool has_scene;
    int64_t speed, began_us;
    struct books books;
    struct player *players;
    size_t player_count;
    struct heard heard;
};

// One connection and the devices that it plays, each in turn.
struct runner {
    struct fleet *fleet;
    size_t first, step; // of the players
    pthread_t thread;
    uint64_t random;
};

// The fleet's clock: of a scene, the time of its day.
static int64_t fleet_ms(const struct fleet *fleet)
{
    int64_t passed_us = clock_mono_us() - fleet->began_us;
    return fleet->has_scene
               ? fleet->scene.from_ms + passed_us * fleet->speed / 1000
               : passed_us / 1000;
}

static const struct book *book_of(const struct fleet *fleet, size_t player)
{
    return &fleet->books.all[player % fleet->books.count];
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
        log_warn("fleet", "device %s: %s", player->device, reason);
    free(answer);
    return good;
}

static void put_off(struct runner *runner, struct player *player,
                    int retry_after_s)
{
    runner->random = runner->random * 6364136223846793005u + 1;
    player->failures++;
    player->not_before_ms =
        fleet_ms(runner->fleet) +
        policy_delay_ms(player->failures, retry_after_s, runner->random);
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
    log_error("fleet",
              "device %s: the server asks again for line %lld, it had "
              "acknowledged %lld",
              player->device, (long long)problem.expected,
              (long long)player->batch->from - 1);
    return true;
}

// When the device asks next, as its courier would: at once for what waits, a
// moment after a line was written, else for a sign of life. INT64_MAX: never.
static int64_t due_in_scene(const struct fleet *fleet,
                            const struct player *player)
{
    const struct scene *scene = &fleet->scene;
    int64_t written = scene_written(scene, &player->part, fleet_ms(fleet));
    int64_t next = written > player->seq ? written : player->seq + 1;
    struct policy_state state = {.not_before_ms = player->not_before_ms,
                                 .pending = next <= player->part.lines,
                                 .last_sent_ms = player->last_sent_ms,
                                 .heartbeat_ms = SCENE_HEARTBEAT_S * 1000};
    if (state.pending)
        state.new_line_ms = scene_line_ms(scene, &player->part, next);
    // A clock of zero: what is left to wait is the time itself.
    int64_t due = policy_wait_ms(&state);
    int64_t least = player->last_sent_ms > scene->from_ms ? player->last_sent_ms
                                                          : scene->from_ms;
    if (due < least)
        due = least;
    return due > scene->to_ms && !state.pending ? INT64_MAX : due;
}

static void plan(const struct fleet *fleet, struct player *player)
{
    if (player->batch)
        player->due_ms = player->not_before_ms;
    else if (fleet->has_scene)
        player->due_ms = due_in_scene(fleet, player);
    else
        player->due_ms =
            player->seq < fleet->records ? player->not_before_ms : INT64_MAX;
}

static void take_receipt(struct fleet *fleet, struct player *player)
{
    int64_t now = fleet_ms(fleet);
    heard_acknowledged(&fleet->heard, (int64_t)player->batch->count);
    player_forget(player);
    player->failures = 0;
    player->not_before_ms = 0;
    player->last_sent_ms = now;
    if (!fleet->has_scene || player->is_even ||
        scene_written(&fleet->scene, &player->part, now) > player->seq)
        return;
    player->is_even = true;
    heard_even(&fleet->heard, now - fleet->scene.from_ms);
}

static void take_answer(struct runner *runner, struct player *player,
                        const struct transport_answer *got)
{
    struct fleet *fleet = runner->fleet;
    if (is_lost(runner)) {
        put_off(runner, player, -1);
    } else if (has_forgotten(player, got)) {
        player->due_ms = INT64_MAX;
        return;
    } else if (got->status != 200) {
        put_off(runner, player, got->retry_after_s);
    } else if (believe(player, got)) {
        take_receipt(fleet, player);
    } else {
        heard_failed(&fleet->heard);
        put_off(runner, player, -1);
    }
    plan(fleet, player);
}

// How many visits the next batch brings.
static int64_t to_send(const struct fleet *fleet, const struct player *player)
{
    int64_t written =
        fleet->has_scene
            ? scene_written(&fleet->scene, &player->part, fleet_ms(fleet))
            : fleet->records;
    int64_t left = written - player->seq;
    return left < fleet->batch ? left : fleet->batch;
}

static bool step(struct runner *runner, struct player *player,
                 struct transport *transport, const char *url)
{
    struct fleet *fleet = runner->fleet;
    if (!player->batch && !player_fill(player, to_send(fleet, player)))
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
    int64_t now = fleet_ms(fleet), began = clock_mono_us();
    heard_asked(&fleet->heard, now - fleet->scene.from_ms,
                now - player->due_ms);
    enum transport_result result = transport_ask(transport, &request, &answer);
    heard_answered(&fleet->heard,
                   result == TRANSPORT_ANSWERED ? answer.status : 0,
                   clock_mono_us() - began);
    if (result == TRANSPORT_ANSWERED) {
        take_answer(runner, player, &answer);
    } else {
        put_off(runner, player, -1);
        plan(fleet, player);
    }
    transport_answer_free(&answer);
    return true;
}

static void sleep_until(const struct fleet *fleet, int64_t due_ms)
{
    int64_t us = (due_ms - fleet_ms(fleet)) * 1000 / fleet->speed;
    const struct timespec t = {us / 1000000, us % 1000000 * 1000};
    if (us > 0)
        nanosleep(&t, NULL);
}

// The next device that may send; NULL when all are done. Sleeps until one may.
static struct player *next_player(struct runner *runner, size_t *at)
{
    struct fleet *fleet = runner->fleet;
    for (;;) {
        int64_t now = fleet_ms(fleet), soonest = INT64_MAX;
        size_t own = (fleet->player_count - runner->first + runner->step - 1) /
                     runner->step;
        for (size_t i = 0; i < own; i++) {
            *at = (*at + 1) % own;
            struct player *player =
                &fleet->players[runner->first + *at * runner->step];
            if (player->due_ms <= now)
                return player;
            if (player->due_ms < soonest)
                soonest = player->due_ms;
        }
        if (soonest == INT64_MAX)
            return NULL;
        sleep_until(fleet, soonest);
    }
}

static void *run(void *ctx)
{
    struct runner *runner = ctx;
    struct fleet *fleet = runner->fleet;
    struct transport *transport = transport_open(&(struct transport_params){0});
    struct player *player;
    char url[BOOK_URL_SIZE + 32];
    size_t at = 0;
    bool good = transport != NULL;
    while (good && (player = next_player(runner, &at))) {
        snprintf(url, sizeof url, "%s/api/v1/batches",
                 book_of(fleet, (size_t)(player - fleet->players))->url);
        good = step(runner, player, transport, url);
    }
    if (!good)
        heard_failed(&fleet->heard);
    transport_close(transport);
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

static void say_no_enrolment(const char *url, enum transport_result result,
                             const struct transport_answer *answer,
                             struct console *console)
{
    if (result != TRANSPORT_ANSWERED)
        console_complain(console,
                         "--server: %s: %s; it must be the address of a server "
                         "that runs on this database, and its certificate one "
                         "that this machine trusts",
                         url, answer->message);
    else
        console_complain(console,
                         "--server: %s answered %d to an enrolment; it must be "
                         "the address of a server that runs on this database",
                         url, answer->status);
}

static bool enrol(const char *server, struct player *player,
                  struct transport *transport, const char *code,
                  struct console *console)
{
    char public_key[KEY_PUBLIC_BASE64_SIZE];
    struct buf url = {0}, body = {0};
    key_public_base64(player->key.public_key, public_key);
    buf_printf(&url, "%s/api/v1/devices/enrol", server);
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
        enum transport_result result =
            transport_ask(transport, &request, &answer);
        done = result == TRANSPORT_ANSWERED && read_enrolment(&answer, player);
        if (!done && (i + 1 == ENROL_TRIES || answer.status != 429))
            say_no_enrolment(buf_text(&url), result, &answer, console);
        // The server slows down who enrols too often.
        bool again = !done && answer.status == 429;
        if (again) {
            const struct timespec t = {
                answer.retry_after_s > 0 ? answer.retry_after_s : 1, 0};
            nanosleep(&t, NULL);
        }
        transport_answer_free(&answer);
        if (!again)
            break;
    }
    buf_free(&url);
    buf_free(&body);
    return done;
}

// What is played ends about now; a scene's day was yesterday.
static void begin_player(const struct fleet *fleet, uint64_t seed, size_t i,
                         struct player *player)
{
    int64_t now = clock_wall_ms();
    player_open(player, seed * 1000003 + i);
    player->unit = book_of(fleet, i)->unit;
    player->first_ms = now - fleet->records * 100000;
    snprintf(player->counter, sizeof player->counter, "%zu",
             i / fleet->books.count % COUNTERS + 1);
    if (!fleet->has_scene)
        return;
    player->scene = &fleet->scene;
    player->first_ms = date_wall_ms_of_day(date_day_of_wall_ms(now) - 1);
    scene_cast(&fleet->scene, (seed * 1000003 + i) * 0x9e3779b97f4a7c15u,
               &player->part);
    player->not_before_ms = player->part.first_ms;
}

// Those of one ward.
static bool make_devices(struct fleet *fleet, size_t ward, uint64_t seed,
                         struct console *console)
{
    const struct book *book = &fleet->books.all[ward];
    struct admin admin;
    struct transport *transport = transport_open(&(struct transport_params){0});
    bool is_open = transport && admin_open(&book->place, &admin, console);
    bool done = is_open;
    for (size_t i = ward; done && i < fleet->player_count;
         i += fleet->books.count) {
        struct player *player = &fleet->players[i];
        struct admin_added_device added;
        begin_player(fleet, seed, i, player);
        const struct admin_new_device device = {.counter = player->counter,
                                                .name = "fleet"};
        done = admin_add_device(&admin, &device, &added, console) &&
               enrol(book->url, player, transport, added.code, console);
    }
    if (is_open)
        admin_close(&admin);
    transport_close(transport);
    return done;
}

static bool make_all_devices(struct fleet *fleet, uint64_t seed,
                             struct console *console)
{
    for (size_t i = 0; i < fleet->books.count && i < fleet->player_count; i++)
        if (!make_devices(fleet, i, seed, console))
            return false;
    return true;
}

struct held {
    int64_t lines, visits;
};

// Of all devices: nobody else sends meanwhile.
static bool add_held(void *ctx, const struct office_device *device)
{
    struct held *held = ctx;
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

// What one ward's server holds, and all that it counts.
static bool look_at(const struct book *book, struct held *held,
                    struct console *console)
{
    int32_t first = 0, last = 0;
    struct office *office = server_data_read(&book->place, console);
    if (!office)
        return false;
    enum office_result result = office_list_devices(office, add_held, held);
    bool good = result == OFFICE_OK || result == OFFICE_NONE;
    result = good ? office_span(office, &first, &last) : result;
    if (good && result == OFFICE_OK)
        good = office_totals(office, first, last, OFFICE_BY_NONE, add_visits,
                             held) == OFFICE_OK;
    office_close(office);
    return good;
}

static bool look(const struct fleet *fleet, struct held *out,
                 struct console *console)
{
    *out = (struct held){0};
    for (size_t i = 0; i < fleet->books.count; i++)
        if (!look_at(&fleet->books.all[i], out, console))
            return false;
    return true;
}

static bool play(struct fleet *fleet, size_t connections)
{
    struct runner *runners = calloc(connections, sizeof *runners);
    if (!runners)
        return false;
    size_t started = 0;
    if (connections > fleet->player_count)
        connections = fleet->player_count;
    fleet->began_us = clock_mono_us();
    for (size_t i = 0; i < fleet->player_count; i++)
        plan(fleet, &fleet->players[i]);
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
    return started == connections && !fleet->heard.failed;
}

// --- What is printed --------------------------------------------------------

static int64_t wanted_lines(const struct fleet *fleet)
{
    int64_t wanted = 0;
    for (size_t i = 0; i < fleet->player_count; i++)
        wanted +=
            fleet->has_scene ? fleet->players[i].part.lines : fleet->records;
    return wanted;
}

static json_t *codes_json(const struct heard *heard)
{
    json_t *codes = json_object();
    for (size_t i = 0; i < HEARD_CODES && heard->codes[i].count > 0; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", heard->codes[i].code);
        json_object_set_new(codes, name, json_integer(heard->codes[i].count));
    }
    return codes;
}

// Rates and times are the scene's own.
static json_t *scene_json(const struct fleet *fleet)
{
    const struct heard *heard = &fleet->heard;
    double lasted = (double)(fleet->scene.to_ms - fleet->scene.from_ms) / 1000;
    return json_pack(
        "{s:s, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "name",
        scene_name(fleet->scene.kind), "wards", (json_int_t)fleet->books.count,
        "speed", (json_int_t)fleet->speed, "requests",
        (json_int_t)heard->requests, "mean_per_second",
        (double)heard->requests / lasted, "busiest_minute_per_second",
        (double)heard_busiest_minute(heard) / 60, "even_after_s",
        (double)heard->even_ms / 1000, "late_most_s",
        (double)heard->late_ms / 1000);
}

static bool print(struct fleet *fleet, double seconds,
                  const struct held *before, const struct held *after)
{
    int64_t wanted = wanted_lines(fleet);
    int64_t lines = after->lines - before->lines;
    int64_t lost = wanted - lines;
    int64_t twice = after->visits - before->visits - lines;
    struct heard *heard = &fleet->heard;
    json_t *object = json_pack(
        "{s:I, s:I, s:f, s:f, s:f, s:f, s:o, s:I, s:I, s:I}", "devices",
        (json_int_t)fleet->player_count, "records", (json_int_t)wanted,
        "seconds", seconds, "per_second", (double)wanted / seconds, "p50_ms",
        heard_percentile_ms(heard, 0.5), "p99_ms",
        heard_percentile_ms(heard, 0.99), "http", codes_json(heard),
        "acknowledged", (json_int_t)heard->acknowledged, "lost",
        (json_int_t)lost, "twice", (json_int_t)twice);
    if (object && fleet->has_scene)
        json_object_set_new(object, "scene", scene_json(fleet));
    bool done =
        object && json_dumpf(object, stdout,
                             JSON_COMPACT | JSON_REAL_PRECISION(DIGITS)) == 0;
    puts("");
    json_decref(object);
    return done && lost == 0 && twice == 0 && heard->acknowledged == wanted;
}

// --- Options ----------------------------------------------------------------

// False, and said: a value is none.
static bool read_scene(const struct config *config, struct fleet *fleet,
                       struct console *console)
{
    enum scene_kind kind;
    const char *name = config_text(config, "scene");
    const char *from = config_text(config, "from");
    const char *to = config_text(config, "to");
    fleet->speed = 1;
    if (!name) {
        if (!from && !to)
            return true;
        console_complain(console, "--from and --to are of a --scene");
        return false;
    }
    if (!scene_parse(name, &kind)) {
        console_complain(console, "--scene: give steady-day, opening-peak or "
                                  "after-outage");
        return false;
    }
    struct scene *scene = &fleet->scene;
    scene_begin(kind, config_integer(config, "visits"), scene);
    if (kind == SCENE_AFTER_OUTAGE)
        scene->outage_days = config_integer(config, "outage_days");
    if ((from && !scene_parse_time(from, &scene->from_ms)) ||
        (to && !scene_parse_time(to, &scene->to_ms)) ||
        scene->to_ms <= scene->from_ms) {
        console_complain(console, "--from and --to: give times of a day, the "
                                  "earlier first, such as 8:00 and 9:30");
        return false;
    }
    fleet->has_scene = true;
    if (!config_is_set(config, "batch"))
        fleet->batch = BATCH_LINES_MAX;
    fleet->speed = config_integer(config, "speed");
    return true;
}

static bool read_city(const struct config *config, const char *city,
                      struct fleet *fleet, struct console *console)
{
    const char *keys = config_text(config, "keys");
    bool is_url = office_is_url(city);
    if (is_url && !keys) {
        console_complain(console, "--keys is missing: the directory of the "
                                  "city's and the wards' keys");
        return false;
    }
    const struct books_city place = {city, is_url ? keys : city};
    return books_of_city(&place, config_text(config, "server"), &fleet->books,
                         console);
}

static bool read_books(const struct config *config, struct fleet *fleet,
                       struct console *console)
{
    const char *city = config_text(config, "city");
    struct server_place place;
    return city ? read_city(config, city, fleet, console)
                : server_place_read(config, &place, console) &&
                      books_of_one(&place, config_text(config, "server"),
                                   &fleet->books);
}

static int run_fleet(const struct config *config, struct console *console)
{
    struct fleet fleet = {.records = config_integer(config, "records"),
                          .batch = config_integer(config, "batch"),
                          .lose = (int)config_integer(config, "lose"),
                          .player_count =
                              (size_t)config_integer(config, "devices")};
    struct held before, after;
    if (!read_scene(config, &fleet, console))
        return 2;
    heard_begin(&fleet.heard);
    fleet.players = calloc(fleet.player_count, sizeof *fleet.players);
    bool done = fleet.players && read_books(config, &fleet, console) &&
                look(&fleet, &before, console) &&
                make_all_devices(
                    &fleet, (uint64_t)config_integer(config, "seed"), console);
    int64_t began = clock_mono_us();
    done = done && play(&fleet, (size_t)config_integer(config, "connections"));
    double seconds = (double)(clock_mono_us() - began) / 1e6;
    done = done && look(&fleet, &after, console) &&
           print(&fleet, seconds, &before, &after);
    for (size_t i = 0; fleet.players && i < fleet.player_count; i++)
        player_close(&fleet.players[i]);
    free(fleet.players);
    books_free(&fleet.books);
    heard_end(&fleet.heard);
    return done ? 0 : 1;
}

static void print_help(void)
{
    struct buf text = {0};
    config_describe(KEYS, &text);
    printf("hailong-fleet: plays many devices against a server, for load "
           "tests.\nIt registers devices there: never use it on a ward's own "
           "server.\n\n"
           "usage: hailong-fleet --server URL --data DIR|--city DIR "
           "[options]\n\n%s",
           buf_text(&text));
    buf_free(&text);
}

int main(int argc, char **argv)
{
    struct buf message = {0};
    struct console console = {0};
    enum log_format format;
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
               (!server_place_is_told(config) &&
                !config_text(config, "city"))) {
        fputs("hailong-fleet: give --server and --data or --city; see --help\n",
              stderr);
    } else if (!log_parse_format(config_text(config, "log_format"), &format)) {
        fputs("hailong-fleet: --log-format: give text, logfmt or json\n",
              stderr);
    } else if (ledger_init()) {
        log_set_format(format);
        status = run_fleet(config, &console);
        fputs(buf_text(&console.err), stderr);
    }
    console_free(&console);
    buf_free(&message);
    config_close(config);
    return status;
}
