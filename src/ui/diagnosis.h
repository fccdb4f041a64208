// What the staff's page says of the device: eight rows, each with a sign (well,
// or look here) and a few words. Pure: facts in, words out. No rating is among
// the facts.
#pragma once
#include "common/clock.h"
#include "i18n/i18n.h"
#include "store/sending.h"
#include "survey/flow.h"
#include <stdbool.h>
#include <stdint.h>

enum diagnosis_row {
    DIAGNOSIS_SERVER,
    DIAGNOSIS_PENDING,
    DIAGNOSIS_LAST_SENT,
    DIAGNOSIS_LEDGER,
    DIAGNOSIS_STORAGE,
    DIAGNOSIS_CLOCK,
    DIAGNOSIS_TOUCH,
    DIAGNOSIS_SOUND,
    DIAGNOSIS_ROW_COUNT
};

struct diagnosis_facts {
    struct sending sending;
    enum flow_fault store_fault;
    int64_t gen, seq; // last line of the ledger
    int64_t disk_free_bytes;
    int64_t wall_ms; // now
    bool clock_believed;
    char boot[CLOCK_BOOT_ID_SIZE];
    int64_t up_ms; // since boot
    int touch_screens;
    int touch_faults;   // since the program's start
    double smallest_mm; // target of a finger; 0: the display's size is unknown
    bool sound_missing;
    int volume; // percent
};

enum { DIAGNOSIS_TEXT_SIZE = 96 };
struct diagnosis {
    struct diagnosis_line {
        bool well;
        char text[DIAGNOSIS_TEXT_SIZE];
    } rows[DIAGNOSIS_ROW_COUNT];
};

// A server is out of reach when nothing was sent for three heartbeats.
void diagnosis_make(const struct diagnosis_facts *facts,
                    const struct i18n *i18n, enum i18n_language language,
                    struct diagnosis *out);
