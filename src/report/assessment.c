#include "report/assessment.h"
#include "report/figures.h"
#include "vietnamese/number.h"

int64_t assessment_dossiers(const struct assessment_points *points)
{
    return points->two + points->one + points->none;
}

int64_t assessment_index(const struct assessment_points *points)
{
    int64_t dossiers = assessment_dossiers(points);
    return dossiers == 0 ? FIGURES_UNKNOWN
                         : number_round_ratio(2 * points->two + points->one,
                                              dossiers, ASSESSMENT_DECIMALS);
}

int64_t assessment_total(const int64_t *indices, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (indices[i] == FIGURES_UNKNOWN)
            return FIGURES_UNKNOWN;
        sum += indices[i];
    }
    return sum;
}

enum assessment_class assessment_class(int64_t total)
{
    // Tenths; the bound belongs to the better class.
    static const int64_t BOUNDS[] = {150, 120, 90, 60};
    int class = ASSESSMENT_EXCELLENT;
    while (class < ASSESSMENT_WEAK && total < BOUNDS[class])
        class ++;
    return (enum assessment_class) class;
}

const char *assessment_class_name(enum assessment_class class)
{
    static const char *const NAMES[ASSESSMENT_CLASS_COUNT] = {
        "xuat-sac", "tot", "kha", "trung-binh", "yeu"};
    return NAMES[class];
}

enum { ITEM_MOST = 600 };

// 6 × the share of clean dossiers ÷ 0,9, at most 6.
static int64_t first_item(const struct forecast_counts *counts)
{
    if (counts->dossiers == 0)
        return 0;
    int64_t item = number_round_ratio(60 * counts->clean, 9 * counts->dossiers,
                                      FORECAST_DECIMALS);
    return item < ITEM_MOST ? item : ITEM_MOST;
}

// 6 × the share; all 6 where there was no complaint.
static int64_t share_item(int64_t part, int64_t whole)
{
    return whole == 0 ? ITEM_MOST
                      : number_round_ratio(6 * part, whole, FORECAST_DECIMALS);
}

struct forecast forecast_of(const struct forecast_counts *counts)
{
    struct forecast out = {
        .rate =
            figures_percent(counts->clean, counts->dossiers, FORECAST_DECIMALS),
        .items = {first_item(counts),
                  share_item(counts->in_time, counts->complaints),
                  share_item(counts->satisfied, counts->complaints)}};
    out.total = out.items[0] + out.items[1] + out.items[2];
    return out;
}
