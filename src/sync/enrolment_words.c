// What each ending of an enrolment means for the person who has to go on.
#include "common/clock.h"
#include "store/device.h"
#include "sync/enrolment.h"
#include <string.h>

// "{server}" and the other places of fill() are filled in.
static const char *const WORDS[ENROLMENT_RESULT_COUNT] = {
    [ENROLMENT_DONE] = "enrolled",
    [ENROLMENT_ALREADY] =
        "{directory}/" DEVICE_FILE_JSON " is there: this directory is enrolled "
        "already; hailong status tells as what. For another device give "
        "another directory",
    [ENROLMENT_NO_DEVICE] =
        "{directory} is no device, or its key is gone: leave --again out, and "
        "enrol it as a new one",
    [ENROLMENT_DISK] =
        "{detail}; free the disk or mend its rights, and try again",
    [ENROLMENT_ADDRESS] = "{server}: is no address; write it as https://host "
                          "or https://host:port",
    [ENROLMENT_PLAIN_HTTP] =
        "{server}: over plain http:// everybody on the way can read and change "
        "what is sent; use https://",
    [ENROLMENT_NO_NETWORK] =
        "{server}: no answer: this machine has no network ({detail}). Check "
        "its cable or Wi-Fi, and its address and gateway",
    [ENROLMENT_NO_NAME] =
        "{server}: no answer: nobody knows this name ({detail}). Check each "
        "letter of the address, the cable, and the name server",
    [ENROLMENT_NO_ANSWER] =
        "{server}: no answer: {detail}. Check the address and the network, and "
        "that hailong-server runs there",
    [ENROLMENT_TLS] =
        "{server}: its certificate is not accepted: {detail}. Enrol with the "
        "whole text of the QR code, which names the server's key, or give --ca "
        "or --pin",
    [ENROLMENT_CLOCK] =
        "{server}: its certificate is not accepted: {detail}. Check that the "
        "clock is right: here it is {now}. If it is, the server needs a new "
        "certificate",
    [ENROLMENT_HOST] =
        "{server}: its certificate is not accepted: it is another host's "
        "({detail}). Use the address that stands in the certificate",
    [ENROLMENT_PIN] =
        "{server}: its certificate is not accepted: its key is not the one of "
        "the pin ({detail}). Was the certificate changed? Then make a new "
        "code; if not, somebody may stand between",
    [ENROLMENT_NOT_OURS] = "{server}: not the answer of a hailong-server "
                           "({detail}); check the address and its port",
    [ENROLMENT_CODE_UNKNOWN] =
        "the server does not know this code: check each letter, and that it is "
        "the server where the code was made",
    [ENROLMENT_CODE_USED] = "this code was used already: each works once; make "
                            "a new one with hailong device {how}",
    [ENROLMENT_CODE_EXPIRED] = "this code has expired; make a new one with "
                               "hailong device {how}{lasting}",
    [ENROLMENT_NO_VOUCHER] = "the file holds no code that can be read{why}; "
                             "make it anew with hailong device add --file",
    [ENROLMENT_NO_CODE] = "no code of the file works any more ({detail}); make "
                          "new ones with hailong device add --file",
    [ENROLMENT_REFUSED] = "{server}: answered {detail}",
    [ENROLMENT_MEMORY] = "out of memory"};

struct place {
    const char *name, *before, *value;
};

// The length of the place that the text begins with; 0: none.
static size_t fill(const char *text, const struct place *places, size_t count,
                   struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(places[i].name);
        if (strncmp(text, places[i].name, length) == 0) {
            buf_append_text(out, places[i].before);
            buf_append_text(out, places[i].value);
            return length;
        }
    }
    return 0;
}

void enrolment_explain(const struct enrolment *what,
                       enum enrolment_result result, const char *detail,
                       struct buf *out)
{
    static const char LASTING[] = " (--valid-h makes it last)";
    char now[CLOCK_ISO_SIZE];
    bool again = what->is_again;
    const struct place places[] = {{"{server}", "", what->server},
                                   {"{directory}", "", what->directory},
                                   {"{detail}", "", detail},
                                   {"{why}", detail[0] ? ": " : "", detail},
                                   {"{how}", "", again ? "renew" : "add"},
                                   {"{lasting}", "", again ? "" : LASTING},
                                   {"{now}", "", now}};
    const size_t count = sizeof places / sizeof *places;
    const char *text = result < ENROLMENT_RESULT_COUNT ? WORDS[result] : NULL;
    clock_format(clock_wall_ms(), now);
    for (text = text ? text : WORDS[ENROLMENT_MEMORY]; *text;) {
        size_t length = *text == '{' ? fill(text, places, count, out) : 0;
        if (length == 0)
            buf_append_char(out, *text++);
        text += length;
    }
}
