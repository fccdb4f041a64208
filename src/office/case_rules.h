// A case: a low rating that somebody looks after. What opens one, who may close
// it and the list of causes are the settings document `cases`, whose default is
// assets/settings/cases.json:
//
//   {"levels": [1, 2], "deadline_days": 5, "confirm": ["leader", "office"],
//    "causes": [{"code": "cho-lau", "vi": "…", "en": "…"}]}
//
// From its opening to its end a case is a row of events, and its state is what
// they give, one after the other:
//
//   new → assigned to an owner → answered, with a cause and what was done
//       → confirmed by a second person: closed
//
// An answer may be sent back, and a closed case be opened again, by a person or
// by a low rating of the same transaction that comes later. A case whose rating
// counts no more is superseded. Pure.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "office/people.h"
#include <stdbool.h>
#include <stdint.h>

enum { CASE_CAUSES_MAX = 24, CASE_CODE_SIZE = 32, CASE_DEADLINE_MOST = 60 };

struct case_rules {
    bool levels[6]; // that open a case; [0] is none
    int deadline_days;
    bool confirms[PERSON_ROLE_COUNT];
    char causes[CASE_CAUSES_MAX][CASE_CODE_SIZE];
    size_t cause_count;
};
// What holds until the document is changed; of causes none.
void case_rules_default(struct case_rules *out);
// False: `why` has what, where, and what to do.
bool case_rules_read(const json_t *body, struct case_rules *out,
                     struct buf *why);
bool case_rules_knows_cause(const struct case_rules *rules, const char *code);

enum case_state {
    CASE_NEW,
    CASE_ASSIGNED,
    CASE_ANSWERED,
    CASE_CLOSED,
    CASE_SUPERSEDED,
    CASE_STATE_COUNT
};
const char *case_state_name(enum case_state state);
bool case_state_parse(const char *name, enum case_state *out);

enum case_kind {
    CASE_OPENS,
    CASE_ASSIGN,
    CASE_ANSWER,
    CASE_CONFIRM,
    CASE_RETURN,
    CASE_REOPEN,
    CASE_RATED_AGAIN,
    CASE_SUPERSEDE,
    CASE_KIND_COUNT
};
// "opened", "assigned", "answered", …
const char *case_kind_name(enum case_kind kind);
bool case_kind_parse(const char *name, enum case_kind *out);

// What the events up to one of them give. Start with zeros.
struct case_standing {
    enum case_state state;
    int64_t version;                    // events
    char owner[PERSON_NAME_SIZE];       // "": nobody yet
    char answered_by[PERSON_NAME_SIZE]; // of the answer that stands
    int32_t due_from;                   // the day from which the time runs
    int32_t answered_day;               // of that answer; 0: none
    int32_t closed_day;                 // 0: it is not
    int reopened;                       // times
};

struct case_change {
    enum case_kind kind;
    const char *person; // sign-in name; "": the server
    const char *owner;  // of CASE_ASSIGN
    int32_t day;
};
// False: it cannot be done now; `out_why` says why, in English, and the
// standing is as it was.
bool case_apply(struct case_standing *standing,
                const struct case_change *change, const char **out_why);
