// Reasons in memory: what one commit, or a recount, adds to their totals. As
// tally.h, but a cell is also of one reason, and only of the dimensions by
// which reasons are asked for. Pure.
#pragma once
#include "ledger/record.h"
#include "office/map.h"
#include "office/tally.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// In place of a reason's number: ratings that carry any reason at all, each
// once.
enum { REASON_ANY = 0 };

// The reasons of one visit, as numbers of their ids, each once.
struct reason_list {
    int64_t all[RECORD_REASONS_MAX];
    size_t count;
};

struct reason_cell {
    enum tally_dimension dimension;
    enum tally_grain grain;
    int32_t period;
    int64_t key;
    int64_t reason;
    int64_t levels[5]; // ratings that carry it, levels[0] is level 1
};

struct reason_tally {
    struct tally_choice choice;
    struct map index; // of the cells
    struct reason_cell *cells;
    size_t count, capacity;
    bool failed; // memory ran out: nothing in it can be used
};

// Whether reasons are totalled by it.
bool reason_tally_has(enum tally_dimension dimension);
// Adds a rating to the day cells; a visit without a level, or without a reason,
// adds nothing. `sign` −1 takes it away.
void reason_tally_add(struct reason_tally *tally,
                      const struct tally_facts *facts,
                      const struct reason_list *reasons, int sign);
// Once, after the last visit: adds the cells of the longer grains.
void reason_tally_fold(struct reason_tally *tally);
// NULL when there is none.
struct reason_cell *reason_tally_find(const struct reason_tally *tally,
                                      const struct reason_cell *named);
bool reason_cell_is_zero(const struct reason_cell *cell);
// Keeps the choice.
void reason_tally_clear(struct reason_tally *tally);
void reason_tally_free(struct reason_tally *tally);
