// What a visit leaves in its record.
#include "survey/visit.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const struct survey SURVEY = {
    .id = "quay",
    .version = 3,
    .levels = {{5, "level.5", true, SURVEY_HIGH},
               {1, "level.1", false, SURVEY_LOW}},
    .level_count = 2,
    .reasons = {{{"reason.high.1", "waiting", "clock"}},
                {{"reason.low.1", "waiting", "clock"},
                 {"reason.low.2", "waiting", "calendar-late"},
                 {"reason.other", "other", "dots"}}},
    .reason_count = {1, 3}};

static const struct visit_place PLACE = {
    .device = "0b6c8f6e-6a0b-4c0e-9d3f-0123456789ab",
    .unit = "H24.12",
    .counter = "3",
    .field = "chung-thuc",
    .mode = RECORD_WALK_UP,
    .order = RECORD_WORST_FIRST};

static struct visit_time at(int64_t ms)
{
    return (struct visit_time){.wall_ms = 1795400000000 + ms,
                               .up_ms = 500000 + ms,
                               .synced = true,
                               .boot = "1b6c8f6e-6a0b-4c0e-9d3f-0123456789ab"};
}

static struct record *open_visit(void)
{
    struct record *visit = calloc(1, sizeof *visit);
    assert_non_null(visit);
    const struct visit_time time = at(0);
    visit_open(visit, "019ab0a2-0000-7000-8000-000000000001", &SURVEY, &PLACE,
               &time);
    return visit;
}

static void test_rated_visit(void **state)
{
    (void)state;
    struct record *visit = open_visit();
    struct visit_time time = at(1240);
    const struct visit_touch touch = {true, 0.31, 0.55};
    visit_answer(visit, 1, &touch, &time);
    // The draft is what would be closed if the power went now.
    assert_int_equal(visit->outcome, RECORD_RATED);
    assert_int_equal(visit->level, 1);
    time = at(9000);
    const bool chosen[SURVEY_REASONS_MAX] = {true, false, true};
    visit_close(visit, &SURVEY, RECORD_RATED, chosen, I18N_EN,
                &(struct aids){.large = true, .audio = true}, &time);
    assert_int_equal(visit->kind, RECORD_VISIT);
    assert_string_equal(visit->id, "019ab0a2-0000-7000-8000-000000000001");
    assert_string_equal(visit->device, PLACE.device);
    assert_string_equal(visit->survey, "quay");
    assert_int_equal(visit->survey_version, 3);
    assert_string_equal(visit->lang, "en");
    assert_int_equal(visit->aid_count, 2);
    assert_string_equal(visit->aids[0], "large");
    assert_string_equal(visit->aids[1], "audio");
    assert_int_equal(visit->mode, RECORD_WALK_UP);
    assert_int_equal(visit->order, RECORD_WORST_FIRST);
    assert_string_equal(visit->unit, "H24.12");
    assert_string_equal(visit->counter, "3");
    assert_string_equal(visit->field, "chung-thuc");
    assert_int_equal(visit->opened_at, 1795400000000);
    assert_int_equal(visit->answered_at, 1795400001240);
    assert_int_equal(visit->closed_at, 1795400009000);
    assert_int_equal(visit->up_ms, 509000);
    assert_int_equal(visit->clock, RECORD_CLOCK_SYNCED);
    assert_int_equal(visit->reason_count, 2);
    assert_string_equal(visit->reasons[0], "reason.low.1");
    assert_string_equal(visit->reasons[1], "reason.other");
    assert_true(visit->has_touch);
    assert_true(fabs(visit->touch_x - 0.31) < 1e-9);
    assert_int_equal(visit->touch_after_ms, 1240);
    free(visit);
}

// 1970 when the screen opened and at the answer, then a time server came. The
// answer was 1240 ms after the opening, the end 9000 ms.
static void test_a_step_of_the_clock_moves_nothing_in_a_visit(void **state)
{
    (void)state;
    struct record *visit = calloc(1, sizeof *visit);
    struct visit_time time = at(0);
    const int64_t right = time.wall_ms;
    const bool chosen[SURVEY_REASONS_MAX] = {false};
    const struct visit_touch touch = {true, 0.31, 0.55};
    assert_non_null(visit);
    time.wall_ms = 100000;
    time.synced = false;
    visit_open(visit, "019ab0a2-0000-7000-8000-000000000001", &SURVEY, &PLACE,
               &time);
    time.wall_ms = 101240;
    time.up_ms += 1240;
    visit_answer(visit, 5, &touch, &time);
    // As a draft, which a power cut would make a line.
    assert_int_equal(visit->opened_at, 100000);
    assert_int_equal(visit->answered_at, 101240);
    assert_int_equal(visit->up_ms, 501240);
    assert_int_equal(visit->clock, RECORD_CLOCK_UNSURE);
    time = at(9000);
    visit_close(visit, &SURVEY, RECORD_RATED, chosen, I18N_VI,
                &(struct aids){0}, &time);
    assert_int_equal(visit->opened_at, right);
    assert_int_equal(visit->answered_at, right + 1240);
    assert_int_equal(visit->closed_at, right + 9000);
    assert_int_equal(visit->touch_after_ms, 1240);
    assert_int_equal(visit->up_ms, 509000);
    assert_int_equal(visit->clock, RECORD_CLOCK_SYNCED);
    free(visit);
}

// Ten years ahead at the opening, back to 1970 before the second answer.
static void test_a_step_between_two_answers(void **state)
{
    (void)state;
    struct record *visit = open_visit();
    struct visit_time time = at(1000);
    const struct visit_touch touch = {true, 0.31, 0.55};
    visit_answer(visit, 1, &touch, &time);
    time = at(4000);
    visit_answer(visit, 0, &touch, &time);
    time = at(6000);
    time.wall_ms = 60000;
    visit_answer(visit, 5, &touch, &time);
    assert_int_equal(visit->opened_at, 54000);
    assert_int_equal(visit->answered_at, 60000);
    assert_int_equal(visit->touch_after_ms, 6000);
    assert_int_equal(visit->up_ms, 506000);
    // The clock was set to its very beginning: nothing is before that.
    time.wall_ms = 2000;
    time.up_ms += 3000;
    const bool chosen[SURVEY_REASONS_MAX] = {false};
    visit_close(visit, &SURVEY, RECORD_RATED, chosen, I18N_VI,
                &(struct aids){0}, &time);
    assert_int_equal(visit->opened_at, 1);
    assert_int_equal(visit->answered_at, 1);
    assert_int_equal(visit->closed_at, 2000);
    free(visit);
}

static void test_answer_taken_back_leaves_nothing(void **state)
{
    (void)state;
    struct record *visit = open_visit();
    struct visit_time time = at(1000);
    const struct visit_touch touch = {true, 0.1, 0.5};
    visit_answer(visit, 5, &touch, &time);
    visit_answer(visit, 0, &touch, &time);
    time = at(60000);
    const bool chosen[SURVEY_REASONS_MAX] = {true};
    visit_close(visit, &SURVEY, RECORD_TIMEOUT, chosen, I18N_VI,
                &(struct aids){0}, &time);
    assert_int_equal(visit->outcome, RECORD_TIMEOUT);
    assert_int_equal(visit->level, 0);
    assert_int_equal(visit->answered_at, 0);
    assert_int_equal(visit->reason_count, 0);
    assert_false(visit->has_touch);
    free(visit);
}

static void test_second_answer_is_the_answer(void **state)
{
    (void)state;
    struct record *visit = open_visit();
    struct visit_time time = at(1000);
    const struct visit_touch first = {true, 0.9, 0.5},
                             second = {true, 0.1, 0.5};
    visit_answer(visit, 1, &first, &time);
    visit_answer(visit, 0, &first, &time);
    time = at(8000);
    visit_answer(visit, 5, &second, &time);
    time = at(9000);
    // Marks of the other list's chips never become reasons.
    const bool chosen[SURVEY_REASONS_MAX] = {true, true, true};
    visit_close(visit, &SURVEY, RECORD_RATED, chosen, I18N_VI,
                &(struct aids){0}, &time);
    assert_int_equal(visit->level, 5);
    assert_int_equal(visit->touch_after_ms, 8000);
    assert_int_equal(visit->answered_at, 1795400008000);
    assert_int_equal(visit->reason_count, 1);
    assert_string_equal(visit->reasons[0], "reason.high.1");
    free(visit);
}

static void test_record_is_accepted_by_the_ledger(void **state)
{
    (void)state;
    struct record *visit = open_visit();
    struct visit_time time = at(1000);
    const struct visit_touch touch = {true, 0.25, 0.5};
    visit_answer(visit, 1, &touch, &time);
    struct buf draft = {0};
    assert_true(record_write_draft(visit, &draft));
    time = at(2000);
    const bool chosen[SURVEY_REASONS_MAX] = {false, true};
    visit_close(visit, &SURVEY, RECORD_RATED, chosen, I18N_VI,
                &(struct aids){0}, &time);
    visit->gen = 1;
    visit->seq = 1;
    memcpy(visit->prev, DIGEST_NONE_HEX, sizeof visit->prev);
    struct buf line = {0};
    assert_true(record_write(visit, &line));
    struct record *read = calloc(1, sizeof *read);
    char reason[JSON_MESSAGE_SIZE];
    assert_true(record_read(line.data, line.size, read, reason));
    assert_string_equal(read->reasons[0], "reason.low.2");
    free(read);
    buf_free(&draft);
    buf_free(&line);
    free(visit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rated_visit),
        cmocka_unit_test(test_a_step_of_the_clock_moves_nothing_in_a_visit),
        cmocka_unit_test(test_a_step_between_two_answers),
        cmocka_unit_test(test_answer_taken_back_leaves_nothing),
        cmocka_unit_test(test_second_answer_is_the_answer),
        cmocka_unit_test(test_record_is_accepted_by_the_ledger)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
