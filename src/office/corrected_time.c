#include "office/corrected_time.h"
#include <stdio.h>
#include <string.h>

enum {
    DAY_MS = 24 * 3600 * 1000,
    // By so much two clocks that are right may differ.
    LENIENT_MS = 5 * 60 * 1000,
    // From the answer to the end of its visit: reasons and a comment. What
    // claims to be longer met a step of the clock.
    VISIT_MS = 15 * 60 * 1000,
    WAITING_MOST = 1000000000
};

char time_quality_letter(enum time_quality quality)
{
    return "ABCD"[quality];
}

static bool is_boot(const struct time_boot *boot, const char *id)
{
    return boot->id[0] != '\0' && strcmp(boot->id, id) == 0;
}

// The last line's time, where it is a bound: not when the server's clock was
// set back since.
static bool has_floor(const struct time_thread *thread,
                      const struct time_evidence *e)
{
    return thread->made_at != 0 && thread->made_at <= e->received_at;
}

static int64_t lowest(const struct time_thread *thread,
                      const struct time_evidence *e)
{
    return has_floor(thread, e) ? thread->made_at : e->enrolled_at;
}

static bool is_possible(int64_t at, const struct time_evidence *e)
{
    return at >= e->enrolled_at - DAY_MS && at <= e->received_at + LENIENT_MS;
}

// The boot that is in contact.
static bool find_contact(const struct time_evidence *e, int64_t *out_began_at)
{
    if (!e->batch_boot || e->batch_boot[0] == '\0' || e->batch_up_ms < 0 ||
        e->batch_up_ms > e->received_at) {
        return false;
    }
    *out_began_at = e->received_at - e->batch_up_ms;
    return true;
}

// Of a line of another boot: when the one in contact began. False: not known.
static bool find_neighbour(const struct time_evidence *e, int64_t *out_began_at)
{
    return find_contact(e, out_began_at) &&
           strcmp(e->batch_boot, e->line_boot) != 0;
}

static bool has_uptime(const struct time_evidence *e)
{
    return e->line_up_ms >= 0 && e->line_up_ms <= e->received_at;
}

static bool fits_boot(const struct time_evidence *e, int64_t began_at)
{
    return has_uptime(e) && is_possible(began_at + e->line_up_ms, e);
}

static void set_boot(struct time_boot *boot, const char *id, int64_t began_at,
                     enum time_quality quality)
{
    if (strcmp(boot->id, id) != 0) {
        snprintf(boot->id, sizeof boot->id, "%s", id);
    }
    boot->began_at = began_at;
    boot->quality = quality;
}

static bool find_anchored(const struct time_thread *thread,
                          const struct time_evidence *e, int64_t *out_began_at)
{
    int64_t began_at = 0;
    if (find_contact(e, &began_at) &&
        strcmp(e->batch_boot, e->line_boot) == 0) {
        if (e->line_up_ms > e->batch_up_ms) {
            return false; // made after it was sent
        }
    } else if (is_boot(&thread->contact, e->line_boot)) {
        began_at = thread->contact.began_at;
    } else if (is_boot(&thread->line, e->line_boot) &&
               thread->line.quality == TIME_ANCHORED) {
        began_at = thread->line.began_at;
    } else {
        return false;
    }
    *out_began_at = began_at;
    return fits_boot(e, began_at);
}

// What the device's clock said lies between the neighbours, as far as they are
// known.
static bool fits_between(const struct time_thread *thread,
                         const struct time_evidence *e, int64_t at)
{
    int64_t neighbour;
    if (at == 0 || !is_possible(at, e) ||
        (has_floor(thread, e) && at < thread->made_at - LENIENT_MS)) {
        return false;
    }
    return !find_neighbour(e, &neighbour) || at <= neighbour + LENIENT_MS;
}

// The clock also has to place the boot's beginning after the boot before.
static bool is_clock_good(const struct time_thread *thread,
                          const struct time_evidence *e)
{
    if (!has_uptime(e) || !fits_between(thread, e, e->made_at)) {
        return false;
    }
    return is_boot(&thread->line, e->line_boot) || !has_floor(thread, e) ||
           e->made_at - e->line_up_ms >= thread->made_at - LENIENT_MS;
}

// The boot of the line before, as it was placed. What lies too late of it is
// cut off at its neighbour.
static bool is_placed(const struct time_thread *thread,
                      const struct time_evidence *e)
{
    if (!is_boot(&thread->line, e->line_boot) || !has_uptime(e) ||
        thread->line.quality == TIME_RECEIVED) {
        return false;
    }
    return thread->line.quality != TIME_PLAUSIBLE ||
           fits_boot(e, thread->line.began_at);
}

enum source { FROM_CONTACT, FROM_BEFORE, FROM_CLOCK, FROM_NEIGHBOURS, NONE };

static enum source find_source(const struct time_thread *thread,
                               const struct time_evidence *e)
{
    int64_t at;
    if (find_anchored(thread, e, &at)) {
        return FROM_CONTACT;
    }
    bool placed = is_placed(thread, e);
    if ((e->is_synced || !placed) && is_clock_good(thread, e)) {
        return FROM_CLOCK;
    }
    if (placed) {
        return FROM_BEFORE;
    }
    return has_uptime(e) && find_neighbour(e, &at) ? FROM_NEIGHBOURS : NONE;
}

bool time_wants_boot(const struct time_thread *thread,
                     const struct time_evidence *e)
{
    return find_source(thread, e) == FROM_NEIGHBOURS;
}

void time_look_add(struct time_look *look, const char *boot, int64_t up_ms,
                   int64_t received_at)
{
    struct time_ahead *ahead = &look->ahead;
    if (ahead->lines == 0 || strcmp(boot, look->boot) != 0) {
        snprintf(look->boot, sizeof look->boot, "%s", boot);
        look->boot_up_ms = 0;
        ahead->boots++;
    }
    // Not more than can have passed: a sum of these stays small.
    int64_t up = up_ms < received_at ? up_ms : 0;
    if (up > look->boot_up_ms) {
        ahead->up_ms += up - look->boot_up_ms;
        look->boot_up_ms = up;
    }
    ahead->lines++;
}

int64_t time_spread(const struct time_thread *thread,
                    const struct time_evidence *e,
                    const struct time_ahead *ahead)
{
    int64_t low = lowest(thread, e), high = low;
    find_neighbour(e, &high);
    int64_t window = high > low ? high - low : 0;
    int64_t up_ms = ahead->up_ms < window ? ahead->up_ms : window;
    int64_t gaps = ahead->boots + 1;
    if (ahead->waiting > 0) {
        // The last gap belongs to the lines behind.
        int64_t waiting =
            ahead->waiting < WAITING_MOST ? ahead->waiting : WAITING_MOST;
        int64_t part = window * ahead->lines / (ahead->lines + waiting);
        window = part > up_ms ? part : up_ms;
        gaps = ahead->boots;
    }
    return low + (window - up_ms) / (gaps > 0 ? gaps : 1);
}

void time_place_boot(struct time_thread *thread, const struct time_evidence *e,
                     int64_t began_at)
{
    set_boot(&thread->line, e->line_boot, began_at, TIME_BETWEEN);
    thread->line_up_ms = 0;
}

// Makes `line` the line's boot as far as its beginning is known.
static void follow_boot(struct time_thread *thread,
                        const struct time_evidence *e)
{
    int64_t at = 0;
    switch (find_source(thread, e)) {
    case FROM_CONTACT:
        find_anchored(thread, e, &at);
        set_boot(&thread->line, e->line_boot, at, TIME_ANCHORED);
        break;
    case FROM_CLOCK:
        set_boot(&thread->line, e->line_boot, e->made_at - e->line_up_ms,
                 find_neighbour(e, &at) ? TIME_BETWEEN : TIME_PLAUSIBLE);
        break;
    case FROM_BEFORE:
        break;
    case FROM_NEIGHBOURS:
    case NONE:
        set_boot(&thread->line, e->line_boot, 0, TIME_RECEIVED);
        break;
    }
}

// When the line was made.
static int64_t place_line(const struct time_thread *thread,
                          const struct time_evidence *e, bool is_late)
{
    int64_t at = thread->line.began_at + e->line_up_ms;
    int64_t high = e->received_at;
    if (thread->line.quality == TIME_RECEIVED) {
        return e->received_at;
    }
    if (thread->line.quality == TIME_PLAUSIBLE) {
        return at;
    }
    if (thread->line.quality == TIME_BETWEEN) {
        find_neighbour(e, &high);
    }
    if (at > high) {
        at = high;
    }
    // Two batches were not equally long on their way. More than that is a
    // server's clock that was set.
    bool is_turned = !is_late && has_floor(thread, e) && at < thread->made_at &&
                     (thread->line.quality == TIME_BETWEEN ||
                      thread->made_at - at <= LENIENT_MS);
    return is_turned ? thread->made_at : at;
}

// From when the line was made to when its answer was given. By the device's
// clock, which does no harm where it is wrong but steady.
static int64_t place_answer(const struct time_thread *thread,
                            const struct time_evidence *e, int64_t made_at,
                            bool is_late, enum time_quality *quality)
{
    int64_t before = e->made_at - e->answered_at;
    if (e->answered_at == 0) {
        return made_at;
    }
    bool is_steady = e->made_at != 0 && before >= 0 && before <= VISIT_MS;
    if (is_steady && *quality != TIME_RECEIVED) {
        int64_t at = made_at - before;
        bool is_early = !is_late && *quality <= TIME_BETWEEN &&
                        has_floor(thread, e) && at < thread->made_at &&
                        thread->made_at <= made_at;
        return is_early ? thread->made_at : at;
    }
    bool fits = fits_between(thread, e, e->answered_at);
    if (*quality == TIME_ANCHORED) {
        *quality = TIME_BETWEEN; // the lines before and after the answer
    } else if (*quality == TIME_RECEIVED && fits) {
        *quality = TIME_PLAUSIBLE;
        return e->answered_at;
    }
    return fits && e->answered_at < made_at ? e->answered_at : made_at;
}

// A contact is kept for the lines of its boot: until they have come, or those
// of the next one.
static void keep_contact(struct time_thread *thread,
                         const struct time_evidence *e)
{
    int64_t began_at;
    if (find_contact(e, &began_at) &&
        (thread->contact.id[0] == '\0' ||
         is_boot(&thread->contact, e->batch_boot) ||
         is_boot(&thread->contact, e->line_boot) ||
         strcmp(e->line_boot, e->batch_boot) == 0)) {
        set_boot(&thread->contact, e->batch_boot, began_at, TIME_ANCHORED);
    }
}

int64_t time_correct(struct time_thread *thread, const struct time_evidence *e,
                     enum time_quality *out_quality)
{
    // It waited without a place in the chain: the device itself says that it
    // was made before the line before it.
    bool is_late = is_boot(&thread->line, e->line_boot) &&
                   e->line_up_ms < thread->line_up_ms;
    follow_boot(thread, e);
    enum time_quality quality = thread->line.quality;
    int64_t made_at = place_line(thread, e, is_late);
    *out_quality = quality;
    int64_t at = place_answer(thread, e, made_at, is_late, out_quality);
    if (!is_late) {
        thread->line_up_ms = e->line_up_ms;
        thread->made_at = quality <= TIME_BETWEEN ? made_at : thread->made_at;
    }
    keep_contact(thread, e);
    return at;
}
