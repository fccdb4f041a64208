// A database of a test on a scratch cluster of PostgreSQL, when the environment
// names one: HAILONG_TEST_POSTGRES, "postgresql://…/" (tools/on-postgres), and
// for what takes two, HAILONG_TEST_POSTGRES_OTHER.
#pragma once
#include <stdbool.h>

enum { SCRATCH_URL_SIZE = 128 };

// A new, empty one. False, and "", where no cluster is named.
bool scratch_database_make(char out_url[SCRATCH_URL_SIZE]);
bool scratch_database_make_other(char out_url[SCRATCH_URL_SIZE]);
// One with all that is in another one, to which nobody is connected.
void scratch_database_copy(const char *url, char out_url[SCRATCH_URL_SIZE]);
// Whoever is connected still is thrown out. Accepts "".
void scratch_database_drop(const char *url);

// The database of the server of this directory is there, and not a file in it;
// commands of tests on the directory are on that database
// (command_runner.h). NULL: none was placed.
void scratch_database_place(const char *folder, const char *url);
const char *scratch_database_of(const char *folder);

// Asks the cluster for something, outside of any such database.
void scratch_cluster_run(const char *script);
