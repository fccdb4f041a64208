// How a unit's handling of procedures is assessed: the nine indices of Thông tư
// 01/2018/TT-VPCP, and a forecast of three criteria of Quyết định 766/QĐ-TTg of
// 2022. Counts in, rounded figures out, all on integers. Pure.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
    ASSESSMENT_INDICES = 9,
    ASSESSMENT_DECIMALS = 1, // of an index and of the total
    FORECAST_DECIMALS = 2
};

// Dossiers by the points that they have in one index.
struct assessment_points {
    int64_t two, one, none;
};
int64_t assessment_dossiers(const struct assessment_points *points);
// Points of all dossiers ÷ dossiers, × 10, rounded half away from zero;
// FIGURES_UNKNOWN without a dossier.
int64_t assessment_index(const struct assessment_points *points);
// The sum of the rounded indices, × 10; FIGURES_UNKNOWN when one is.
int64_t assessment_total(const int64_t *indices, size_t count);

enum assessment_class {
    ASSESSMENT_EXCELLENT, // from 15 of 18
    ASSESSMENT_GOOD,      // from 12
    ASSESSMENT_FAIR,      // from 9
    ASSESSMENT_MEDIUM,    // from 6
    ASSESSMENT_WEAK,
    ASSESSMENT_CLASS_COUNT
};
// `total` × 10, known.
enum assessment_class assessment_class(int64_t total);
// "xuat-sac", "tot", "kha", "trung-binh", "yeu".
const char *assessment_class_name(enum assessment_class class);

// What the forecast is made of: dossiers and those of them without lateness,
// dissatisfaction or complaint; complaints, those dealt with in time, and those
// whose sender was satisfied.
struct forecast_counts {
    int64_t dossiers, clean;
    int64_t complaints, in_time, satisfied;
};
// Each × 100; of 6, of 18 together.
struct forecast {
    int64_t rate; // per cent of clean dossiers; FIGURES_UNKNOWN for none
    int64_t items[3];
    int64_t total;
};
struct forecast forecast_of(const struct forecast_counts *counts);
