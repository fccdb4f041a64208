// The kiosk without its screen: the flow of the visit that is on, the record
// that it becomes, the store that keeps it, and the settings that hold. What
// happens comes in as inputs and events with their time; what the screen has to
// show is read from it. No SDL.
//
// One thread, but for the store's listener, which carries events over to that
// thread.
#pragma once
#include "store/store.h"
#include "survey/comment.h"
#include "survey/flow.h"
#include "survey/survey.h"
#include "ui/setting.h"
#include "ui/trace.h"
#include <stdbool.h>
#include <stdint.h>

struct kiosk;

struct kiosk_params {
    const char *directory;       // the device's
    const struct survey *survey; // the set to start with; outlives the kiosk.
                                 // One without a name is none
    const struct i18n *i18n;     // the words of sets are checked with it
    struct flow_times times;
    bool rating_fixed; // times.rating holds, whatever the device's settings say
    int retry_ms;      // of a broken store
    int keep_days;     // of lines that the server has; 0: for ever
    int prune_ms;      // of rest before old ones leave
    int ring_slots;    // 0: as many as the store makes; for tests
    const char *battery_root; // NULL: the kernel's
    int trial_ms;             // of a new configuration; 0: half a minute
    // Whether the display can show it; `ctx` is that of below. NULL: any can.
    bool (*fits)(void *ctx, const struct setting *setting,
                 const struct survey *survey, struct buf *why);
    // Called on the storage thread: hand the event to the kiosk's own thread,
    // and there to kiosk_take_store_event().
    store_listener *listener;
    void *ctx;
    struct trace *trace; // may be NULL; borrowed
};

enum kiosk_health {
    KIOSK_WELL,
    KIOSK_SECOND, // another kiosk runs on this directory: end at once
    KIOSK_STALE   // only a new start can write again: end, for a new one
};

// NULL when memory or a thread could not be had; logged.
struct kiosk *kiosk_open(const struct kiosk_params *params, int64_t now);
// Closes the visit that is on, as far as it was answered, writes the event of
// the stop and waits until the store has finished. The listener is still called
// during this.
void kiosk_close(struct kiosk *kiosk, int64_t now);

// Each returns true when the screen may have to change.
bool kiosk_step(struct kiosk *kiosk, const struct flow_input *input);
bool kiosk_take_store_event(struct kiosk *kiosk,
                            const struct store_event *event, int64_t now);
// Time passes: the flow's own deadlines, and new settings while nobody is here.
// Also what the server has to say: invitations, contact.
bool kiosk_tick(struct kiosk *kiosk, int64_t now);
// When kiosk_tick() has something to do at the latest.
int64_t kiosk_deadline(const struct kiosk *kiosk);

// What only the window knows, for the staff's page.
struct kiosk_senses {
    int touch_screens, touch_faults;
    double smallest_mm; // of a target; 0: unknown
    bool sound_missing;
};
// What the staff's pages show now; reads the device's databases on the page of
// the diagnosis. Call it once a second while flow_is_staff().
struct staff_page;
void kiosk_write_page(struct kiosk *kiosk, const struct kiosk_senses *senses,
                      const struct i18n *i18n, int64_t now,
                      struct staff_page *out);
// A finger is at these parts (0 to 1) of the screen. True when a cell of the
// touch test changed.
bool kiosk_touch_cell(struct kiosk *kiosk, double x, double y, bool portrait);
// A character of a keyboard that is plugged in: of a scanner, or of nobody's
// concern. Only a whole code on a screen that waits for a citizen does
// anything, or for the enrolment of the device. True when it opened a visit or
// filled the form.
bool kiosk_scan(struct kiosk *kiosk, char c, int64_t now);
// For so long before the next character nobody looked at the keyboard.
void kiosk_overlook_scan(struct kiosk *kiosk, int64_t ms);
// The panel that was there is no longer (fault E-31), or is again.
void kiosk_set_touch_gone(struct kiosk *kiosk, bool gone, int64_t now);
bool kiosk_touch_is_gone(const struct kiosk *kiosk);

// Percent of a battery that is to be plugged in; -1: all is fine.
int kiosk_battery_low(const struct kiosk *kiosk);

// The comment that is being written; it is sealed when it is sent, and wiped
// when its citizen is done.
const struct comment *kiosk_comment(const struct kiosk *kiosk);
// The device has what comments are sealed for.
bool kiosk_can_comment(const struct kiosk *kiosk);
// A key of its keyboard, by id, went down, or none does any more (NULL), and
// was tapped.
void kiosk_hold_key(struct kiosk *kiosk, const char *key, int64_t now);
enum comment_answer kiosk_type(struct kiosk *kiosk, const char *key,
                               int64_t now);

// Where the finger was, as parts of the window, before the step that it causes.
void kiosk_touch_at(struct kiosk *kiosk, double x, double y);

enum kiosk_health kiosk_health(const struct kiosk *kiosk);
// The store has not come back from the disk for so long that it never will.
bool kiosk_is_stuck(const struct kiosk *kiosk);
const struct flow *kiosk_flow(const struct kiosk *kiosk);
const struct survey *kiosk_survey(const struct kiosk *kiosk);
// Defaults until the device is enrolled.
const struct setting *kiosk_setting(const struct kiosk *kiosk);
bool kiosk_is_enrolled(const struct kiosk *kiosk);
// The field that the visit is about, or the counter's own; "" : no name is
// known.
const char *kiosk_field_name(const struct kiosk *kiosk,
                             enum i18n_language language);
// The code of the dossier is kept with the answer to the visit that is on.
bool kiosk_is_linked(const struct kiosk *kiosk);
