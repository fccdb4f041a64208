#include "common/date.h"
#include "doctor/doctor.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <string.h>

enum { HTTP_OK = 200, SILENT_MS = 3 * 60 * 1000 }; // three heartbeats

static void hear_silence(struct doctor_facts *facts)
{
    int64_t at = facts->sending.attempts.last_sent_ms;
    struct buf time = {0};
    facts->reach = DOCTOR_SILENT;
    if (at > 0) {
        number_append_date(date_day_of_wall_ms(at), &time);
        buf_append_char(&time, ' ');
        number_append_time(at, &time);
    }
    snprintf(facts->message, sizeof facts->message, "%s", buf_text(&time));
    buf_free(&time);
}

// What follows the mark at the beginning of a text; NULL: it begins otherwise.
static const char *after(const char *text, const char *mark)
{
    size_t size = strlen(mark);
    return strncmp(text, mark, size) == 0 ? text + size : NULL;
}

static void hear_error(const char *error, struct doctor_facts *facts)
{
    const char *tls = after(error, COURIER_ERROR_TLS);
    const char *contact = after(error, COURIER_ERROR_CONTACT);
    facts->reach = tls       ? DOCTOR_BAD_CERTIFICATE
                   : contact ? DOCTOR_NOT_REACHED
                             : DOCTOR_REACHED;
    snprintf(facts->message, sizeof facts->message, "%s",
             tls       ? tls
             : contact ? contact
                       : error);
    facts->server_known = after(error, COURIER_ERROR_UNBELIEVED) != NULL;
    if (facts->server_known)
        facts->status = HTTP_OK;
    else if (sscanf(error, COURIER_ERROR_STATUS, &facts->status) == 1)
        facts->right_status = facts->status;
}

void doctor_hear(const char *boot, int64_t up_ms, struct doctor_facts *facts)
{
    const struct courier_attempts *attempts = &facts->sending.attempts;
    int64_t silent = facts->wall_ms - attempts->last_sent_ms;
    facts->offset_known = sending_clock_offset(
        &facts->sending, boot, facts->wall_ms, up_ms, &facts->clock_ahead_ms);
    if (attempts->failures > 0 && attempts->last_error[0]) {
        hear_error(attempts->last_error, facts);
    } else if (attempts->last_sent_ms == 0 || silent >= SILENT_MS) {
        hear_silence(facts);
    } else { // a good answer carries the server's signature
        facts->reach = DOCTOR_REACHED;
        facts->server_known = facts->is_our_server = true;
        facts->status = facts->right_status = HTTP_OK;
    }
}
