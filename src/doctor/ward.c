#include "doctor/ward.h"
#include "common/date.h"
#include "vietnamese/number.h"

enum {
    DAY_MS = 24 * 3600 * 1000,
    LEAST_MB = 500, // a group of batches, a copy before a new schema
    LOW_MB = 5000,
    SOON_DAYS = 21, // a certificate that is renewed by itself is long before
    LATE_BACKUP_DAYS = 2
};
static const int64_t MEGABYTE = 1000 * 1000;

struct judging {
    const struct ward_facts *facts;
    const struct i18n *texts;
    enum i18n_language language;
    struct ward_line *lines;
};

const char *ward_check_name(enum ward_check check)
{
    static const char *const names[WARD_CHECK_COUNT] = {
        [WARD_DATABASE] = "database",
        [WARD_PROGRAM] = "program",
        [WARD_CERTIFICATE] = "certificate",
        [WARD_CLOCK] = "clock",
        [WARD_DISK] = "disk",
        [WARD_BACKUP] = "backup",
        [WARD_DEVICES] = "devices",
        [WARD_LINES] = "lines"};
    return names[check];
}

// Texts of a finding: "doctor.ID" with the values, and where there is something
// to do "doctor.ID.do".
static void say_both(const struct judging *j, enum ward_check check,
                     enum doctor_verdict verdict, const char *id,
                     const char *const values[2])
{
    struct ward_line *line = &j->lines[check];
    struct buf text_id = {0};
    buf_printf(&text_id, "doctor.%s", id);
    *line = (struct ward_line){.check = check, .verdict = verdict};
    i18n_format(j->texts, j->language, buf_text(&text_id), values, 2,
                &line->says);
    if (verdict == DOCTOR_WARN || verdict == DOCTOR_FAIL) {
        buf_append_text(&text_id, ".do");
        i18n_format(j->texts, j->language, buf_text(&text_id), values, 2,
                    &line->advice);
    }
    buf_free(&text_id);
}

static void say(const struct judging *j, enum ward_check check,
                enum doctor_verdict verdict, const char *id)
{
    say_both(j, check, verdict, id, (const char *const[2]){"", ""});
}

static void say_number(const struct judging *j, enum ward_check check,
                       enum doctor_verdict verdict, const char *id,
                       int64_t number, const char *more)
{
    struct buf text = {0};
    i18n_number(j->language, number, 0, &text);
    say_both(j, check, verdict, id,
             (const char *const[2]){buf_text(&text), more});
    buf_free(&text);
}

static void say_day(const struct judging *j, enum ward_check check,
                    enum doctor_verdict verdict, const char *id, int64_t at)
{
    struct buf text = {0};
    number_append_date(date_day_of_wall_ms(at), &text);
    say_both(j, check, verdict, id,
             (const char *const[2]){buf_text(&text), ""});
    buf_free(&text);
}

static void judge_program(const struct judging *j)
{
    const struct ward_facts *f = j->facts;
    if (!f->database_reads)
        say(j, WARD_DATABASE, DOCTOR_FAIL, "ward.database.unread");
    else if (f->open_files)
        say(j, WARD_DATABASE, DOCTOR_FAIL, "ward.database.open");
    else
        say(j, WARD_DATABASE, DOCTOR_PASS, "ward.database.good");
    if (f->program_runs && f->stores_nothing)
        say(j, WARD_PROGRAM, DOCTOR_FAIL, "ward.program.stores_nothing");
    else if (f->program_runs)
        say(j, WARD_PROGRAM, DOCTOR_PASS, "ward.program.good");
    else if (f->on_postgres && !f->database_reads) // it waits without its lock
        say(j, WARD_PROGRAM, DOCTOR_FAIL, "ward.program.waits");
    else
        say(j, WARD_PROGRAM, DOCTOR_FAIL, "ward.program.off");
}

static void judge_certificate(const struct judging *j)
{
    const struct ward_facts *f = j->facts;
    int64_t until = f->certificate_until;
    if (!f->program_runs)
        say(j, WARD_CERTIFICATE, DOCTOR_SKIP, "skip");
    else if (until == 0)
        say(j, WARD_CERTIFICATE, DOCTOR_PASS, "ward.certificate.none");
    else if (until <= f->now)
        say_day(j, WARD_CERTIFICATE, DOCTOR_FAIL, "ward.certificate.over",
                until);
    else
        say_day(j, WARD_CERTIFICATE,
                until - f->now < (int64_t)SOON_DAYS * DAY_MS ? DOCTOR_WARN
                                                             : DOCTOR_PASS,
                until - f->now < (int64_t)SOON_DAYS * DAY_MS
                    ? "ward.certificate.soon"
                    : "ward.certificate.good",
                until);
}

static void judge_machine(const struct judging *j)
{
    const struct ward_facts *f = j->facts;
    int64_t free_mb = f->disk_free_bytes / MEGABYTE;
    if (!f->clock_believed)
        say(j, WARD_CLOCK, DOCTOR_FAIL, "ward.clock.unset");
    else if (!f->clock_synced)
        say(j, WARD_CLOCK, DOCTOR_WARN, "ward.clock.unsynced");
    else
        say(j, WARD_CLOCK, DOCTOR_PASS, "clock.good");
    if (f->disk_free_bytes < 0)
        say(j, WARD_DISK, DOCTOR_FAIL, "disk.none");
    else
        say_number(j, WARD_DISK,
                   free_mb < LEAST_MB ? DOCTOR_FAIL
                   : free_mb < LOW_MB ? DOCTOR_WARN
                                      : DOCTOR_PASS,
                   free_mb < LOW_MB ? "ward.disk.low"
                   : f->on_postgres ? "ward.disk.keys"
                                    : "disk.good",
                   free_mb, "");
}

// A server that is two days old needs none yet.
static void judge_backup(const struct judging *j)
{
    const struct ward_facts *f = j->facts;
    int64_t late = (int64_t)LATE_BACKUP_DAYS * DAY_MS;
    bool is_young = f->enrolled_at == 0 || f->now - f->enrolled_at < late;
    if (f->on_postgres)
        say(j, WARD_BACKUP, DOCTOR_PASS, "ward.backup.postgres");
    else if (f->backup_at == 0)
        say(j, WARD_BACKUP, is_young ? DOCTOR_WARN : DOCTOR_FAIL,
            "ward.backup.none");
    else if (f->now - f->backup_at > late)
        say_day(j, WARD_BACKUP, DOCTOR_FAIL, "ward.backup.late", f->backup_at);
    else
        say_day(j, WARD_BACKUP, DOCTOR_PASS, "ward.backup.good", f->backup_at);
}

static void judge_devices(const struct judging *j)
{
    const struct ward_facts *f = j->facts;
    if (!f->database_reads) {
        say(j, WARD_DEVICES, DOCTOR_SKIP, "skip");
        say(j, WARD_LINES, DOCTOR_SKIP, "skip");
        return;
    }
    if (f->active_devices == 0)
        say(j, WARD_DEVICES, DOCTOR_WARN, "ward.devices.none");
    else if (f->silent_devices > 0)
        say_number(j, WARD_DEVICES, DOCTOR_WARN, "ward.devices.silent",
                   f->silent_devices, f->silent_counters);
    else
        say_number(j, WARD_DEVICES, DOCTOR_PASS, "ward.devices.good",
                   f->active_devices, "");
    if (f->flags > 0)
        say_number(j, WARD_LINES, DOCTOR_WARN, "ward.lines.flagged", f->flags,
                   "");
    else if (f->missing_lines > 0)
        say_number(j, WARD_LINES, DOCTOR_WARN, "ward.lines.missing",
                   f->missing_lines, "");
    else
        say(j, WARD_LINES, DOCTOR_PASS, "ward.lines.good");
}

void ward_judge(const struct ward_facts *facts, const struct i18n *texts,
                enum i18n_language language,
                struct ward_line out[WARD_CHECK_COUNT])
{
    const struct judging j = {facts, texts, language, out};
    judge_program(&j);
    judge_certificate(&j);
    judge_machine(&j);
    judge_backup(&j);
    judge_devices(&j);
}

void ward_free(struct ward_line lines[WARD_CHECK_COUNT])
{
    for (int i = 0; i < WARD_CHECK_COUNT; i++) {
        buf_free(&lines[i].says);
        buf_free(&lines[i].advice);
    }
}
