// What several questions ask alike.
#pragma once
#include "report/period.h"
#include <stdbool.h>

struct request;

// ?period= or ?from=&to=, one of which there must be. False: the reply is set.
bool query_period(struct request *request, struct period *out);
// The reply to a question that cannot be read: `why`, also as its reason.
void query_refuse(struct request *request, const char *why);
