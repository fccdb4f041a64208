#include "report/board.h"
#include "common/date.h"
#include "common/log.h"
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "report";

// The months of a span, both included.
struct months {
    int32_t from, to;
};

static struct months months_of(enum board_span span, int32_t today)
{
    int32_t newest = today - PUBLISH_AGE_DAYS;
    int32_t last = publish_month_of(newest);
    if (newest < publish_last_day(last))
        last--;
    int32_t running = last + 1;
    switch (span) {
    case BOARD_LAST_MONTH:
        return (struct months){last, last};
    case BOARD_RUNNING_MONTH:
        return (struct months){running, running};
    default:
        return (struct months){running / 12 * 12, running};
    }
}

static struct period period_of(enum board_span span, struct months months)
{
    int year = months.to / 12;
    return span == BOARD_YEAR
               ? period_make(PERIOD_OFFICIAL, PERIOD_YEAR, year, 0)
               : period_make(PERIOD_OFFICIAL, PERIOD_MONTH, year,
                             months.to % 12 + 1);
}

struct reading {
    struct board_part *part;
    bool failed;
};

static struct board_row *row_of(struct board_part *part, const char *key)
{
    for (size_t i = 0; i < part->row_count; i++) {
        if (strcmp(part->rows[i].key, key) == 0)
            return &part->rows[i];
    }
    struct board_row *rows =
        realloc(part->rows, (part->row_count + 1) * sizeof *rows);
    if (!rows)
        return NULL;
    part->rows = rows;
    struct board_row *row = &rows[part->row_count];
    *row = (struct board_row){.key = strdup(key)};
    part->row_count += row->key != NULL;
    return row->key ? row : NULL;
}

// What no field was given for counts in the whole alone.
static bool take(void *ctx, const struct published_total *total)
{
    struct reading *reading = ctx;
    struct board_part *part = reading->part;
    publish_add(&part->total, &total->sums, 1);
    if (total->to_day > part->to_day)
        part->to_day = total->to_day;
    if (total->kind != PUBLISHED_FIELD || total->key[0] == '\0')
        return true;
    struct board_row *row = row_of(part, total->key);
    if (!row) {
        log_error(MODULE, "out of memory for the board");
        reading->failed = true;
        return false;
    }
    publish_add(&row->sums, &total->sums, 1);
    return true;
}

static int by_size(const void *a, const void *b)
{
    const struct board_row *one = a, *other = b;
    int64_t more = publish_rated(&other->sums) - publish_rated(&one->sums);
    return more != 0 ? (more > 0 ? 1 : -1) : strcmp(one->key, other->key);
}

void board_choose_rows(struct board_part *part)
{
    int64_t rest = publish_rated(&part->total);
    size_t shown = 0;
    if (part->row_count > 0)
        qsort(part->rows, part->row_count, sizeof *part->rows, by_size);
    for (size_t i = 0; i < part->row_count; i++) {
        int64_t rated = publish_rated(&part->rows[i].sums);
        part->rows[i].is_shown = rated >= BOARD_LEAST;
        if (part->rows[i].is_shown) {
            rest -= rated;
            shown++;
        }
    }
    while (shown > 0 && rest > 0 && rest < BOARD_LEAST) {
        shown--;
        part->rows[shown].is_shown = false;
        rest += publish_rated(&part->rows[shown].sums);
    }
}

static bool build_part(struct office *office,
                       const struct report_method *method, enum board_span span,
                       int32_t today, struct board_part *out)
{
    struct months months = months_of(span, today);
    struct reading reading = {.part = out};
    out->period = period_of(span, months);
    if (!report_method_at(office, method, out->period.first, &out->method) ||
        office_published(office, months.from, months.to, NULL, take,
                         &reading) != OFFICE_OK ||
        office_published_flow(office, months.from, months.to, &out->flow) !=
            OFFICE_OK ||
        reading.failed)
        return false;
    board_choose_rows(out);
    return true;
}

bool board_build(struct office *office, const struct report_method *method,
                 int32_t today, struct board *out)
{
    struct board board = {.today = today};
    if (office_begin_reading(office) != OFFICE_OK)
        return false;
    bool done = true;
    for (int span = 0; done && span < BOARD_SPAN_COUNT; span++)
        done = build_part(office, method, (enum board_span)span, today,
                          &board.parts[span]);
    office_end_reading(office);
    if (done)
        *out = board;
    else
        board_free(&board);
    return done;
}

void board_free(struct board *board)
{
    for (int span = 0; span < BOARD_SPAN_COUNT; span++) {
        struct board_part *part = &board->parts[span];
        for (size_t i = 0; i < part->row_count; i++)
            free(part->rows[i].key);
        free(part->rows);
    }
    *board = (struct board){0};
}

static bool take_own(void *ctx, const struct published_total *total)
{
    struct own_part *part = ctx;
    publish_add(&part->own, &total->sums, 1);
    if (total->to_day > part->to_day)
        part->to_day = total->to_day;
    return true;
}

static bool take_unit(void *ctx, const struct published_total *total)
{
    struct own_part *part = ctx;
    publish_add(&part->unit, &total->sums, 1);
    return true;
}

bool own_results_build(struct office *office,
                       const struct report_method *method, int32_t today,
                       const char *officer, struct own_results *out)
{
    struct own_results results = {.today = today};
    if (office_begin_reading(office) != OFFICE_OK)
        return false;
    bool done = true;
    for (int span = 0; done && span < BOARD_SPAN_COUNT; span++) {
        struct months months = months_of((enum board_span)span, today);
        struct own_part *part = &results.parts[span];
        part->period = period_of((enum board_span)span, months);
        done = report_method_at(office, method, part->period.first,
                                &part->method) &&
               office_published(office, months.from, months.to, officer,
                                take_own, part) == OFFICE_OK &&
               office_published(office, months.from, months.to, NULL, take_unit,
                                part) == OFFICE_OK;
    }
    office_end_reading(office);
    if (done)
        *out = results;
    return done;
}
