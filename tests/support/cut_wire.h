// A wire of a test between a program and the scratch cluster of PostgreSQL: it
// counts what the program asks, on all connections together, and cuts them all
// at one of these questions, so that a test may let the database vanish at
// each. A question is the first message of a connection, a query, a statement
// to prepare or one to execute. Each function fails the running test when it
// cannot do its work.
#pragma once
#include "support/scratch_database.h"
#include <stdbool.h>
#include <stddef.h>

enum cut_when {
    CUT_BEFORE, // the database never hears that question
    CUT_AFTER   // it does what was asked, and its answer never comes
};

struct cut_wire;

// To the database of `url`. From the cut on nobody gets a connection, until
// cut_wire_mend(). `at` counts from 1. `out_url` leads through the wire.
struct cut_wire *cut_wire_start(const char *url, enum cut_when when, size_t at,
                                char out_url[SCRATCH_URL_SIZE]);
void cut_wire_stop(struct cut_wire *wire);
// Whether it ever was, mended or not.
bool cut_wire_is_cut(struct cut_wire *wire);
void cut_wire_mend(struct cut_wire *wire);
