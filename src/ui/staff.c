#include "ui/staff.h"
#include "common/clock.h"
#include "common/log.h"
#include "store/device.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

// A courier that does not answer is not running.
enum { FORM_PATIENCE_MS = 90000 };

static const char SETTING_TRIES[] = "pin_tries";

static struct pin_moment moment_now(void)
{
    struct pin_moment moment = {.up_ms = clock_boot_ms()};
    clock_boot_id(moment.boot);
    return moment;
}

void staff_init(struct staff *staff, const char *directory)
{
    *staff = (struct staff){0};
    snprintf(staff->directory, sizeof staff->directory, "%s", directory);
}

void staff_release(struct staff *staff)
{
    examination_close(staff->examination);
    staff->examination = NULL;
}

void staff_wipe(struct staff *staff)
{
    explicit_bzero(staff->typed, sizeof staff->typed);
    explicit_bzero(staff->fields[STAFF_FIELD_PIN], STAFF_FIELD_SIZE);
    staff->wrong = false;
}

// --- The PIN -----------------------------------------------------------------

static void read_hash(struct staff *staff)
{
    struct device device;
    staff->hash[0] = '\0';
    if (device_load(staff->directory, &device) != DEVICE_OK)
        return;
    if (pin_hash_is_valid(device.staff_pin))
        snprintf(staff->hash, sizeof staff->hash, "%s", device.staff_pin);
    else if (device.staff_pin[0])
        log_error("ui",
                  "the staff's PIN in %s/%s is damaged; set it anew with "
                  "hailong pin",
                  staff->directory, DEVICE_FILE_JSON);
    device_release(&device);
}

// Once: then memory knows best, even when the store could not keep it.
static void read_tries(struct staff *staff, struct store *store)
{
    char text[STORE_SETTING_SIZE];
    struct pin_moment moment = moment_now();
    bool kept = store && store_get_setting(store, SETTING_TRIES, text);
    if (staff->tries_read)
        return;
    if (!pin_tries_read(kept ? text : NULL, &moment, &staff->tries))
        log_warn("ui", "the count of the PIN's tries cannot be read: locked "
                       "for five minutes");
    staff->tries_read = true;
}

static void keep_tries(const struct staff *staff, struct store *store)
{
    char text[PIN_TRIES_TEXT_SIZE];
    pin_tries_write(&staff->tries, text);
    if (store && !store_put_setting(store, SETTING_TRIES, text))
        log_warn("ui", "the count of the PIN's tries is kept in memory only");
}

void staff_open_pin(struct staff *staff, struct store *store)
{
    staff_wipe(staff);
    read_hash(staff);
    read_tries(staff, store);
}

int staff_tries_left(const struct staff *staff)
{
    struct pin_moment moment = moment_now();
    return pin_tries_left(&staff->tries, &moment);
}

int staff_lock_minutes(const struct staff *staff)
{
    struct pin_moment moment = moment_now();
    return pin_lock_left_minutes(&staff->tries, &moment);
}

// The try is counted and kept before the PIN is looked at.
static enum staff_answer check(struct staff *staff, struct store *store)
{
    struct pin_moment moment = moment_now();
    if (!pin_is_well_formed(staff->typed) ||
        !pin_tries_take(&staff->tries, &moment))
        return STAFF_REFUSED;
    keep_tries(staff, store);
    bool right = pin_check(staff->hash, staff->typed);
    explicit_bzero(staff->typed, sizeof staff->typed);
    staff->wrong = !right;
    if (!right) {
        log_warn("ui", "a wrong PIN for the staff's page; tries left: %d",
                 pin_tries_left(&staff->tries, &moment));
        return STAFF_REFUSED;
    }
    pin_tries_forgive(&staff->tries);
    keep_tries(staff, store);
    log_info("ui", "the staff's page was opened");
    return STAFF_ADMITTED;
}

enum staff_answer staff_pin_key(struct staff *staff, struct store *store,
                                int key)
{
    size_t count = strlen(staff->typed);
    if (!staff->hash[0] || staff_lock_minutes(staff) > 0)
        return STAFF_REFUSED;
    if (key == STAFF_KEY_OK)
        return check(staff, store);
    if (key == STAFF_KEY_CLEAR) {
        staff_wipe(staff);
        return STAFF_TYPED;
    }
    if (key < 0 || key > 9 || count == PIN_DIGITS)
        return STAFF_REFUSED;
    staff->wrong = false;
    staff->typed[count] = (char)('0' + key);
    staff->typed[count + 1] = '\0';
    return STAFF_TYPED;
}

// --- The form ----------------------------------------------------------------

void staff_open_form(struct staff *staff)
{
    memset(staff->fields, 0, sizeof staff->fields);
    staff->pin[0] = '\0';
    snprintf(staff->fields[STAFF_FIELD_SERVER], STAFF_FIELD_SIZE, "https://");
    staff->field = STAFF_FIELD_SERVER;
    staff->form = STAFF_FORM_TYPING;
    staff->result[0] = '\0';
}

static void answer(struct staff *staff, const char *result)
{
    snprintf(staff->result, sizeof staff->result, "%s", result);
    staff->form = STAFF_FORM_ANSWERED;
    staff->answered_ms = clock_wall_ms();
}

static enum staff_answer submit(struct staff *staff, int64_t now)
{
    struct enrol_form form = {0};
    const char *pin = staff->fields[STAFF_FIELD_PIN];
    bool served = strlen(staff->fields[STAFF_FIELD_SERVER]) > 8 &&
                  staff->fields[STAFF_FIELD_CODE][0];
    if (!served || !pin_is_well_formed(pin)) {
        answer(staff, served ? "bad-pin" : "incomplete");
        return STAFF_REFUSED;
    }
    id_new_v7(clock_wall_ms(), form.id);
    snprintf(form.server, sizeof form.server, "%s",
             staff->fields[STAFF_FIELD_SERVER]);
    snprintf(form.code, sizeof form.code, "%.*s", (int)sizeof form.code - 1,
             staff->fields[STAFF_FIELD_CODE]);
    memcpy(form.pin, staff->pin, sizeof form.pin);
    if (!pin_hash(pin, form.staff_pin) ||
        !enrol_form_ask(staff->directory, &form)) {
        log_error("ui", "%s: the form cannot be left there: %s",
                  staff->directory, strerror(errno));
        answer(staff, "disk");
        return STAFF_REFUSED;
    }
    memcpy(staff->request, form.id, sizeof staff->request);
    explicit_bzero(&form, sizeof form);
    staff->form = STAFF_FORM_WAITING;
    staff->asked_at = now;
    return STAFF_TYPED;
}

// The code is read aloud and printed in capitals.
static enum staff_answer type(struct staff *staff, int key)
{
    char *text = staff->fields[staff->field];
    size_t count = strlen(text), most = STAFF_FIELD_SIZE - 1;
    if (staff->field == STAFF_FIELD_PIN)
        most = PIN_DIGITS;
    else if (staff->field == STAFF_FIELD_CODE)
        most = 12;
    if (count >= most ||
        (staff->field == STAFF_FIELD_PIN && (key < '0' || key > '9')))
        return STAFF_REFUSED;
    if (staff->field == STAFF_FIELD_CODE && key >= 'a' && key <= 'z')
        key -= 'a' - 'A';
    text[count] = (char)key;
    text[count + 1] = '\0';
    return STAFF_TYPED;
}

static bool changes_text(int key)
{
    return key == STAFF_FORM_DELETE || key >= ' ';
}

enum staff_answer staff_form_key(struct staff *staff, int key, int64_t now)
{
    char *text = staff->fields[staff->field];
    if (staff->form == STAFF_FORM_WAITING)
        return STAFF_REFUSED;
    if (staff->field == STAFF_FIELD_SERVER && changes_text(key))
        staff->pin[0] = '\0'; // it is of the server that was scanned
    staff->form = STAFF_FORM_TYPING;
    if (key == STAFF_FORM_SUBMIT)
        return submit(staff, now);
    if (key == STAFF_FORM_NEXT) {
        staff->field = (staff->field + 1) % STAFF_FIELD_COUNT;
    } else if (key >= STAFF_FORM_FIELD &&
               key < STAFF_FORM_FIELD + STAFF_FIELD_COUNT) {
        staff->field = (enum staff_field)(key - STAFF_FORM_FIELD);
    } else if (key == STAFF_FORM_DELETE) {
        if (!text[0])
            return STAFF_REFUSED;
        text[strlen(text) - 1] = '\0';
    } else {
        return type(staff, key);
    }
    return STAFF_TYPED;
}

void staff_form_scan(struct staff *staff, const char *text, int64_t now)
{
    struct voucher voucher;
    if (staff->form == STAFF_FORM_WAITING)
        return;
    if (voucher_read(text, &voucher) != VOUCHER_READ ||
        strlen(voucher.server) >= STAFF_FIELD_SIZE) {
        answer(staff, "scan-other");
        return;
    }
    snprintf(staff->fields[STAFF_FIELD_SERVER], STAFF_FIELD_SIZE, "%.*s",
             STAFF_FIELD_SIZE - 1, voucher.server);
    snprintf(staff->fields[STAFF_FIELD_CODE], STAFF_FIELD_SIZE, "%s",
             voucher.code);
    memcpy(staff->pin, voucher.pin, sizeof staff->pin);
    staff->field = STAFF_FIELD_PIN;
    if (pin_is_well_formed(staff->fields[STAFF_FIELD_PIN]))
        submit(staff, now);
    else
        answer(staff, "scanned");
}

bool staff_form_look_for_note(struct staff *staff)
{
    char result[ENROL_FORM_RESULT_SIZE];
    if (staff->form == STAFF_FORM_WAITING ||
        !enrol_form_read_note(staff->directory, result))
        return false;
    answer(staff, result);
    return true;
}

bool staff_form_look(struct staff *staff, int64_t now)
{
    char result[ENROL_FORM_RESULT_SIZE];
    if (staff->form != STAFF_FORM_WAITING)
        return staff_form_look_for_note(staff);
    if (enrol_form_hear(staff->directory, staff->request, result))
        answer(staff, result);
    else if (now - staff->asked_at >= FORM_PATIENCE_MS)
        answer(staff, "no-courier");
    return staff->form == STAFF_FORM_ANSWERED;
}

// --- The touch test ----------------------------------------------------------

void staff_open_cells(struct staff *staff)
{
    memset(staff->cells, 0, sizeof staff->cells);
}

bool staff_cell_is_exit(size_t cell, bool portrait)
{
    const size_t columns = portrait ? STAFF_CELLS_SHORT : STAFF_CELLS_LONG;
    size_t x = cell % columns, y = cell / columns;
    size_t along = portrait ? y : x, across = portrait ? x : y;
    return across == STAFF_CELLS_SHORT / 2 &&
           (along == STAFF_CELLS_LONG / 2 - 1 || along == STAFF_CELLS_LONG / 2);
}

static size_t part_of(double value, size_t count)
{
    double at = value * (double)count;
    return at < 0 ? 0 : at >= (double)count ? count - 1 : (size_t)at;
}

bool staff_touch_cell(struct staff *staff, double x, double y, bool portrait)
{
    const size_t columns = portrait ? STAFF_CELLS_SHORT : STAFF_CELLS_LONG;
    const size_t rows = portrait ? STAFF_CELLS_LONG : STAFF_CELLS_SHORT;
    size_t cell = part_of(y, rows) * columns + part_of(x, columns);
    if (staff->cells[cell] || staff_cell_is_exit(cell, portrait))
        return false;
    staff->cells[cell] = true;
    return true;
}

// --- The checks --------------------------------------------------------------

void staff_examine(struct staff *staff)
{
    staff->checks_page = 0;
    if (staff->examination && !examination_is_done(staff->examination))
        return;
    examination_close(staff->examination);
    staff->examination = examination_start(staff->directory);
}

// --- What is shown -----------------------------------------------------------

void staff_write_page(const struct staff *staff, struct staff_page *out)
{
    memset(out, 0, sizeof *out);
    out->pin_set = staff->hash[0] != '\0';
    out->pin_wrong = staff->wrong;
    out->pin_typed = strlen(staff->typed);
    out->pin_left = staff_tries_left(staff);
    out->pin_lock_minutes = staff_lock_minutes(staff);
    out->send_asked = staff->send_asked;
    out->checks_page = staff->checks_page;
    memcpy(out->fields, staff->fields, sizeof out->fields);
    out->field = staff->field;
    out->form = staff->form;
    memcpy(out->result, staff->result, sizeof out->result);
    out->answered_ms = staff->answered_ms;
    memcpy(out->cells, staff->cells, sizeof out->cells);
}

static bool is_same_diagnosis(const struct diagnosis *a,
                              const struct diagnosis *b)
{
    for (size_t i = 0; i < DIAGNOSIS_ROW_COUNT; i++)
        if (a->rows[i].well != b->rows[i].well ||
            strcmp(a->rows[i].text, b->rows[i].text) != 0)
            return false;
    return true;
}

static bool are_same_checks(const struct staff_page *a,
                            const struct staff_page *b)
{
    if (a->checks_page != b->checks_page || a->checks.ready != b->checks.ready)
        return false;
    for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++) {
        const struct examination_line *x = &a->checks.list[i];
        const struct examination_line *y = &b->checks.list[i];
        if (x->check != y->check || x->verdict != y->verdict ||
            strcmp(x->says, y->says) != 0 || strcmp(x->advice, y->advice) != 0)
            return false;
    }
    return true;
}

static bool is_same_form(const struct staff_page *a, const struct staff_page *b)
{
    for (size_t i = 0; i < STAFF_FIELD_COUNT; i++)
        if (strcmp(a->fields[i], b->fields[i]) != 0)
            return false;
    return a->field == b->field && a->form == b->form &&
           strcmp(a->result, b->result) == 0;
}

bool staff_page_is(const struct staff_page *a, const struct staff_page *b)
{
    return a->pin_set == b->pin_set && a->pin_wrong == b->pin_wrong &&
           a->pin_typed == b->pin_typed && a->pin_left == b->pin_left &&
           a->pin_lock_minutes == b->pin_lock_minutes &&
           a->send_asked == b->send_asked &&
           is_same_diagnosis(&a->diagnosis, &b->diagnosis) &&
           are_same_checks(a, b) && is_same_form(a, b) &&
           memcmp(a->cells, b->cells, sizeof a->cells) == 0;
}
