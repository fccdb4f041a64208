// The courier against a server that does all that servers, proxies, portals
// and liars do. Whatever comes, nothing that was not acknowledged may be taken
// for acknowledged, and what waits goes on to wait.
#include "common/clock.h"
#include "common/log.h"
#include "support/check.h"
#include "support/courier_bench.h"
#include "sync/worker.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PROBLEM(type, more)                                                    \
    "{\"type\":\"urn:hailong:problem:" type "\",\"title\":\"t\"" more "}"

static int setup(void **state)
{
    struct courier_bench *b = malloc(sizeof *b);
    assert_non_null(b);
    log_set_level(LOG_ERROR + 1); // what is provoked here is not news
    bench_open(b);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    bench_close(*state);
    free(*state);
    return 0;
}

static struct worker *new_worker(const struct courier_bench *b)
{
    struct worker *worker = worker_new(
        &(struct worker_params){.directory = b->kiosk.folder, .poll_ms = 50});
    assert_non_null(worker);
    return worker;
}

// What `hailong-sync --once` does.
static enum worker_result once(const struct courier_bench *b)
{
    struct worker *worker = new_worker(b);
    enum worker_result result = worker_run_once(worker);
    worker_free(worker);
    return result;
}

static enum worker_result once_with(struct courier_bench *b,
                                    const struct bad_step *steps, size_t count)
{
    bad_server_follow(b->server, steps, count);
    return once(b);
}

// One batch, and this step for it; then the server is good again.
static enum worker_result once_bad(struct courier_bench *b,
                                   struct bad_step step)
{
    enum worker_result result = once_with(b, &step, 1);
    bad_server_follow(b->server, NULL, 0);
    return result;
}

// A courier that goes on until it is stopped.
struct running {
    struct worker *worker;
    pthread_t thread;
    enum worker_result result;
};

static void *run(void *ctx)
{
    struct running *r = ctx;
    r->result = worker_run(r->worker);
    return NULL;
}

static void begin(const struct courier_bench *b, struct running *r)
{
    r->worker = new_worker(b);
    assert_int_equal(pthread_create(&r->thread, NULL, run, r), 0);
}

static void end(struct running *r)
{
    worker_stop(r->worker);
    pthread_join(r->thread, NULL);
    worker_free(r->worker);
    assert_int_equal(r->result, WORKER_OK);
}

// --- Good days --------------------------------------------------------------

static void test_all_is_sent(void **state)
{
    struct courier_bench *b = *state;
    bench_visit(b, 5);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(bad_server_count(b->server), 1);
    bench_must_have_sent(b, 0, 1, 5);
    assert_holds(bad_server_request(b->server, 0)->head,
                 "\r\nContent-Type: application/x-ndjson\r\n");
    assert_holds(bad_server_request(b->server, 0)->head,
                 "\r\nAuthorization: Bearer aaaaaaaaaaaaaaaa");
    assert_int_equal(bench_position(b), 5);
    assert_int_equal(bench_pending(b), 0);
    struct courier_attempts attempts = bench_attempts(b);
    assert_int_equal(attempts.failures, 0);
    assert_string_equal(attempts.last_error, "");
    assert_true(attempts.last_sent_ms > 0);
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[SCRATCH_SIZE + 32];
    snprintf(path, sizeof path, "%s/BAT0", folder);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/BAT0/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

// A tablet that nobody plugged in says so with its next batch.
static void test_a_weak_battery_is_told(void **state)
{
    struct courier_bench *b = *state;
    char power[SCRATCH_SIZE];
    struct heard_batch heard;
    scratch_make(power);
    put(power, "type", "Battery\n");
    put(power, "status", "Discharging\n");
    static const char *const percents[] = {"50\n", "12\n", "5\n"};
    static const char *const told[] = {"\"faults\":[]",
                                       "\"faults\":[\"battery-low\"]",
                                       "\"faults\":[\"battery-empty\"]"};
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        put(power, "capacity", percents[i]);
        bench_visit(b, 1);
        struct worker *worker = worker_new(&(struct worker_params){
            .directory = b->kiosk.folder, .battery_root = power});
        assert_non_null(worker);
        assert_int_equal(worker_run_once(worker), WORKER_OK);
        worker_free(worker);
        bench_heard(b, i, &heard);
        assert_holds(buf_text(&heard.text), told[i]);
        heard_free(&heard);
    }
    scratch_remove(power);
}

static void test_nothing_to_send(void **state)
{
    struct courier_bench *b = *state;
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(bad_server_count(b->server), 0);
}

// The receipt is kept as a proof that holds by itself.
static void test_the_receipt_is_kept(void **state)
{
    struct courier_bench *b = *state;
    struct proof_receipt receipt;
    struct courier *courier;
    bench_visit(b, 2);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(courier_open(b->kiosk.folder, COURIER_READER, &courier),
                     SQL_OK);
    assert_int_equal(courier_position(courier, 1, &receipt), SQL_OK);
    assert_true(proof_verify_receipt(b->kiosk.server_key.public_key, &receipt));
    assert_string_equal(receipt.batch.device, b->kiosk.device.id);
    courier_close(courier);
}

// 503 lines: 500, then 3.
static void test_a_backlog_goes_in_batches(void **state)
{
    struct courier_bench *b = *state;
    bench_visit(b, 503);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(bad_server_count(b->server), 2);
    bench_must_have_sent(b, 0, 1, 500);
    bench_must_have_sent(b, 1, 501, 503);
    assert_int_equal(bench_position(b), 503);
}

static void test_the_server_s_time_is_kept(void **state)
{
    struct courier_bench *b = *state;
    struct courier_anchor anchor;
    struct courier *courier;
    char boot[CLOCK_BOOT_ID_SIZE];
    int64_t before = clock_boot_ms();
    bench_visit(b, 1);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(courier_open(b->kiosk.folder, COURIER_READER, &courier),
                     SQL_OK);
    assert_int_equal(courier_anchor(courier, &anchor), SQL_OK);
    courier_close(courier);
    clock_boot_id(boot);
    assert_string_equal(anchor.boot, boot);
    // 2026-11-23T09:15:03.500+07:00
    assert_int_equal(anchor.server_ms, 1795400103500);
    assert_in_range(anchor.up_ms, before, clock_boot_ms());
}

// --- Bad days ---------------------------------------------------------------

static void higher_than_sent(json_t *answer, const struct heard_batch *heard,
                             void *ctx)
{
    struct courier_bench *b = ctx;
    heard_set_receipt(answer, heard, &b->kiosk.server_key,
                      heard->proof.to + 100, NULL, NULL);
    json_object_set_new(answer, "received_to",
                        json_integer(heard->proof.to + 100));
}

// The text says more than what was signed.
static void raised(json_t *answer, const struct heard_batch *heard, void *ctx)
{
    (void)ctx;
    json_t *receipt = json_object_get(answer, "receipt");
    json_object_set_new(receipt, "to", json_integer(heard->proof.to + 1));
}

static void other_head(json_t *answer, const struct heard_batch *heard,
                       void *ctx)
{
    struct courier_bench *b = ctx;
    char head[DIGEST_HEX_SIZE];
    digest_hex_of("another line", 12, head);
    heard_set_receipt(answer, heard, &b->kiosk.server_key, heard->proof.to,
                      head, NULL);
}

static void other_key(json_t *answer, const struct heard_batch *heard,
                      void *ctx)
{
    struct courier_bench *b = ctx;
    heard_set_receipt(answer, heard, &b->other, heard->proof.to, NULL, NULL);
}

static void old_nonce(json_t *answer, const struct heard_batch *heard,
                      void *ctx)
{
    struct courier_bench *b = ctx;
    heard_set_receipt(answer, heard, &b->kiosk.server_key, heard->proof.to,
                      NULL, "00112233445566778899aabbccddeeff");
}

static void no_receipt(json_t *answer, const struct heard_batch *heard,
                       void *ctx)
{
    (void)heard, (void)ctx;
    json_object_del(answer, "receipt");
}

static json_t *last_result(json_t *answer)
{
    json_t *results = json_object_get(answer, "results");
    return json_array_get(results, json_array_size(results) - 1);
}

static void wrong_id(json_t *answer, const struct heard_batch *heard, void *ctx)
{
    (void)heard, (void)ctx;
    json_object_set_new(last_result(answer), "id",
                        json_string("019aadf2-5c58-7a31-8f2e-6d0b4a1c9e77"));
}

static void wrong_seq(json_t *answer, const struct heard_batch *heard,
                      void *ctx)
{
    (void)ctx;
    json_object_set_new(last_result(answer), "seq",
                        json_integer(heard->proof.to + 1));
}

static void one_result_less(json_t *answer, const struct heard_batch *heard,
                            void *ctx)
{
    json_t *results = json_object_get(answer, "results");
    (void)heard, (void)ctx;
    json_array_remove(results, json_array_size(results) - 1);
}

static void strange_status(json_t *answer, const struct heard_batch *heard,
                           void *ctx)
{
    (void)ctx;
    heard_set_status(answer, heard->count - 1, "later", "");
}

static void only_part(json_t *answer, const struct heard_batch *heard,
                      void *ctx)
{
    struct courier_bench *b = ctx;
    char head[DIGEST_HEX_SIZE];
    bench_hash(b, heard->from, head);
    heard_set_receipt(answer, heard, &b->kiosk.server_key, heard->from, head,
                      NULL);
}

static const char portal[] =
    "<!DOCTYPE html><html><title>Wi-Fi miễn phí</title><body>"
    "<form action=\"http://10.1.0.1/login\"></form></body></html>";

struct bad_day {
    const char *name;
    struct bad_step step;
    const char *complaint; // what `hailong status` shows of it
};

// "later": to be tried again by itself, all of them. Nothing of them is an
// acknowledgement.
static const struct bad_day bad_days[] = {
    {"500", {.kind = BAD_TEXT, .status = 500}, "500"},
    {"429",
     {.kind = BAD_TEXT, .status = 429, .headers = "Retry-After: 7\r\n"},
     "429"},
    {"503 that says why",
     {.kind = BAD_TEXT,
      .status = 503,
      .body = PROBLEM("busy", ",\"detail\":\"full\"")},
     "503: full"},
    {"200 of a portal",
     {.kind = BAD_TEXT, .type = "text/html", .body = portal},
     "not believed"},
    {"200 with nothing", {.kind = BAD_TEXT}, "not believed"},
    {"200 with an empty object",
     {.kind = BAD_TEXT, .body = "{}"},
     "not believed"},
    {"204", {.kind = BAD_TEXT, .status = 204}, "not believed"},
    {"201 with a good answer",
     {.kind = BAD_ANSWER, .status = 201, .spoil = no_receipt},
     "receipt"},
    {"302 to a log-in",
     {.kind = BAD_TEXT, .status = 302, .headers = "Location: /login\r\n"},
     "302"},
    {"511 of a portal",
     {.kind = BAD_TEXT, .status = 511, .body = portal},
     "511"},
    {"cut in the middle", {.kind = BAD_CUT}, ""},
    {"hung up", {.kind = BAD_HANG_UP}, ""},
    {"no HTTP", {.kind = BAD_RAW, .body = "220 mail.example.vn ESMTP\r\n"}, ""},
    {"without an end", {.kind = BAD_FLOOD}, "larger than"},
    {"truncated", {.kind = BAD_TRUNCATED}, "not believed"},
    {"wrong id", {.kind = BAD_ANSWER, .spoil = wrong_id}, "another id"},
    {"wrong seq", {.kind = BAD_ANSWER, .spoil = wrong_seq}, "not sent"},
    {"one result less",
     {.kind = BAD_ANSWER, .spoil = one_result_less},
     "each line"},
    {"strange status", {.kind = BAD_ANSWER, .spoil = strange_status}, "status"},
    {"no receipt", {.kind = BAD_ANSWER, .spoil = no_receipt}, "no receipt"},
    {"receipt of another key",
     {.kind = BAD_ANSWER, .spoil = other_key},
     "signature"},
    {"receipt of an old batch",
     {.kind = BAD_ANSWER, .spoil = old_nonce},
     "signature"},
    {"receipt raised by hand",
     {.kind = BAD_ANSWER, .spoil = raised},
     "signature"},
    {"signed for more than we wrote",
     {.kind = BAD_ANSWER, .spoil = higher_than_sent},
     "not ours"},
    {"signed for another line",
     {.kind = BAD_ANSWER, .spoil = other_head},
     "hash"},
    {"signed for a part",
     {.kind = BAD_ANSWER, .spoil = only_part},
     "leaves out"},
    {"401",
     {.kind = BAD_TEXT, .status = 401, .body = PROBLEM("unauthorized", "")},
     "401"},
    {"403",
     {.kind = BAD_TEXT,
      .status = 403,
      .body = PROBLEM("revoked", ",\"detail\":\"enrol it again\"")},
     "403: enrol it again"},
    {"404 of a wrong address",
     {.kind = BAD_TEXT, .status = 404, .body = portal},
     "404"},
    {"415",
     {.kind = BAD_TEXT, .status = 415, .body = PROBLEM("media-type", "")},
     "415"},
    {"422",
     {.kind = BAD_TEXT, .status = 422, .body = PROBLEM("bad-signature", "")},
     "422"},
    {"409 of nobody knows what",
     {.kind = BAD_TEXT, .status = 409, .body = portal},
     "409"},
    {"gap that is no number",
     {.kind = BAD_TEXT,
      .status = 409,
      .body = PROBLEM("gap", ",\"expected\":\"1\"")},
     "409 gap"},
    {"gap at line 0",
     {.kind = BAD_TEXT,
      .status = 409,
      .body = PROBLEM("gap", ",\"expected\":0")},
     "409 gap"},
    {"gap at what was sent",
     {.kind = BAD_TEXT,
      .status = 409,
      .body = PROBLEM("gap", ",\"expected\":3")},
     "409 gap"},
    {"gap beyond what was sent",
     {.kind = BAD_TEXT,
      .status = 409,
      .body = PROBLEM("gap", ",\"expected\":9")},
     "409 gap"},
    {"fork",
     {.kind = BAD_TEXT, .status = 409, .body = PROBLEM("fork", "")},
     "409 fork"},
};

// Lines 1 and 2 are acknowledged; 3 to 5 wait.
static void test_a_bad_answer_acknowledges_nothing(void **state)
{
    struct courier_bench *b = *state;
    size_t days = sizeof bad_days / sizeof *bad_days;
    bench_visit(b, 2);
    assert_int_equal(once(b), WORKER_OK);
    bench_visit(b, 3);
    for (size_t i = 0; i < days; i++) {
        const struct bad_day *day = &bad_days[i];
        struct bad_step step = day->step;
        step.ctx = b;
        enum worker_result result = once_bad(b, step);
        struct courier_attempts attempts = bench_attempts(b);
        if (result != WORKER_LEFT || bench_position(b) != 2 ||
            bench_pending(b) != 3 || bad_server_count(b->server) != i + 2)
            fail_msg("%s: result %d, acknowledged to %lld, %zu requests",
                     day->name, result, (long long)bench_position(b),
                     bad_server_count(b->server));
        bench_must_have_sent(b, i + 1, 3, 5);
        if (attempts.failures != (int64_t)i + 1 ||
            attempts.last_error[0] == '\0' ||
            !strstr(attempts.last_error, day->complaint))
            fail_msg("%s: failure %lld, \"%s\"", day->name,
                     (long long)attempts.failures, attempts.last_error);
    }
    assert_int_equal(once(b), WORKER_OK);
    bench_must_have_sent(b, days + 1, 3, 5);
    assert_int_equal(bench_position(b), 5);
    assert_int_equal(bench_pending(b), 0);
    assert_int_equal(bench_attempts(b).failures, 0);
    assert_string_equal(bench_attempts(b).last_error, "");
}

static void test_nobody_listens(void **state)
{
    struct courier_bench *b = *state;
    bench_visit(b, 1);
    bench_send_to(b, "http://127.0.0.1:1");
    assert_int_equal(once(b), WORKER_LEFT);
    assert_int_equal(bench_pending(b), 1);
    assert_true(strlen(bench_attempts(b).last_error) > 0);
    bench_send_to(b, bad_server_url(b->server));
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(bench_pending(b), 0);
}

// A letter of three bytes at the edge of the place for it would make
// `hailong status --json` fail.
static void test_a_long_reason_is_cut_between_letters(void **state)
{
    struct courier_bench *b = *state;
    struct buf body = {0};
    bench_visit(b, 1);
    buf_append_text(&body, "{\"detail\":\"");
    for (int i = 0; i < 300; i++)
        buf_append_text(&body, "ộ");
    buf_append_text(&body, "\"}");
    for (int status = 422; status <= 503; status += 81) {
        const struct bad_step step = {
            .kind = BAD_TEXT, .status = status, .body = buf_text(&body)};
        assert_int_equal(once_bad(b, step), WORKER_LEFT);
        struct courier_attempts attempts = bench_attempts(b);
        json_t *text = json_string(attempts.last_error); // checks UTF-8
        assert_non_null(text);
        assert_holds(attempts.last_error, "ộộộ");
        json_decref(text);
    }
    buf_free(&body);
}

// --- Programs of other years
// --------------------------------------------------

static bool says(struct courier_bench *b, size_t index, const char *text)
{
    struct heard_batch heard;
    bench_heard(b, index, &heard);
    char *end = strchr(buf_text(&heard.text), '\n');
    bool found =
        memmem(buf_text(&heard.text), (size_t)(end - buf_text(&heard.text)),
               text, strlen(text)) != NULL;
    heard_free(&heard);
    return found;
}

static void tell_protocols(json_t *answer, const struct heard_batch *heard,
                           void *ctx)
{
    (void)heard;
    json_object_set_new(answer, "protocols",
                        json_pack("[i, i]", 1, *(int *)ctx));
}

// A server that tells nothing is of the first; one that tells, of the newest
// that both know.
static void test_it_speaks_as_the_server_does(void **state)
{
    struct courier_bench *b = *state;
    int newest = 2;
    const struct bad_step tells = {
        .kind = BAD_ANSWER, .spoil = tell_protocols, .ctx = &newest};
    bench_visit(b, 501);
    assert_int_equal(once(b), WORKER_OK);
    assert_true(says(b, 0, "\"protocol\":2"));
    assert_false(says(b, 1, "\"protocol\""));
    bench_visit(b, 501);
    assert_int_equal(once_with(b, &tells, 1), WORKER_OK);
    assert_true(says(b, 2, "\"protocol\":2"));
    assert_true(says(b, 3, "\"protocol\":2"));
    newest = 1;
    bench_visit(b, 501);
    assert_int_equal(once_with(b, &tells, 1), WORKER_OK);
    assert_false(says(b, 5, "\"protocol\""));
    assert_int_equal(bench_pending(b), 0);
}

// The same lines once more, in words that it knows.
static void test_a_server_of_the_year_before(void **state)
{
    struct courier_bench *b = *state;
    const struct bad_step steps[] = {
        {.kind = BAD_TEXT,
         .status = 422,
         .body = PROBLEM("protocol", ",\"protocols\":[0,1]")},
        {.kind = BAD_TEXT,
         .status = 422,
         .body = PROBLEM("protocol", ",\"protocols\":[1,1]")},
        {.kind = BAD_ANSWER}};
    bench_visit(b, 3);
    // Who says nonsense is not followed.
    assert_int_equal(once_with(b, steps, 1), WORKER_LEFT);
    assert_int_equal(once_with(b, steps + 1, 2), WORKER_OK);
    assert_true(says(b, 1, "\"protocol\":2"));
    assert_false(says(b, 2, "\"protocol\""));
    bench_must_have_sent(b, 2, 1, 3);
    assert_int_equal(bench_position(b), 3);
}

// Nothing in common: the lines stay, and the status says what to do.
static void test_a_server_of_another_age(void **state)
{
    struct courier_bench *b = *state;
    const struct bad_step step = {
        .kind = BAD_TEXT,
        .status = 422,
        .body = "{\"type\":\"urn:hailong:problem:protocol\",\"detail\":"
                "\"bring the device up to date\",\"protocols\":[3,4]}"};
    bench_visit(b, 3);
    assert_int_equal(once_bad(b, step), WORKER_LEFT);
    assert_int_equal(bad_server_count(b->server), 1);
    assert_int_equal(bench_pending(b), 3);
    assert_holds(bench_attempts(b).last_error, "bring the device up to date");
    // The device's programs were brought up to date, or the server's back.
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(bench_pending(b), 0);
}

// --- What the server does not take ------------------------------------------

static void poison_in_the_middle(json_t *answer,
                                 const struct heard_batch *heard, void *ctx)
{
    (void)heard, (void)ctx;
    heard_set_status(answer, 1, "invalid", "line 3: level: must be 1 to 5");
    heard_set_status(answer, 3, "conflict", "line 5: id is counted already");
}

static void test_a_poisoned_line_blocks_nobody(void **state)
{
    struct courier_bench *b = *state;
    struct buf aside = {0};
    bench_visit(b, 5);
    assert_int_equal(
        once_bad(b, (struct bad_step){.kind = BAD_ANSWER,
                                      .spoil = poison_in_the_middle}),
        WORKER_OK);
    assert_int_equal(bench_position(b), 5);
    bench_quarantine(b, &aside);
    assert_string_equal(buf_text(&aside),
                        "2 invalid line 3: level: must be 1 to 5;"
                        "4 conflict line 5: id is counted already;");
    bench_visit(b, 1);
    assert_int_equal(once(b), WORKER_OK);
    bench_must_have_sent(b, 1, 6, 6);
    assert_int_equal(bench_position(b), 6);
    buf_free(&aside);
}

// An answer that is not believed sets nothing aside either.
static void poison_and_a_lie(json_t *answer, const struct heard_batch *heard,
                             void *ctx)
{
    poison_in_the_middle(answer, heard, ctx);
    other_key(answer, heard, ctx);
}

static void test_a_liar_sets_nothing_aside(void **state)
{
    struct courier_bench *b = *state;
    struct buf aside = {0};
    bench_visit(b, 5);
    assert_int_equal(once_bad(b, (struct bad_step){.kind = BAD_ANSWER,
                                                   .spoil = poison_and_a_lie,
                                                   .ctx = b}),
                     WORKER_LEFT);
    bench_quarantine(b, &aside);
    assert_string_equal(buf_text(&aside), "");
    buf_free(&aside);
}

static void test_fewer_lines_when_it_is_too_much(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step steps[] = {
        {.kind = BAD_TEXT, .status = 413, .body = "<html>nginx</html>"},
        {.kind = BAD_TEXT, .status = 413, .body = "<html>nginx</html>"},
        {.kind = BAD_ANSWER}};
    bench_visit(b, 5);
    assert_int_equal(once_with(b, steps, 3), WORKER_OK);
    // 5, 2 and 1 of them; then twice as many each time.
    assert_int_equal(bad_server_count(b->server), 5);
    bench_must_have_sent(b, 1, 1, 2);
    bench_must_have_sent(b, 2, 1, 1);
    bench_must_have_sent(b, 3, 2, 3);
    bench_must_have_sent(b, 4, 4, 5);
    assert_int_equal(bench_position(b), 5);
}

static void test_one_line_that_is_too_much(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step step = {.kind = BAD_TEXT, .status = 413};
    bench_visit(b, 2);
    assert_int_equal(once_with(b, &step, 1), WORKER_LEFT);
    assert_int_equal(bad_server_count(b->server), 2);
    assert_int_equal(bench_pending(b), 2);
}

// --- A server that was restored ---------------------------------------------

// It asks for lines from 2 on, and gets them.
static void test_a_gap_is_filled(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step steps[] = {
        {.kind = BAD_TEXT,
         .status = 409,
         .body = PROBLEM("gap", ",\"expected\":2")},
        {.kind = BAD_ANSWER}};
    bench_visit(b, 5);
    assert_int_equal(once(b), WORKER_OK);
    bench_visit(b, 1);
    assert_int_equal(once_with(b, steps, 2), WORKER_OK);
    bench_must_have_sent(b, 1, 6, 6);
    bench_must_have_sent(b, 2, 2, 6);
    assert_int_equal(bench_position(b), 6);
}

// A gap, and then silence: the lines are known to be missing there.
static void test_a_gap_is_remembered(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step steps[] = {
        {.kind = BAD_TEXT,
         .status = 409,
         .body = PROBLEM("gap", ",\"expected\":2")},
        {.kind = BAD_HANG_UP}};
    bench_visit(b, 5);
    assert_int_equal(once(b), WORKER_OK);
    bench_visit(b, 1);
    assert_int_equal(once_with(b, steps, 2), WORKER_LEFT);
    assert_int_equal(bench_position(b), 1);
    assert_int_equal(bench_pending(b), 5);
    assert_int_equal(bench_attempts(b).failures, 2);
    bad_server_follow(b->server, NULL, 0);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(bench_position(b), 6);
}

// A server that asks for line 1 for ever is left alone after a try.
static void test_a_gap_without_an_end(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step step = {.kind = BAD_TEXT,
                                         .status = 409,
                                         .body =
                                             PROBLEM("gap", ",\"expected\":1")};
    bench_visit(b, 2);
    assert_int_equal(once(b), WORKER_OK);
    bench_visit(b, 1);
    assert_int_equal(once_with(b, &step, 1), WORKER_LEFT);
    assert_int_equal(bad_server_count(b->server), 3);
    assert_int_equal(bench_pending(b), 3);
}

// A ledger that lost its first lines: a gap at one of them cannot be filled,
// and the same lines over and over would not help.
static void test_a_gap_at_a_line_that_is_lost(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step step = {.kind = BAD_TEXT,
                                         .status = 409,
                                         .body =
                                             PROBLEM("gap", ",\"expected\":2")};
    bench_visit(b, 5);
    made_kiosk_stop(&b->kiosk);
    bench_lose(b, 1, 2);
    assert_int_equal(once_with(b, &step, 1), WORKER_LEFT);
    assert_int_equal(bad_server_count(b->server), 1);
    bench_must_have_sent(b, 0, 3, 5);
    assert_int_equal(bench_position(b), 0);
    assert_holds(bench_attempts(b).last_error, "409 gap");
}

static void test_a_fork_asks_for_a_new_generation(void **state)
{
    struct courier_bench *b = *state;
    bench_visit(b, 2);
    assert_int_equal(once(b), WORKER_OK);
    // A good answer's next_gen is a number to know, not a wish.
    assert_int_equal(bench_next_gen(b), 0);
    bench_visit(b, 1);
    assert_int_equal(
        once_bad(b, (struct bad_step){.kind = BAD_TEXT,
                                      .status = 409,
                                      .body = PROBLEM("fork", "")}),
        WORKER_LEFT);
    assert_int_equal(bench_next_gen(b), 2);
    assert_int_equal(
        once_bad(b,
                 (struct bad_step){.kind = BAD_TEXT,
                                   .status = 409,
                                   .body = PROBLEM("fork", ",\"next_gen\":7")}),
        WORKER_LEFT);
    assert_int_equal(bench_next_gen(b), 7);
    assert_int_equal(bench_pending(b), 1);
}

static void holds_three(json_t *answer, const struct heard_batch *heard,
                        void *ctx)
{
    struct courier_bench *b = ctx;
    char head[DIGEST_HEX_SIZE];
    bench_hash(b, 3, head);
    heard_set_receipt(answer, heard, &b->kiosk.server_key, 3, head, NULL);
}

static void holds_nothing(json_t *answer, const struct heard_batch *heard,
                          void *ctx)
{
    struct courier_bench *b = ctx;
    heard_set_receipt(answer, heard, &b->kiosk.server_key, 0, DIGEST_NONE_HEX,
                      NULL);
}

// A heartbeat tells that lines are missing there, and they are sent again
// though no citizen came.
static void test_a_heartbeat_finds_the_loss(void **state)
{
    struct courier_bench *b = *state;
    const struct {
        struct bad_step step;
        int64_t from;
    } rows[] = {{{.kind = BAD_ANSWER, .spoil = holds_three, .ctx = b}, 4},
                {{.kind = BAD_ANSWER, .spoil = holds_nothing, .ctx = b}, 1}};
    size_t count = 1;
    bench_visit(b, 5);
    assert_int_equal(once(b), WORKER_OK);
    for (int i = 0; i < 2; i++) {
        const struct bad_step steps[] = {rows[i].step, {.kind = BAD_ANSWER}};
        struct running courier;
        bad_server_follow(b->server, steps, 2);
        begin(b, &courier);
        bad_server_wait(b->server, count + 2);
        bench_wait_for(b, 5);
        end(&courier);
        bad_server_follow(b->server, NULL, 0);
        bench_must_have_sent(b, count, 6, 5);
        bench_must_have_sent(b, count + 1, rows[i].from, 5);
        count += 2;
    }
}

// --- The configuration ------------------------------------------------------

static void version_2(json_t *answer, const struct heard_batch *heard,
                      void *ctx)
{
    (void)heard, (void)ctx;
    json_object_set_new(answer, "config_version", json_integer(2));
}

static const char config_2[] =
    "{\"version\":2,\"counter\":\"3\",\"hotline\":\"0234 3 812 345\"}";

static int64_t kept_config(struct courier_bench *b, struct buf *out)
{
    char etag[128];
    int64_t version = 0;
    struct courier *courier;
    assert_int_equal(courier_open(b->kiosk.folder, COURIER_READER, &courier),
                     SQL_OK);
    enum sql_result result =
        courier_config(courier, &version, etag, sizeof etag, out);
    assert_true(result == SQL_OK || result == SQL_NONE);
    if (result == SQL_OK)
        assert_string_equal(etag, "\"of-the-test\"");
    courier_close(courier);
    return version;
}

static void test_a_new_configuration_is_fetched(void **state)
{
    struct courier_bench *b = *state;
    struct buf kept = {0};
    bad_server_configure(b->server, config_2, &b->kiosk.server_key);
    bench_visit(b, 1);
    assert_int_equal(
        once_bad(b, (struct bad_step){.kind = BAD_ANSWER, .spoil = version_2}),
        WORKER_OK);
    assert_int_equal(bad_server_count(b->server), 2);
    assert_holds(bad_server_request(b->server, 1)->head,
                 "\r\nAuthorization: Bearer aaaa");
    assert_int_equal(kept_config(b, &kept), 2);
    assert_string_equal(buf_text(&kept), config_2);
    buf_free(&kept);
    // It is there; nobody asks again.
    bench_visit(b, 1);
    assert_int_equal(
        once_bad(b, (struct bad_step){.kind = BAD_ANSWER, .spoil = version_2}),
        WORKER_OK);
    assert_int_equal(bad_server_count(b->server), 3);
}

// The server was restored from a backup: what it says now holds.
static void test_an_older_configuration_is_fetched_too(void **state)
{
    struct courier_bench *b = *state;
    struct buf kept = {0};
    static const char config_9[] = "{\"version\":9,\"counter\":\"3\"}";
    struct courier *courier;
    assert_int_equal(courier_open(b->kiosk.folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_put_config(courier, 9, "\"nine\"", config_9,
                                        sizeof config_9 - 1, "c2ln"),
                     SQL_OK);
    courier_close(courier);
    bad_server_configure(b->server, config_2, &b->kiosk.server_key);
    for (int i = 0; i < 2; i++) {
        bench_visit(b, 1);
        assert_int_equal(once_bad(b, (struct bad_step){.kind = BAD_ANSWER,
                                                       .spoil = version_2}),
                         WORKER_OK);
    }
    assert_int_equal(bad_server_count(b->server), 3); // fetched once
    assert_int_equal(kept_config(b, &kept), 2);
    buf_free(&kept);
}

static void test_a_configuration_of_another_signer(void **state)
{
    struct courier_bench *b = *state;
    struct buf kept = {0};
    bad_server_configure(b->server, config_2, &b->other);
    bench_visit(b, 1);
    // The ratings are taken all the same.
    assert_int_equal(
        once_bad(b, (struct bad_step){.kind = BAD_ANSWER, .spoil = version_2}),
        WORKER_OK);
    assert_int_equal(bad_server_count(b->server), 2);
    assert_int_equal(kept_config(b, &kept), 0);
    assert_string_equal(buf_text(&kept), "");
}

// --- Going on ---------------------------------------------------------------

static void test_it_comes_back_by_itself(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step steps[] = {
        {.kind = BAD_TEXT, .status = 503, .headers = "Retry-After: 1\r\n"},
        {.kind = BAD_CUT},
        {.kind = BAD_ANSWER}};
    struct running courier;
    bench_visit(b, 3);
    bad_server_follow(b->server, steps, 3);
    begin(b, &courier);
    bench_wait_for(b, 3);
    // And a rating of later goes by itself as well.
    bench_visit(b, 1);
    bench_wait_for(b, 4);
    end(&courier);
    for (size_t i = 0; i < 3; i++)
        bench_must_have_sent(b, i, 1, 3);
    bench_must_have_sent(b, 3, 4, 4);
}

static void test_heartbeat_without_a_visit(void **state)
{
    struct courier_bench *b = *state;
    struct heard_batch heard;
    struct running courier;
    begin(b, &courier);
    bad_server_wait(b->server, 1);
    end(&courier);
    bench_heard(b, 0, &heard);
    assert_int_equal(heard.count, 0);
    assert_int_equal(heard.from, 1);
    assert_int_equal(heard.proof.to, 0);
    assert_string_equal(heard.proof.head, DIGEST_NONE_HEX);
    heard_free(&heard);
}

// Heartbeat `index` says that this invitation is on the screen.
static void says_shown(struct courier_bench *b, size_t index, const char *id)
{
    struct heard_batch heard;
    bench_heard(b, index, &heard);
    if (id)
        assert_holds(buf_text(&heard.text), id);
    else
        assert_null(strstr(buf_text(&heard.text), "\"invitation\":\""));
    heard_free(&heard);
}

// Who invited sees it at once, not at the next heartbeat a minute later.
static void test_what_is_shown_is_told_at_once(void **state)
{
    struct courier_bench *b = *state;
    static const char id[] = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11";
    struct running courier;
    struct courier_moment contact;
    struct courier *reader;
    begin(b, &courier);
    bad_server_wait(b->server, 1);
    assert_true(
        store_put_setting(b->kiosk.store, STORE_SETTING_INVITATION, id));
    bad_server_wait(b->server, 2);
    // That it is over is told by its line, with nothing of its own.
    assert_true(
        store_put_setting(b->kiosk.store, STORE_SETTING_INVITATION, ""));
    bench_visit(b, 1);
    bench_wait_for(b, 1);
    end(&courier);
    says_shown(b, 0, NULL);
    says_shown(b, 1, "\"invitation\":\"7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11\"");
    says_shown(b, 2, NULL);
    assert_int_equal(bad_server_count(b->server), 3);
    assert_int_equal(courier_open(b->kiosk.folder, COURIER_READER, &reader),
                     SQL_OK);
    assert_int_equal(courier_contact(reader, &contact), SQL_OK);
    courier_close(reader);
}

// What failed before a restart is still put off after it, and the attempts go
// on being counted.
static void test_a_restart_forgets_no_failure(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step step = {
        .kind = BAD_TEXT, .status = 429, .headers = "Retry-After: 3600\r\n"};
    int64_t before = clock_wall_ms();
    bench_visit(b, 1);
    assert_int_equal(once_with(b, &step, 1), WORKER_LEFT);
    assert_int_equal(once_with(b, &step, 1), WORKER_LEFT);
    struct courier_attempts attempts = bench_attempts(b);
    assert_int_equal(attempts.failures, 2);
    // An hour, and at most 2 s · 2 more.
    assert_in_range(attempts.next_at_ms, before + 3600000,
                    clock_wall_ms() + 3604000);
}

// The transfer hangs; its own limits would hold it for 20 s and more, and it
// would be counted as a failure then.
static void stop_in(struct courier_bench *b, enum bad_kind kind)
{
    const struct bad_step step = {.kind = kind};
    struct running courier;
    size_t count = bad_server_count(b->server);
    bad_server_follow(b->server, &step, 1);
    begin(b, &courier);
    bad_server_wait(b->server, count + 1);
    end(&courier);
    assert_int_equal(bench_position(b), 0);
    assert_int_equal(bench_pending(b), 2);
    assert_int_equal(bench_attempts(b).failures, 0);
}

static void test_stopping_ends_a_transfer(void **state)
{
    struct courier_bench *b = *state;
    bench_visit(b, 2);
    stop_in(b, BAD_MUTE);
    stop_in(b, BAD_DRIP);
    bad_server_follow(b->server, NULL, 0);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(bench_position(b), 2);
}

// --- What it cannot start on ------------------------------------------------

static void test_one_courier_a_directory(void **state)
{
    struct courier_bench *b = *state;
    struct running first;
    begin(b, &first);
    bad_server_wait(b->server, 1); // it holds the lock now
    assert_int_equal(once(b), WORKER_FAILED);
    end(&first);
    assert_int_equal(once(b), WORKER_OK);
}

// As on a full disk: it goes on as soon as its database can be opened.
static void test_a_database_that_cannot_be_opened_is_waited_for(void **state)
{
    struct courier_bench *b = *state;
    const struct timespec some_tries = {0, 400 * 1000000};
    char path[256];
    struct running courier;
    snprintf(path, sizeof path, "%s/courier.db", b->kiosk.folder);
    bench_visit(b, 3);
    assert_int_equal(mkdir(path, 0700), 0);
    begin(b, &courier);
    nanosleep(&some_tries, NULL);
    assert_int_equal(bad_server_count(b->server), 0);
    assert_int_equal(rmdir(path), 0);
    bench_wait_for(b, 3);
    end(&courier);
}

static void remove_file(const struct courier_bench *b, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", b->kiosk.folder, name);
    unlink(path);
}

static void test_not_enrolled(void **state)
{
    struct courier_bench *b = *state;
    bench_visit(b, 1);
    remove_file(b, DEVICE_FILE_JSON);
    assert_int_equal(once(b), WORKER_NOT_ENROLLED);
    assert_int_equal(bad_server_count(b->server), 0);
}

static void test_without_its_key(void **state)
{
    struct courier_bench *b = *state;
    remove_file(b, DEVICE_FILE_KEY);
    assert_int_equal(once(b), WORKER_FAILED);
}

static void test_no_kiosk_yet(void **state)
{
    struct courier_bench *b = *state;
    made_kiosk_stop(&b->kiosk);
    remove_file(b, DEVICE_FILE_KIOSK);
    remove_file(b, DEVICE_FILE_KIOSK "-wal");
    remove_file(b, DEVICE_FILE_KIOSK "-shm");
    assert_int_equal(once(b), WORKER_OK);
}

// "Nothing is left" would be a lie: it is not known what waits.
static void test_a_damaged_ledger_is_not_an_empty_one(void **state)
{
    struct courier_bench *b = *state;
    char path[256], garbage[8192];
    bench_visit(b, 3);
    made_kiosk_stop(&b->kiosk);
    remove_file(b, DEVICE_FILE_KIOSK "-wal");
    remove_file(b, DEVICE_FILE_KIOSK "-shm");
    snprintf(path, sizeof path, "%s/%s", b->kiosk.folder, DEVICE_FILE_KIOSK);
    id_random(garbage, sizeof garbage);
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, garbage, sizeof garbage), sizeof garbage);
    close(fd);
    assert_int_equal(once(b), WORKER_FAILED);
    assert_int_equal(bad_server_count(b->server), 0);
}

static void test_plain_http_beyond_this_machine(void **state)
{
    struct courier_bench *b = *state;
    bench_visit(b, 1);
    bench_send_to(b, "http://192.0.2.1:8650");
    assert_int_equal(once(b), WORKER_FAILED);
    bench_send_to(b, "http://127.0.0.1.evil");
    assert_int_equal(once(b), WORKER_FAILED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_is_sent),
        TEST(test_a_weak_battery_is_told),
        TEST(test_nothing_to_send),
        TEST(test_the_receipt_is_kept),
        TEST(test_a_backlog_goes_in_batches),
        TEST(test_the_server_s_time_is_kept),
        TEST(test_a_bad_answer_acknowledges_nothing),
        TEST(test_nobody_listens),
        TEST(test_a_long_reason_is_cut_between_letters),
        TEST(test_it_speaks_as_the_server_does),
        TEST(test_a_server_of_the_year_before),
        TEST(test_a_server_of_another_age),
        TEST(test_a_poisoned_line_blocks_nobody),
        TEST(test_a_liar_sets_nothing_aside),
        TEST(test_fewer_lines_when_it_is_too_much),
        TEST(test_one_line_that_is_too_much),
        TEST(test_a_gap_is_filled),
        TEST(test_a_gap_is_remembered),
        TEST(test_a_gap_without_an_end),
        TEST(test_a_gap_at_a_line_that_is_lost),
        TEST(test_a_fork_asks_for_a_new_generation),
        TEST(test_a_heartbeat_finds_the_loss),
        TEST(test_a_new_configuration_is_fetched),
        TEST(test_an_older_configuration_is_fetched_too),
        TEST(test_a_configuration_of_another_signer),
        TEST(test_it_comes_back_by_itself),
        TEST(test_heartbeat_without_a_visit),
        TEST(test_what_is_shown_is_told_at_once),
        TEST(test_a_restart_forgets_no_failure),
        TEST(test_stopping_ends_a_transfer),
        TEST(test_one_courier_a_directory),
        TEST(test_a_database_that_cannot_be_opened_is_waited_for),
        TEST(test_not_enrolled),
        TEST(test_without_its_key),
        TEST(test_no_kiosk_yet),
        TEST(test_a_damaged_ledger_is_not_an_empty_one),
        TEST(test_plain_http_beyond_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
