// Making the Office's reports, for the requests that show, issue and keep them.
#pragma once
#include "report/made_report.h"
#include <stdbool.h>

struct request;
struct server;

// What the query asks for; `kind` is what the path names, NULL: nothing, and
// the query may. False: the reply is set.
bool reports_read_query(struct request *request, const char *kind,
                        struct report_request *out,
                        enum made_format *out_format);
// What the caller may see.
enum report_view reports_view(const struct request *request);
// False for a kind that this server makes no report of: the reply is set (404).
bool reports_are_available(struct request *request, enum report_kind kind);
// With the names that the unit gives its fields. False: the cause is logged.
bool reports_make(struct server *server, struct office *office,
                  enum report_view view, const struct report_request *wanted,
                  struct made_report *out);
