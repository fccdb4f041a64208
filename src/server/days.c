#include "server/days.h"
#include "office/ratings.h"
#include "server/reply.h"

bool days_read(struct request *request, struct period *out)
{
    const char *code = NULL, *from = NULL, *to = NULL;
    struct buf message = {0};
    *out = (struct period){
        .kind = PERIOD_DAYS, .first = 0, .last = OFFICE_DAY_MOST};
    if (!request_argument(request, "period", &code) ||
        !request_argument(request, "from", &from) ||
        !request_argument(request, "to", &to)) {
        return false;
    }
    bool ok = true;
    if (code) {
        ok = !from && !to && period_parse(code, out, &message);
    } else if (from || to) {
        ok = from && to && period_parse_days(from, to, out, &message);
    }
    if (!ok) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL, "%s",
                      message.size > 0 ? buf_text(&message)
                                       : "period, from, to: give a period, or "
                                         "both days, or none of them");
    }
    buf_free(&message);
    return ok;
}
