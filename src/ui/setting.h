// The device configuration as the kiosk uses it: one JSON object that the
// server gives at enrolment and sends again when the Office changes it. Every
// key but "version" may be missing and then has its default; what is not known
// is passed over. One whose "format" is higher than SETTING_FORMAT needs a
// newer program. Pure.
//
//   {"version":3,"unit":{"code":"H24.12","name":"Bình Minh"},"counter":"3",
//    "field":{"code":"chung-thuc","vi":"Chứng thực","en":"Certification"},
//    "mode":"walk-up","survey":"quay","levels":5,"order":"best-first",
//    "hotline":"0234 3 812 345","rating_s":60,"reasons":"all","test":false,
//    "typing":"telex","volume":45,"hours":{…},"holidays":[…] (survey/hours.h),
//    "walk_up":"fields","fields":[{"code":"ho-tich","vi":"Hộ tịch","en":…}],
//    "contact_s":120,
//    "notices":[{"vi":"…","en":"…","from":"2026-11-20","to":"2026-12-20"}],
//    "privacy":"anonymous","transaction_keys":[…]} (ledger/pseudonym.h)
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "i18n/i18n.h"
#include "ledger/pseudonym.h"
#include "ledger/record.h"
#include "survey/flow.h"
#include "survey/hours.h"
#include "vietnamese/compose.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    SETTING_FORMAT = 1, // the highest that is read; missing: 1
    SETTING_NAME_SIZE = 128,
    SETTING_VOLUME = 45,
    SETTING_FIELDS_MAX = 8, // tiles of one screen
    SETTING_NOTICES_MAX = 8,
    SETTING_NOTICE_SIZE = 256
};

// A field of work, with its name in each language.
struct setting_field {
    char code[RECORD_CODE_SIZE]; // "": none
    char name[I18N_LANGUAGE_COUNT][SETTING_NAME_SIZE];
};

// What the ward did about what citizens said, for the waiting screen.
struct setting_notice {
    char text[I18N_LANGUAGE_COUNT][SETTING_NOTICE_SIZE];
    int32_t first, last; // days on which it is shown
};

struct setting {
    int64_t version;
    char unit_code[RECORD_CODE_SIZE];
    char unit_name[SETTING_NAME_SIZE]; // "Bình Minh"
    char counter[RECORD_CODE_SIZE];
    struct setting_field field; // the counter's, when it has one
    enum record_mode mode;      // RECORD_WALK_UP or RECORD_TRANSACTION
    // On in mode walk-up and off in mode transaction, unless it is told.
    enum flow_walk_up walk_up;
    struct setting_field fields[SETTING_FIELDS_MAX]; // to choose from
    size_t field_count;
    int64_t contact_ms; // without the server for so long, a counter goes on
                        // without invitations
    struct pseudonym_keys privacy;
    char survey[RECORD_CODE_SIZE];
    int levels; // 5 or 3
    enum record_order order;
    char hotline[RECORD_CODE_SIZE]; // "": none is shown
    int64_t rating_ms;
    bool reasons_low; // reasons only after answers that are not satisfied
    bool test;        // records count nowhere
    enum compose_method typing; // of a comment; one word with its tone style:
    enum tone_style tones;      // "telex", "telex-new", "vni", "vni-new"
    int volume;                 // percent, of ticks, chime and voice
    struct hours hours;
    struct setting_notice notices[SETTING_NOTICES_MAX];
    size_t notice_count;
};

// False with a `message` "KEY: what is wrong"; `out` is then untouched. Texts
// are made NFC.
bool setting_read(const json_t *object, struct setting *out,
                  struct buf *message);
// The field of this code: the counter's, or one to choose from. NULL: its name
// is not known here.
const struct setting_field *setting_field(const struct setting *setting,
                                          const char *code);
