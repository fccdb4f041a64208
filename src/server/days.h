// The days that a request is about: of its arguments period, or from and to.
#pragma once
#include "report/period.h"
#include "server/request.h"
#include <stdbool.h>

// Without any of them all days. False: the reply is set.
bool days_read(struct request *request, struct period *out);
