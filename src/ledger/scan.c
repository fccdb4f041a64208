#include "ledger/scan.h"
#include "common/clock.h"
#include <string.h>

struct cursor {
    const char *at, *end;
};

static bool take(struct cursor *c, const char *literal, size_t size)
{
    if ((size_t)(c->end - c->at) < size || memcmp(c->at, literal, size) != 0)
        return false;
    c->at += size;
    return true;
}
#define TAKE(c, literal) take((c), (literal), sizeof(literal) - 1)

// A text of printable ASCII without an escape, after its opening quote.
static bool take_rest(struct cursor *c, char *out, size_t size)
{
    size_t length = 0;
    for (; c->at < c->end && *c->at != '"'; c->at++) {
        if (*c->at < 0x20 || *c->at > 0x7e || *c->at == '\\' ||
            length + 1 == size)
            return false;
        out[length++] = *c->at;
    }
    out[length] = '\0';
    return TAKE(c, "\"");
}

// null is the empty text. "" is left to the full reader.
static bool take_text(struct cursor *c, char *out, size_t size)
{
    if (TAKE(c, "null"))
        return true; // the record starts empty
    return TAKE(c, "\"") && take_rest(c, out, size) && *out;
}

static bool take_int(struct cursor *c, int64_t *out)
{
    int64_t value = 0;
    int digits = 0;
    bool zero = c->at < c->end && *c->at == '0';
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (++digits > 18)
            return false;
        value = value * 10 + (*c->at - '0');
    }
    *out = value;
    return digits == 1 || (digits > 1 && !zero);
}

static bool take_time(struct cursor *c, int64_t *out)
{
    enum { LENGTH = CLOCK_ISO_SIZE - 1 };
    if (TAKE(c, "null"))
        return true;
    if (!TAKE(c, "\"") || c->end - c->at <= LENGTH ||
        !clock_parse(c->at, LENGTH, out))
        return false;
    c->at += LENGTH;
    if (*out == 0)
        *out = 1; // as the full reader: 0 says "none"
    return TAKE(c, "\"");
}

struct word {
    const char *text;
    size_t size;
};
#define WORD(literal)                                                          \
    {                                                                          \
        "\"" literal "\"", sizeof(literal) + 1                                 \
    }

static bool take_word(struct cursor *c, const struct word *words, int count,
                      int *out)
{
    for (int i = 0; i < count; i++) {
        if (!take(c, words[i].text, words[i].size))
            continue;
        *out = i;
        return true;
    }
    return false;
}

static bool take_level(struct cursor *c, int *out)
{
    if (TAKE(c, "null"))
        return true;
    if (c->at == c->end || *c->at < '1' || *c->at > '5')
        return false;
    *out = *c->at++ - '0';
    return true;
}

static bool take_names(struct cursor *c, char *out, size_t stride, size_t most,
                       size_t *out_count)
{
    size_t count = 0;
    if (!TAKE(c, "["))
        return false;
    while (!TAKE(c, "]")) {
        if (count == most || (count > 0 && !TAKE(c, ",")) || !TAKE(c, "\"") ||
            !take_rest(c, out + count * stride, stride))
            return false;
        count++;
    }
    *out_count = count;
    return true;
}

static bool take_answers(struct cursor *c, struct record *out)
{
    size_t count = 0;
    if (!TAKE(c, "["))
        return false;
    while (!TAKE(c, "]")) {
        struct record_answer *answer = &out->answers[count];
        if (count == RECORD_ANSWERS_MAX || (count > 0 && !TAKE(c, ",")) ||
            !TAKE(c, "{\"q\":\"") ||
            !take_rest(c, answer->question, sizeof answer->question) ||
            !TAKE(c, ",\"level\":") || !take_level(c, &answer->level) ||
            !TAKE(c, "}"))
            return false;
        count++;
    }
    out->answer_count = count;
    return true;
}

// "0.31": hundredths, exactly the double that the decimal names.
static bool take_share(struct cursor *c, double *out)
{
    if (c->end - c->at < 4 || (c->at[0] != '0' && c->at[0] != '1') ||
        c->at[1] != '.' || c->at[2] < '0' || c->at[2] > '9' || c->at[3] < '0' ||
        c->at[3] > '9')
        return false;
    int hundredths =
        (c->at[0] - '0') * 100 + (c->at[2] - '0') * 10 + (c->at[3] - '0');
    c->at += 4;
    *out = hundredths / 100.0;
    return hundredths <= 100;
}

static bool take_touch(struct cursor *c, struct record *out)
{
    if (TAKE(c, "null"))
        return true;
    out->has_touch = true;
    return TAKE(c, "{\"x\":") && take_share(c, &out->touch_x) &&
           TAKE(c, ",\"y\":") && take_share(c, &out->touch_y) &&
           TAKE(c, ",\"after_ms\":") && take_int(c, &out->touch_after_ms) &&
           TAKE(c, "}");
}

#define TEXT(c, key, field)                                                    \
    (TAKE((c), ",\"" key "\":") && take_text((c), (field), sizeof(field)))
#define NUMBER(c, key, field)                                                  \
    (TAKE((c), ",\"" key "\":") && take_int((c), &(field)))
#define TIME(c, key, field)                                                    \
    (TAKE((c), ",\"" key "\":") && take_time((c), &(field)))

static bool take_place(struct cursor *c, struct record *out)
{
    return TAKE(c, "{\"v\":1") && TEXT(c, "device", out->device) &&
           NUMBER(c, "gen", out->gen) && NUMBER(c, "seq", out->seq) &&
           TEXT(c, "prev", out->prev) && TEXT(c, "id", out->id) &&
           TAKE(c, ",\"kind\":\"visit\",\"test\":");
}

static bool take_times(struct cursor *c, struct record *out)
{
    static const struct word clocks[] = {WORD("synced"), WORD("unsure")};
    int clock = 0;
    out->test = TAKE(c, "true");
    bool ok = (out->test || TAKE(c, "false")) &&
              TIME(c, "opened_at", out->opened_at) &&
              TIME(c, "answered_at", out->answered_at) &&
              TIME(c, "closed_at", out->closed_at) && TAKE(c, ",\"clock\":") &&
              take_word(c, clocks, 2, &clock) && TEXT(c, "boot", out->boot) &&
              NUMBER(c, "up_ms", out->up_ms);
    out->clock = (enum record_clock)clock;
    return ok;
}

static bool take_answer(struct cursor *c, struct record *out)
{
    static const struct word modes[] = {WORD("transaction"), WORD("walk-up"),
                                        WORD("walk-up-offline")};
    static const struct word orders[] = {WORD("best-first"),
                                         WORD("worst-first")};
    static const struct word outcomes[] = {WORD("rated"), WORD("declined"),
                                           WORD("timeout"), WORD("withdrawn")};
    int mode = 0, order = 0, outcome = 0;
    bool ok = TEXT(c, "survey", out->survey) &&
              NUMBER(c, "survey_version", out->survey_version) &&
              TEXT(c, "lang", out->lang) && TAKE(c, ",\"mode\":") &&
              take_word(c, modes, RECORD_MODE_COUNT, &mode) &&
              TAKE(c, ",\"order\":") && take_word(c, orders, 2, &order) &&
              TAKE(c, ",\"aids\":") &&
              take_names(c, out->aids[0], sizeof out->aids[0], RECORD_AIDS_MAX,
                         &out->aid_count) &&
              TAKE(c, ",\"outcome\":") &&
              take_word(c, outcomes, RECORD_OUTCOME_COUNT, &outcome) &&
              TAKE(c, ",\"level\":") && take_level(c, &out->level) &&
              TAKE(c, ",\"reasons\":") &&
              take_names(c, out->reasons[0], sizeof out->reasons[0],
                         RECORD_REASONS_MAX, &out->reason_count) &&
              TAKE(c, ",\"answers\":") && take_answers(c, out);
    out->mode = (enum record_mode)mode;
    out->order = (enum record_order)order;
    out->outcome = (enum record_outcome)outcome;
    return ok;
}

static bool take_context(struct cursor *c, struct record *out)
{
    return TEXT(c, "comment_hash", out->comment_hash) &&
           TEXT(c, "unit", out->unit) && TEXT(c, "counter", out->counter) &&
           TEXT(c, "field", out->field) &&
           TEXT(c, "procedure", out->procedure) && TEXT(c, "step", out->step) &&
           TEXT(c, "officer", out->officer) &&
           TEXT(c, "transaction", out->transaction) &&
           TEXT(c, "invitation", out->invitation) && TAKE(c, ",\"touch\":") &&
           take_touch(c, out) && TAKE(c, "}");
}

bool scan_visit(const char *bytes, size_t size, struct record *out)
{
    struct cursor c = {bytes, bytes + size};
    record_init(out, RECORD_VISIT);
    return take_place(&c, out) && take_times(&c, out) && take_answer(&c, out) &&
           take_context(&c, out) && c.at == c.end;
}
