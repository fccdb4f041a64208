#include "common/date.h"
#include "report/board.h"
#include <stdio.h>
#include <string.h>

static const char *const SPANS[BOARD_SPAN_COUNT] = {"last-month",
                                                    "running-month", "year"};
enum { TURN_LEAST_S = 5, TURN_MOST_S = 600 };

// --- What the Office set ----------------------------------------------------

static bool read_title(const json_t *body, struct board_look *out,
                       struct buf *message)
{
    static const char *const languages[I18N_LANGUAGE_COUNT] = {
        [I18N_VI] = "vi", [I18N_EN] = "en"};
    const json_t *title = json_object_get(body, "title");
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++) {
        if (!json_copy_text(title, languages[i], out->title[i],
                            sizeof out->title[i]) ||
            out->title[i][0] == '\0') {
            buf_printf(message,
                       "title.%s: is missing, empty or longer than %d bytes; "
                       "write what stands above the board",
                       languages[i], BOARD_TITLE_SIZE - 1);
            return false;
        }
    }
    return true;
}

bool board_look_read(const json_t *body, struct board_look *out,
                     struct buf *message)
{
    struct board_look look = {.is_on = false};
    int64_t turn_s = 0;
    const struct {
        const char *key;
        bool *value;
    } flags[] = {{"on", &look.is_on},
                 {"levels", &look.levels},
                 {"fields", &look.fields},
                 {"coverage", &look.coverage},
                 {"waiting", &look.waiting}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (!json_get_bool(body, flags[i].key, flags[i].value)) {
            buf_printf(message, "%s: is missing or neither true nor false",
                       flags[i].key);
            return false;
        }
    }
    if (!read_title(body, &look, message))
        return false;
    if (!json_get_int(body, "turn_s", &turn_s) || turn_s < TURN_LEAST_S ||
        turn_s > TURN_MOST_S) {
        buf_printf(message, "turn_s: give the seconds of one page, %d to %d",
                   TURN_LEAST_S, TURN_MOST_S);
        return false;
    }
    look.turn_s = (int)turn_s;
    *out = look;
    return true;
}

// --- The public's figures ---------------------------------------------------

struct document {
    const struct report_method *method; // of the part that is being written
    bool failed;
};

static void set(struct document *document, json_t *object, const char *key,
                json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        document->failed = true;
}

static void push(struct document *document, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        document->failed = true;
}

// value / 10^decimals, or null.
static json_t *fixed(int64_t value, int decimals)
{
    double unit = 1;
    if (value == FIGURES_UNKNOWN)
        return json_null();
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    return json_real((double)value / unit);
}

static json_t *day_or_null(int32_t day)
{
    char text[DATE_ISO_SIZE];
    if (day == 0)
        return json_null();
    date_format_iso(day, text);
    return json_string(text);
}

static struct figures_counts counts_of(const struct publish_sums *sums)
{
    struct figures_counts counts = {.offered_rated = sums->offered_rated,
                                    .transactions = FIGURES_UNKNOWN};
    memcpy(counts.levels, sums->levels, sizeof counts.levels);
    return counts;
}

static json_t *percent(const struct document *document, int64_t part,
                       int64_t whole)
{
    int decimals = document->method->rules.decimals;
    return fixed(figures_percent(part, whole, decimals), decimals);
}

static json_t *make_verdicts(struct document *document, int64_t satisfied,
                             int64_t rated)
{
    const struct figures_method *rules = &document->method->rules;
    json_t *object = json_object();
    for (int i = 0; i < rules->target_count; i++) {
        char key[16];
        snprintf(key, sizeof key, "%d", rules->targets[i]);
        set(document, object, key,
            json_string(figures_verdict_name(
                figures_judge(satisfied, rated, rules->targets[i]))));
    }
    return object;
}

// Of at least BOARD_LEAST ratings.
static void set_rates(struct document *document, json_t *object,
                      const struct publish_sums *sums, bool with_levels)
{
    struct figures_counts counts = counts_of(sums);
    int64_t rated = figures_rated(&counts);
    int64_t satisfied = figures_satisfied(&counts, &document->method->rules);
    struct figures_interval interval = figures_wilson(satisfied, rated);
    json_t *range = json_array();
    push(document, range, fixed(interval.low, FIGURES_WILSON_DECIMALS));
    push(document, range, fixed(interval.high, FIGURES_WILSON_DECIMALS));
    set(document, object, "rated", json_integer(rated));
    set(document, object, "satisfied", json_integer(satisfied));
    set(document, object, "sat", percent(document, satisfied, rated));
    set(document, object, "wilson", range);
    set(document, object, "verdict", make_verdicts(document, satisfied, rated));
    if (!with_levels)
        return;
    json_t *levels = json_array(), *shares = json_array();
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        push(document, levels, json_integer(counts.levels[i]));
        push(document, shares, percent(document, counts.levels[i], rated));
    }
    set(document, object, "levels", levels);
    set(document, object, "shares", shares);
}

// Beside what was told: an answer more than it is counted when its step is
// told, so the share of those who answered is never too high.
static json_t *make_coverage(struct document *document,
                             const struct board_part *part)
{
    int64_t asked = part->total.offered_rated;
    int64_t offered = asked + part->flow.silent;
    int64_t rated = publish_rated(&part->total);
    int64_t transactions = part->flow.transactions;
    json_t *object = json_object();
    set(document, object, "offered",
        offered >= BOARD_LEAST ? json_integer(offered) : json_null());
    set(document, object, "answered",
        offered >= BOARD_LEAST ? percent(document, asked, offered)
                               : json_null());
    set(document, object, "transactions",
        transactions >= BOARD_LEAST ? json_integer(transactions) : json_null());
    set(document, object, "response",
        transactions >= BOARD_LEAST && transactions >= rated
            ? percent(document, rated, transactions)
            : json_null());
    return object;
}

static json_t *make_waiting(struct document *document,
                            const struct publish_flow *flow)
{
    const struct figures_waits waits = {.known = flow->waits,
                                        .ms = flow->wait_ms,
                                        .within = flow->waits_within};
    if (waits.known < BOARD_LEAST)
        return json_null();
    json_t *object = json_object();
    set(document, object, "known", json_integer(waits.known));
    set(document, object, "mean_minutes", fixed(figures_mean_wait(&waits), 1));
    set(document, object, "within_15",
        percent(document, waits.within, waits.known));
    return object;
}

static json_t *make_label(struct document *document, const char *key,
                          const struct board_names *names)
{
    const char *vi = key, *en = key;
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->fields[i].code, key) == 0) {
            vi = names->fields[i].vi;
            en = names->fields[i].en;
        }
    }
    json_t *object = json_object();
    set(document, object, "vi", json_string(vi));
    set(document, object, "en", json_string(en));
    return object;
}

static json_t *make_rows(struct document *document,
                         const struct board_part *part,
                         const struct board_names *names)
{
    json_t *array = json_array();
    for (size_t i = 0; i < part->row_count; i++) {
        const struct board_row *row = &part->rows[i];
        if (!row->is_shown)
            continue;
        json_t *object = json_object();
        set(document, object, "key", json_string(row->key));
        set(document, object, "label", make_label(document, row->key, names));
        set_rates(document, object, &row->sums, false);
        push(document, array, object);
    }
    return array;
}

static json_t *make_method(struct document *document)
{
    const struct report_method *method = document->method;
    json_t *targets = json_array();
    json_t *object = json_object();
    for (int i = 0; i < method->rules.target_count; i++)
        push(document, targets, json_integer(method->rules.targets[i]));
    set(document, object, "id", json_string(method->id));
    set(document, object, "version", json_integer(method->version));
    set(document, object, "targets", targets);
    return object;
}

// By which nothing single is told.
static void set_rules(struct document *document, json_t *object)
{
    set(document, object, "least", json_integer(BOARD_LEAST));
    set(document, object, "step", json_integer(PUBLISH_LEAST));
    set(document, object, "age_days", json_integer(PUBLISH_AGE_DAYS));
}

static void set_period(struct document *document, json_t *object,
                       enum board_span span, const struct period *period,
                       int32_t to_day)
{
    char code[PERIOD_CODE_SIZE];
    period_code(period, code);
    set(document, object, "span", json_string(SPANS[span]));
    set(document, object, "code", json_string(code));
    set(document, object, "from", day_or_null(period->first));
    set(document, object, "to", day_or_null(period->last));
    set(document, object, "as_of", day_or_null(to_day));
    set(document, object, "method", make_method(document));
}

static json_t *make_part(struct document *document, enum board_span span,
                         const struct board_part *part,
                         const struct board_look *look,
                         const struct board_names *names)
{
    json_t *object = json_object();
    document->method = &part->method;
    bool is_told = publish_rated(&part->total) >= BOARD_LEAST;
    set_period(document, object, span, &part->period,
               is_told ? part->to_day : 0);
    set(document, object, "told", json_boolean(is_told));
    if (!is_told)
        return object;
    set_rates(document, object, &part->total, look->levels);
    if (look->coverage)
        set(document, object, "coverage", make_coverage(document, part));
    if (look->waiting)
        set(document, object, "waiting", make_waiting(document, &part->flow));
    if (look->fields)
        set(document, object, "fields", make_rows(document, part, names));
    return object;
}

bool board_write_json(const struct board *board, const struct board_look *look,
                      const struct board_names *names, struct buf *out)
{
    struct document document = {.failed = false};
    json_t *object = json_object();
    set(&document, object, "on", json_boolean(look->is_on));
    if (look->is_on) {
        json_t *title = json_object(), *parts = json_array();
        set(&document, title, "vi", json_string(look->title[I18N_VI]));
        set(&document, title, "en", json_string(look->title[I18N_EN]));
        set(&document, object, "title", title);
        set(&document, object, "turn_s", json_integer(look->turn_s));
        set(&document, object, "day", day_or_null(board->today));
        set_rules(&document, object);
        for (int span = 0; span < BOARD_SPAN_COUNT; span++)
            push(&document, parts,
                 make_part(&document, (enum board_span)span,
                           &board->parts[span], look, names));
        set(&document, object, "periods", parts);
    }
    bool done = !document.failed && json_write(object, out);
    json_decref(object);
    return done;
}

// --- An officer's own -------------------------------------------------------

// Per cents × 100, outwards to whole ones.
static json_t *whole_range(struct document *document,
                           const struct figures_counts *counts)
{
    int64_t rated = figures_rated(counts);
    int64_t satisfied = figures_satisfied(counts, &document->method->rules);
    struct figures_interval interval = figures_wilson(satisfied, rated);
    json_t *array = json_array();
    push(document, array, json_integer(interval.low / 100));
    push(document, array, json_integer((interval.high + 99) / 100));
    return array;
}

static json_t *make_share(struct document *document,
                          const struct publish_sums *sums, int64_t least,
                          bool with_levels)
{
    struct figures_counts counts = counts_of(sums);
    int64_t rated = figures_rated(&counts);
    if (rated < least)
        return json_null();
    json_t *object = json_object();
    set(document, object, "rated_from",
        json_integer(rated - rated % PUBLISH_LEAST));
    set(document, object, "sat",
        json_integer(figures_percent(
            figures_satisfied(&counts, &document->method->rules), rated, 0)));
    set(document, object, "range", whole_range(document, &counts));
    if (with_levels) {
        json_t *shares = json_array();
        for (int i = 0; i < FIGURES_LEVELS; i++)
            push(document, shares,
                 json_integer(figures_percent(counts.levels[i], rated, 0)));
        set(document, object, "shares", shares);
    }
    return object;
}

bool own_results_write_json(const struct own_results *results, struct buf *out)
{
    struct document document = {.failed = false};
    json_t *object = json_object(), *parts = json_array();
    set(&document, object, "day", day_or_null(results->today));
    set_rules(&document, object);
    for (int span = 0; span < BOARD_SPAN_COUNT; span++) {
        const struct own_part *part = &results->parts[span];
        json_t *item = json_object();
        document.method = &part->method;
        set_period(&document, item, (enum board_span)span, &part->period,
                   part->to_day);
        set(&document, item, "own",
            make_share(&document, &part->own, PUBLISH_LEAST, true));
        set(&document, item, "unit",
            make_share(&document, &part->unit, BOARD_LEAST, false));
        push(&document, parts, item);
    }
    set(&document, object, "periods", parts);
    bool done = !document.failed && json_write(object, out);
    json_decref(object);
    return done;
}
