// What people_sql.c and sessions_sql.c share.
#pragma once
#include "office/office_sql.h"
#include "office/people.h"

enum { PERSON_COLUMN_COUNT = 8 };
// Reads PERSON_COLUMNS of statements.c; false, and logged, when they cannot be.
bool person_read(struct sql_statement *s, struct office_person *out);
// Gives a name all its tries again.
enum sql_result sign_in_forgive(struct sql *sql, const char *name);
// In the transaction of what it belongs to. SQL_NONE: there is no such person.
enum sql_result password_put(struct sql *sql,
                             const struct office_password *password);
// SQL_NONE when there is none. `out_hash` may be NULL.
enum sql_result person_find(struct sql *sql, const char *name,
                            struct office_person *out,
                            char out_hash[PASSWORD_HASH_SIZE]);
