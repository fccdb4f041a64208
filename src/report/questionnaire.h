// A questionnaire: its questions in groups, from assets/surveys/ID.json, each
// with its Vietnamese and its English. Question sets are data with a version;
// answers are kept with the version that was asked.
//
//   {"id":"sipas","version":1,"name":"…","name_en":"…","factors":[
//     {"key":"tiep-can","name":"…","name_en":"…","items":[
//       {"q":"15","text":"…","text_en":"…"},…]},…]}
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUESTIONNAIRE_FACTORS_MAX = 8, QUESTIONNAIRE_ITEMS_MAX = 64 };

struct questionnaire_item {
    const char *question; // its code: "15"
    const char *text;
    size_t factor; // its index
};
struct questionnaire_factor {
    const char *key, *name;
    size_t first, count; // of the items
};
struct questionnaire {
    json_t *object; // that the texts stand in
    const char *id, *name;
    int64_t version;
    struct questionnaire_factor factors[QUESTIONNAIRE_FACTORS_MAX];
    size_t factor_count;
    struct questionnaire_item items[QUESTIONNAIRE_ITEMS_MAX];
    size_t item_count;
};

// The sets that there are: "sipas", "mam-non", …; ended by NULL.
extern const char *const QUESTIONNAIRES[];

// By its id, from the program's files. False with a `message` that names file
// and fault.
bool questionnaire_load(const char *id, struct questionnaire *out,
                        struct buf *message);
// From an object of that form, of which it keeps a reference. `out_why` names
// the key and the fault.
bool questionnaire_read(json_t *object, struct questionnaire *out,
                        const char **out_why);
void questionnaire_free(struct questionnaire *set);
// NULL: it has no such question.
const struct questionnaire_item *
questionnaire_find(const struct questionnaire *set, const char *question);
