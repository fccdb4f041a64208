// Devices, codes, keys and configuration.
#include "common/json.h"
#include "office/configuration.h"
#include "office/devices.h"
#include "office/keys.h"
#include "support/office_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int64_t now = 1795400000000;
enum { MINUTE_MS = 60 * 1000 };

static int set_up(void **state)
{
    struct made_office *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made_office_open(made);
    *state = made;
    return 0;
}

static int tear_down(void **state)
{
    made_office_close(*state);
    free(*state);
    return 0;
}

struct added {
    char id[ID_SIZE], code[SECRET_CODE_SIZE];
    int64_t expires_at;
};

static struct added add_device(struct made_office *made, const char *counter)
{
    struct added added;
    struct office_new_device wanted = {
        .unit = "H24.12", .counter = counter, .name = "Quầy 3 — Chứng thực"};
    assert_int_equal(office_add_device(made->office, &wanted, now, added.id,
                                       added.code, &added.expires_at),
                     OFFICE_OK);
    return added;
}

// A request with a key and a token of its own for each `n`.
static struct office_enrol_request request(const char *code, int n)
{
    struct office_enrol_request request = {.code = code, .version = "0.1.0"};
    memset(request.public_key, n, sizeof request.public_key);
    memset(request.token_hash, n + 100, sizeof request.token_hash);
    return request;
}

static void test_a_device_enrols_and_is_known_by_its_token(void **state)
{
    struct made_office *made = *state;
    struct added added = add_device(made, "3");
    struct office_device device;
    assert_int_equal(added.expires_at, now + 30 * MINUTE_MS);
    assert_int_equal(office_find_device(made->office, added.id, &device),
                     OFFICE_OK);
    assert_int_equal(device.state, OFFICE_DEVICE_WAITING);

    struct office_enrol_request wanted = request(added.code, 1);
    assert_int_equal(
        office_enrol(made->office, &wanted, now + MINUTE_MS, &device),
        OFFICE_ENROLLED);
    assert_string_equal(device.id, added.id);
    assert_int_equal(device.state, OFFICE_DEVICE_ACTIVE);

    struct office_device found;
    assert_int_equal(
        office_find_device_by_token(made->office, wanted.token_hash, &found),
        OFFICE_OK);
    assert_string_equal(found.id, added.id);
    assert_string_equal(found.name, "Quầy 3 — Chứng thực");
    assert_string_equal(found.unit, "H24.12");
    assert_string_equal(found.counter, "3");
    assert_string_equal(found.field, "");
    assert_string_equal(found.version, "0.1.0");
    assert_int_equal(found.enrolled_at, now + MINUTE_MS);
    assert_int_equal(found.last_seen_at, now + MINUTE_MS);
    assert_int_equal(found.pending, -1); // not said yet
    assert_memory_equal(found.public_key, wanted.public_key, KEY_PUBLIC_BYTES);
    unsigned char other[DIGEST_BYTES] = {0};
    assert_int_equal(office_find_device_by_token(made->office, other, &found),
                     OFFICE_NONE);
}

static void test_a_code_works_once(void **state)
{
    struct made_office *made = *state;
    struct added added = add_device(made, "3");
    struct office_device device, first;
    struct office_enrol_request one = request(added.code, 1);
    struct office_enrol_request two = request(added.code, 2);
    assert_int_equal(office_enrol(made->office, &one, now, &first),
                     OFFICE_ENROLLED);
    assert_int_equal(office_enrol(made->office, &two, now, &device),
                     OFFICE_CODE_USED);
    // The second one changed nothing.
    assert_int_equal(office_find_device(made->office, added.id, &device),
                     OFFICE_OK);
    assert_memory_equal(device.public_key, one.public_key, KEY_PUBLIC_BYTES);
    assert_int_equal(
        office_find_device_by_token(made->office, two.token_hash, &device),
        OFFICE_NONE);
}

// The answer was lost: the same device gets it again, while the code would be
// valid, and its first token ends.
static void test_the_same_device_may_ask_again(void **state)
{
    struct made_office *made = *state;
    struct added added = add_device(made, "3");
    struct office_device device;
    struct office_enrol_request first = request(added.code, 1), again = first;
    memset(again.token_hash, 9, sizeof again.token_hash);
    assert_int_equal(office_enrol(made->office, &first, now, &device),
                     OFFICE_ENROLLED);
    assert_int_equal(office_enrol(made->office, &again, now + 5000, &device),
                     OFFICE_ENROLLED);
    assert_string_equal(device.id, added.id);
    assert_int_equal(
        office_find_device_by_token(made->office, again.token_hash, &device),
        OFFICE_OK);
    assert_int_equal(
        office_find_device_by_token(made->office, first.token_hash, &device),
        OFFICE_NONE);
    assert_int_equal(
        office_enrol(made->office, &again, now + 30 * MINUTE_MS, &device),
        OFFICE_CODE_USED);
}

static void test_a_code_ends_after_half_an_hour(void **state)
{
    struct made_office *made = *state;
    struct added early = add_device(made, "3");
    struct added late = add_device(made, "4");
    struct office_device device;
    struct office_enrol_request in_time = request(early.code, 1);
    struct office_enrol_request too_late = request(late.code, 2);
    assert_int_equal(
        office_enrol(made->office, &in_time, now + 30 * MINUTE_MS - 1, &device),
        OFFICE_ENROLLED);
    assert_int_equal(
        office_enrol(made->office, &too_late, now + 30 * MINUTE_MS, &device),
        OFFICE_CODE_EXPIRED);
}

static void test_an_unknown_code(void **state)
{
    struct made_office *made = *state;
    struct office_device device;
    struct office_enrol_request wrong = request("00000-00000", 1);
    assert_int_equal(office_enrol(made->office, &wrong, now, &device),
                     OFFICE_CODE_UNKNOWN);
    wrong = request("no code at all", 1);
    assert_int_equal(office_enrol(made->office, &wrong, now, &device),
                     OFFICE_CODE_UNKNOWN);
}

struct states {
    char text[512];
};

// "counter state twins replaces(y/n);" of each.
static bool take_state(void *ctx, const struct office_device_state_row *row)
{
    struct states *states = ctx;
    size_t at = strlen(states->text);
    snprintf(states->text + at, sizeof states->text - at, "%s %s %d %s;",
             row->device.counter, office_device_state_name(row->device.state),
             (int)row->twins, row->replaces[0] ? "y" : "n");
    return true;
}

static void assert_states(struct made_office *made, const char *wanted)
{
    struct states states = {.text = ""};
    assert_int_equal(
        office_list_device_states(made->office, take_state, &states),
        OFFICE_OK);
    assert_string_equal(states.text, wanted);
}

static void replace(struct made_office *made, const char *id, struct added *out)
{
    assert_int_equal(office_replace_device(made->office, id, "admin", now,
                                           out->id, out->code,
                                           &out->expires_at),
                     OFFICE_OK);
}

static void test_a_replaced_device_keeps_its_history(void **state)
{
    struct made_office *made = *state;
    struct added old = add_device(made, "3"), first, second;
    struct office_device device;
    struct office_enrol_request one = request(old.code, 1);
    assert_int_equal(office_enrol(made->office, &one, now, &device),
                     OFFICE_ENROLLED);
    replace(made, old.id, &first);
    assert_int_equal(first.expires_at, now + 30 * MINUTE_MS);
    // The old one goes on until the new one is there.
    assert_states(made, "3 active 0 n;3 waiting 1 y;");
    // A second code ends the first.
    replace(made, old.id, &second);
    struct office_enrol_request late = request(first.code, 2);
    assert_int_equal(office_enrol(made->office, &late, now, &device),
                     OFFICE_CODE_USED);
    struct office_enrol_request two = request(second.code, 3);
    assert_int_equal(office_enrol(made->office, &two, now + 7, &device),
                     OFFICE_ENROLLED);
    assert_string_equal(device.id, second.id);
    assert_string_equal(device.counter, "3");
    assert_string_equal(device.name, "Quầy 3 — Chứng thực");
    assert_states(made, "3 revoked 1 n;3 revoked 1 y;3 active 0 y;");
    assert_int_equal(office_find_device(made->office, old.id, &device),
                     OFFICE_OK);
    assert_int_equal(device.revoked_at, now + 7);
    assert_int_equal(office_replace_device(
                         made->office, "00000000-0000-4000-8000-000000000000",
                         "admin", now, first.id, first.code, &first.expires_at),
                     OFFICE_NONE);
}

// One that was lost is revoked already, and may be replaced all the same.
static void test_a_lost_device_is_replaced(void **state)
{
    struct made_office *made = *state;
    struct added lost = add_device(made, "3"), fresh;
    struct office_device device;
    struct office_enrol_request one = request(lost.code, 1);
    office_enrol(made->office, &one, now, &device);
    office_revoke_device(made->office, lost.id, "admin", now + 1);
    replace(made, lost.id, &fresh);
    struct office_enrol_request two = request(fresh.code, 2);
    assert_int_equal(office_enrol(made->office, &two, now + 9, &device),
                     OFFICE_ENROLLED);
    assert_int_equal(office_find_device(made->office, lost.id, &device),
                     OFFICE_OK);
    assert_int_equal(device.revoked_at, now + 1);
    assert_states(made, "3 revoked 1 n;3 active 0 y;");
}

static void test_two_at_one_counter_are_told(void **state)
{
    struct made_office *made = *state;
    struct added one = add_device(made, "3"), two = add_device(made, "3");
    struct office_device device;
    struct office_enrol_request first = request(one.code, 1);
    struct office_enrol_request second = request(two.code, 2);
    office_enrol(made->office, &first, now, &device);
    assert_states(made, "3 active 0 n;3 waiting 1 n;");
    office_enrol(made->office, &second, now, &device);
    assert_states(made, "3 active 1 n;3 active 1 n;");
}

static void test_revoking(void **state)
{
    struct made_office *made = *state;
    struct added active = add_device(made, "3");
    struct added waiting = add_device(made, "4");
    struct office_device device;
    struct office_enrol_request one = request(active.code, 1);
    struct office_enrol_request two = request(waiting.code, 2);
    assert_int_equal(office_enrol(made->office, &one, now, &device),
                     OFFICE_ENROLLED);
    assert_int_equal(
        office_revoke_device(made->office, active.id, "admin", now + 1),
        OFFICE_OK);
    assert_int_equal(
        office_revoke_device(made->office, active.id, "admin", now + 9),
        OFFICE_OK);
    assert_int_equal(
        office_revoke_device(made->office, waiting.id, "admin", now + 1),
        OFFICE_OK);
    assert_int_equal(
        office_revoke_device(
            made->office, "00000000-0000-4000-8000-000000000000", "admin", now),
        OFFICE_NONE);
    // Its token is still recognised, so that it can be told.
    assert_int_equal(
        office_find_device_by_token(made->office, one.token_hash, &device),
        OFFICE_OK);
    assert_int_equal(device.state, OFFICE_DEVICE_REVOKED);
    assert_int_equal(device.revoked_at, now + 1);
    assert_int_equal(office_enrol(made->office, &two, now + 2, &device),
                     OFFICE_CODE_USED);
}

struct counters {
    char text[64];
    int stop_after;
};

static bool take_counter(void *ctx, const struct office_device *device)
{
    struct counters *counters = ctx;
    strcat(counters->text, device->counter);
    strcat(counters->text, " ");
    return --counters->stop_after != 0;
}

static void test_devices_are_listed_by_counter(void **state)
{
    struct made_office *made = *state;
    add_device(made, "10");
    add_device(made, "3");
    add_device(made, "2");
    struct counters all = {.stop_after = 99};
    assert_int_equal(office_list_devices(made->office, take_counter, &all),
                     OFFICE_OK);
    assert_string_equal(all.text, "2 3 10 ");
    struct counters one = {.stop_after = 1};
    assert_int_equal(office_list_devices(made->office, take_counter, &one),
                     OFFICE_OK);
    assert_string_equal(one.text, "2 ");
}

static void test_what_does_not_fit_is_named(void **state)
{
    struct made_office *made = *state;
    const char *why = NULL;
    char longer[RECORD_CODE_SIZE + 1];
    memset(longer, '3', RECORD_CODE_SIZE);
    longer[RECORD_CODE_SIZE] = '\0';
    struct office_new_device empty = {.unit = "H24.12", .counter = ""};
    struct office_new_device large = {.unit = "H24.12", .counter = longer};
    struct office_new_device far = {
        .unit = "H24.12", .counter = "3", .point = longer};
    struct office_new_device good = {.unit = "H24.12", .counter = "3"};
    char id[ID_SIZE], code[SECRET_CODE_SIZE];
    int64_t expires_at;
    assert_true(office_new_device_fits(&good, &why));
    assert_false(office_new_device_fits(&empty, &why));
    assert_non_null(strstr(why, "counter"));
    assert_false(office_new_device_fits(&large, &why));
    assert_false(office_new_device_fits(&far, &why));
    assert_non_null(strstr(why, "point"));
    assert_int_equal(
        office_add_device(made->office, &large, now, id, code, &expires_at),
        OFFICE_ERROR);
}

// --- Keys -------------------------------------------------------------------

static bool count_key(void *ctx, const struct office_key *key)
{
    (void)key;
    ++*(int *)ctx;
    return true;
}

static void test_keys(void **state)
{
    struct made_office *made = *state;
    unsigned char office[DIGEST_BYTES] = {1}, feed[DIGEST_BYTES] = {2};
    int64_t office_id, feed_id;
    struct office_key key;
    assert_int_equal(office_add_key(made->office, OFFICE_ROLE_OFFICE,
                                    "Văn phòng", office, "admin", now,
                                    &office_id),
                     OFFICE_OK);
    assert_int_equal(office_add_key(made->office, OFFICE_ROLE_FEED,
                                    "Một cửa điện tử", feed, "admin", now,
                                    &feed_id),
                     OFFICE_OK);
    assert_int_equal(office_find_key(made->office, office, &key), OFFICE_OK);
    assert_int_equal(key.id, office_id);
    assert_int_equal(key.role, OFFICE_ROLE_OFFICE);
    assert_string_equal(key.name, "Văn phòng");
    assert_int_equal(office_find_key(made->office, feed, &key), OFFICE_OK);
    assert_int_equal(key.role, OFFICE_ROLE_FEED);

    assert_int_equal(office_revoke_key(made->office, office_id, "admin", now),
                     OFFICE_OK);
    assert_int_equal(office_revoke_key(made->office, office_id, "admin", now),
                     OFFICE_OK);
    assert_int_equal(office_revoke_key(made->office, 999, "admin", now),
                     OFFICE_NONE);
    assert_int_equal(office_find_key(made->office, office, &key), OFFICE_NONE);
    assert_int_equal(office_find_key(made->office, feed, &key), OFFICE_OK);
    int count = 0;
    assert_int_equal(office_list_keys(made->office, count_key, &count),
                     OFFICE_OK);
    assert_int_equal(count, 2); // a revoked one stays in the list
    assert_int_equal(office_add_key(made->office, OFFICE_ROLE_FEED, "", feed,
                                    "admin", now, &feed_id),
                     OFFICE_ERROR);
}

static void test_roles_have_names(void **state)
{
    enum office_role role;
    (void)state;
    assert_true(office_role_parse("leader", &role));
    assert_int_equal(role, OFFICE_ROLE_LEADER);
    assert_string_equal(office_role_name(OFFICE_ROLE_FEED), "feed");
    assert_false(office_role_parse("admin", &role));
    assert_false(office_role_parse("", &role));
}

// --- Configuration ----------------------------------------------------------

static const struct office_field fields[] = {
    {"chung-thuc", "Chứng thực", "Certification"}};

static struct office_defaults defaults(void)
{
    return (struct office_defaults){
        .unit_name = "Bình Minh",
        .mode = "walk-up",
        .walk_up = "on",
        .contact_s = 120,
        .survey = "quay",
        .levels = 5,
        .order = "best-first",
        .hotline = "0234 3 812 345",
        .rating_s = 60,
        .reasons = "all",
        .first_contact_s = 5,
        .heartbeat_s = 60,
        .typing = "vni",
        .volume = 30,
        .fields = fields,
        .field_count = 1,
    };
}

static void test_a_configuration_is_one_object(void **state)
{
    struct office_device device = {.unit = "H24.12", .counter = "3"};
    struct office_defaults wanted = defaults();
    struct buf body = {0};
    (void)state;
    assert_true(office_configuration_build(&device, &wanted, NULL, 3, &body));
    assert_string_equal(
        buf_text(&body),
        "{\"version\":3,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình "
        "Minh\"},\"counter\":\"3\",\"field\":null,\"mode\":\"walk-up\","
        "\"walk_up\":\"on\",\"contact_s\":120,"
        "\"privacy\":\"anonymous\",\"survey\":\"quay\",\"levels\":5,\"order\":"
        "\"best-first\","
        "\"hotline\":\"0234 3 812 345\",\"rating_s\":60,\"reasons\":\"all\","
        "\"first_contact_s\":5,\"heartbeat_s\":60,\"typing\":\"vni\","
        "\"volume\":30,\"test\":false}");
    buf_clear(&body);
    strcpy(device.field, "chung-thuc");
    wanted.hotline = NULL; // the device has its own defaults
    wanted.rating_s = -1;
    assert_true(office_configuration_build(&device, &wanted, NULL, 3, &body));
    assert_non_null(strstr(buf_text(&body),
                           "\"field\":{\"code\":\"chung-thuc\",\"vi\":\"Chứng "
                           "thực\",\"en\":\"Certification\"}"));
    assert_null(strstr(buf_text(&body), "hotline"));
    assert_null(strstr(buf_text(&body), "rating_s"));
    buf_clear(&body);
    json_t *hours = json_pack("{s:[s]}", "mon", "07:30-11:30");
    json_t *holidays = json_pack("[s]", "2026-01-01");
    wanted.hours = hours;
    wanted.holidays = holidays;
    strcpy(device.field, "dat-dai"); // not named in the settings
    wanted.linked = true;
    wanted.walk_up = "fields";
    wanted.tiles = fields;
    wanted.tile_count = 1;
    assert_true(office_configuration_build(&device, &wanted, NULL, 3, &body));
    assert_non_null(strstr(buf_text(&body), "\"vi\":\"dat-dai\""));
    assert_non_null(strstr(buf_text(&body), "\"privacy\":\"linked\""));
    assert_non_null(strstr(buf_text(&body),
                           "\"walk_up\":\"fields\",\"fields\":[{\"code\":"
                           "\"chung-thuc\",\"vi\":\"Chứng thực\","
                           "\"en\":\"Certification\"}]"));
    assert_non_null(strstr(buf_text(&body),
                           "\"hours\":{\"mon\":[\"07:30-11:30\"]},"
                           "\"holidays\":[\"2026-01-01\"]"));
    json_decref(hours);
    json_decref(holidays);
    buf_free(&body);
}

static int64_t read_version(struct made_office *made, const char *id)
{
    struct buf body = {0};
    int64_t version = 0, said = 0;
    char message[JSON_MESSAGE_SIZE];
    assert_int_equal(
        office_read_configuration(made->office, id, &version, &body),
        OFFICE_OK);
    json_t *object = json_read(body.data, body.size, message);
    assert_non_null(object);
    assert_true(json_get_int(object, "version", &said));
    assert_int_equal(said, version);
    json_decref(object);
    buf_free(&body);
    return version;
}

static void test_a_version_grows_only_with_the_content(void **state)
{
    struct made_office *made = *state;
    struct added a = add_device(made, "3");
    struct added b = add_device(made, "4");
    struct office_defaults wanted = defaults();
    struct office_device device;
    struct buf body = {0};
    int64_t version;
    assert_int_equal(
        office_read_configuration(made->office, a.id, &version, &body),
        OFFICE_NONE);
    assert_int_equal(office_configure_device(made->office, a.id, &wanted, now),
                     OFFICE_OK);
    assert_int_equal(read_version(made, a.id), 1);
    assert_int_equal(office_configure_all(made->office, &wanted, now),
                     OFFICE_OK);
    assert_int_equal(read_version(made, a.id), 1);
    assert_int_equal(read_version(made, b.id), 1);

    wanted.rating_s = 45;
    assert_int_equal(office_configure_all(made->office, &wanted, now),
                     OFFICE_OK);
    assert_int_equal(office_configure_all(made->office, &wanted, now),
                     OFFICE_OK);
    assert_int_equal(read_version(made, a.id), 2);
    assert_int_equal(office_find_device(made->office, a.id, &device),
                     OFFICE_OK);
    assert_int_equal(device.config_version, 2);
    wanted.rating_s = 60; // back: new all the same, devices take the higher
    assert_int_equal(office_configure_all(made->office, &wanted, now),
                     OFFICE_OK);
    assert_int_equal(read_version(made, a.id), 3);
    assert_int_equal(
        office_configure_device(
            made->office, "00000000-0000-4000-8000-000000000000", &wanted, now),
        OFFICE_NONE);
    buf_free(&body);
}

#define OFFICE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(test_a_device_enrols_and_is_known_by_its_token),
        OFFICE_TEST(test_a_code_works_once),
        OFFICE_TEST(test_the_same_device_may_ask_again),
        OFFICE_TEST(test_a_code_ends_after_half_an_hour),
        OFFICE_TEST(test_an_unknown_code),
        OFFICE_TEST(test_revoking),
        OFFICE_TEST(test_a_replaced_device_keeps_its_history),
        OFFICE_TEST(test_a_lost_device_is_replaced),
        OFFICE_TEST(test_two_at_one_counter_are_told),
        OFFICE_TEST(test_devices_are_listed_by_counter),
        OFFICE_TEST(test_what_does_not_fit_is_named),
        OFFICE_TEST(test_keys),
        cmocka_unit_test(test_roles_have_names),
        cmocka_unit_test(test_a_configuration_is_one_object),
        OFFICE_TEST(test_a_version_grows_only_with_the_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
