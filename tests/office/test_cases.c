// Cases: what opens one, who may do what when, the figures, and what
// verification finds.
#include "common/date.h"
#include "common/file.h"
#include "common/ids.h"
#include "office/audit.h"
#include "office/cases.h"
#include "office/documents.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>

// Monday, 2026-11-23, 15:00 in Vietnam.
#define MONDAY INT64_C(1795420800000)
enum { HOUR = 3600 * 1000 };

// In the form of one; nobody signs in.
#define HASH(letter)                                                           \
    "$argon2id$v=19$m=32768,t=3,p=1$" letter "AAAAAAAAAAAAAAAAAAAAA$"          \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// --- The rules --------------------------------------------------------------

static void expect_step(struct case_standing *standing, enum case_kind kind,
                        const char *person, enum case_state state)
{
    const struct case_change change = {kind, person, "an", 100};
    const char *why = "";
    if (!case_apply(standing, &change, &why)) {
        fail_msg("%s: %s", case_kind_name(kind), why);
    }
    assert_string_equal(case_state_name(standing->state),
                        case_state_name(state));
}

static void expect_no_step(struct case_standing *standing, enum case_kind kind,
                           const char *person, const char *part)
{
    const struct case_change change = {kind, person, "an", 100};
    const struct case_standing before = *standing;
    const char *why = "";
    assert_false(case_apply(standing, &change, &why));
    assert_holds(why, part);
    assert_memory_equal(&before, standing, sizeof before);
}

static void test_the_way_of_a_case(void **state)
{
    struct case_standing s = {.version = 0};
    (void)state;
    expect_no_step(&s, CASE_ASSIGN, "an", "was not opened");
    expect_step(&s, CASE_OPENS, "", CASE_NEW);
    expect_no_step(&s, CASE_OPENS, "", "open already");
    expect_no_step(&s, CASE_ANSWER, "an", "has no owner yet");
    expect_no_step(&s, CASE_CONFIRM, "binh", "not answered yet");
    expect_no_step(&s, CASE_REOPEN, "binh", "is not closed");
    expect_step(&s, CASE_ASSIGN, "chi", CASE_ASSIGNED);
    assert_string_equal(s.owner, "an");
    expect_step(&s, CASE_ASSIGN, "an", CASE_ASSIGNED);
    expect_step(&s, CASE_ANSWER, "dung", CASE_ANSWERED);
    expect_no_step(&s, CASE_ANSWER, "an", "answered already");
    expect_no_step(&s, CASE_ASSIGN, "an", "send it back");
    // Neither who owns it nor who answered it is a second person.
    expect_no_step(&s, CASE_CONFIRM, "an", "a second person");
    expect_no_step(&s, CASE_CONFIRM, "dung", "a second person");
    expect_step(&s, CASE_RETURN, "binh", CASE_ASSIGNED);
    assert_int_equal(s.answered_day, 0);
    expect_step(&s, CASE_ANSWER, "an", CASE_ANSWERED);
    expect_step(&s, CASE_CONFIRM, "dung", CASE_CLOSED);
    assert_int_equal(s.closed_day, 100);
    expect_no_step(&s, CASE_CONFIRM, "binh", "closed already");
    expect_step(&s, CASE_REOPEN, "binh", CASE_ASSIGNED);
    assert_int_equal(s.reopened, 1);
    assert_int_equal(s.closed_day, 0);
    expect_step(&s, CASE_SUPERSEDE, "", CASE_SUPERSEDED);
    expect_no_step(&s, CASE_ASSIGN, "an", "counts no more");
    assert_int_equal(s.version, 9);
}

static void test_rated_again(void **state)
{
    struct case_standing s = {.version = 0};
    (void)state;
    expect_step(&s, CASE_OPENS, "", CASE_NEW);
    expect_step(&s, CASE_RATED_AGAIN, "", CASE_NEW);
    expect_step(&s, CASE_ASSIGN, "an", CASE_ASSIGNED);
    expect_step(&s, CASE_ANSWER, "an", CASE_ANSWERED);
    expect_step(&s, CASE_RATED_AGAIN, "", CASE_ANSWERED);
    assert_int_equal(s.reopened, 0);
    expect_step(&s, CASE_CONFIRM, "binh", CASE_CLOSED);
    expect_step(&s, CASE_RATED_AGAIN, "", CASE_ASSIGNED);
    assert_int_equal(s.reopened, 1);
}

static json_t *read_shipped(const char *name)
{
    char path[256], message[JSON_MESSAGE_SIZE];
    struct buf text = {0};
    snprintf(path, sizeof path, "%s/assets/settings/%s.json", TEST_SOURCE,
             name);
    assert_true(file_read(path, 65536, &text));
    json_t *body = json_read(buf_text(&text), text.size, message);
    assert_non_null(body);
    buf_free(&text);
    return body;
}

// What holds without the file is what the file says.
static void test_the_shipped_rules(void **state)
{
    (void)state;
    struct case_rules shipped, own;
    struct buf why = {0};
    json_t *body = read_shipped("cases");
    assert_true(case_rules_read(body, &shipped, &why));
    assert_true(case_rules_knows_cause(&shipped, "cho-lau"));
    assert_false(case_rules_knows_cause(&shipped, "cho"));
    case_rules_default(&own);
    assert_memory_equal(shipped.levels, own.levels, sizeof own.levels);
    assert_memory_equal(shipped.confirms, own.confirms, sizeof own.confirms);
    assert_int_equal(shipped.deadline_days, own.deadline_days);
    json_decref(body);
}

#define WITH(levels, days, confirm, causes)                                    \
    "{\"levels\":" levels ",\"deadline_days\":" days ",\"confirm\":" confirm   \
    ",\"causes\":" causes "}"
#define CAUSE "{\"code\":\"a\",\"vi\":\"b\",\"en\":\"c\"}"

static void test_bad_rules_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"{}", "deadline_days: must be"},
        {WITH("[1]", "0", "[\"office\"]", "[" CAUSE "]"), "deadline_days:"},
        {WITH("[6]", "5", "[\"office\"]", "[" CAUSE "]"), "levels[0]:"},
        {WITH("2", "5", "[\"office\"]", "[" CAUSE "]"), "levels: must be"},
        {WITH("[1]", "5", "[\"officer\"]", "[" CAUSE "]"), "confirm[0]:"},
        {WITH("[1]", "5", "[]", "[" CAUSE "]"), "confirm: must be"},
        {WITH("[1]", "5", "[\"office\"]", "[]"), "causes: must be"},
        {WITH("[1]", "5", "[\"office\"]", "[" CAUSE "," CAUSE "]"),
         "causes[1].code: a is there twice"},
        {WITH("[1]", "5", "[\"office\"]",
              "[{\"code\":\"Á\",\"vi\":\"b\",\"en\":\"c\"}]"),
         "causes[0].code: must be"},
        {WITH("[1]", "5", "[\"office\"]", "[{\"code\":\"a\",\"vi\":\"b\"}]"),
         "causes[0]: needs vi and en"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct case_rules rules;
        struct buf why = {0};
        char message[JSON_MESSAGE_SIZE];
        json_t *body = json_read(bad[i].text, strlen(bad[i].text), message);
        assert_non_null(body);
        assert_false(case_rules_read(body, &rules, &why));
        assert_holds(buf_text(&why), bad[i].part);
        json_decref(body);
        buf_free(&why);
    }
}

// --- With ratings -----------------------------------------------------------

struct bench {
    struct made_office made;
    struct ledger_maker device;
    struct calendar calendar;
    int64_t sent; // lines
};

static void add_person(struct bench *b, const char *name,
                       enum office_person_role role)
{
    const struct office_new_person person = {
        .name = name,
        .display = name,
        .role = role,
        .officer = role == PERSON_OFFICER ? "cb-07" : "",
        .hash = HASH("A")};
    assert_int_equal(office_add_person(b->made.office, &person, "admin", 1),
                     PERSON_ADDED);
}

static int set_up(void **state)
{
    static struct bench b;
    struct buf why = {0};
    json_t *body = read_shipped("calendar");
    b.sent = 0;
    assert_true(calendar_read(body, &b.calendar, &why));
    json_decref(body);
    made_office_open_fast(&b.made);
    made_office_enrol(&b.made, "3", MONDAY - 24 * HOUR, &b.device);
    maker_wait(&b.device, MONDAY - b.device.wall_ms);
    add_person(&b, "an", PERSON_OFFICE);
    add_person(&b, "binh", PERSON_LEADER);
    add_person(&b, "chi", PERSON_OFFICER);
    *state = &b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    maker_free(&b->device);
    made_office_close(&b->made);
    return 0;
}

// A line about a transaction at a step; "" for none.
static void rate(struct bench *b, int level, const char *transaction,
                 const char *step)
{
    struct record record;
    maker_visit(&b->device, level, &record);
    strcpy(record.field, "chung-thuc");
    strcpy(record.transaction, transaction);
    strcpy(record.step, step);
    if (transaction[0]) {
        record.mode = RECORD_TRANSACTION;
    }
    maker_write(&b->device, &record);
    maker_wait(&b->device, 60 * 1000);
}

static void send_at(struct bench *b, int64_t now)
{
    assert_int_equal(made_office_send(&b->made, &b->device, b->sent + 1,
                                      (int64_t)b->device.count, now),
                     OFFICE_BATCH_OK);
    b->sent = (int64_t)b->device.count;
}

static void send(struct bench *b)
{
    send_at(b, b->device.wall_ms);
}

static bool write_case(void *ctx, const struct office_case *row)
{
    buf_printf(ctx, "%s level %d counter %s field %s owner \"%s\" v%lld\n",
               case_state_name(row->standing.state), row->level, row->counter,
               row->field, row->standing.owner,
               (long long)row->standing.version);
    return true;
}

static const struct office_cases_wanted ALL = {
    .now = MONDAY + 1000 * (int64_t)HOUR,
    .last_day = OFFICE_DAY_MOST,
    .states = (1 << CASE_STATE_COUNT) - 1,
    .limit = 100};

static void expect_list(struct bench *b, struct office_cases_wanted wanted,
                        const char *expected)
{
    struct buf out = {0};
    assert_int_equal(
        office_list_cases(b->made.office, &wanted, write_case, &out),
        OFFICE_OK);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void expect_all(struct bench *b, const char *expected)
{
    expect_list(b, ALL, expected);
}

static bool fail_on_finding(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    fail_msg("found: %s", found->why);
    return false;
}

static void expect_sound(struct bench *b, int64_t cases)
{
    struct office_verification sum;
    assert_int_equal(office_verify(b->made.office, fail_on_finding, NULL, &sum),
                     OFFICE_OK);
    assert_int_equal(sum.cases, cases);
}

static bool take_id(void *ctx, const struct office_case *row)
{
    memcpy(ctx, row->id, sizeof row->id);
    return false;
}

static void newest(struct bench *b, char id[OFFICE_RATING_ID_SIZE])
{
    assert_int_equal(office_list_cases(b->made.office, &ALL, take_id, id),
                     OFFICE_OK);
}

static struct case_outcome change(struct bench *b, const char *id,
                                  int64_t version, enum case_kind kind,
                                  const char *person, int64_t now)
{
    struct case_outcome out;
    const struct case_wish wish = {id,
                                   version,
                                   kind,
                                   person,
                                   kind == CASE_ASSIGN ? "an" : NULL,
                                   kind == CASE_ASSIGN ? "{\"owner\":\"an\"}"
                                                       : "{}",
                                   now};
    assert_int_equal(office_change_case(b->made.office, &wish, &out),
                     OFFICE_OK);
    return out;
}

static void do_change(struct bench *b, const char *id, int64_t version,
                      enum case_kind kind, const char *person, int64_t now)
{
    struct case_outcome out = change(b, id, version, kind, person, now);
    if (!out.is_done) {
        fail_msg("%s: %s", case_kind_name(kind), out.why);
    }
}

static void test_low_ratings_open_cases(void **state)
{
    struct bench *b = *state;
    struct record test;
    rate(b, 1, "", "");
    rate(b, 3, "", "");
    rate(b, 0, "", "");
    maker_visit(&b->device, 1, &test);
    test.test = true;
    maker_write(&b->device, &test);
    maker_wait(&b->device, 20 * 60 * 1000);
    send(b);
    maker_wait(&b->device, HOUR);
    rate(b, 2, "", "");
    send(b);
    expect_all(b, "new level 2 counter 3 field chung-thuc owner \"\" v1\n"
                  "new level 1 counter 3 field chung-thuc owner \"\" v1\n");
    expect_sound(b, 2);
}

// As single ratings are: not before their quarter is over.
static void test_a_case_shows_when_its_quarter_is_over(void **state)
{
    struct bench *b = *state;
    struct office_cases_wanted wanted = ALL;
    char id[OFFICE_RATING_ID_SIZE];
    struct case_outcome out;
    rate(b, 1, "", "");
    send_at(b, MONDAY + 60 * 1000);
    newest(b, id);
    wanted.now = MONDAY + 15 * 60 * 1000 - 1;
    expect_list(b, wanted, "");
    assert_int_equal(
        office_find_case(b->made.office, id, wanted.now, take_id, id),
        OFFICE_NONE);
    const struct case_wish wish = {
        id, 1, CASE_ASSIGN, "an", "an", "{\"owner\":\"an\"}", wanted.now};
    assert_int_equal(office_change_case(b->made.office, &wish, &out),
                     OFFICE_NONE);
    wanted.now++;
    expect_list(b, wanted,
                "new level 1 counter 3 field chung-thuc owner \"\" v1\n");
}

static void test_the_document_says_which_levels(void **state)
{
    struct bench *b = *state;
    int64_t version;
    const struct document_wish wish = {
        "cases",   0,      WITH("[1,3]", "7", "[\"office\"]", "[" CAUSE "]"),
        "user an", MONDAY, NULL};
    rate(b, 2, "", "");
    send(b);
    assert_int_equal(office_put_document(b->made.office, &wish, &version),
                     OFFICE_OK);
    rate(b, 3, "", "");
    rate(b, 2, "", "");
    send(b);
    expect_sound(b, 2);
}

// A low rating that was counted, until an earlier one of its dossier came.
static void test_an_earlier_rating_supersedes(void **state)
{
    struct bench *b = *state;
    struct ledger_maker other;
    struct record record;
    made_office_enrol(&b->made, "4", MONDAY - 24 * HOUR, &other);
    maker_wait(&other, MONDAY - other.wall_ms);
    maker_visit(&other, 5, &record);
    record.mode = RECORD_TRANSACTION;
    strcpy(record.transaction, "T-1");
    strcpy(record.step, "tra");
    maker_write(&other, &record);
    maker_wait(&other, 2 * HOUR);
    maker_wait(&b->device, HOUR);
    rate(b, 1, "T-1", "tra");
    send(b);
    expect_all(b, "new level 1 counter 3 field chung-thuc owner \"\" v1\n");
    assert_int_equal(made_office_send(&b->made, &other, 1, 1, other.wall_ms),
                     OFFICE_BATCH_OK);
    expect_all(b,
               "superseded level 1 counter 3 field chung-thuc owner \"\" v2\n");
    expect_sound(b, 1);
    maker_free(&other);
}

static void test_dissatisfied_again_opens_again(void **state)
{
    struct bench *b = *state;
    char id[OFFICE_RATING_ID_SIZE];
    rate(b, 1, "T-1", "nhan");
    send(b);
    newest(b, id);
    maker_wait(&b->device, HOUR);
    do_change(b, id, 1, CASE_ASSIGN, "an", b->device.wall_ms);
    do_change(b, id, 2, CASE_ANSWER, "an", b->device.wall_ms);
    do_change(b, id, 3, CASE_CONFIRM, "binh", b->device.wall_ms);
    rate(b, 4, "T-1", "nhan"); // does not count, and is not low
    send(b);
    expect_all(b,
               "closed level 1 counter 3 field chung-thuc owner \"an\" v4\n");
    maker_wait(&b->device, HOUR);
    rate(b, 2, "T-1", "nhan"); // does not count
    send(b);
    expect_all(b,
               "assigned level 1 counter 3 field chung-thuc owner \"an\" v5\n");
    expect_sound(b, 1);
}

// --- By people --------------------------------------------------------------

static void test_two_people_close_one_case(void **state)
{
    struct bench *b = *state;
    char id[OFFICE_RATING_ID_SIZE];
    int64_t now = MONDAY + HOUR;
    rate(b, 1, "", "");
    send(b);
    newest(b, id);
    do_change(b, id, 1, CASE_ASSIGN, "an", now);
    do_change(b, id, 2, CASE_ANSWER, "an", now);
    struct case_outcome out = change(b, id, 3, CASE_CONFIRM, "an", now);
    assert_false(out.is_done);
    assert_false(out.is_late);
    do_change(b, id, 3, CASE_CONFIRM, "binh", now + 5);
    out = change(b, id, 3, CASE_CONFIRM, "dung", now + 6);
    assert_false(out.is_done);
    assert_true(out.is_late);
    assert_int_equal(out.standing.state, CASE_CLOSED);
    assert_int_equal(out.standing.version, 4);
    assert_int_equal(out.last_kind, CASE_CONFIRM);
    assert_string_equal(out.last_who, "user binh");
    assert_int_equal(out.last_at, now + 5);
    expect_sound(b, 1);
}

static void test_an_owner_is_of_the_office(void **state)
{
    struct bench *b = *state;
    char id[OFFICE_RATING_ID_SIZE];
    static const char *const nobody[] = {"binh", "chi", "xuan"};
    rate(b, 1, "", "");
    send(b);
    newest(b, id);
    for (size_t i = 0; i < 3; i++) {
        struct case_outcome out;
        const struct case_wish wish = {id,        1,    CASE_ASSIGN,  "an",
                                       nobody[i], "{}", MONDAY + HOUR};
        assert_int_equal(office_change_case(b->made.office, &wish, &out),
                         OFFICE_OK);
        assert_false(out.is_done);
        assert_holds(out.why, "no person of the office");
    }
}

static bool count_entry(void *ctx, int64_t no, const struct audit_entry *entry)
{
    (void)no;
    buf_printf(ctx, "%s %s, %s\n", entry->who, entry->action, entry->detail);
    return true;
}

static void test_changes_stand_in_the_audit_trail(void **state)
{
    struct bench *b = *state;
    char id[OFFICE_RATING_ID_SIZE];
    struct buf out = {0};
    const struct audit_wanted wanted = {.limit = 2};
    rate(b, 1, "", "");
    send(b);
    newest(b, id);
    do_change(b, id, 1, CASE_ASSIGN, "an", MONDAY + HOUR);
    do_change(b, id, 2, CASE_ANSWER, "an", MONDAY + HOUR);
    assert_int_equal(
        office_read_audit(b->made.office, &wanted, count_entry, &out),
        OFFICE_OK);
    assert_string_equal(buf_text(&out),
                        "user an case-answered, version 3\n"
                        "user an case-assigned, version 2, to user an\n");
    buf_free(&out);
}

// --- Filters and figures ----------------------------------------------------

// Three cases of Monday 23 November at counter 3, one of Tuesday at counter 4.
static void make_four(struct bench *b, struct ledger_maker *other)
{
    struct record record;
    made_office_enrol(&b->made, "4", MONDAY - 24 * HOUR, other);
    maker_wait(other, MONDAY + 24 * HOUR - other->wall_ms);
    for (int i = 0; i < 3; i++) {
        rate(b, 1, "", "");
        maker_wait(&b->device, 20 * 60 * 1000);
        send(b);
    }
    maker_visit(other, 2, &record);
    strcpy(record.counter, "4");
    strcpy(record.field, "chung-thuc");
    maker_write(other, &record);
    assert_int_equal(made_office_send(&b->made, other, 1, 1, other->wall_ms),
                     OFFICE_BATCH_OK);
}

static bool write_figures(void *ctx, const char *code,
                          const struct case_figures *f)
{
    buf_printf(ctx,
               "%s: opened %d waiting %d overdue %d answered %d in time %d "
               "closed %d reopened %d\n",
               code, (int)f->opened, (int)f->waiting, (int)f->overdue,
               (int)f->answered, (int)f->in_time, (int)f->closed,
               (int)f->reopened);
    return true;
}

static void expect_figures(struct bench *b, struct case_figures_wanted wanted,
                           const char *expected)
{
    struct buf out = {0};
    wanted.calendar = &b->calendar;
    assert_int_equal(
        office_count_cases(b->made.office, &wanted, write_figures, &out),
        OFFICE_OK);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static int32_t day_of(const char *iso)
{
    int32_t day = 0;
    assert_true(date_parse_iso(iso, &day));
    return day;
}

// Monday's are due on the next Monday, 30 November; Tuesday's on 1 December.
static void test_figures_and_filters(void **state)
{
    struct bench *b = *state;
    struct ledger_maker other;
    char id[OFFICE_RATING_ID_SIZE];
    struct office_cases_wanted wanted = ALL;
    const int64_t day = 24 * HOUR;
    make_four(b, &other);
    wanted.counter = "3";
    wanted.limit = 1;
    assert_int_equal(office_list_cases(b->made.office, &wanted, take_id, id),
                     OFFICE_OK);
    // Answered on the last day: in time.
    do_change(b, id, 1, CASE_ASSIGN, "an", MONDAY + day);
    do_change(b, id, 2, CASE_ANSWER, "an", MONDAY + 7 * day);
    do_change(b, id, 3, CASE_CONFIRM, "binh", MONDAY + 9 * day);
    struct case_figures_wanted figures = {.first_day = day_of("2026-11-23"),
                                          .last_day = day_of("2026-11-24"),
                                          .today = day_of("2026-11-30")};
    expect_figures(b, figures,
                   ": opened 4 waiting 3 overdue 0 answered 1 in time 1 "
                   "closed 1 reopened 0\n");
    figures.today = day_of("2026-12-01");
    figures.by = CASES_BY_COUNTER;
    expect_figures(b, figures,
                   "3: opened 3 waiting 2 overdue 2 answered 1 in time 1 "
                   "closed 1 reopened 0\n"
                   "4: opened 1 waiting 1 overdue 0 answered 0 in time 0 "
                   "closed 0 reopened 0\n");
    // Opened again, and answered a day late: from Wednesday 2 December on,
    // five working days end on the 9th.
    do_change(b, id, 4, CASE_REOPEN, "binh", MONDAY + 9 * day);
    do_change(b, id, 5, CASE_ANSWER, "an", MONDAY + 17 * day);
    figures.counter = "3";
    figures.by = CASES_BY_NONE;
    figures.today = day_of("2026-12-10");
    expect_figures(b, figures,
                   ": opened 3 waiting 2 overdue 2 answered 1 in time 0 "
                   "closed 0 reopened 1\n");
    figures.counter = "9";
    expect_figures(b, figures,
                   ": opened 0 waiting 0 overdue 0 answered 0 in time 0 "
                   "closed 0 reopened 0\n");
    wanted = ALL;
    wanted.overdue_by = &b->calendar;
    wanted.now = MONDAY + 8 * day; // 1 December
    expect_list(b, wanted,
                "new level 1 counter 3 field chung-thuc owner \"\" v1\n"
                "new level 1 counter 3 field chung-thuc owner \"\" v1\n");
    wanted = ALL;
    wanted.owner = "an";
    expect_list(
        b, wanted,
        "answered level 1 counter 3 field chung-thuc owner \"an\" v6\n");
    wanted = ALL;
    wanted.states = 1 << CASE_NEW;
    wanted.counter = "4";
    expect_list(b, wanted,
                "new level 2 counter 4 field chung-thuc owner \"\" "
                "v1\n");
    expect_sound(b, 4);
    maker_free(&other);
}

static bool keep_place(void *ctx, const struct office_case *row)
{
    *(struct office_cursor *)ctx = row->place;
    return true;
}

static void test_pages_go_on_where_they_ended(void **state)
{
    struct bench *b = *state;
    struct ledger_maker other;
    struct office_cases_wanted wanted = ALL;
    make_four(b, &other);
    wanted.limit = 3;
    assert_int_equal(
        office_list_cases(b->made.office, &wanted, keep_place, &wanted.after),
        OFFICE_OK);
    expect_list(b, wanted,
                "new level 1 counter 3 field chung-thuc owner \"\" v1\n");
    maker_free(&other);
}

// Tuesday's, the newest, has 50 days; one of Monday's comes behind it.
static void test_a_page_is_full_of_what_is_overdue(void **state)
{
    struct bench *b = *state;
    struct ledger_maker other;
    struct sql *sql = NULL;
    struct office_cases_wanted wanted = ALL;
    make_four(b, &other);
    assert_int_equal(database_open(b->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, "DROP TRIGGER cases_keep"), SQL_OK);
    assert_int_equal(
        tamper_run(sql, "UPDATE cases SET deadline_days = 50 WHERE level = 2"),
        SQL_OK);
    sql_close(sql);
    wanted.overdue_by = &b->calendar;
    wanted.now = MONDAY + 9 * 24 * HOUR;
    wanted.limit = 1;
    expect_list(b, wanted,
                "new level 1 counter 3 field chung-thuc owner \"\" v1\n");
    maker_free(&other);
}

// --- Verification -----------------------------------------------------------

static bool keep_why(void *ctx, const struct office_finding *found)
{
    buf_printf(ctx, "%s\n", found->why);
    return true;
}

static void tamper(struct bench *b, const char *script, const char *part)
{
    struct sql *sql = NULL;
    struct buf out = {0};
    struct office_verification sum;
    assert_int_equal(database_open(b->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, "PRAGMA foreign_keys = OFF; BEGIN;"
                                     "DROP TRIGGER cases_keep;"
                                     "DROP TRIGGER cases_stay;"
                                     "DROP TRIGGER case_events_no_update;"
                                     "DROP TRIGGER case_events_no_delete"),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    assert_int_equal(tamper_run(sql, "COMMIT"), SQL_OK);
    assert_int_equal(office_verify(b->made.office, keep_why, &out, &sum),
                     OFFICE_OK);
    assert_holds(buf_text(&out), part);
    sql_close(sql);
    buf_free(&out);
}

static void make_one(struct bench *b)
{
    char id[OFFICE_RATING_ID_SIZE];
    rate(b, 1, "", "");
    send(b);
    newest(b, id);
    do_change(b, id, 1, CASE_ASSIGN, "an", MONDAY + HOUR);
    do_change(b, id, 2, CASE_ANSWER, "an", MONDAY + HOUR);
}

static void test_a_state_that_no_event_gave(void **state)
{
    make_one(*state);
    tamper(*state, "UPDATE cases SET state = 3, closed_day = 20780",
           "case 1 of it is not what its events give");
}

static void test_a_case_taken_out(void **state)
{
    make_one(*state);
    tamper(*state, "DELETE FROM cases",
           "entry 1 of the trail cases is about a case that is gone");
}

static void test_an_event_rewritten(void **state)
{
    make_one(*state);
    tamper(*state, "UPDATE case_events SET body = '{}' WHERE n = 2",
           "entry 2 of the trail cases, or the one before it");
}

static void test_a_case_of_another_rating(void **state)
{
    struct bench *b = *state;
    rate(b, 5, "", "");
    make_one(b);
    tamper(b, "UPDATE cases SET seq = 1", "case 1 of it says another level");
}

static void test_a_longer_time(void **state)
{
    make_one(*state);
    tamper(*state, "UPDATE cases SET deadline_days = 50",
           "was opened for another rating, or another time");
}

static void test_a_case_of_another_day_is_found(void **state)
{
    make_one(*state);
    tamper(*state, "UPDATE cases SET opened_day = opened_day + 9",
           "was opened for another rating, or another time");
}

static void test_a_total_that_no_case_gave(void **state)
{
    make_one(*state);
    tamper(*state, "UPDATE case_totals SET in_time = 0 WHERE grain = 0",
           "the total of cases of the day 2026-11-23, keys ");
}

static int start(void **state)
{
    (void)state;
    return ledger_init() ? 0 : -1;
}

#define WITH_BENCH(name)                                                       \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_way_of_a_case),
        cmocka_unit_test(test_rated_again),
        cmocka_unit_test(test_the_shipped_rules),
        cmocka_unit_test(test_bad_rules_are_named),
        WITH_BENCH(test_low_ratings_open_cases),
        WITH_BENCH(test_a_case_shows_when_its_quarter_is_over),
        WITH_BENCH(test_the_document_says_which_levels),
        WITH_BENCH(test_an_earlier_rating_supersedes),
        WITH_BENCH(test_dissatisfied_again_opens_again),
        WITH_BENCH(test_two_people_close_one_case),
        WITH_BENCH(test_an_owner_is_of_the_office),
        WITH_BENCH(test_changes_stand_in_the_audit_trail),
        WITH_BENCH(test_figures_and_filters),
        WITH_BENCH(test_pages_go_on_where_they_ended),
        WITH_BENCH(test_a_page_is_full_of_what_is_overdue),
        WITH_BENCH(test_a_state_that_no_event_gave),
        WITH_BENCH(test_a_case_taken_out),
        WITH_BENCH(test_an_event_rewritten),
        WITH_BENCH(test_a_case_of_another_rating),
        WITH_BENCH(test_a_longer_time),
        WITH_BENCH(test_a_case_of_another_day_is_found),
        WITH_BENCH(test_a_total_that_no_case_gave),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
