// Questionnaires: what is kept of their lines, beside the counters' visits.
#include "common/date.h"
#include "common/file.h"
#include "office/desk.h"
#include "office/forms.h"
#include "office/trust.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>

static const int64_t START = INT64_C(1795500000000); // 2026-11-24 in Vietnam
static int32_t today;

struct scene {
    struct made_office made;
    struct ledger_maker device;
};

static void scene_open(struct scene *scene)
{
    today = date_day_of_wall_ms(START);
    made_office_open(&scene->made);
    made_office_enrol(&scene->made, "3", START - 3600000, &scene->device);
}

static void scene_close(struct scene *scene)
{
    maker_free(&scene->device);
    made_office_close(&scene->made);
}

// One form; levels end with -1. Its questions are "1", "2", …
static void write_form(struct scene *scene, const int *levels, int level)
{
    struct record record;
    maker_visit(&scene->device, level, &record);
    strcpy(record.survey, "sipas");
    record.survey_version = 2;
    record.answer_count = 0;
    for (int i = 0; levels[i] >= 0; i++) {
        struct record_answer *answer = &record.answers[record.answer_count++];
        snprintf(answer->question, sizeof answer->question, "%d", i + 1);
        answer->level = levels[i];
    }
    maker_write(&scene->device, &record);
}

static void send_all(struct scene *scene)
{
    assert_int_equal(made_office_send(&scene->made, &scene->device, 1,
                                      (int64_t)scene->device.count, START),
                     OFFICE_BATCH_OK);
}

static bool add_row(void *ctx, const struct office_form_total *total)
{
    buf_printf(ctx, "%s %d %s %s:", total->survey, (int)total->version,
               total->is_paper ? "paper" : "screen", total->question);
    for (int i = 0; i <= 5; i++)
        buf_printf(ctx, " %d", (int)total->levels[i]);
    buf_append_char(ctx, '\n');
    return true;
}

static void must_tell(struct office *office, const char *expected)
{
    struct buf text = {0};
    assert_int_equal(
        office_forms(office, today - 400, today + 1, add_row, &text),
        OFFICE_OK);
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static bool add_finding(void *ctx, const struct office_finding *finding)
{
    buf_printf(ctx, "%s\n", finding->why);
    return true;
}

// What the verification finds, "" for nothing.
static void must_find(struct office *office, const char *part)
{
    struct office_verification sum;
    struct buf text = {0};
    assert_int_equal(office_verify(office, add_finding, &text, &sum),
                     OFFICE_OK);
    if (part[0] == '\0')
        assert_string_equal(buf_text(&text), "");
    else
        assert_holds(buf_text(&text), part);
    buf_free(&text);
}

// Three forms. Question 1: 5, 4 and none; question 2: 4, 2 and 5. The first and
// the third have only good answers, since a blank is no answer.
static void test_forms_are_totalled_by_question(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    write_form(&scene, (const int[]){5, 4, -1}, 0);
    write_form(&scene, (const int[]){4, 2, -1}, 0);
    write_form(&scene, (const int[]){0, 5, -1}, 0);
    write_form(&scene, (const int[]){0, 0, -1}, 0); // nothing at all
    send_all(&scene);
    must_tell(scene.made.office, "sipas 2 screen : 1 1 0 0 0 2\n"
                                 "sipas 2 screen 1: 2 0 0 0 1 1\n"
                                 "sipas 2 screen 2: 1 0 1 0 1 1\n");
    // They are no visits to a counter, and no refusals either.
    struct office_tally all = made_office_all(scene.made.office);
    assert_int_equal(all.declined, 0);
    must_find(scene.made.office, "");
    scene_close(&scene);
}

// A rating at the counter that goes on with questions counts as both.
static void test_a_rating_with_answers_is_both(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    write_form(&scene, (const int[]){4, -1}, 5);
    maker_rate(&scene.device, 3);
    send_all(&scene);
    struct office_tally all = made_office_all(scene.made.office);
    assert_int_equal(all.levels[4], 1);
    assert_int_equal(all.levels[2], 1);
    must_tell(scene.made.office, "sipas 2 screen : 0 0 0 0 0 1\n"
                                 "sipas 2 screen 1: 0 0 0 0 1 0\n");
    must_find(scene.made.office, "");
    scene_close(&scene);
}

// A question that a line answers twice is answered once: as first.
static void test_a_question_counts_once(void **state)
{
    (void)state;
    struct scene scene;
    struct record record;
    scene_open(&scene);
    maker_visit(&scene.device, 0, &record);
    record.answer_count = 2;
    record.answers[0] = (struct record_answer){"7", 5};
    record.answers[1] = (struct record_answer){"7", 1};
    maker_write(&scene.device, &record);
    maker_visit(&scene.device, 0, &record);
    record.test = true;
    record.answer_count = 1;
    record.answers[0] = (struct record_answer){"7", 1};
    maker_write(&scene.device, &record);
    send_all(&scene);
    send_all(&scene); // again
    struct buf text = {0};
    assert_int_equal(
        office_forms(scene.made.office, today, today, add_row, &text),
        OFFICE_OK);
    assert_holds(buf_text(&text), "screen 7: 0 0 0 0 0 1\n");
    buf_free(&text);
    must_find(scene.made.office, "");
    scene_close(&scene);
}

static struct desk_entry entry_of(const struct key *key,
                                  const struct desk_form *forms, size_t count)
{
    return (struct desk_entry){.key = key,
                               .unit = "H24.12",
                               .name = "Phiếu giấy",
                               .who = "user lan",
                               .now = START,
                               .forms = forms,
                               .form_count = count};
}

// Paper forms stand in a chain of their own, apart, on the day that they bear.
static void test_paper_forms_are_in_a_chain(void **state)
{
    (void)state;
    struct scene scene;
    struct key key;
    const struct record_answer answers[] = {{"1", 4}, {"2", 0}};
    const struct desk_form forms[] = {
        {"sipas", 2, today - 200, answers, 2},
        {"sipas", 2, today, answers, 1},
    };
    scene_open(&scene);
    struct office *office = scene.made.office;
    write_form(&scene, (const int[]){1, -1}, 0);
    send_all(&scene);
    key_make(&key);
    struct desk_entry entry = entry_of(&key, forms, 2);
    assert_int_equal(office_enter_forms(office, &entry), OFFICE_OK);
    entry = entry_of(&key, forms + 1, 1);
    assert_int_equal(office_enter_forms(office, &entry), OFFICE_OK);
    must_tell(office, "sipas 2 screen : 0 1 0 0 0 0\n"
                      "sipas 2 screen 1: 0 1 0 0 0 0\n"
                      "sipas 2 paper : 0 0 0 0 0 3\n"
                      "sipas 2 paper 1: 0 0 0 0 3 0\n"
                      "sipas 2 paper 2: 1 0 0 0 0 0\n");
    // Only those of the last days.
    struct buf text = {0};
    office_forms(office, today - 10, today, add_row, &text);
    assert_holds(buf_text(&text), "paper : 0 0 0 0 0 2\n");
    buf_free(&text);
    must_find(office, "");
    // The desk is nobody whose silence would tell of missing data.
    struct office_trust trust;
    assert_int_equal(office_read_trust(office, START, 60000, &trust),
                     OFFICE_OK);
    assert_int_equal(trust.devices, 1);
    key_wipe(&key);
    scene_close(&scene);
}

static void test_forms_up_to_heads(void **state)
{
    (void)state;
    struct scene scene;
    struct buf text = {0};
    scene_open(&scene);
    write_form(&scene, (const int[]){5, -1}, 0);
    write_form(&scene, (const int[]){2, -1}, 0);
    send_all(&scene);
    struct office_head head = {.gen = 1, .to = 1};
    strcpy(head.device, scene.device.device);
    assert_int_equal(office_recount_forms_to(scene.made.office, &head, 1,
                                             today - 9, today + 1, add_row,
                                             &text),
                     OFFICE_OK);
    assert_string_equal(buf_text(&text), "sipas 2 screen : 0 0 0 0 0 1\n"
                                         "sipas 2 screen 1: 0 0 0 0 0 1\n");
    buf_free(&text);
    scene_close(&scene);
}

// Whoever changes a total, or takes a form away, is found.
static void test_changed_forms_are_found(void **state)
{
    static const struct {
        const char *sql, *why;
    } CASES[] = {
        {"UPDATE form_totals SET level_5 = 9 WHERE question = '1'",
         "question \"1\", are not what their lines give"},
        {"DELETE FROM form_totals WHERE question = ''", "question \"\""},
        {"DELETE FROM forms", "is missing among the forms"},
        {"UPDATE forms SET at = at - 86400000", "as another form"},
        {"INSERT INTO forms VALUES (1, 1, 99, 1, 1, 1)",
         "there are 2 forms, and the lines give 1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct scene scene;
        struct sql *sql = NULL;
        scene_open(&scene);
        write_form(&scene, (const int[]){5, -1}, 0);
        send_all(&scene);
        assert_int_equal(
            database_open(scene.made.path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
        assert_int_equal(tamper_run(sql, CASES[i].sql), SQL_OK);
        sql_close(sql);
        must_find(scene.made.office, CASES[i].why);
        scene_close(&scene);
    }
}

// What an old database holds of answers is taken in.
static void test_forms_of_before_are_taken_in(void **state)
{
    (void)state;
    made_office_needs_file();
    struct scene scene;
    struct buf script = {0};
    struct sql *sql = NULL;
    scene_open(&scene);
    write_form(&scene, (const int[]){4, 2, -1}, 5);
    write_form(&scene, (const int[]){5, 0, -1}, 1);
    maker_rate(&scene.device, 3);
    send_all(&scene);
    assert_true(
        file_read(TEST_SOURCE "/src/office/office_24.sql", 1 << 20, &script));
    assert_int_equal(database_open(scene.made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, "DROP TABLE forms; DROP TABLE form_totals;"
                                     "ALTER TABLE devices DROP COLUMN desk"),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, buf_text(&script)), SQL_OK);
    sql_close(sql);
    must_tell(scene.made.office, "sipas 2 screen : 0 1 0 0 0 1\n"
                                 "sipas 2 screen 1: 0 0 0 0 1 1\n"
                                 "sipas 2 screen 2: 1 0 1 0 0 0\n");
    must_find(scene.made.office, "");
    buf_free(&script);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms_are_totalled_by_question),
        cmocka_unit_test(test_a_rating_with_answers_is_both),
        cmocka_unit_test(test_a_question_counts_once),
        cmocka_unit_test(test_paper_forms_are_in_a_chain),
        cmocka_unit_test(test_forms_up_to_heads),
        cmocka_unit_test(test_changed_forms_are_found),
        cmocka_unit_test(test_forms_of_before_are_taken_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
