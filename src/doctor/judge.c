#include "doctor/doctor.h"
#include "vietnamese/number.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const int64_t MEGABYTE = 1000 * 1000;
enum {
    LEAST_MB = 50, // the reserve, the ring and a day
    LOW_MB = 200,
    SLOW_SYNC_MS = 200,
    FAR_OFF_MS = 30 * 1000
};

struct judging {
    const struct doctor_facts *facts;
    const struct i18n *texts;
    enum i18n_language language;
    struct doctor_line *lines;
};

const char *doctor_verdict_name(enum doctor_verdict verdict)
{
    static const char *const names[] = {"PASS", "WARN", "FAIL", "SKIP"};
    return names[verdict];
}

const char *doctor_check_name(enum doctor_check check)
{
    static const char *const names[DOCTOR_CHECK_COUNT] = {
        [DOCTOR_FILES] = "files",         [DOCTOR_DISPLAY] = "display",
        [DOCTOR_TOUCH] = "touch",         [DOCTOR_SOUND] = "sound",
        [DOCTOR_BATTERY] = "battery",     [DOCTOR_CLOCK] = "clock",
        [DOCTOR_DISK] = "disk",           [DOCTOR_SYNC] = "sync",
        [DOCTOR_ENROLMENT] = "enrolment", [DOCTOR_DATABASE] = "database",
        [DOCTOR_SCREEN] = "screen",       [DOCTOR_COURIER] = "courier",
        [DOCTOR_NETWORK] = "network",     [DOCTOR_SERVER] = "server",
        [DOCTOR_RIGHT] = "right",         [DOCTOR_OFFSET] = "offset"};
    return names[check];
}

// Texts of a finding: "doctor.ID" with `value` at {1}, and where there is
// something to do "doctor.ID.do".
static void say(const struct judging *j, enum doctor_check check,
                enum doctor_verdict verdict, const char *id, const char *value)
{
    struct doctor_line *line = &j->lines[check];
    struct buf text_id = {0};
    buf_printf(&text_id, "doctor.%s", id);
    *line = (struct doctor_line){.check = check, .verdict = verdict};
    i18n_format(j->texts, j->language, buf_text(&text_id), &value, 1,
                &line->says);
    if (verdict == DOCTOR_WARN || verdict == DOCTOR_FAIL) {
        buf_append_text(&text_id, ".do");
        i18n_format(j->texts, j->language, buf_text(&text_id), &value, 1,
                    &line->advice);
    }
    buf_free(&text_id);
}

static void say_number(const struct judging *j, enum doctor_check check,
                       enum doctor_verdict verdict, const char *id,
                       int64_t number)
{
    struct buf text = {0};
    i18n_number(j->language, number, 0, &text);
    say(j, check, verdict, id, buf_text(&text));
    buf_free(&text);
}

static void judge_battery(const struct judging *j)
{
    const struct battery *battery = &j->facts->battery;
    enum battery_level level = battery_level(BATTERY_FINE, battery);
    if (!battery->found)
        say(j, DOCTOR_BATTERY, DOCTOR_PASS, "battery.none", "");
    else if (!battery->discharges)
        say_number(j, DOCTOR_BATTERY, DOCTOR_PASS, "battery.plugged",
                   battery->percent);
    else
        say_number(j, DOCTOR_BATTERY,
                   level == BATTERY_EMPTY  ? DOCTOR_FAIL
                   : level == BATTERY_WEAK ? DOCTOR_WARN
                                           : DOCTOR_PASS,
                   level == BATTERY_FINE ? "battery.good" : "battery.low",
                   battery->percent);
}

static void judge_machine(const struct judging *j)
{
    const struct doctor_facts *f = j->facts;
    if (f->missing_file[0])
        say(j, DOCTOR_FILES, DOCTOR_FAIL, "files.missing", f->missing_file);
    else
        say(j, DOCTOR_FILES, DOCTOR_PASS, "files.good", "");
    if (f->display_found)
        say(j, DOCTOR_DISPLAY, DOCTOR_PASS, "display.good", f->display);
    else if (f->display_known)
        say(j, DOCTOR_DISPLAY, DOCTOR_FAIL, "display.none", "");
    else
        say(j, DOCTOR_DISPLAY, DOCTOR_WARN, "display.unknown", "");
    if (f->touch_count > 1)
        say_number(j, DOCTOR_TOUCH, DOCTOR_WARN, "touch.many", f->touch_count);
    else if (f->touch_count == 1)
        say(j, DOCTOR_TOUCH, DOCTOR_PASS, "touch.good", f->touch);
    else
        say(j, DOCTOR_TOUCH, DOCTOR_FAIL, "touch.none", "");
    if (f->sound_found)
        say(j, DOCTOR_SOUND, DOCTOR_PASS, "sound.good", "");
    else
        say(j, DOCTOR_SOUND, DOCTOR_WARN, "sound.none", "");
    judge_battery(j);
    if (!f->clock_believed)
        say(j, DOCTOR_CLOCK, DOCTOR_WARN, "clock.unset", "");
    else if (!f->clock_synced)
        say(j, DOCTOR_CLOCK, DOCTOR_WARN, "clock.unsynced", "");
    else
        say(j, DOCTOR_CLOCK, DOCTOR_PASS, "clock.good", "");
}

static void judge_disk(const struct judging *j)
{
    const struct doctor_facts *f = j->facts;
    int64_t free_mb = f->disk_free_bytes / MEGABYTE;
    struct buf ms = {0};
    if (f->disk_free_bytes < 0) {
        say(j, DOCTOR_DISK, DOCTOR_FAIL, "disk.none", "");
        say(j, DOCTOR_SYNC, DOCTOR_SKIP, "skip", "");
        return;
    }
    say_number(j, DOCTOR_DISK,
               free_mb < LEAST_MB ? DOCTOR_FAIL
               : free_mb < LOW_MB ? DOCTOR_WARN
                                  : DOCTOR_PASS,
               free_mb < LOW_MB ? "disk.low" : "disk.good", free_mb);
    i18n_number(j->language, number_round_ratio(f->sync_us, 1000, 1), 1, &ms);
    if (f->sync_errno != 0)
        say(j, DOCTOR_SYNC, DOCTOR_FAIL, "sync.fails", strerror(f->sync_errno));
    else if (f->disk_in_memory)
        say(j, DOCTOR_SYNC, DOCTOR_FAIL, "sync.memory", "");
    else if (f->sync_us > SLOW_SYNC_MS * 1000)
        say(j, DOCTOR_SYNC, DOCTOR_WARN, "sync.slow", buf_text(&ms));
    else
        say(j, DOCTOR_SYNC, DOCTOR_PASS, "sync.good", buf_text(&ms));
    buf_free(&ms);
}

static void judge_device(const struct judging *j)
{
    const struct doctor_facts *f = j->facts;
    if (f->enrolled == DEVICE_NOT_ENROLLED)
        say(j, DOCTOR_ENROLMENT, DOCTOR_FAIL, "enrolment.none", "");
    else if (f->enrolled == DEVICE_BROKEN)
        say(j, DOCTOR_ENROLMENT, DOCTOR_FAIL, "enrolment.broken", "");
    else if (f->open_files)
        say(j, DOCTOR_ENROLMENT, DOCTOR_WARN, "enrolment.open", "");
    else if (!f->has_staff_pin)
        say(j, DOCTOR_ENROLMENT, DOCTOR_WARN, "enrolment.pin", "");
    else
        say(j, DOCTOR_ENROLMENT, DOCTOR_PASS, "enrolment.good", f->server);
    if (!f->sending.ledger_read || !f->sending.courier_read)
        say(j, DOCTOR_DATABASE, DOCTOR_FAIL, "database.unread", "");
    else if (f->sending.quarantined > 0)
        say_number(j, DOCTOR_DATABASE, DOCTOR_WARN, "database.aside",
                   f->sending.quarantined);
    else
        say_number(j, DOCTOR_DATABASE, DOCTOR_PASS, "database.good",
                   f->sending.pending);
    if (f->screen_runs)
        say(j, DOCTOR_SCREEN, DOCTOR_PASS, "screen.good", "");
    else // it takes no lock before the enrolment
        say(j, DOCTOR_SCREEN,
            f->enrolled == DEVICE_OK ? DOCTOR_FAIL : DOCTOR_SKIP,
            f->enrolled == DEVICE_OK ? "screen.off" : "skip", "");
    if (f->courier_runs)
        say(j, DOCTOR_COURIER, DOCTOR_PASS, "courier.good", "");
    else
        say(j, DOCTOR_COURIER,
            f->enrolled == DEVICE_OK ? DOCTOR_FAIL : DOCTOR_SKIP,
            f->enrolled == DEVICE_OK ? "courier.off" : "skip", "");
}

static void skip_from(const struct judging *j, enum doctor_check first)
{
    for (int check = first; check < DOCTOR_CHECK_COUNT; check++)
        say(j, (enum doctor_check)check, DOCTOR_SKIP, "skip", "");
}

static void judge_right(const struct judging *j)
{
    const struct doctor_facts *f = j->facts;
    if (f->right_status == 200 || f->right_status == 404)
        say(j, DOCTOR_RIGHT, DOCTOR_PASS, "right.good", "");
    else if (f->right_status == 403)
        say(j, DOCTOR_RIGHT, DOCTOR_FAIL, "right.revoked", "");
    else if (f->right_status == 401)
        say(j, DOCTOR_RIGHT, DOCTOR_FAIL, "right.unknown", "");
    else if (f->right_status != 0)
        say_number(j, DOCTOR_RIGHT, DOCTOR_WARN, "right.unclear",
                   f->right_status);
    else
        say(j, DOCTOR_RIGHT, DOCTOR_WARN, "right.said", f->message);
}

static void judge_offset(const struct judging *j)
{
    int64_t off = llabs(j->facts->clock_ahead_ms);
    struct buf seconds = {0};
    i18n_number(j->language, number_round_ratio(off, 1000, 1), 1, &seconds);
    if (!j->facts->offset_known)
        say(j, DOCTOR_OFFSET, DOCTOR_SKIP, "skip", "");
    else if (off < FAR_OFF_MS)
        say(j, DOCTOR_OFFSET, DOCTOR_PASS, "offset.good", buf_text(&seconds));
    else // lines are placed by the server's clock all the same
        say(j, DOCTOR_OFFSET, DOCTOR_WARN,
            j->facts->clock_ahead_ms > 0 ? "offset.ahead" : "offset.behind",
            buf_text(&seconds));
    buf_free(&seconds);
}

static void judge_network(const struct judging *j)
{
    const struct doctor_facts *f = j->facts;
    switch (f->reach) {
    case DOCTOR_REACHED:
        say(j, DOCTOR_NETWORK, DOCTOR_PASS, "network.good", f->server);
        break;
    case DOCTOR_NOT_REACHED:
        say(j, DOCTOR_NETWORK, DOCTOR_FAIL, "network.none", f->message);
        break;
    case DOCTOR_BAD_ADDRESS:
        say(j, DOCTOR_NETWORK, DOCTOR_FAIL, "network.address", f->server);
        break;
    case DOCTOR_BAD_CERTIFICATE:
        say(j, DOCTOR_NETWORK, DOCTOR_FAIL, "network.certificate", f->message);
        break;
    case DOCTOR_OLD_CERTIFICATE:
        say(j, DOCTOR_NETWORK, f->is_our_server ? DOCTOR_WARN : DOCTOR_FAIL,
            "network.dates", f->message);
        break;
    case DOCTOR_SILENT:
        say(j, DOCTOR_NETWORK, DOCTOR_FAIL,
            f->message[0] ? "network.silent" : "network.never", f->message);
        break;
    }
}

static void judge_server(const struct judging *j)
{
    const struct doctor_facts *f = j->facts;
    if (f->enrolled != DEVICE_OK) {
        skip_from(j, DOCTOR_NETWORK);
        return;
    }
    judge_network(j);
    if (j->lines[DOCTOR_NETWORK].verdict == DOCTOR_FAIL) {
        skip_from(j, DOCTOR_SERVER);
        return;
    }
    if (f->server_known && !f->is_our_server) {
        say_number(j, DOCTOR_SERVER, DOCTOR_FAIL, "server.other", f->status);
        skip_from(j, DOCTOR_RIGHT);
        return;
    }
    say(j, DOCTOR_SERVER, f->server_known ? DOCTOR_PASS : DOCTOR_SKIP,
        f->server_known ? "server.good" : "skip", "");
    judge_right(j);
    judge_offset(j);
}

void doctor_judge(const struct doctor_facts *facts, const struct i18n *texts,
                  enum i18n_language language,
                  struct doctor_line out[DOCTOR_CHECK_COUNT])
{
    const struct judging j = {facts, texts, language, out};
    judge_machine(&j);
    judge_disk(&j);
    judge_device(&j);
    judge_server(&j);
}

void doctor_free(struct doctor_line lines[DOCTOR_CHECK_COUNT])
{
    for (int i = 0; i < DOCTOR_CHECK_COUNT; i++) {
        buf_free(&lines[i].says);
        buf_free(&lines[i].advice);
    }
}
