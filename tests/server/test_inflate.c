// Gzip bodies as they arrive, in any pieces, and never beyond the bound.
#include "server/inflate.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// printf 'Hài Lòng' | gzip -n
static const unsigned char GREETING[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
    0xf3, 0x38, 0xbc, 0x20, 0x53, 0xc1, 0xe7, 0xf0, 0xa6, 0xbc,
    0x74, 0x00, 0x2f, 0x97, 0xeb, 0x4b, 0x0a, 0x00, 0x00, 0x00};

// head -c 100000 /dev/zero | gzip -9n: its beginning and its end; between them
// are ZEROS_INSIDE bytes of 0.
static const unsigned char ZEROS_BEGIN[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
    0x03, 0xed, 0xc1, 0x31, 0x01, 0x00, 0x00, 0x00, 0xc2,
    0xa0, 0xf5, 0x4f, 0x6d, 0x0d, 0x0f, 0xa0};
static const unsigned char ZEROS_END[] = {0x80, 0x57, 0x03, 0x7d, 0x95, 0x11,
                                          0xd4, 0xa0, 0x86, 0x01, 0x00};
enum {
    ZEROS = 100000,
    ZEROS_SIZE = 132,
    ZEROS_INSIDE = ZEROS_SIZE - sizeof ZEROS_BEGIN - sizeof ZEROS_END
};

static void make_zeros(unsigned char out[ZEROS_SIZE])
{
    memset(out, 0, ZEROS_SIZE);
    memcpy(out, ZEROS_BEGIN, sizeof ZEROS_BEGIN);
    memcpy(out + sizeof ZEROS_BEGIN + ZEROS_INSIDE, ZEROS_END,
           sizeof ZEROS_END);
}

static void test_whole_and_in_pieces(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= sizeof GREETING; piece++) {
        struct inflater *inflater = inflate_open();
        struct buf out = {0};
        for (size_t at = 0; at < sizeof GREETING; at += piece) {
            size_t size =
                sizeof GREETING - at < piece ? sizeof GREETING - at : piece;
            assert_false(inflate_is_complete(inflater));
            assert_int_equal(
                inflate_feed(inflater, GREETING + at, size, 100, &out),
                INFLATE_OK);
        }
        assert_true(inflate_is_complete(inflater));
        assert_string_equal(buf_text(&out), "Hài Lòng");
        inflate_close(inflater);
        buf_free(&out);
    }
}

static void test_the_bound_is_kept_to_the_byte(void **state)
{
    unsigned char zeros[ZEROS_SIZE];
    (void)state;
    make_zeros(zeros);
    for (size_t limit = ZEROS - 1; limit <= ZEROS + 1; limit++) {
        struct inflater *inflater = inflate_open();
        struct buf out = {0};
        enum inflate_result result =
            inflate_feed(inflater, zeros, sizeof zeros, limit, &out);
        if (limit < ZEROS) {
            assert_int_equal(result, INFLATE_TOO_LARGE);
            assert_int_equal(out.size, limit);
        } else {
            assert_int_equal(result, INFLATE_OK);
            assert_int_equal(out.size, ZEROS);
            assert_true(inflate_is_complete(inflater));
        }
        inflate_close(inflater);
        buf_free(&out);
    }
}

static void test_a_cut_stream_is_not_complete(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof GREETING; size++) {
        struct inflater *inflater = inflate_open();
        struct buf out = {0};
        assert_int_equal(inflate_feed(inflater, GREETING, size, 100, &out),
                         INFLATE_OK);
        assert_false(inflate_is_complete(inflater));
        inflate_close(inflater);
        buf_free(&out);
    }
}

static void feed_broken(const unsigned char *bytes, size_t size)
{
    struct inflater *inflater = inflate_open();
    struct buf out = {0};
    assert_int_equal(inflate_feed(inflater, bytes, size, 100, &out),
                     INFLATE_BROKEN);
    inflate_close(inflater);
    buf_free(&out);
}

static void test_damage_is_seen(void **state)
{
    unsigned char bytes[sizeof GREETING + 1] = {0};
    (void)state;
    feed_broken((const unsigned char *)"{\"batch\":1}", 11);
    // Its checksum, its length, and a byte behind its end.
    static const size_t places[] = {22, 27};
    for (size_t i = 0; i < 2; i++) {
        memcpy(bytes, GREETING, sizeof GREETING);
        bytes[places[i]] ^= 1;
        feed_broken(bytes, sizeof GREETING);
    }
    memcpy(bytes, GREETING, sizeof GREETING);
    feed_broken(bytes, sizeof GREETING + 1);
}

static void test_nothing_may_follow_the_end(void **state)
{
    struct inflater *inflater = inflate_open();
    struct buf out = {0};
    (void)state;
    assert_int_equal(
        inflate_feed(inflater, GREETING, sizeof GREETING, 100, &out),
        INFLATE_OK);
    assert_int_equal(inflate_feed(inflater, "", 0, 100, &out), INFLATE_OK);
    assert_int_equal(
        inflate_feed(inflater, GREETING, sizeof GREETING, 100, &out),
        INFLATE_BROKEN);
    inflate_close(inflater);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_and_in_pieces),
        cmocka_unit_test(test_the_bound_is_kept_to_the_byte),
        cmocka_unit_test(test_a_cut_stream_is_not_complete),
        cmocka_unit_test(test_damage_is_seen),
        cmocka_unit_test(test_nothing_may_follow_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
