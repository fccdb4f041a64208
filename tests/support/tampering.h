// Changes of a database behind its program's back, as somebody with its file,
// or with its owner's password, would make them. Scripts are written for
// SQLite; on PostgreSQL a guard is a privilege, so taking a trigger away gives
// it back:
//   DROP TRIGGER t_no_update       GRANT UPDATE ON t
//   CREATE TRIGGER … BEFORE UPDATE ON t …   REVOKE UPDATE ON t
//   PRAGMA user_version = 7        UPDATE schema_version …
//   PRAGMA …                       nothing
//   x'00', CAST(bytes AS TEXT), CAST(… AS BLOB)   what they are there
#pragma once
#include "sql/sql.h"

enum sql_result tamper_run(struct sql *sql, const char *script);
