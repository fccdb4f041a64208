#include "server/query.h"
#include "report/report.h"
#include "server/request.h"

void query_refuse(struct request *request, const char *why)
{
    reply_problem(request, PROBLEM_BAD_REQUEST,
                  &(struct problem_members){.reason = why}, "%s", why);
}

bool query_period(struct request *request, struct period *out)
{
    struct report_ask ask = {0};
    struct report_request wanted;
    struct buf message = {0};
    if (!request_argument(request, "period", &ask.period) ||
        !request_argument(request, "from", &ask.from) ||
        !request_argument(request, "to", &ask.to)) {
        return false;
    }
    bool ok = report_read_request(&ask, &wanted, &message);
    if (ok) {
        *out = wanted.period;
    } else {
        query_refuse(request, buf_text(&message));
    }
    buf_free(&message);
    return ok;
}
