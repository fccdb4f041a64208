// What the kernel says of a mount, in lines as it writes them.
#include "common/mounted.h"
#include "support/check.h"

static enum mounted told(const char *line, unsigned long long id)
{
    enum mounted out = MOUNTED_UNKNOWN;
    mounted_read(line, id, &out);
    return out;
}

static void test_the_mount_and_the_file_system_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(told("36 35 98:0 / / rw,noatime shared:1 - ext4 /dev/vda2 "
                          "rw,errors=remount-ro\n",
                          36),
                     MOUNTED_WRITABLE);
    assert_int_equal(
        told("36 35 98:0 / / rw,noatime shared:1 - ext4 /dev/vda2 ro\n", 36),
        MOUNTED_READ_ONLY);
    assert_int_equal(
        told("36 35 98:0 / / ro,noatime shared:1 - ext4 /dev/vda2 ro\n", 36),
        MOUNTED_READ_ONLY);
    assert_int_equal(told("121 35 98:0 /var/lib /var/lib/hai\\040long ro - "
                          "ext4 /dev/vda2 rw,errors=remount-ro\n",
                          121),
                     MOUNTED_LEFT_BEHIND);
}

static void test_lines_of_others_and_halves_say_nothing(void **state)
{
    (void)state;
    assert_int_equal(told("36 35 98:0 / / ro - ext4 /dev/vda2 rw\n", 3),
                     MOUNTED_UNKNOWN);
    assert_int_equal(told("36 35 98:0 / / ro\n", 36), MOUNTED_UNKNOWN);
    assert_int_equal(told("36 35\n", 36), MOUNTED_UNKNOWN);
    assert_int_equal(told("36 35 98:0 / / ro - ext4", 36), MOUNTED_UNKNOWN);
    assert_int_equal(told("", 36), MOUNTED_UNKNOWN);
}

static void test_a_folder_of_this_machine(void **state)
{
    (void)state;
    assert_int_equal(mounted_look("/tmp"), MOUNTED_WRITABLE);
    assert_int_equal(mounted_look("/nowhere/at/all"), MOUNTED_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_mount_and_the_file_system_are_told_apart),
        cmocka_unit_test(test_lines_of_others_and_halves_say_nothing),
        cmocka_unit_test(test_a_folder_of_this_machine)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
