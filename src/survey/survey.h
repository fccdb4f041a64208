// A question set: which levels a counter offers, which of them count as
// satisfied, and which reasons stand behind each level. Sets are data
// (assets/surveys/ID.json), versioned, and every record keeps the version that
// was on the screen. Texts and icons are named here, not held: the words come
// from i18n, the drawings from the screens.
//
//   {"id":"quay","version":1,
//    "levels":[{"level":5,"text":"level.5","satisfied":true,"reasons":"high"},…],
//    "reasons":{"high":[{"text":"reason.high.1","group":"waiting",
//                        "icon":"clock"},…],"low":[…]}}
#pragma once
#include "common/buf.h"
#include "ledger/record.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SURVEY_LEVELS_MAX = 5,
    SURVEY_REASONS_MAX = 9, // chips on one screen
    SURVEY_NAME_SIZE = 32,
    SURVEY_FILE_MAX = 256 * 1024
};

// The two lists of reasons: after a satisfied answer, and after any other.
enum survey_list { SURVEY_HIGH, SURVEY_LOW, SURVEY_LIST_COUNT };

struct survey_level {
    int level; // 1..5, the number of the face
    char text[SURVEY_NAME_SIZE];
    bool satisfied;
    enum survey_list reasons;
};

struct survey_reason {
    char text[RECORD_REASON_SIZE]; // what the record keeps
    char group[SURVEY_NAME_SIZE];
    char icon[SURVEY_NAME_SIZE];
};

struct survey {
    char id[RECORD_CODE_SIZE];
    int64_t version;
    struct survey_level levels[SURVEY_LEVELS_MAX]; // best first
    size_t level_count;
    struct survey_reason reasons[SURVEY_LIST_COUNT][SURVEY_REASONS_MAX];
    size_t reason_count[SURVEY_LIST_COUNT];
};

// Reads a file. False with a `message` "FILE: line L, column C: …" or
// "FILE: KEY: …" that says what is wrong; `out` is then untouched.
bool survey_load(const char *path, struct survey *out, struct buf *message);

// Whether the words of a set can stand on its cards and chips: each level and
// reason needs a text in Vietnamese, and none may have more than
// SURVEY_LABEL_LETTERS letters in any language. False with a `message`. Without
// texts (NULL) nothing is checked.
struct i18n;
enum { SURVEY_LABEL_LETTERS = 32 };
bool survey_check_words(const struct survey *survey, const struct i18n *i18n,
                        struct buf *message);

// The levels to show, in the order of the screen. `wanted` 3 leaves the faces
// 4, 3 and 2 of a set of five; a set with fewer levels is shown whole. Returns
// how many.
size_t survey_shown(const struct survey *survey, int wanted, bool worst_first,
                    const struct survey_level *out[SURVEY_LEVELS_MAX]);
// NULL when the set has no such level.
const struct survey_level *survey_level(const struct survey *survey, int level);
