// The past of an invented ward, told to a running server: weekdays of visits at
// a few counters, by devices with keys of their own, and the transactions
// behind them, by a feed. Drawn from a seed, so that it is the same each time.
//
//   history FOLDER PORT DAYS
//
// says "ready" when it is told, and then plays a visit at counter 1 for each
// line of its input, which holds a level.
#include "common/buf.h"
#include "common/clock.h"
#include "common/date.h"
#include "ledger/box.h"
#include "sql/sql.h"
#include "support/server_maker.h"
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    COUNTERS = 5,
    LINES_A_BATCH = 500,
    ENTRIES_A_FEED = 200,
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS
};

static const struct {
    const char *field;
    const char *procedures[4];
    int count;
    int weight; // visits of a counter's hour
} WORK[COUNTERS] = {
    {"chung-thuc", {"2.000815", "2.000843", "2.000884", NULL}, 3, 12},
    {"ho-tich", {"1.001193", "1.000894", "1.004884", "2.000635"}, 4, 6},
    {"cu-tru", {"1.004222", "1.004194", NULL, NULL}, 2, 5},
    {"dat-dai", {"1.012753", "1.012756", NULL, NULL}, 2, 3},
    {"bao-tro-xa-hoi", {"1.001776", "1.001731", NULL, NULL}, 2, 1}};

// Of a working day, how full each hour is.
static const struct {
    int hour, part; // of 10
} HOURS[] = {{7, 4},  {8, 9},  {9, 10}, {10, 8},
             {13, 6}, {14, 9}, {15, 7}, {16, 3}};

// What citizens choose and write, by whether they were satisfied.
static const char *const WRITTEN[2][4] = {
    {"Chờ lâu quá, mong phường thêm người vào buổi sáng.",
     "Phải đi lại hai lần vì thiếu giấy tờ. Gọi tôi 090 123 4567 nhé.",
     "Hướng dẫn chưa rõ, hỏi ba người mới biết.", "Ghế chờ ít, trời nóng."},
    {"Cán bộ nhiệt tình, giải thích dễ hiểu.", "Nhanh hơn tôi nghĩ.",
     "Cảm ơn phường.", "Nộp trực tuyến rồi đến lấy, rất tiện."}};

// A comment as it stands in a batch.
struct said {
    size_t line;
    char *text;
};

struct ward {
    struct made_server server;
    struct box_key box;
    struct made_device devices[COUNTERS];
    size_t sent[COUNTERS];
    struct said *said[COUNTERS]; // comments, in the order of their lines
    size_t said_count[COUNTERS], said_sent[COUNTERS];
    char feed[65];
    uint64_t seed;
    int serial;
    struct buf entries;
    int entry_count;
};

// 0 … below - 1.
static int draw(struct ward *ward, int below)
{
    ward->seed = ward->seed * UINT64_C(6364136223846793005) +
                 UINT64_C(1442695040888963407);
    return (int)((ward->seed >> 33) % (uint64_t)below);
}

static int draw_level(struct ward *ward, int counter)
{
    int low = counter == 3 ? 9 : 2, neutral = low + 3;
    int chance = draw(ward, 100);
    return chance < low / 2   ? 1
           : chance < low     ? 2
           : chance < neutral ? 3
           : chance < 35      ? 4
                              : 5;
}

// By the visit's number alone, so that nothing else is drawn differently.
static void choose_reasons(const struct ward *ward, struct record *record)
{
    unsigned mix = (unsigned)ward->serial * 2654435761U;
    const char *list = record->level >= 4 ? "high" : "low";
    if (record->level == 0 || mix % 100 < 45) {
        return;
    }
    record->reason_count = 1 + (mix >> 8) % 4 / 3;
    snprintf(record->reasons[0], sizeof record->reasons[0], "reason.%s.%u",
             list, 1 + (mix >> 12) % 8 * ((mix >> 16) % 4) / 3);
    snprintf(record->reasons[1], sizeof record->reasons[1], "reason.other");
}

static const char *choose_text(const struct ward *ward, int level)
{
    unsigned mix = (unsigned)ward->serial * 2246822519U;
    return level > 0 && mix % 100 < (level >= 4 ? 3 : 40)
               ? WRITTEN[level >= 4][(mix >> 10) % 4]
               : NULL;
}

static void post_feed(struct ward *ward)
{
    struct buf body = {0};
    struct answer answer = {0};
    if (ward->entry_count == 0) {
        return;
    }
    buf_printf(&body, "{\"transactions\":[%s]}", buf_text(&ward->entries));
    made_server_ask(&ward->server,
                    &(struct ask){.path = "/api/v1/transactions",
                                  .token = ward->feed,
                                  .type = "application/json",
                                  .body = buf_text(&body),
                                  .size = body.size},
                    &answer);
    assert_int_equal(answer.status, 200);
    buf_clear(&ward->entries);
    ward->entry_count = 0;
    answer_free(&answer);
    buf_free(&body);
}

static void feed(struct ward *ward, int counter, const char *procedure,
                 const char *code, int64_t done_at)
{
    char queued[CLOCK_ISO_SIZE], called[CLOCK_ISO_SIZE], done[CLOCK_ISO_SIZE];
    int wait = 2 + draw(ward, counter == 3 ? 30 : 14);
    int64_t called_at = done_at - (4 + draw(ward, 9)) * (int64_t)MINUTE_MS;
    clock_format(called_at - wait * (int64_t)MINUTE_MS, queued);
    clock_format(called_at, called);
    clock_format(done_at, done);
    int chance = draw(ward, 100);
    buf_printf(&ward->entries,
               "%s{\"transaction\":\"%s\",\"step\":\"tra-ket-qua\",\"counter\":"
               "\"%d\",\"field\":\"%s\",\"procedure\":\"%s\",\"officer\":"
               "\"cb-%02d\",\"queued_at\":\"%s\",\"called_at\":\"%s\","
               "\"done_at\":\"%s\",\"timeliness\":\"%s\"}",
               ward->entry_count > 0 ? "," : "", code, counter + 1,
               WORK[counter].field, procedure, counter + 1, queued, called,
               done,
               chance < 25   ? "before"
               : chance < 97 ? "on"
                             : "late");
    if (++ward->entry_count == ENTRIES_A_FEED) {
        post_feed(ward);
    }
}

static void append_said(struct ward *ward, int counter, size_t to,
                        struct buf *body)
{
    size_t *sent = &ward->said_sent[counter];
    while (*sent < ward->said_count[counter] &&
           ward->said[counter][*sent].line <= to) {
        buf_append_text(body, ward->said[counter][*sent].text);
        free(ward->said[counter][(*sent)++].text);
    }
}

static void send(struct ward *ward, int counter)
{
    struct made_device *device = &ward->devices[counter];
    while (ward->sent[counter] < device->ledger.count) {
        struct buf body = {0};
        struct answer answer = {0};
        size_t to = ward->sent[counter] + LINES_A_BATCH;
        to = to < device->ledger.count ? to : device->ledger.count;
        made_device_body(device, (int64_t)ward->sent[counter] + 1, (int64_t)to,
                         &body, NULL);
        append_said(ward, counter, to, &body);
        made_device_post(device, &ward->server, &body, NULL, &answer);
        assert_int_equal(answer.status, 200);
        ward->sent[counter] = to;
        answer_free(&answer);
        buf_free(&body);
    }
}

static void keep_said(struct ward *ward, int counter,
                      const struct made_line *line, const struct buf *sealed)
{
    size_t count = ward->said_count[counter]++;
    struct buf text = {0};
    struct said *said =
        realloc(ward->said[counter], (count + 1) * sizeof *said);
    assert_non_null(said);
    buf_printf(&text, "{\"comment\":\"%s\",\"sealed\":\"%s\"}\n", line->id,
               buf_text(sealed));
    said[count] =
        (struct said){ward->devices[counter].ledger.count, buf_take(&text)};
    ward->said[counter] = said;
}

// Writes the visit, and its comment when there is one.
static void write_visit(struct ward *ward, int counter, struct record *record,
                        const char *text)
{
    struct ledger_maker *ledger = &ward->devices[counter].ledger;
    struct buf sealed = {0};
    if (text) {
        assert_true(
            box_seal(ward->box.public_key, text, strlen(text), &sealed));
        digest_hex_of(buf_text(&sealed), sealed.size, record->comment_hash);
    }
    const struct made_line *line = maker_write(ledger, record);
    if (text) {
        keep_said(ward, counter, line, &sealed);
    }
    buf_free(&sealed);
}

static void visit(struct ward *ward, int counter, int level)
{
    struct ledger_maker *ledger = &ward->devices[counter].ledger;
    const char *procedure =
        WORK[counter].procedures[draw(ward, WORK[counter].count)];
    struct record record;
    maker_visit(ledger, level, &record);
    record.mode = RECORD_TRANSACTION;
    snprintf(record.counter, sizeof record.counter, "%d", counter + 1);
    snprintf(record.field, sizeof record.field, "%s", WORK[counter].field);
    snprintf(record.procedure, sizeof record.procedure, "%s", procedure);
    snprintf(record.officer, sizeof record.officer, "cb-%02d", counter + 1);
    strcpy(record.step, "tra-ket-qua");
    snprintf(record.transaction, sizeof record.transaction, "x-%06d",
             ++ward->serial);
    if (level > 0) {
        record.has_touch = true;
        record.touch_x = (10 + draw(ward, 80)) / 100.0;
        record.touch_y = (40 + draw(ward, 30)) / 100.0;
        record.touch_after_ms = 2500 + draw(ward, 8000);
    } else if (draw(ward, 2) == 0) {
        record.outcome = RECORD_TIMEOUT;
    }
    choose_reasons(ward, &record);
    write_visit(ward, counter, &record, choose_text(ward, record.level));
}

// To the moment on the device's clocks; never back.
static void wait_until(struct ledger_maker *ledger, int64_t wall_ms)
{
    if (wall_ms > ledger->wall_ms) {
        maker_wait(ledger, wall_ms - ledger->wall_ms);
    }
}

static void play_hour(struct ward *ward, int counter, int64_t begin, int part,
                      int64_t now)
{
    int count = (WORK[counter].weight * part + draw(ward, 10)) / 10;
    for (int i = 0; i < count; i++) {
        char code[32];
        int64_t at = begin + (int64_t)i * HOUR_MS / count + draw(ward, 90000);
        if (at >= now) {
            return;
        }
        wait_until(&ward->devices[counter].ledger, at);
        snprintf(code, sizeof code, "H24.12-%06d", ward->serial + 1);
        const char *procedure =
            WORK[counter].procedures[draw(ward, WORK[counter].count)];
        feed(ward, counter, procedure, code, at);
        // Some are not asked, and of those asked some do not answer.
        if (draw(ward, 100) < 88) {
            visit(ward, counter,
                  draw(ward, 100) < 70 ? draw_level(ward, counter) : 0);
        }
    }
}

static void play_day(struct ward *ward, int32_t day, int64_t now)
{
    int64_t midnight = date_wall_ms_of_day(day);
    for (int counter = 0; counter < COUNTERS; counter++) {
        for (size_t i = 0; i < sizeof HOURS / sizeof *HOURS; i++) {
            play_hour(ward, counter, midnight + HOURS[i].hour * HOUR_MS,
                      HOURS[i].part, now);
        }
    }
}

static void enrol(struct ward *ward, int64_t now, int days)
{
    for (int i = 0; i < COUNTERS; i++) {
        char counter[8];
        snprintf(counter, sizeof counter, "%d", i + 1);
        made_device_enrol(&ward->devices[i], &ward->server, counter);
        ward->devices[i].ledger.wall_ms = now - (days + 1) * (int64_t)DAY_MS;
    }
    made_server_key(&ward->server, "feed", ward->feed);
}

// A server believes no line that is older than its device's enrolment.
static void age_devices(const char *folder, int days)
{
    static const char *const none[] = {"SELECT 1"};
    char path[PATH_MAX], change[128];
    struct sql *sql = NULL;
    snprintf(path, sizeof path, "%s/office.db", folder);
    snprintf(change, sizeof change,
             "UPDATE devices SET enrolled_at = enrolled_at - %lld",
             (days + 1) * (long long)DAY_MS);
    assert_int_equal(sql_open(path, SQL_WRITER, none, 1, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, change), SQL_OK);
    sql_close(sql);
}

static void play(struct ward *ward, const char *folder, int days)
{
    int64_t now = clock_wall_ms();
    int32_t today = date_day_of_wall_ms(now);
    char key[PATH_MAX];
    snprintf(key, sizeof key, "%s/box.key", folder);
    assert_true(box_load(key, &ward->box));
    enrol(ward, now, days);
    age_devices(folder, days);
    for (int32_t day = today - days; day <= today; day++) {
        if (date_weekday(day) <= 5) {
            play_day(ward, day, now);
        }
    }
    post_feed(ward);
    for (int i = 0; i < COUNTERS; i++) {
        wait_until(&ward->devices[i].ledger, clock_wall_ms());
        send(ward, i);
    }
}

int main(int argc, char **argv)
{
    static struct ward ward = {.seed = 2026};
    char line[16];
    if (argc != 4) {
        fprintf(stderr, "history FOLDER PORT DAYS\n");
        return 2;
    }
    made_server_join(&ward.server, argv[1], (uint16_t)atoi(argv[2]));
    play(&ward, argv[1], atoi(argv[3]));
    printf("ready\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        wait_until(&ward.devices[0].ledger, clock_wall_ms());
        visit(&ward, 0, atoi(line));
        send(&ward, 0);
    }
    for (int i = 0; i < COUNTERS; i++) {
        made_device_free(&ward.devices[i]);
        free(ward.said[i]);
    }
    buf_free(&ward.entries);
    return 0;
}
