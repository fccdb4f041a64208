// The phone channel over real HTTP: what a citizen sees and does, what becomes
// of it in the ledger and in the count, and what nobody can do.
#include "common/clock.h"
#include "common/file.h"
#include "ledger/box.h"
#include "office/devices.h"
#include "office/invitations.h"
#include "office/verify.h"
#include "store/ledger_reader.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/phone_hand.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PAGE_MAX = 50000, THREADS = 8, POSTS = 125, PATIENCE = 6000 };

static const char *const options[] = {"--hotline", "0000 000 000", NULL};
// As ledger/pseudonym.h makes them.
static const char dossier[] = "~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static int start(void **state)
{
    struct made_server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    made_server_start(server, options);
    *state = server;
    return 0;
}

static int stop(void **state)
{
    made_server_close(*state);
    free(*state);
    return 0;
}

// --- What the tests look at -------------------------------------------------

static struct office *open_office(const struct made_server *server,
                                  enum office_mode mode)
{
    char path[128];
    struct office *office = NULL;
    snprintf(path, sizeof path, "%s", server->database);
    assert_int_equal(office_open(path, mode, &office), OFFICE_OK);
    return office;
}

static int64_t rated_now(const struct made_server *server, const char *key)
{
    struct answer answer = {0};
    int64_t rated = -1;
    ask(server->port,
        &(struct ask){.path = "/api/v1/reports/summary?from=2020-01-01&"
                              "to=2099-12-31",
                      .token = key},
        &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_true(
        json_get_int(json_object_get(object, "total"), "rated", &rated));
    json_decref(object);
    answer_free(&answer);
    return rated;
}

// The lines come over by themselves, within moments.
static void await_rated(struct made_server *server, int64_t expected)
{
    char key[65];
    int64_t rated = -1;
    made_server_key(server, "office", key);
    for (int i = 0; i < PATIENCE && rated != expected; i++) {
        rated = rated_now(server, key);
        if (rated != expected)
            usleep(10000);
    }
    assert_int_equal(rated, expected);
}

static bool say_finding(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    print_error("%s %lld %lld: %s\n", found->device, (long long)found->gen,
                (long long)found->seq, found->why);
    return true;
}

static void assert_sound(const struct made_server *server)
{
    struct office_verification sum;
    struct office *office = open_office(server, OFFICE_READER);
    assert_int_equal(office_verify(office, say_finding, NULL, &sum), OFFICE_OK);
    assert_int_equal(sum.findings, 0);
    office_close(office);
}

static void new_path(const struct made_server *server, const char *transaction,
                     struct token *token, char out[PHONE_PATH_SIZE])
{
    phone_token(server, transaction, token);
    phone_path(server, token, out);
}

// A page for people: nothing of it is asked elsewhere, kept, or told on.
static void assert_page(const struct answer *answer, int status)
{
    const char *text = buf_text(&answer->body);
    assert_int_equal(answer->status, status);
    assert_string_equal(answer_header(answer, "Content-Type"),
                        "text/html; charset=utf-8");
    assert_holds(answer_header(answer, "Content-Security-Policy"),
                 "default-src 'none'");
    assert_string_equal(answer_header(answer, "Referrer-Policy"),
                        "no-referrer");
    assert_null(answer_header(answer, "Set-Cookie"));
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, " src="));
    assert_null(strstr(text, "https://"));
    assert_true(answer->head.size + answer->body.size < PAGE_MAX);
    assert_holds(text, "<title>");
    assert_holds(text, "<h1");
}

// --- The pages --------------------------------------------------------------

static void test_page_asks_in_two_languages(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct token token;
    char path[PHONE_PATH_SIZE], english[PHONE_PATH_SIZE + 16];
    new_path(server, dossier, &token, path);
    phone_get(server, path, &answer);
    assert_page(&answer, 200);
    const char *text = buf_text(&answer.body);
    assert_holds(text, "<html lang=\"vi\">");
    assert_holds(text, "UBND phường Bình Minh");
    assert_holds(text, "Chứng thực");
    assert_holds(text, "Mã hồ sơ được thay bằng một mã khác");
    // Best first, as on the paper form.
    const char *best = strstr(text, "value=\"5\"");
    const char *worst = strstr(text, "value=\"1\"");
    assert_true(best && worst && best < worst);
    assert_null(strstr(text, dossier));
    snprintf(english, sizeof english, "%s?lang=en", path);
    phone_get(server, english, &answer);
    assert_page(&answer, 200);
    assert_holds(buf_text(&answer.body), "<html lang=\"en\">");
    assert_holds(buf_text(&answer.body), "satisfied");
    answer_free(&answer);
}

static void set_apart(struct made_server *server, int version,
                      const char *document)
{
    struct answer answer = {0};
    struct made_session office;
    char body[512];
    snprintf(body, sizeof body, "{\"version\":%d,\"body\":%s}", version,
             document);
    if (version == 0)
        made_server_person(server, "an", "office", "");
    made_server_sign_in(server, "an", &office);
    ask(server->port,
        &(struct ask){.method = "PUT",
                      .path = "/api/v1/settings/devices",
                      .headers = office.headers,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

// What the Office sets for the whole unit holds here too, at once and after a
// restart; what it sets for a counter is the counter's.
static void test_page_is_as_the_unit_is_set(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct token token;
    char path[PHONE_PATH_SIZE], id[ID_SIZE], form[128];
    new_path(server, dossier, &token, path);
    set_apart(server, 0, "{\"counters\":{\"3\":{\"levels\":3}}}");
    phone_get(server, path, &answer);
    assert_holds(buf_text(&answer.body), "value=\"5\"");
    set_apart(server, 1,
              "{\"unit\":{\"levels\":3,\"order\":\"worst-first\","
              "\"reasons\":\"low\",\"hotline\":\"0234 3 812 345\"}}");
    for (int again = 0; again < 2; again++) {
        phone_get(server, path, &answer);
        assert_page(&answer, 200);
        const char *best = strstr(buf_text(&answer.body), "value=\"4\"");
        const char *worst = strstr(buf_text(&answer.body), "value=\"2\"");
        assert_true(best && worst && worst < best);
        assert_null(strstr(buf_text(&answer.body), "value=\"5\""));
        if (again == 0) {
            made_server_stop(server);
            made_server_restart(server, options);
        }
    }
    // Who is satisfied is asked for no reasons.
    phone_form_of(&answer, id);
    snprintf(form, sizeof form, "page=%s&level=4", id);
    phone_post(server, path, form, &answer);
    assert_null(strstr(buf_text(&answer.body), "name=\"reason\""));
    snprintf(form, sizeof form, "page=%s&chosen=4&send=1", id);
    phone_post(server, path, form, &answer);
    assert_holds(buf_text(&answer.body), "0234 3 812 345");
    assert_sound(server);
    answer_free(&answer);
}

// Whoever has begun when it changes gets to the end.
static void test_page_that_was_open_can_be_sent(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct token token;
    char path[PHONE_PATH_SIZE], id[ID_SIZE], form[128];
    new_path(server, dossier, &token, path);
    phone_choose(server, path, 5, id);
    set_apart(server, 0, "{\"unit\":{\"levels\":3}}");
    snprintf(form, sizeof form, "page=%s&chosen=5&send=1", id);
    phone_post(server, path, form, &answer);
    assert_page(&answer, 200);
    assert_holds(buf_text(&answer.body), "0000 000 000");
    await_rated(server, 1);
    answer_free(&answer);
}

static void test_page_tells_what_is_kept_of_the_dossier(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct token token;
    char path[PHONE_PATH_SIZE];
    new_path(server, NULL, &token, path);
    phone_get(server, path, &answer);
    assert_holds(buf_text(&answer.body), "Không ghi tên");
    assert_null(strstr(buf_text(&answer.body), "ã hồ sơ"));
    answer_free(&answer);
}

static void test_address_that_leads_nowhere_is_told_calmly(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct token token;
    char path[PHONE_PATH_SIZE];
    // One sign of the signature.
    new_path(server, dossier, &token, path);
    path[strlen(path) - 5] = path[strlen(path) - 5] == 'A' ? 'B' : 'A';
    phone_get(server, path, &answer);
    assert_page(&answer, 404);
    phone_post(server, path,
               "page=01890000-0000-7000-8000-000000000000&level=5", &answer);
    assert_page(&answer, 404);
    phone_get(server, "/d/anything", &answer);
    assert_page(&answer, 404);
    // Another ward's.
    phone_token(server, dossier, &token);
    strcpy(token.unit, "H24.13");
    phone_path(server, &token, path);
    phone_get(server, path, &answer);
    assert_page(&answer, 404);
    // Too late.
    phone_token(server, dossier, &token);
    token.expires_at = clock_wall_ms() - 1;
    phone_path(server, &token, path);
    phone_get(server, path, &answer);
    assert_page(&answer, 410);
    assert_holds(buf_text(&answer.body), "hết hạn");
    assert_holds(buf_text(&answer.body), "0000 000 000");
    phone_post(server, path,
               "page=01890000-0000-7000-8000-000000000000&level=5", &answer);
    assert_page(&answer, 410);
    answer_free(&answer);
}

// Every part of the path is one segment, however long.
static void test_path_that_is_no_token_is_no_page(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    char path[2000];
    phone_get(server, "/d/a/b", &answer);
    answer_is_problem(&answer, 404, "not-found");
    phone_get(server, "/d/", &answer);
    answer_is_problem(&answer, 404, "not-found");
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    memcpy(path, "/d/", 3);
    phone_get(server, path, &answer);
    answer_is_problem(&answer, 404, "not-found");
    // The longest that is looked at.
    path[3 + TOKEN_SIZE - 1] = '\0';
    phone_get(server, path, &answer);
    assert_page(&answer, 404);
    answer_free(&answer);
    ask(server->port, &(struct ask){.method = "DELETE", .path = path}, &answer);
    assert_int_equal(answer.status, 405);
    answer_free(&answer);
}

// --- Answers ----------------------------------------------------------------

static void open_comment(const struct made_server *server,
                         const struct record *line, struct buf *out)
{
    char path[128], folder[128];
    struct buf sealed = {0};
    struct box_key key;
    struct ledger_reader *reader;
    snprintf(path, sizeof path, "%s/box.key", server->folder);
    snprintf(folder, sizeof folder, "%s/phone", server->folder);
    assert_true(box_load(path, &key));
    assert_int_equal(ledger_reader_open(folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_comment(reader, line->id, &sealed), SQL_OK);
    assert_true(box_open(&key, buf_text(&sealed), sealed.size, out));
    ledger_reader_close(reader);
    buf_free(&sealed);
}

static void test_answer_becomes_a_line_like_any(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct phone_lines lines;
    struct buf comment = {0}, form = {0};
    struct token token;
    char path[PHONE_PATH_SIZE], id[ID_SIZE];
    new_path(server, dossier, &token, path);
    strcat(path, "?lang=en");
    phone_choose(server, path, 2, id);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 0);
    buf_printf(&form,
               "page=%s&chosen=2&reason=reason.low.1&reason=reason.other"
               "&comment=+Ch%%E1%%BB%%9D+l%%C3%%A2u%%0D%%0Aqu%%C3%%A1+&send=1",
               id);
    phone_post(server, path, buf_text(&form), &answer);
    assert_page(&answer, 200);
    assert_holds(buf_text(&answer.body), "Thank you!");
    assert_holds(buf_text(&answer.body), "0000 000 000");
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 1);
    const struct record *line = &lines.list[0];
    assert_int_equal(line->outcome, RECORD_RATED);
    assert_int_equal(line->level, 2);
    assert_int_equal(line->reason_count, 2);
    assert_string_equal(line->reasons[0], "reason.low.1");
    assert_string_equal(line->reasons[1], "reason.other");
    assert_string_equal(line->lang, "en");
    assert_string_equal(line->survey, "quay");
    assert_int_equal(line->survey_version, 1);
    assert_int_equal(line->mode, RECORD_TRANSACTION);
    assert_int_equal(line->order, RECORD_BEST_FIRST);
    assert_int_equal(line->clock, RECORD_CLOCK_SYNCED);
    assert_int_equal(line->aid_count, 0);
    assert_false(line->has_touch);
    assert_string_equal(line->unit, "H24.12");
    assert_string_equal(line->counter, "");
    assert_string_equal(line->field, "chung-thuc");
    assert_string_equal(line->procedure, "2.000815");
    assert_string_equal(line->step, "tra-ket-qua");
    assert_string_equal(line->transaction, dossier);
    assert_string_equal(line->invitation, token.id);
    assert_true(line->opened_at <= line->answered_at &&
                line->answered_at <= line->closed_at);
    open_comment(server, line, &comment);
    assert_string_equal(buf_text(&comment), "Chờ lâu\nquá");
    await_rated(server, 1);
    assert_sound(server);
    buf_free(&comment);
    buf_free(&form);
    answer_free(&answer);
}

// The comment's words stand in no file.
static void test_comment_never_touches_the_disk_unsealed(void **state)
{
    static const char *const names[] = {"phone/kiosk.db", "phone/kiosk.db-wal",
                                        "phone/kiosk.ring", "office.db",
                                        "office.db-wal"};
    struct made_server *server = *state;
    struct answer answer = {0};
    struct token token;
    char path[PHONE_PATH_SIZE], id[ID_SIZE], form[256];
    new_path(server, dossier, &token, path);
    phone_choose(server, path, 4, id);
    snprintf(form, sizeof form,
             "page=%s&chosen=4&comment=SuperCalifragilistic&send=1", id);
    phone_post(server, path, form, &answer);
    assert_page(&answer, 200);
    await_rated(server, 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buf bytes = {0};
        snprintf(path, sizeof path, "%s/%s", server->folder, names[i]);
        if (file_read(path, 64 << 20, &bytes))
            assert_null(memmem(buf_text(&bytes), bytes.size,
                               "SuperCalifragilistic", 20));
        buf_free(&bytes);
    }
    answer_free(&answer);
}

static void test_level_alone_counts_through_kill(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct phone_lines lines;
    struct token token;
    char path[PHONE_PATH_SIZE], id[ID_SIZE], form[256];
    new_path(server, dossier, &token, path);
    phone_choose(server, path, 3, id);
    made_server_kill(server);
    made_server_restart(server, options);
    await_rated(server, 1);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 1);
    assert_int_equal(lines.list[0].level, 3);
    assert_string_equal(lines.list[0].invitation, token.id);
    // What comes too late adds nothing and takes nothing away.
    snprintf(form, sizeof form,
             "page=%s&chosen=1&reason=reason.low.1&comment=a&send=1", id);
    phone_post(server, path, form, &answer);
    assert_page(&answer, 200);
    assert_holds(buf_text(&answer.body), "Mỗi lượt chỉ tính một lần");
    made_server_kill(server);
    made_server_restart(server, options);
    await_rated(server, 1);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 1);
    assert_int_equal(lines.list[0].reason_count, 0);
    assert_sound(server);
    answer_free(&answer);
}

static void test_level_is_changed_from_its_own_page_only(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct phone_lines lines;
    struct token token;
    char path[PHONE_PATH_SIZE], id[ID_SIZE], form[256];
    new_path(server, dossier, &token, path);
    phone_choose(server, path, 1, id);
    // Somebody else opens the same address: no level is to be seen there, and
    // none is taken.
    phone_get(server, path, &answer);
    assert_page(&answer, 200);
    assert_null(strstr(buf_text(&answer.body), "<form"));
    assert_null(strstr(buf_text(&answer.body), "hông hài"));
    phone_post(server, path,
               "page=01890000-0000-7000-8000-000000000000&level=5&send=1",
               &answer);
    assert_page(&answer, 200);
    assert_holds(buf_text(&answer.body), "theo câu trả lời đầu tiên");
    // The citizen thinks again; the reasons are those of the new level.
    snprintf(form, sizeof form,
             "page=%s&chosen=1&reason=reason.low.2&comment=xin&level=5", id);
    phone_post(server, path, form, &answer);
    assert_page(&answer, 200);
    assert_holds(buf_text(&answer.body), "reason.high.1");
    assert_holds(buf_text(&answer.body), ">\nxin</textarea>");
    snprintf(form, sizeof form,
             "page=%s&chosen=5&reason=reason.high.1&reason=reason.low.2&send=1",
             id);
    phone_post(server, path, form, &answer);
    assert_page(&answer, 200);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 1);
    assert_int_equal(lines.list[0].level, 5);
    assert_int_equal(lines.list[0].reason_count, 1);
    assert_string_equal(lines.list[0].reasons[0], "reason.high.1");
    // The same form again gets the same thanks.
    phone_post(server, path, form, &answer);
    assert_page(&answer, 200);
    assert_holds(buf_text(&answer.body), "Xin cảm");
    phone_get(server, path, &answer);
    assert_page(&answer, 200);
    assert_null(strstr(buf_text(&answer.body), "<form"));
    await_rated(server, 1);
    answer_free(&answer);
}

// Whoever changes for ever does not fill the disk.
static void test_level_cannot_be_changed_for_ever(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct token token;
    char path[PHONE_PATH_SIZE], id[ID_SIZE], form[128];
    bool refused = false;
    new_path(server, dossier, &token, path);
    phone_choose(server, path, 5, id);
    for (int i = 0; i < 40; i++) {
        snprintf(form, sizeof form, "page=%s&level=%d", id, 1 + i % 5);
        phone_post(server, path, form, &answer);
        assert_page(&answer, 200);
        refused = !strstr(buf_text(&answer.body), "name=\"send\"");
    }
    assert_true(refused);
    snprintf(form, sizeof form, "page=%s&chosen=4&send=1", id);
    phone_post(server, path, form, &answer);
    assert_page(&answer, 200);
    await_rated(server, 1);
    answer_free(&answer);
}

static void test_comment_that_cannot_be_taken_comes_back(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct phone_lines lines;
    struct buf form = {0}, comment = {0};
    struct token token;
    char path[PHONE_PATH_SIZE], id[ID_SIZE];
    new_path(server, dossier, &token, path);
    phone_choose(server, path, 2, id);
    // 301 letters: "ữ" 300 times, and "<".
    buf_printf(&form,
               "page=%s&chosen=2&reason=reason.low.3&send=1&comment=", id);
    size_t head = form.size;
    for (int i = 0; i < 300; i++)
        buf_append_text(&form, "%E1%BB%AF");
    buf_append_text(&form, "%3C");
    phone_post(server, path, buf_text(&form), &answer);
    assert_page(&answer, 200);
    assert_holds(buf_text(&answer.body), "dài hơn 300");
    assert_holds(buf_text(&answer.body), "ữữ&lt;</textarea>");
    assert_holds(buf_text(&answer.body), "value=\"reason.low.3\" checked");
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 0);
    form.size = head;
    buf_append_text(&form, "a%1B%5B2Jb");
    phone_post(server, path, buf_text(&form), &answer);
    assert_holds(buf_text(&answer.body), "ký tự không dùng được");
    form.size = head;
    buf_append_text(&form, "a%E2%80%AEb");
    phone_post(server, path, buf_text(&form), &answer);
    assert_holds(buf_text(&answer.body), "ký tự không dùng được");
    // 300 letters, written as vowel and mark: NFC makes one of two.
    form.size = head;
    for (int i = 0; i < 300; i++)
        buf_append_text(&form, "a%CC%81");
    phone_post(server, path, buf_text(&form), &answer);
    assert_holds(buf_text(&answer.body), "Xin cảm");
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 1);
    open_comment(server, &lines.list[0], &comment);
    assert_int_equal(comment.size, 600);
    assert_memory_equal(comment.data, "áá", 4);
    buf_free(&comment);
    buf_free(&form);
    answer_free(&answer);
}

static void test_form_that_is_none_of_ours_is_refused(void **state)
{
    static const char *const forms[] = {
        "",
        "level=5",
        "page=x&level=5",
        "page=01890000-0000-7000-8000-000000000000",
        "page=01890000-0000-7000-8000-000000000000&level=6",
        "page=01890000-0000-7000-8000-000000000000&level=0",
        "page=01890000-0000-7000-8000-000000000000&level=55",
        "page=01890000-0000-7000-8000-000000000000&level=5&level=4",
        "page=01890000-0000-7000-8000-000000000000&level=%",
        "{\"level\":5}"};
    struct made_server *server = *state;
    struct answer answer = {0};
    struct phone_lines lines;
    struct token token;
    char path[PHONE_PATH_SIZE];
    new_path(server, dossier, &token, path);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        phone_post(server, path, forms[i], &answer);
        assert_page(&answer, 400);
    }
    answer_free(&answer);
    ask(server->port,
        &(struct ask){
            .path = path, .type = "application/json", .body = "{}", .size = 2},
        &answer);
    assert_page(&answer, 415);
    char *large = calloc(1, 20001);
    assert_non_null(large);
    memset(large, 'a', 20000);
    phone_post(server, path, large, &answer);
    assert_page(&answer, 413);
    free(large);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 0);
    // None of it did any harm.
    phone_choose(server, path, 5, NULL);
    answer_free(&answer);
}

// A code that came as it is, as in a token of before the mode was changed.
static void test_plain_code_is_kept_as_the_mode_says(void **state)
{
    static const char code[] = "H24.12-261123-0007";
    static const char *const linked[] = {"--privacy", "linked", NULL};
    struct made_server *server = *state;
    struct made_device device;
    struct answer answer = {0};
    struct phone_lines lines;
    struct token token;
    char path[PHONE_PATH_SIZE];
    made_device_enrol(&device, server, "3");
    made_device_free(&device);
    new_path(server, code, &token, path);
    phone_get(server, path, &answer);
    assert_holds(buf_text(&answer.body), "Mã hồ sơ được thay bằng một mã khác");
    phone_choose(server, path, 5, NULL);
    made_server_stop(server);
    made_server_restart(server, linked);
    strcpy(token.step, "bo-sung");
    id_new_v4(token.id);
    phone_path(server, &token, path);
    phone_get(server, path, &answer);
    assert_holds(buf_text(&answer.body), "lưu cùng mã hồ sơ");
    phone_choose(server, path, 4, NULL);
    made_server_stop(server);
    made_server_restart(server, linked);
    await_rated(server, 2);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 2);
    assert_int_equal(lines.list[0].transaction[0], '~');
    assert_string_equal(lines.list[1].transaction, code);
    answer_free(&answer);
}

// As nginx tells it; other addresses go on.
static void test_flood_from_one_address_is_slowed(void **state)
{
    static const char *const slow[] = {"--phone-rate", "1", NULL};
    static const char flood[] = "X-Forwarded-For: 203.0.113.9\r\n";
    enum { OTHERS = 8 };
    struct made_server *server = *state;
    struct answer answer = {0};
    struct token token;
    char path[PHONE_PATH_SIZE], other[64];
    int refused = 0, served = 0;
    made_server_stop(server);
    made_server_restart(server, slow);
    new_path(server, dossier, &token, path);
    for (int i = 0; i < 40 && refused == 0; i++) {
        answer_free(&answer);
        ask(server->port, &(struct ask){.path = path, .headers = flood},
            &answer);
        refused += answer.status == 429;
    }
    assert_page(&answer, 429);
    assert_non_null(answer_header(&answer, "Retry-After"));
    // Each of them meets the flood in one of 4,096 places: three of eight in
    // one run of 10⁹.
    for (int i = 0; i < OTHERS; i++) {
        answer_free(&answer);
        snprintf(other, sizeof other, "X-Forwarded-For: 198.51.100.%d\r\n", i);
        ask(server->port, &(struct ask){.path = path, .headers = other},
            &answer);
        assert_page(&answer, answer.status == 200 ? 200 : 429);
        served += answer.status == 200;
    }
    assert_true(served >= OTHERS - 2);
    answer_free(&answer);
}

// The receipt's address, as the one-stop software gets it.
static void test_token_of_the_one_stop_software_is_answered(void **state)
{
    static const char body[] =
        "{\"transaction\":\"H24.12-261123-0007\",\"procedure\":\"2.000815\","
        "\"field\":\"chung-thuc\",\"step\":\"tra-ket-qua\"}";
    struct made_server *server = *state;
    struct answer answer = {0};
    struct phone_lines lines;
    struct made_device device;
    const char *url;
    char key[65], path[PHONE_PATH_SIZE];
    made_device_enrol(&device, server, "3");
    made_device_free(&device);
    made_server_key(server, "feed", key);
    ask(server->port,
        &(struct ask){.path = "/api/v1/tokens",
                      .token = key,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        &answer);
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    assert_true(json_get_text(object, "url", &url));
    assert_non_null(strstr(url, "/d/"));
    snprintf(path, sizeof path, "%s", strstr(url, "/d/"));
    json_decref(object);
    answer_free(&answer);
    phone_choose(server, path, 5, NULL);
    made_server_kill(server);
    made_server_restart(server, options);
    await_rated(server, 1);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 1);
    assert_int_equal(lines.list[0].transaction[0], '~');
    assert_string_equal(lines.list[0].procedure, "2.000815");
}

// --- A thousand posts -------------------------------------------------------

struct poster {
    const struct made_server *server;
    const char *path;
    int number;
    int thanked;
    pthread_t thread;
};

// A machine that has much to do says so (503), and the button is pressed again.
static void press(const struct poster *poster, const char *form,
                  struct answer *answer)
{
    int tries = 0;
    do {
        phone_post(poster->server, poster->path, form, answer);
    } while (answer->status == 503 && tries++ < 20);
}

static void *post_many(void *ctx)
{
    struct poster *poster = ctx;
    struct answer answer = {0};
    char form[160], id[ID_SIZE];
    for (int i = 0; i < POSTS; i++) {
        id_new_v7(clock_wall_ms(), id);
        snprintf(form, sizeof form, "page=%s&level=%d&comment=%d&send=1", id,
                 1 + (i + poster->number) % 5, i);
        press(poster, form, &answer);
        poster->thanked += answer.status == 200 &&
                           strstr(buf_text(&answer.body), "Xin cảm") != NULL;
    }
    answer_free(&answer);
    return NULL;
}

static void test_thousand_posts_write_one_line(void **state)
{
    struct made_server *server = *state;
    struct phone_lines lines;
    struct token token;
    char path[PHONE_PATH_SIZE];
    struct poster posters[THREADS];
    int thanked = 0;
    new_path(server, dossier, &token, path);
    for (int i = 0; i < THREADS; i++) {
        posters[i] = (struct poster){server, path, i, 0, 0};
        assert_int_equal(
            pthread_create(&posters[i].thread, NULL, post_many, &posters[i]),
            0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(posters[i].thread, NULL);
        thanked += posters[i].thanked;
    }
    assert_int_equal(thanked, THREADS * POSTS);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 1);
    await_rated(server, 1);
    assert_sound(server);
}

// --- With the counter -------------------------------------------------------

// Made behind the server's back, while it is down.
static void invite(struct made_server *server, struct token *token,
                   char out_path[PHONE_PATH_SIZE])
{
    struct invitation invitation = {.unit = "H24.12",
                                    .counter = "3",
                                    .procedure = "2.000815",
                                    .field = "chung-thuc",
                                    .step = "tra-ket-qua",
                                    .officer = "cb-07",
                                    .made_by = "key 1"};
    made_server_stop(server);
    struct office *office = open_office(server, OFFICE_WRITER);
    invitation.made_at = clock_wall_ms();
    invitation.expires_at = invitation.made_at + 600000;
    snprintf(invitation.transaction, sizeof invitation.transaction, "%s",
             dossier);
    assert_int_equal(office_invite(office, &invitation), INVITATION_MADE);
    office_close(office);
    made_server_restart(server, options);
    phone_token(server, dossier, token);
    memcpy(token->id, invitation.id, sizeof token->id);
    phone_path(server, token, out_path);
}

static enum invitation_state state_of(const struct made_server *server,
                                      const char *id)
{
    struct invitation invitation;
    struct office *office = open_office(server, OFFICE_READER);
    assert_int_equal(
        office_find_invitation(office, id, clock_wall_ms(), &invitation),
        OFFICE_OK);
    office_close(office);
    return invitation.state;
}

static void test_invitation_is_answered_by_phone(void **state)
{
    struct made_server *server = *state;
    struct made_device device;
    struct answer answer = {0};
    struct phone_lines lines;
    struct token token;
    char path[PHONE_PATH_SIZE], id[ID_SIZE], form[128];
    made_device_enrol(&device, server, "3");
    invite(server, &token, path);
    phone_get(server, path, &answer);
    assert_holds(buf_text(&answer.body), "Quầy 3 · Chứng thực");
    phone_choose(server, path, 5, id);
    assert_int_equal(state_of(server, token.id), INVITATION_WAITING);
    snprintf(form, sizeof form, "page=%s&chosen=5&send=1", id);
    phone_post(server, path, form, &answer);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 1);
    assert_string_equal(lines.list[0].counter, "3");
    assert_string_equal(lines.list[0].officer, "cb-07");
    await_rated(server, 1);
    assert_int_equal(state_of(server, token.id), INVITATION_RATED);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_invitation_that_was_withdrawn_is_told(void **state)
{
    struct made_server *server = *state;
    struct invitation withdrawn;
    bool done = false;
    struct made_device device;
    struct answer answer = {0};
    struct token token;
    char path[PHONE_PATH_SIZE];
    made_device_enrol(&device, server, "3");
    invite(server, &token, path);
    made_server_stop(server);
    struct office *office = open_office(server, OFFICE_WRITER);
    assert_int_equal(office_withdraw(office, token.id, "key 1", "nhầm hồ sơ",
                                     clock_wall_ms(), &withdrawn, &done),
                     OFFICE_OK);
    assert_true(done);
    office_close(office);
    made_server_restart(server, options);
    phone_get(server, path, &answer);
    assert_page(&answer, 410);
    assert_holds(buf_text(&answer.body), "thu hồi");
    answer_free(&answer);
    made_device_free(&device);
}

// The counter was first: the phone says thanks, and no level.
static void test_dossier_rated_at_the_counter_is_answered(void **state)
{
    struct made_server *server = *state;
    struct made_device device;
    struct answer answer = {0};
    struct phone_lines lines;
    struct record visit;
    struct token token;
    char path[PHONE_PATH_SIZE];
    made_device_enrol(&device, server, "3");
    maker_visit(&device.ledger, 1, &visit);
    visit.mode = RECORD_TRANSACTION;
    snprintf(visit.transaction, sizeof visit.transaction, "%s", dossier);
    snprintf(visit.step, sizeof visit.step, "tra-ket-qua");
    maker_write(&device.ledger, &visit);
    made_device_send(&device, server, 1, 1, 200, &answer);
    new_path(server, dossier, &token, path);
    phone_get(server, path, &answer);
    assert_page(&answer, 200);
    assert_holds(buf_text(&answer.body), "đã được ghi nhận");
    assert_null(strstr(buf_text(&answer.body), "ài"
                                               "\u00a0lòng"));
    phone_post(server, path,
               "page=01890000-0000-7000-8000-000000000000&level=5&send=1",
               &answer);
    assert_page(&answer, 200);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 0);
    answer_free(&answer);
    made_device_free(&device);
}

// --- Restored, lost, revoked ------------------------------------------------

static void copy_file(const struct made_server *server, const char *from,
                      const char *to)
{
    char path[200];
    struct buf bytes = {0};
    snprintf(path, sizeof path, "%s/%s", server->folder, from);
    assert_true(file_read(path, 64 << 20, &bytes));
    snprintf(path, sizeof path, "%s/%s", server->folder, to);
    assert_true(file_replace(path, buf_text(&bytes), bytes.size, 0600));
    buf_free(&bytes);
}

static void remove_file(const struct made_server *server, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", server->folder, name);
    unlink(path);
}

static void answer_once(struct made_server *server, const char *transaction,
                        char out_path[PHONE_PATH_SIZE])
{
    struct answer answer = {0};
    struct token token;
    char id[ID_SIZE], form[128];
    new_path(server, transaction, &token, out_path);
    phone_choose(server, out_path, 4, id);
    snprintf(form, sizeof form, "page=%s&chosen=4&send=1", id);
    phone_post(server, out_path, form, &answer);
    assert_page(&answer, 200);
    answer_free(&answer);
}

struct phones {
    int active, revoked;
    int64_t gen;
};

static bool count_phone(void *ctx, const struct office_device *device)
{
    struct phones *phones = ctx;
    if (device->kind == OFFICE_DEVICE_KIND_PHONE) {
        phones->active += device->state == OFFICE_DEVICE_ACTIVE;
        phones->revoked += device->state == OFFICE_DEVICE_REVOKED;
        if (device->state == OFFICE_DEVICE_ACTIVE)
            phones->gen = device->gen;
    }
    return true;
}

static struct phones phones_of(const struct made_server *server)
{
    struct phones phones = {0};
    struct office *office = open_office(server, OFFICE_READER);
    assert_int_equal(office_list_devices(office, count_phone, &phones),
                     OFFICE_OK);
    office_close(office);
    return phones;
}

static void test_older_office_is_made_whole(void **state)
{
    struct made_server *server = *state;
    char path[PHONE_PATH_SIZE];
    made_office_needs_file();
    answer_once(server, NULL, path);
    await_rated(server, 1);
    made_server_stop(server);
    copy_file(server, "office.db", "backup");
    made_server_restart(server, options);
    for (int i = 0; i < 3; i++)
        answer_once(server, NULL, path);
    await_rated(server, 4);
    made_server_stop(server);
    copy_file(server, "backup", "office.db");
    remove_file(server, "office.db-wal");
    remove_file(server, "office.db-shm");
    made_server_restart(server, options);
    await_rated(server, 4);
    assert_sound(server);
    // And one that has never heard of the channel.
    made_server_stop(server);
    remove_file(server, "office.db");
    remove_file(server, "office.db-wal");
    remove_file(server, "office.db-shm");
    made_server_restart(server, options);
    await_rated(server, 4);
    assert_sound(server);
    assert_int_equal(phones_of(server).active, 1);
}

static const char *const phone_files[] = {
    "phone/kiosk.db",       "phone/kiosk.db-wal",   "phone/kiosk.db-shm",
    "phone/kiosk.ring",     "phone/reserve",        "phone/courier.db",
    "phone/courier.db-wal", "phone/courier.db-shm", "phone/kiosk.lock",
    "phone/courier.lock",   "phone/device.json",    "phone/device.key"};

// As after hailong restore, which brings the database and the keys alone.
static void test_lost_folder_is_made_anew(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct phone_lines lines;
    char first[PHONE_PATH_SIZE], second[PHONE_PATH_SIZE];
    answer_once(server, NULL, first);
    await_rated(server, 1);
    made_server_stop(server);
    for (size_t i = 0; i < sizeof phone_files / sizeof phone_files[0]; i++)
        remove_file(server, phone_files[i]);
    made_server_restart(server, options);
    struct phones phones = phones_of(server);
    // On PostgreSQL the first one might be another server's.
    bool is_shared = getenv("HAILONG_TEST_POSTGRES") != NULL;
    assert_int_equal(phones.active, is_shared ? 2 : 1);
    assert_int_equal(phones.revoked, is_shared ? 0 : 1);
    // What was answered stays answered.
    phone_get(server, first, &answer);
    assert_page(&answer, 200);
    assert_null(strstr(buf_text(&answer.body), "<form"));
    answer_once(server, NULL, second);
    await_rated(server, 2);
    phone_lines(server, &lines);
    assert_int_equal(lines.count, 1);
    assert_sound(server);
    answer_free(&answer);
}

// The office knows more of the ledger than the folder: both go on.
static void test_older_folder_goes_on_in_a_new_generation(void **state)
{
    struct made_server *server = *state;
    struct phone_lines lines;
    char path[PHONE_PATH_SIZE];
    answer_once(server, NULL, path);
    await_rated(server, 1);
    made_server_stop(server);
    copy_file(server, "phone/kiosk.db", "kiosk-before");
    copy_file(server, "phone/kiosk.ring", "ring-before");
    made_server_restart(server, options);
    answer_once(server, NULL, path);
    await_rated(server, 2);
    made_server_stop(server);
    copy_file(server, "kiosk-before", "phone/kiosk.db");
    copy_file(server, "ring-before", "phone/kiosk.ring");
    remove_file(server, "phone/kiosk.db-wal");
    remove_file(server, "phone/kiosk.db-shm");
    made_server_restart(server, options);
    answer_once(server, NULL, path);
    await_rated(server, 3);
    phone_lines(server, &lines);
    assert_int_equal(phones_of(server).gen, 2);
    assert_int_equal(lines.list[lines.count - 1].gen, 2);
    assert_sound(server);
}

static void test_revoked_channel_is_shut_and_nothing_else(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    struct token token;
    struct office *office = open_office(server, OFFICE_READER);
    char path[PHONE_PATH_SIZE], admin[128];
    char id[ID_SIZE];
    struct buf json = {0};
    char why[JSON_MESSAGE_SIZE];
    office_close(office);
    snprintf(path, sizeof path, "%s/phone/device.json", server->folder);
    assert_true(file_read(path, 4096, &json));
    json_t *object = json_read(buf_text(&json), json.size, why);
    assert_true(json_copy_text(object, "device", id, sizeof id));
    json_decref(object);
    buf_free(&json);
    snprintf(admin, sizeof admin, "/admin/v1/devices/%s/revoke", id);
    made_server_admin(server, admin, "{}", &answer);
    assert_int_equal(answer.status / 100, 2);
    made_server_stop(server);
    made_server_restart(server, options);
    new_path(server, dossier, &token, path);
    phone_get(server, path, &answer);
    assert_page(&answer, 503);
    phone_get(server, "/healthz", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

// The channel is no device whose silence makes data incomplete.
static void test_report_counts_the_devices_at_counters(void **state)
{
    struct made_server *server = *state;
    struct answer answer = {0};
    char key[65];
    int64_t devices = -1;
    made_server_key(server, "office", key);
    ask(server->port,
        &(struct ask){.path = "/api/v1/reports/summary?from=2020-01-01&"
                              "to=2099-12-31",
                      .token = key},
        &answer);
    json_t *object = answer_object(&answer);
    assert_true(
        json_get_int(json_object_get(object, "complete"), "devices", &devices));
    assert_int_equal(devices, 0);
    json_decref(object);
    answer_free(&answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_page_asks_in_two_languages),
        TEST(test_page_is_as_the_unit_is_set),
        TEST(test_page_that_was_open_can_be_sent),
        TEST(test_page_tells_what_is_kept_of_the_dossier),
        TEST(test_address_that_leads_nowhere_is_told_calmly),
        TEST(test_path_that_is_no_token_is_no_page),
        TEST(test_answer_becomes_a_line_like_any),
        TEST(test_comment_never_touches_the_disk_unsealed),
        TEST(test_level_alone_counts_through_kill),
        TEST(test_level_is_changed_from_its_own_page_only),
        TEST(test_level_cannot_be_changed_for_ever),
        TEST(test_comment_that_cannot_be_taken_comes_back),
        TEST(test_form_that_is_none_of_ours_is_refused),
        TEST(test_plain_code_is_kept_as_the_mode_says),
        TEST(test_flood_from_one_address_is_slowed),
        TEST(test_token_of_the_one_stop_software_is_answered),
        TEST(test_thousand_posts_write_one_line),
        TEST(test_invitation_is_answered_by_phone),
        TEST(test_invitation_that_was_withdrawn_is_told),
        TEST(test_dossier_rated_at_the_counter_is_answered),
        TEST(test_older_office_is_made_whole),
        TEST(test_lost_folder_is_made_anew),
        TEST(test_older_folder_goes_on_in_a_new_generation),
        TEST(test_revoked_channel_is_shut_and_nothing_else),
        TEST(test_report_counts_the_devices_at_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
