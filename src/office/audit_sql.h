// What the files of the audit trail share.
#pragma once
#include "office/audit.h"
#include "office/office_sql.h"
#include "office/trail.h"

// Reads the columns of AUDIT_ROWS behind the number; they live until the next
// step. False: one of them is no text.
bool audit_read(struct sql_statement *s, struct audit_entry *out);
bool audit_extend(struct trail *trail, const struct audit_entry *entry);
// The trail as it stands.
enum sql_result audit_last(struct sql *sql, struct trail *out);
// Chains what came before the trail was one.
enum sql_result audit_chain(struct sql *sql);
