// The engine behind database.h for addresses of PostgreSQL.
#pragma once
#include "sql/sql.h"

enum sql_result postgres_open(const char *url, enum sql_mode mode,
                              const char *const *statements, size_t count,
                              struct sql **out_sql);
