// Several texts for Prometheus in one: each name once, each sample with its
// ward.
#include "server/metrics_join.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_join_puts_samples_of_one_name_together(void **state)
{
    struct metrics_join join = {0};
    struct buf out = {0};
    (void)state;
    metrics_join_add(&join, "H24.12",
                     "# HELP a_total What a is.\n# TYPE a_total counter\n"
                     "a_total{route=\"x\",status=\"200\"} 7\n"
                     "a_total{route=\"y\",status=\"503\"} 1\n"
                     "# HELP b Others.\n# TYPE b gauge\nb 2\n");
    metrics_join_add(&join, "H24.13",
                     "# HELP b Others.\n# TYPE b gauge\nb 3\n"
                     "# HELP a_total What a is.\n# TYPE a_total counter\n"
                     "a_total{route=\"x\",status=\"200\"} 8\n"
                     "# HELP c Empty.\n# TYPE c gauge\n");
    metrics_join_add(&join, NULL,
                     "# HELP up Open.\n# TYPE up gauge\n"
                     "up{ward=\"H24.14\"} 0\n");
    assert_true(metrics_join_write(&join, &out));
    assert_string_equal(
        buf_text(&out),
        "# HELP a_total What a is.\n# TYPE a_total counter\n"
        "a_total{ward=\"H24.12\",route=\"x\",status=\"200\"} 7\n"
        "a_total{ward=\"H24.12\",route=\"y\",status=\"503\"} 1\n"
        "a_total{ward=\"H24.13\",route=\"x\",status=\"200\"} 8\n"
        "# HELP b Others.\n# TYPE b gauge\n"
        "b{ward=\"H24.12\"} 2\nb{ward=\"H24.13\"} 3\n"
        "# HELP c Empty.\n# TYPE c gauge\n"
        "# HELP up Open.\n# TYPE up gauge\nup{ward=\"H24.14\"} 0\n");
    metrics_join_free(&join);
    buf_free(&out);
}

// A name that begins as another one does is another.
static void test_join_tells_names_apart(void **state)
{
    struct metrics_join join = {0};
    struct buf out = {0};
    (void)state;
    metrics_join_add(&join, "H24.12",
                     "# HELP a_b One.\n# TYPE a_b gauge\na_b 1\n"
                     "# HELP a Two.\n# TYPE a gauge\na 2\n");
    metrics_join_add(&join, "H24.13", "# HELP a Two.\n# TYPE a gauge\na 3\n");
    assert_true(metrics_join_write(&join, &out));
    assert_string_equal(buf_text(&out),
                        "# HELP a_b One.\n# TYPE a_b gauge\n"
                        "a_b{ward=\"H24.12\"} 1\n"
                        "# HELP a Two.\n# TYPE a gauge\n"
                        "a{ward=\"H24.12\"} 2\na{ward=\"H24.13\"} 3\n");
    metrics_join_free(&join);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join_puts_samples_of_one_name_together),
        cmocka_unit_test(test_join_tells_names_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
