#include "sync/stick.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/pin.h"
#include "store/enrol_form.h"
#include "store/voucher.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char module[] = "sync";
enum { AGAIN_MS = 5000 };

// --- The codes of a file -----------------------------------------------------

struct tally {
    size_t used, expired, unknown, damaged;
};

static void count(struct tally *tally, enum enrolment_result result)
{
    tally->used += result == ENROLMENT_CODE_USED;
    tally->expired += result == ENROLMENT_CODE_EXPIRED;
    tally->unknown += result == ENROLMENT_CODE_UNKNOWN;
}

static enum enrolment_result try_voucher(struct enrolment *what,
                                         const struct voucher *voucher,
                                         char server[DEVICE_TEXT_SIZE],
                                         struct device *out,
                                         char detail[ENROLMENT_DETAIL_SIZE])
{
    enum enrolment_result result =
        enrolment_read_server(voucher->server, what->plain_http, server);
    what->server = server;
    what->code = voucher->code;
    what->pin = voucher->pin[0] ? voucher->pin : NULL;
    detail[0] = '\0';
    return result == ENROLMENT_DONE ? enrolment_run(what, out, detail) : result;
}

static enum enrolment_result sum_up(const struct tally *tally,
                                    char detail[ENROLMENT_DETAIL_SIZE])
{
    if (tally->used + tally->expired + tally->unknown == 0)
        return ENROLMENT_NO_VOUCHER; // of a damaged line it is said already
    snprintf(detail, ENROLMENT_DETAIL_SIZE,
             "%zu used, %zu expired, %zu unknown to the server, %zu damaged",
             tally->used, tally->expired, tally->unknown, tally->damaged);
    return ENROLMENT_NO_CODE;
}

enum enrolment_result stick_enrol(const struct enrolment *base,
                                  const struct buf *text, struct device *out,
                                  char out_server[DEVICE_TEXT_SIZE],
                                  char detail[ENROLMENT_DETAIL_SIZE])
{
    char staff_pin[DEVICE_TEXT_SIZE] = "", server[DEVICE_TEXT_SIZE] = "";
    struct enrolment what = *base;
    struct voucher_line line;
    struct tally tally = {0};
    size_t at = 0, vouchers = 0;
    detail[0] = '\0';
    while (
        vouchers++ < VOUCHERS_MAX &&
        voucher_file_next(buf_text(text), text->size, &at, &line, staff_pin)) {
        if (line.result != VOUCHER_READ) {
            tally.damaged++;
            snprintf(detail, ENROLMENT_DETAIL_SIZE, "line %zu is no voucher",
                     line.number);
            log_warn(module, "line %zu of " VOUCHER_FILE " is no voucher",
                     line.number);
            continue;
        }
        if (!base->staff_pin)
            what.staff_pin = pin_hash_is_valid(staff_pin) ? staff_pin : NULL;
        enum enrolment_result result =
            try_voucher(&what, &line.voucher, server, out, detail);
        log_info(module, "the code in line %zu of " VOUCHER_FILE ": %s",
                 line.number, enrolment_name(result));
        if (out_server)
            memcpy(out_server, server, sizeof server);
        if (!enrolment_is_of_code(result))
            return result;
        count(&tally, result);
    }
    return sum_up(&tally, detail);
}

// --- The stick ---------------------------------------------------------------

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_size == b->st_size && a->st_mtime == b->st_mtime;
}

static void note(const struct enrolment *base, const char *result)
{
    if (!enrol_form_note(base->directory, result))
        log_error(module, "%s/" DEVICE_FILE_ENROL_NOTE ": %s", base->directory,
                  strerror(errno));
}

static void tell(const struct enrolment *base, const char *server,
                 enum enrolment_result result, const char *detail)
{
    struct enrolment what = *base;
    struct buf words = {0};
    what.server = server;
    enrolment_explain(&what, result, detail, &words);
    if (result == ENROLMENT_DONE)
        log_info(module, "enrolled from the stick at %s", server);
    else
        log_warn(module, "enrolment from the stick: %s", buf_text(&words));
    note(base, enrolment_name(result));
    buf_free(&words);
}

static void use(struct stick *stick, const struct enrolment *base,
                const struct buf *text, int64_t now_ms)
{
    struct device device;
    char server[DEVICE_TEXT_SIZE] = "", detail[ENROLMENT_DETAIL_SIZE];
    note(base, "stick");
    enum enrolment_result result =
        stick_enrol(base, text, &device, server, detail);
    if (result == ENROLMENT_DONE)
        device_release(&device);
    tell(base, server, result, detail);
    stick->is_used_up =
        result == ENROLMENT_NO_VOUCHER || result == ENROLMENT_NO_CODE;
    stick->not_before = now_ms + AGAIN_MS;
}

void stick_look(struct stick *stick, const struct enrolment *base,
                int64_t now_ms)
{
    char path[PATH_MAX];
    struct stat found;
    struct buf text = {0};
    if (!stick->folder ||
        !file_join(path, sizeof path, stick->folder, VOUCHER_FILE) ||
        stat(path, &found) != 0 || !S_ISREG(found.st_mode)) {
        stick->is_used_up = false; // it was pulled: another try is wanted
        stick->not_before = now_ms;
        return;
    }
    if (now_ms < stick->not_before ||
        (stick->is_used_up && is_same_file(&found, &stick->tried)))
        return;
    stick->tried = found;
    if (file_read(path, VOUCHER_FILE_MAX, &text)) {
        use(stick, base, &text, now_ms);
    } else {
        log_warn(module, "%s: %s", path, strerror(errno));
        note(base, enrolment_name(ENROLMENT_NO_VOUCHER));
        stick->not_before = now_ms + AGAIN_MS;
    }
    buf_free(&text);
}
