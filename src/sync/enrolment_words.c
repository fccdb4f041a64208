// What each ending of an enrolment means for the person who has to go on.
#include "common/clock.h"
#include "sync/enrolment.h"

void enrolment_explain(const struct enrolment *what,
                       enum enrolment_result result, const char *detail,
                       struct buf *out)
{
    char now[CLOCK_ISO_SIZE];
    clock_format(clock_wall_ms(), now);
    switch (result) {
    case ENROLMENT_DONE:
        buf_append_text(out, "enrolled");
        break;
    case ENROLMENT_ALREADY:
        buf_printf(out,
                   "%s/" DEVICE_FILE_JSON " is there: this directory is "
                   "enrolled already; hailong status tells as what. For "
                   "another device give another directory",
                   what->directory);
        break;
    case ENROLMENT_DISK:
        buf_printf(out, "%s; free the disk or mend its rights, and try again",
                   detail);
        break;
    case ENROLMENT_ADDRESS:
        buf_printf(out,
                   "%s: is no address; write it as https://host or "
                   "https://host:port",
                   what->server);
        break;
    case ENROLMENT_PLAIN_HTTP:
        buf_printf(out,
                   "%s: over plain http:// everybody on the way can read and "
                   "change what is sent; use https://",
                   what->server);
        break;
    case ENROLMENT_NO_NETWORK:
        buf_printf(out,
                   "%s: no answer: this machine has no network (%s). Check its "
                   "cable or Wi-Fi, and its address and gateway",
                   what->server, detail);
        break;
    case ENROLMENT_NO_NAME:
        buf_printf(out,
                   "%s: no answer: nobody knows this name (%s). Check each "
                   "letter of the address, the cable, and the name server",
                   what->server, detail);
        break;
    case ENROLMENT_NO_ANSWER:
        buf_printf(out,
                   "%s: no answer: %s. Check the address and the network, and "
                   "that hailong-server runs there",
                   what->server, detail);
        break;
    case ENROLMENT_TLS:
        buf_printf(out,
                   "%s: its certificate is not accepted: %s. Enrol with the "
                   "whole text of the QR code, which names the server's key, "
                   "or give --ca or --pin",
                   what->server, detail);
        break;
    case ENROLMENT_CLOCK:
        buf_printf(out,
                   "%s: its certificate is not accepted: %s. Check that the "
                   "clock is right: here it is %s. If it is, the server needs "
                   "a new certificate",
                   what->server, detail, now);
        break;
    case ENROLMENT_HOST:
        buf_printf(out,
                   "%s: its certificate is not accepted: it is another host's "
                   "(%s). Use the address that stands in the certificate",
                   what->server, detail);
        break;
    case ENROLMENT_PIN:
        buf_printf(
            out,
            "%s: its certificate is not accepted: its key is not the "
            "one of the pin (%s). Was the certificate changed? Then make "
            "a new code; if not, somebody may stand between",
            what->server, detail);
        break;
    case ENROLMENT_NOT_OURS:
        buf_printf(out,
                   "%s: not the answer of a hailong-server (%s); check the "
                   "address and its port",
                   what->server, detail);
        break;
    case ENROLMENT_CODE_UNKNOWN:
        buf_append_text(out, "the server does not know this code: check each "
                             "letter, and that it is the server where the code "
                             "was made");
        break;
    case ENROLMENT_CODE_USED:
        buf_append_text(out, "this code was used already: each works once; "
                             "make a new one with hailong device add");
        break;
    case ENROLMENT_CODE_EXPIRED:
        buf_append_text(out, "this code has expired; make a new one with "
                             "hailong device add (--valid-h makes it last)");
        break;
    case ENROLMENT_NO_VOUCHER:
        buf_printf(out,
                   "the file holds no code that can be read%s%s; make it anew "
                   "with hailong device add --file",
                   detail[0] ? ": " : "", detail);
        break;
    case ENROLMENT_NO_CODE:
        buf_printf(out,
                   "no code of the file works any more (%s); make new ones "
                   "with hailong device add --file",
                   detail);
        break;
    case ENROLMENT_REFUSED:
        buf_printf(out, "%s: answered %s", what->server, detail);
        break;
    case ENROLMENT_MEMORY:
    case ENROLMENT_RESULT_COUNT:
        buf_append_text(out, "out of memory");
        break;
    }
}
