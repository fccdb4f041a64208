// What the Office should be alarmed about, looked for in the totals and in what
// devices said of themselves. It is cheap, for once a minute.
//
//   low-share      of the ratings of some days, at a counter or in the unit, so
//                  many are low that it is no chance: the lower bound of their
//                  share reaches the limit. It lasts while the share does.
//   silent-device  no contact for a while, in which the counter was open
//   target         this official month or year stays below the lowest target:
//                  the upper bound of its rate does
//   device-fault   what a device says is wrong with it
//   backup         the last backup of the server is too old, or there is none
//   disk           the server's disk will be full before long
#pragma once
#include "common/json.h"
#include "office/alerts.h"
#include "office/publish.h"
#include "report/report.h"
#include <stdbool.h>
#include <stdint.h>

// The settings document "alerts".
struct alarm_rules {
    bool is_on;
    int low_percent, low_days, low_least;
    int silent_minutes;
    bool target;
    int target_least;
    bool faults;
    int backup_days, disk_days; // 0: nobody is alarmed
};
// False with the key and what is wrong with it; `out` is then untouched.
bool alarm_rules_read(const json_t *body, struct alarm_rules *out,
                      struct buf *message);

struct alarm_moment {
    int64_t now;
    // The settings documents "hours" and "devices"; NULL: nothing is set.
    const json_t *hours, *devices;
    // Of the server's machine.
    int64_t data_since;    // the first day with ratings; 0: none yet
    int64_t backup_at;     // 0: never
    bool on_postgres;      // whose backups are its own, and not known here
    int64_t disk_free_mib; // -1: not known
    int64_t disk_days;     // until it is full; -1: not known
};

struct alarms {
    struct alert_condition *all;
    size_t count, capacity;
    bool failed; // memory ran out: nothing in it can be used
};
// False when the office cannot be read or memory ran out; logged.
bool alarms_find(struct office *office, const struct alarm_rules *rules,
                 const struct report_method *method,
                 const struct alarm_moment *moment, struct alarms *out);
// For office_settle_alerts(); lives as long as `alarms`.
struct alert_conditions alarms_conditions(const struct alarms *alarms);
void alarms_free(struct alarms *alarms);
