// What the Office is alarmed about: conditions that somebody looks for once a
// minute (report/alarm.h). An alert is opened once and lasts as long as its
// condition; it ends by itself, and a person acknowledges it with a comment. No
// alert names an officer.
#pragma once
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ALERT_SUBJECT_SIZE = 128,
    ALERT_LABEL_SIZE = 128,
    ALERT_DETAIL_SIZE = 256,
    ALERT_COMMENT_MAX = 1000 // bytes
};

// The numbers stand in the database: never renumber.
enum alert_kind {
    ALERT_LOW_SHARE = 0, // the subject is a counter; "" : the whole unit
    ALERT_SILENT = 1,    // a device's id
    ALERT_TARGET = 2,    // a period's code
    ALERT_FAULT = 3,     // a device's id, a blank, what it calls the fault
    ALERT_BACKUP = 4,    // ""
    ALERT_DISK = 5,      // ""
    ALERT_KIND_COUNT
};
// "low-share", "silent-device", "target", "device-fault", "backup", "disk".
const char *alert_kind_name(enum alert_kind kind);

struct alert_condition {
    enum alert_kind kind;
    char subject[ALERT_SUBJECT_SIZE];
    char label[ALERT_LABEL_SIZE];   // what people call the subject
    char detail[ALERT_DETAIL_SIZE]; // a JSON object of figures
    bool opens; // false: it opens nothing, and lets what is open last
};

struct alert {
    int64_t no;
    enum alert_kind kind;
    const char *subject, *label, *detail;
    int64_t opened_at, ended_at; // 0: it lasts
    int64_t acknowledged_at;     // 0: nobody has
    const char *acknowledged_by, *comment;
};

enum alerts_state { ALERTS_OPEN, ALERTS_ENDED, ALERTS_ALL };
// The newest first. Borrowed for the call; false ends it. `below`: of lower
// numbers only; 0: all.
typedef bool alert_row(void *ctx, const struct alert *alert);
enum office_result office_list_alerts(struct office *office,
                                      enum alerts_state state, int64_t below,
                                      size_t limit, alert_row *row, void *ctx);
enum office_result office_count_open_alerts(struct office *office,
                                            int64_t *out_count);

struct alert_conditions {
    const struct alert_condition *all;
    size_t count;
    bool looked_for[ALERT_KIND_COUNT]; // what is open of another kind is left
};
// True when office_settle_alerts() would change anything.
bool office_alerts_change(struct office *office,
                          const struct alert_conditions *conditions);
// Writer only. Opens what is new and ends what has passed.
enum office_result
office_settle_alerts(struct office *office,
                     const struct alert_conditions *conditions, int64_t now);

// Writer only; stands in the audit trail. OFFICE_NONE: there is no such alert,
// or, with `is_acknowledged`, somebody has already and nothing was done.
struct alert_wish {
    int64_t no;
    const char *who, *comment;
    int64_t now;
    bool is_acknowledged;
};
enum office_result office_acknowledge_alert(struct office *office,
                                            struct alert_wish *wish);

// What alarms look at: devices in force, with what they said last.
struct alert_device {
    const char *id, *name, *counter, *point;
    int64_t enrolled_at, seen_at; // 0: never
    const char *state;            // JSON; "" : none
};
typedef bool alert_device_row(void *ctx, const struct alert_device *device);
enum office_result office_list_alert_devices(struct office *office,
                                             alert_device_row *row, void *ctx);
