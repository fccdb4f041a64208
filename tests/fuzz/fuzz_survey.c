// A question set: what is taken can be shown in every order and number.
#include "fuzz/fuzz.h"
#include "survey/survey.h"
#include <string.h>

static void check_shown(const struct survey *s, int wanted, bool worst_first)
{
    const struct survey_level *shown[SURVEY_LEVELS_MAX];
    size_t count = survey_shown(s, wanted, worst_first, shown);
    HOLDS(count >= 2 && count <= s->level_count);
    for (size_t i = 0; i < count; i++) {
        HOLDS(survey_level(s, shown[i]->level) == shown[i]);
        if (i > 0)
            HOLDS((shown[i]->level > shown[i - 1]->level) == worst_first);
    }
}

static void check(const struct survey *s)
{
    fuzz_check_text(s->id, sizeof s->id);
    HOLDS(s->id[0] != '\0' && s->version >= 1);
    HOLDS(s->level_count >= 2 && s->level_count <= SURVEY_LEVELS_MAX);
    for (size_t i = 0; i < s->level_count; i++) {
        const struct survey_level *level = &s->levels[i];
        HOLDS(level->level >= 1 && level->level <= 5);
        HOLDS(level->reasons < SURVEY_LIST_COUNT);
        fuzz_check_text(level->text, sizeof level->text);
    }
    for (int list = 0; list < SURVEY_LIST_COUNT; list++) {
        HOLDS(s->reason_count[list] <= SURVEY_REASONS_MAX);
        for (size_t i = 0; i < s->reason_count[list]; i++) {
            const struct survey_reason *reason = &s->reasons[list][i];
            fuzz_check_text(reason->text, sizeof reason->text);
            fuzz_check_text(reason->group, sizeof reason->group);
            fuzz_check_text(reason->icon, sizeof reason->icon);
        }
    }
    for (int wanted = 0; wanted <= 5; wanted++) {
        check_shown(s, wanted, false);
        check_shown(s, wanted, true);
    }
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    static const struct survey untouched = {.version = -1};
    struct survey survey = untouched;
    struct buf message = {0};
    char path[PATH_MAX];
    fuzz_start();
    fuzz_write("set.json", data, size, path);
    if (survey_load(path, &survey, &message)) {
        check(&survey);
    } else {
        HOLDS(strncmp(buf_text(&message), path, strlen(path)) == 0);
        HOLDS(memcmp(&survey, &untouched, sizeof survey) == 0);
    }
    fuzz_check_text(buf_text(&message), message.size + 1);
    buf_free(&message);
    return 0;
}
