// What a report rests on, and counting again up to there.
#include "common/date.h"
#include "office/heads.h"
#include "support/check.h"
#include "support/office_maker.h"

struct scene {
    struct made_office office;
    struct ledger_maker a, b;
    int64_t start, now;
    struct office_head heads[4];
    size_t count;
};

static void scene_open(struct scene *scene)
{
    int32_t day;
    memset(scene, 0, sizeof *scene);
    assert_true(date_parse_iso("2026-11-23", &day));
    scene->start = date_wall_ms_of_day(day) + 8 * INT64_C(3600000);
    scene->now = scene->start + 8 * INT64_C(3600000);
    made_office_open(&scene->office);
    made_office_enrol(&scene->office, "1", scene->start, &scene->a);
    made_office_enrol(&scene->office, "2", scene->start, &scene->b);
}

static void scene_close(struct scene *scene)
{
    maker_free(&scene->a);
    maker_free(&scene->b);
    made_office_close(&scene->office);
}

static void rate(struct ledger_maker *maker, int level, const char *transaction)
{
    struct record record;
    maker_wait(maker, 60000);
    maker_visit(maker, level, &record);
    strcpy(record.transaction, transaction);
    strcpy(record.step, "tra-ket-qua");
    maker_write(maker, &record);
}

static void send_all(struct scene *scene, struct ledger_maker *maker,
                     int64_t from)
{
    maker_wait(maker, scene->now - maker->wall_ms);
    assert_int_equal(made_office_send(&scene->office, maker, from,
                                      (int64_t)maker->count, scene->now),
                     OFFICE_BATCH_OK);
}

static bool keep(void *ctx, const struct office_head *head)
{
    struct scene *scene = ctx;
    assert_in_range(scene->count, 0, 3);
    scene->heads[scene->count++] = *head;
    return true;
}

static void read_heads(struct scene *scene)
{
    scene->count = 0;
    assert_int_equal(office_heads(scene->office.office, keep, scene),
                     OFFICE_OK);
}

// All rows of a breakdown as one text, to compare.
static bool print_row(void *ctx, const struct office_total *total)
{
    const struct office_tally *t = &total->tally;
    buf_printf(ctx, "%s %s: %lld %lld %lld %lld %lld, %lld\n", total->key,
               total->label, (long long)t->levels[0], (long long)t->levels[1],
               (long long)t->levels[2], (long long)t->levels[3],
               (long long)t->levels[4], (long long)t->declined);
    return true;
}

static const struct office_filter everything;

static void recount(struct scene *scene, enum office_breakdown by,
                    struct buf *out)
{
    int32_t day = date_day_of_wall_ms(scene->start);
    buf_clear(out);
    assert_int_equal(office_recount_to(scene->office.office, scene->heads,
                                       scene->count, &everything, day, day, by,
                                       print_row, out),
                     OFFICE_OK);
}

static void test_heads_name_the_last_lines(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    rate(&scene.a, 5, "");
    rate(&scene.a, 4, "");
    send_all(&scene, &scene.a, 1);
    read_heads(&scene);
    // Device b has sent nothing, so nothing rests on it.
    assert_int_equal(scene.count, 1);
    assert_string_equal(scene.heads[0].device, scene.a.device);
    assert_int_equal(scene.heads[0].to, scene.a.count);
    char hash[DIGEST_HEX_SIZE];
    assert_int_equal(office_line_hash(scene.office.office, scene.a.device,
                                      scene.heads[0].gen, scene.heads[0].to,
                                      hash),
                     OFFICE_OK);
    assert_string_equal(scene.heads[0].head, hash);
    scene_close(&scene);
}

// With every line that is held, it is what the totals say.
static void test_recount_to_the_end_equals_the_totals(void **state)
{
    (void)state;
    struct scene scene;
    struct buf counted = {0}, totals = {0};
    scene_open(&scene);
    rate(&scene.a, 5, "");
    rate(&scene.a, 2, "T-1");
    rate(&scene.b, 0, "");
    rate(&scene.b, 4, "T-1"); // counts for a's device, which was first
    rate(&scene.b, 4, "T-2");
    send_all(&scene, &scene.b, 1);
    send_all(&scene, &scene.a, 1);
    read_heads(&scene);
    assert_int_equal(scene.count, 2);
    int32_t day = date_day_of_wall_ms(scene.start);
    for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
        buf_clear(&totals);
        recount(&scene, (enum office_breakdown)by, &counted);
        assert_int_equal(office_totals(scene.office.office, day, day,
                                       (enum office_breakdown)by, print_row,
                                       &totals),
                         OFFICE_OK);
        assert_true(totals.size > 0);
        assert_string_equal(buf_text(&counted), buf_text(&totals));
    }
    buf_free(&counted);
    buf_free(&totals);
    scene_close(&scene);
}

// What comes later changes nothing: not more ratings, and not an earlier one
// of a transaction that was counted.
static void test_recount_to_heads_is_what_it_was(void **state)
{
    (void)state;
    struct scene scene;
    struct buf before = {0}, after = {0};
    scene_open(&scene);
    rate(&scene.a, 2, "T-1");
    rate(&scene.b, 5, "");
    rate(&scene.b, 4, "T-1");
    send_all(&scene, &scene.b, 1);
    read_heads(&scene);
    recount(&scene, OFFICE_BY_NONE, &before);
    assert_string_equal(buf_text(&before), " : 0 0 0 1 1, 0\n");

    send_all(&scene, &scene.a, 1);
    recount(&scene, OFFICE_BY_NONE, &after);
    assert_string_equal(buf_text(&after), buf_text(&before));
    read_heads(&scene);
    recount(&scene, OFFICE_BY_NONE, &after);
    assert_string_equal(buf_text(&after), " : 0 1 0 0 1, 0\n");
    scene.count = 0;
    recount(&scene, OFFICE_BY_NONE, &after);
    assert_string_equal(buf_text(&after), "");
    buf_free(&before);
    buf_free(&after);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads_name_the_last_lines),
        cmocka_unit_test(test_recount_to_the_end_equals_the_totals),
        cmocka_unit_test(test_recount_to_heads_is_what_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
