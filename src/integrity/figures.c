#include "integrity/figures.h"
#include "vietnamese/number.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *key;
    size_t offset;
} FIELDS[] = {
#define FIELD(name)                                                            \
    {                                                                          \
#name, offsetof(struct integrity_figures, name)                        \
    }
    FIELD(ratings),    FIELD(least),  FIELD(limit),    FIELD(seconds),
    FIELD(from),       FIELD(level),  FIELD(shortest), FIELD(longest),
    FIELD(fastest_ms), FIELD(x),      FIELD(y),        FIELD(own),
    FIELD(peers),      FIELD(one_in),
#undef FIELD
};
enum { FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0] };

json_t *integrity_figures_write(const struct integrity_figures *figures)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < FIELD_COUNT; i++) {
        int64_t value;
        memcpy(&value, (const char *)figures + FIELDS[i].offset, sizeof value);
        if (value != 0 && json_object_set_new(object, FIELDS[i].key,
                                              json_integer(value)) != 0) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

void integrity_figures_read(const json_t *object, struct integrity_figures *out)
{
    struct integrity_figures figures = {.ratings = 0};
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        int64_t value = 0;
        json_get_int(object, FIELDS[i].key, &value);
        memcpy((char *)&figures + FIELDS[i].offset, &value, sizeof value);
    }
    *out = figures;
}

// --- In words ---------------------------------------------------------------

enum { PLACES = 6 };
struct sentence {
    const struct i18n *texts;
    enum i18n_language language;
    struct buf places[PLACES];
};

static void set_number(struct sentence *sentence, int place, int64_t value)
{
    if (sentence->language == I18N_VI) {
        number_append(value, &sentence->places[place - 1]);
    } else {
        buf_printf(&sentence->places[place - 1], "%lld", (long long)value);
    }
}

// Of tenths; English has a point.
static void set_tenths(struct sentence *sentence, int place, int64_t tenths)
{
    struct buf *out = &sentence->places[place - 1];
    int64_t size = tenths < 0 ? -tenths : tenths;
    if (sentence->language == I18N_VI) {
        number_append_fixed(size, 1, out);
    } else {
        buf_printf(out, "%lld.%lld", (long long)(size / 10),
                   (long long)(size % 10));
    }
}

// "50 giây", "4 phút".
static void set_duration(struct sentence *sentence, int place, int64_t seconds)
{
    const char *id = seconds < 120 ? "integrity.seconds" : "integrity.minutes";
    struct buf number = {0};
    buf_printf(&number, "%lld",
               (long long)(seconds < 120 ? seconds : (seconds + 59) / 60));
    const char *values[] = {buf_text(&number)};
    i18n_format(sentence->texts, sentence->language, id, values, 1,
                &sentence->places[place - 1]);
    buf_free(&number);
}

static void set_level(struct sentence *sentence, int place, int64_t level)
{
    char id[16];
    snprintf(id, sizeof id, "level.%d", (int)level);
    buf_append_text(&sentence->places[place - 1],
                    i18n_text(sentence->texts, sentence->language, id));
}

static void fill(struct sentence *sentence, enum integrity_rule rule,
                 const struct integrity_figures *figures)
{
    set_number(sentence, 1, figures->ratings);
    switch (rule) {
    case INTEGRITY_BURST:
        set_duration(sentence, 2, figures->seconds);
        set_number(sentence, 3, figures->least);
        set_number(sentence, 4, figures->limit);
        break;
    case INTEGRITY_RUN:
        set_level(sentence, 2, figures->level);
        set_number(sentence, 3, figures->shortest);
        set_number(sentence, 4, figures->longest);
        set_number(sentence, 5, figures->least);
        set_number(sentence, 6, figures->limit);
        break;
    case INTEGRITY_OUTSIDE_HOURS:
        set_number(sentence, 2, figures->limit);
        break;
    case INTEGRITY_TOO_FAST:
        set_number(sentence, 2, figures->limit);
        set_number(sentence, 3, figures->fastest_ms);
        break;
    case INTEGRITY_SAME_TOUCH:
        set_number(sentence, 2, figures->limit);
        set_number(sentence, 3, figures->least);
        break;
    case INTEGRITY_OFFICER_OUTLIER:
        set_tenths(sentence, 2, figures->own);
        set_tenths(sentence, 3, figures->peers);
        set_tenths(sentence, 4, figures->own - figures->peers);
        set_number(sentence, 5, figures->one_in);
        break;
    default:
        break;
    }
}

void integrity_explain(const struct i18n *texts, enum i18n_language language,
                       enum integrity_rule rule,
                       const struct integrity_figures *figures, struct buf *out)
{
    struct sentence sentence = {.texts = texts, .language = language};
    const char *values[PLACES];
    char id[64];
    snprintf(id, sizeof id, "integrity.%s", integrity_rule_name(rule));
    fill(&sentence, rule, figures);
    for (int i = 0; i < PLACES; i++) {
        values[i] = buf_text(&sentence.places[i]);
    }
    i18n_format(texts, language, id, values, PLACES, out);
    for (int i = 0; i < PLACES; i++) {
        out->failed |= !buf_ok(&sentence.places[i]);
        buf_free(&sentence.places[i]);
    }
}
