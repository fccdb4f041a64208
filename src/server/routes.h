// What the server answers, as one const table for each of its two listeners,
// and how a request finds its place in it.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

struct request;

enum route_id {
    ROUTE_NONE, // no such path
    ROUTE_ENROL,
    ROUTE_BATCHES,
    ROUTE_DEVICE_CONFIG,
    ROUTE_DEVICE_INVITATIONS,
    ROUTE_INVITE,
    ROUTE_INVITATION,
    ROUTE_WITHDRAW,
    ROUTE_INVITATION_CODE,
    ROUTE_TOKEN,
    ROUTE_COUNTERS,
    ROUTE_COUNTER_RECENT,
    ROUTE_COUNTER_INVITATIONS,
    ROUTE_SEAT,
    ROUTE_TAKE_SEAT,
    ROUTE_SUMMARY,
    ROUTE_UNITS,
    ROUTE_LEAGUE,
    ROUTE_UNIT_SUMMARY,
    ROUTE_ISSUE_REPORT,
    ROUTE_ISSUED_REPORTS,
    ROUTE_ISSUED_REPORT,
    ROUTE_REPORT,
    ROUTE_QUESTIONNAIRES,
    ROUTE_ENTER_FORMS,
    ROUTE_ASSESSMENT,
    ROUTE_PUT_ASSESSMENT,
    ROUTE_REASONS,
    ROUTE_LIVE,
    ROUTE_COMMENTS,
    ROUTE_TRANSACTIONS,
    ROUTE_RATINGS,
    ROUTE_RATINGS_CSV,
    ROUTE_FLAGS,
    ROUTE_FLAG_LIFT,
    ROUTE_RATING_MARK,
    ROUTE_MARK_WITHDRAW,
    ROUTE_CASES,
    ROUTE_CASE_SUMMARY,
    ROUTE_CASE,
    ROUTE_CASE_ASSIGN,
    ROUTE_CASE_ANSWER,
    ROUTE_CASE_CONFIRM,
    ROUTE_CASE_RETURN,
    ROUTE_CASE_REOPEN,
    ROUTE_AUDIT,
    ROUTE_SIGN_IN,
    ROUTE_SESSION,
    ROUTE_SIGN_OUT,
    ROUTE_SESSIONS,
    ROUTE_SIGN_OUT_EVERYWHERE,
    ROUTE_OWN_PASSWORD,
    ROUTE_DEVICES,
    ROUTE_ADD_DEVICE,
    ROUTE_ADD_DEVICES,
    ROUTE_CHANGE_DEVICE,
    ROUTE_REVOKE_DEVICE,
    ROUTE_REPLACE_DEVICE,
    ROUTE_DEVICES_CSV,
    ROUTE_PEOPLE,
    ROUTE_ADD_PERSON,
    ROUTE_CHANGE_PERSON,
    ROUTE_DISABLE_PERSON,
    ROUTE_ENABLE_PERSON,
    ROUTE_RENEW_PASSWORD,
    ROUTE_END_SESSIONS,
    ROUTE_KEYS,
    ROUTE_ADD_KEY,
    ROUTE_REVOKE_KEY,
    ROUTE_SURVEYS,
    ROUTE_SETTINGS,
    ROUTE_SETTING,
    ROUTE_PUT_SETTING,
    ROUTE_PREVIEW_DEVICES,
    ROUTE_PAGE,
    ROUTE_WEB,
    ROUTE_FONT,
    ROUTE_PHONE,
    ROUTE_PHONE_ANSWER,
    ROUTE_OPENAPI,
    ROUTE_HEALTH,
    ROUTE_TIME,
    ROUTE_PAPERS,
    ROUTE_ALERTS,
    ROUTE_ACKNOWLEDGE,
    ROUTE_PUBLIC_SUMMARY,
    ROUTE_OWN_RESULTS,
    ROUTE_METRICS,
    ROUTE_ADMIN_HEALTH,
    ROUTE_ADMIN_ADD_DEVICE,
    ROUTE_ADMIN_ADD_DEVICES,
    ROUTE_ADMIN_REVOKE_DEVICE,
    ROUTE_ADMIN_REPLACE_DEVICE,
    ROUTE_ADMIN_RENEW_DEVICE,
    ROUTE_ADMIN_BATCHES,
    ROUTE_ADMIN_TRANSACTIONS,
    ROUTE_ADMIN_ADD_KEY,
    ROUTE_ADMIN_REVOKE_KEY,
    ROUTE_ADMIN_ADD_CHECKPOINT,
    ROUTE_ADMIN_RETOTAL,
    ROUTE_ADMIN_RETOTAL_STATE,
    ROUTE_ADMIN_ADD_PERSON,
    ROUTE_ADMIN_DISABLE_PERSON,
    ROUTE_ADMIN_ENABLE_PERSON,
    ROUTE_ADMIN_SET_PASSWORD,
    ROUTE_COUNT
};
// "batches", for metrics; "none" for ROUTE_NONE.
const char *route_name(enum route_id id);

// BODY_MAYBE_JSON: it may be missing. BODY_OBJECTS: JSON or NDJSON, as the
// request says.
enum body_kind {
    BODY_NONE,
    BODY_JSON,
    BODY_MAYBE_JSON,
    BODY_NDJSON,
    BODY_OBJECTS,
    BODY_FORM
};

// What a handler did: it has answered, or it has filled request->job and the
// request waits for the writer, or it has filled request->listening and the
// request waits for a change (long_poll.h): it is called once more then; or it
// waits for what request->begin starts.
enum handling {
    HANDLING_DONE,
    HANDLING_WAITS,
    HANDLING_LISTENS,
    HANDLING_BEGINS
};

// Who may ask, where permit_caller() or permit_page() judges: keys and people,
// each with a role.
enum caller {
    CALLER_KEY_OFFICE = 1 << 0,
    CALLER_KEY_LEADER = 1 << 1,
    CALLER_KEY_FEED = 1 << 2,
    CALLER_ADMIN = 1 << 3,
    CALLER_OFFICE = 1 << 4,
    CALLER_LEADER = 1 << 5,
    CALLER_OFFICER = 1 << 6,
    CALLER_PEOPLE =
        CALLER_ADMIN | CALLER_OFFICE | CALLER_LEADER | CALLER_OFFICER
};

// The steps of one request. `permit` sees the headers, before the body is
// read; false: it has answered. `handle` sees the whole. `finish` is called
// after the writer has done the job.
struct route {
    enum route_id id;
    const char *method; // "GET" serves HEAD too; NULL ends a table
    const char *path;   // "*" stands for one segment
    enum body_kind body;
    size_t body_limit; // bytes, inflated
    bool (*permit)(struct request *request);
    enum handling (*handle)(struct request *request);
    void (*finish)(struct request *request);
    unsigned callers; // of enum caller, for the permits that ask who it is
};

extern const struct route PUBLIC_ROUTES[];
extern const struct route ADMIN_ROUTES[]; // on the loopback only

// A one-time token (ledger/token.h) is the longest part that there is.
enum { ROUTE_PART_SIZE = 768 };
enum route_match { ROUTE_FOUND, ROUTE_BAD_METHOD, ROUTE_BAD_PATH };

// `path` is compared as it came, byte for byte: no escapes, no dots, no double
// slashes are looked through, so there is one spelling of each route.
// ROUTE_FOUND: `out_route`, and in `out_part` what stands at "*".
// ROUTE_BAD_METHOD: `allow` has the methods, as for the header Allow.
enum route_match route_find(const struct route *table, const char *method,
                            const char *path, const struct route **out_route,
                            char out_part[ROUTE_PART_SIZE], struct buf *allow);
