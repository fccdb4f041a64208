// The device configuration as the kiosk uses it: one JSON object that the
// server gives at enrolment and sends again when the Office changes it. Every
// key but "version" may be missing and then has its default. Pure.
//
//   {"version":3,"unit":{"code":"H24.12","name":"Bình Minh"},"counter":"3",
//    "field":{"code":"chung-thuc","vi":"Chứng thực","en":"Certification"},
//    "mode":"walk-up","survey":"quay","levels":5,"order":"best-first",
//    "hotline":"0234 3 812 345","rating_s":60,"reasons":"all","test":false,
//    "typing":"telex","volume":45,"hours":{…},"holidays":[…]} (survey/hours.h)
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "i18n/i18n.h"
#include "ledger/record.h"
#include "survey/hours.h"
#include "vietnamese/compose.h"
#include <stdbool.h>
#include <stdint.h>

enum { SETTING_NAME_SIZE = 128, SETTING_VOLUME = 45 };

struct setting {
    int64_t version;
    char unit_code[RECORD_CODE_SIZE];
    char unit_name[SETTING_NAME_SIZE]; // "Bình Minh"
    char counter[RECORD_CODE_SIZE];
    char field_code[RECORD_CODE_SIZE]; // "" : the counter has no one field
    char field_name[I18N_LANGUAGE_COUNT][SETTING_NAME_SIZE];
    enum record_mode mode; // RECORD_WALK_UP or RECORD_TRANSACTION
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
};

// False with a `message` "KEY: what is wrong"; `out` is then untouched. Texts
// are made NFC.
bool setting_read(const json_t *object, struct setting *out,
                  struct buf *message);
