#include "ledger/record.h"
#include "common/clock.h"
#include "ledger/scan.h"
#include "vietnamese/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const outcome_names[RECORD_OUTCOME_COUNT] = {
    "rated", "declined", "timeout", "withdrawn"};
static const char *const mode_names[RECORD_MODE_COUNT] = {
    "transaction", "walk-up", "walk-up-offline"};
static const char *const order_names[] = {"best-first", "worst-first"};
static const char *const clock_names[] = {"synced", "unsure"};
static const char *const kind_names[] = {"visit", "event"};

const char *record_outcome_name(enum record_outcome outcome)
{
    return outcome_names[outcome];
}

const char *record_mode_name(enum record_mode mode)
{
    return mode_names[mode];
}

int64_t record_end(const struct record *record)
{
    return record->kind == RECORD_VISIT ? record->closed_at : record->opened_at;
}

void record_init(struct record *out, enum record_kind kind)
{
    memset(out, 0, sizeof *out);
    out->kind = kind;
    out->clock = RECORD_CLOCK_UNSURE;
}

// --- Writing ---------------------------------------------------------------

// The line while it grows. A text that is no UTF-8 spoils the whole.
struct writer {
    struct buf *out;
    bool failed;
    bool first;
};

static void put_key(struct writer *w, const char *key)
{
    if (!w->first)
        buf_append_char(w->out, ',');
    w->first = false;
    buf_printf(w->out, "\"%s\":", key);
}

// A JSON string (RFC 8259, section 7). Control characters, the others that
// would need an escape, are refused when the line is whole.
static void put_string(struct writer *w, const char *text)
{
    struct buf normal = {0};
    if (!text_append_nfc(text, strlen(text), &normal)) {
        w->failed = true;
        buf_free(&normal);
        return;
    }
    buf_append_char(w->out, '"');
    for (const char *c = buf_text(&normal); *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_append_char(w->out, '\\');
        buf_append_char(w->out, *c);
    }
    buf_append_char(w->out, '"');
    buf_free(&normal);
}

static void put_text(struct writer *w, const char *key, const char *text)
{
    put_key(w, key);
    if (*text)
        put_string(w, text);
    else
        buf_append_text(w->out, "null");
}

static void put_int(struct writer *w, const char *key, int64_t value)
{
    put_key(w, key);
    buf_printf(w->out, "%lld", (long long)value);
}

static void put_time(struct writer *w, const char *key, int64_t wall_ms)
{
    char text[CLOCK_ISO_SIZE] = "";
    if (wall_ms != 0)
        clock_format(wall_ms, text);
    put_text(w, key, text);
}

// Two decimals, whatever the locale.
static void put_hundredths(struct writer *w, const char *key, double value)
{
    long hundredths = lround(value * 100);
    if (!(value >= 0 && value <= 1)) {
        w->failed = true;
        return;
    }
    put_key(w, key);
    buf_printf(w->out, "%ld.%02ld", hundredths / 100, hundredths % 100);
}

static void put_names(struct writer *w, const char *key, const char *texts,
                      size_t stride, size_t count)
{
    put_key(w, key);
    buf_append_char(w->out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_append_char(w->out, ',');
        put_string(w, texts + i * stride);
    }
    buf_append_char(w->out, ']');
}

static void put_answers(struct writer *w, const struct record *r)
{
    put_key(w, "answers");
    buf_append_char(w->out, '[');
    for (size_t i = 0; i < r->answer_count; i++) {
        struct writer item = {w->out, false, true};
        if (i)
            buf_append_char(w->out, ',');
        buf_append_char(w->out, '{');
        put_text(&item, "q", r->answers[i].question);
        put_key(&item, "level");
        if (r->answers[i].level)
            buf_printf(w->out, "%d", r->answers[i].level);
        else
            buf_append_text(w->out, "null");
        buf_append_char(w->out, '}');
        w->failed = w->failed || item.failed;
    }
    buf_append_char(w->out, ']');
}

static void put_touch(struct writer *w, const struct record *r)
{
    put_key(w, "touch");
    if (!r->has_touch) {
        buf_append_text(w->out, "null");
        return;
    }
    buf_append_char(w->out, '{');
    w->first = true;
    put_hundredths(w, "x", r->touch_x);
    put_hundredths(w, "y", r->touch_y);
    put_int(w, "after_ms", r->touch_after_ms);
    buf_append_char(w->out, '}');
}

static void put_visit(struct writer *w, const struct record *r)
{
    put_time(w, "opened_at", r->opened_at);
    put_time(w, "answered_at", r->answered_at);
    put_time(w, "closed_at", r->closed_at);
    put_text(w, "clock", clock_names[r->clock]);
    put_text(w, "boot", r->boot);
    put_int(w, "up_ms", r->up_ms);
    put_text(w, "survey", r->survey);
    put_int(w, "survey_version", r->survey_version);
    put_text(w, "lang", r->lang);
    put_text(w, "mode", mode_names[r->mode]);
    put_text(w, "order", order_names[r->order]);
    put_names(w, "aids", r->aids[0], sizeof r->aids[0], r->aid_count);
    put_text(w, "outcome", outcome_names[r->outcome]);
    put_key(w, "level");
    if (r->outcome == RECORD_RATED)
        buf_printf(w->out, "%d", r->level);
    else
        buf_append_text(w->out, "null");
    put_names(w, "reasons", r->reasons[0], sizeof r->reasons[0],
              r->reason_count);
    put_answers(w, r);
    put_text(w, "comment_hash", r->comment_hash);
    put_text(w, "unit", r->unit);
    put_text(w, "counter", r->counter);
    put_text(w, "field", r->field);
    put_text(w, "procedure", r->procedure);
    put_text(w, "step", r->step);
    put_text(w, "officer", r->officer);
    put_text(w, "transaction", r->transaction);
    put_text(w, "invitation", r->invitation);
    put_touch(w, r);
}

static void put_detail(struct writer *w, const char *detail)
{
    struct buf normal = {0};
    char why[JSON_MESSAGE_SIZE];
    put_key(w, "detail");
    if (!*detail) {
        buf_append_text(w->out, "null");
        return;
    }
    json_t *object = NULL;
    if (text_append_nfc(detail, strlen(detail), &normal))
        object = json_read(buf_text(&normal), normal.size, why);
    if (!json_is_object(object) || !json_write(object, w->out))
        w->failed = true;
    json_decref(object);
    buf_free(&normal);
}

static void put_event(struct writer *w, const struct record *r)
{
    put_time(w, "at", r->opened_at);
    put_text(w, "clock", clock_names[r->clock]);
    put_text(w, "boot", r->boot);
    put_int(w, "up_ms", r->up_ms);
    put_text(w, "event", r->event);
    put_detail(w, r->detail);
}

static void put_object(struct writer *w, const struct record *r, bool draft)
{
    buf_append_char(w->out, '{');
    put_int(w, "v", RECORD_VERSION);
    put_text(w, "device", r->device);
    if (!draft) {
        put_int(w, "gen", r->gen);
        put_int(w, "seq", r->seq);
        put_text(w, "prev", r->prev);
    }
    put_text(w, "id", r->id);
    put_text(w, "kind", kind_names[r->kind]);
    put_key(w, "test");
    buf_append_text(w->out, r->test ? "true" : "false");
    if (r->kind == RECORD_VISIT)
        put_visit(w, r);
    else
        put_event(w, r);
    buf_append_char(w->out, '}');
}

static bool check(const struct record *r, bool draft, char *reason);
static bool is_plain(const char *bytes, size_t size);

static bool write_object(const struct record *r, bool draft, struct buf *out)
{
    char reason[JSON_MESSAGE_SIZE];
    if (!check(r, draft, reason))
        return false;
    size_t start = out->size;
    struct writer w = {out, false, true};
    put_object(&w, r, draft);
    if (!buf_ok(out))
        return false;
    size_t size = out->size - start;
    if (!w.failed && size <= RECORD_LINE_MAX &&
        is_plain(out->data + start, size))
        return true;
    out->size = start;
    out->data[start] = '\0';
    return false;
}

bool record_write(const struct record *record, struct buf *out)
{
    return write_object(record, false, out);
}

bool record_write_draft(const struct record *record, struct buf *out)
{
    return write_object(record, true, out);
}

// --- Rules that both directions share --------------------------------------

// A key of foreign bytes may be too long for the reason: cut between letters.
static bool refuse(char *reason, const char *key, const char *what)
{
    int size = snprintf(reason, JSON_MESSAGE_SIZE, "%s: %s", key, what);
    if (size >= JSON_MESSAGE_SIZE) {
        size = JSON_MESSAGE_SIZE - 1;
        while (size > 0 && !text_is_utf8(reason, (size_t)size))
            reason[--size] = '\0';
    }
    return false;
}

static bool check_visit(const struct record *r, bool draft, char *reason)
{
    bool rated = r->outcome == RECORD_RATED;
    if (rated && (r->level < 1 || r->level > 5))
        return refuse(reason, "level", "is no whole number from 1 to 5");
    if (!rated && r->level != 0)
        return refuse(reason, "level", "stands without a rating");
    if (r->opened_at == 0)
        return refuse(reason, "opened_at", "is missing");
    if (!draft && r->closed_at == 0)
        return refuse(reason, "closed_at", "is missing");
    if (!r->survey[0])
        return refuse(reason, "survey", "is missing");
    // An invitation may be answered away from any counter.
    if (!r->counter[0] && !r->invitation[0])
        return refuse(reason, "counter", "is missing");
    for (size_t i = 0; i < r->answer_count; i++) {
        if (r->answers[i].question[0] == '\0')
            return refuse(reason, "answers", "an answer names no question");
        if (r->answers[i].level < 0 || r->answers[i].level > 5)
            return refuse(reason, "answers", "a level is not from 1 to 5");
    }
    if (r->comment_hash[0] &&
        !digest_hex_is_valid(r->comment_hash, strlen(r->comment_hash)))
        return refuse(reason, "comment_hash", "is not 64 hex digits");
    if (r->invitation[0] && !id_is_valid(r->invitation, strlen(r->invitation)))
        return refuse(reason, "invitation", "is no UUID");
    return true;
}

static bool check(const struct record *r, bool draft, char *reason)
{
    if (!id_is_valid(r->device, strlen(r->device)))
        return refuse(reason, "device", "is no UUID");
    if (!id_is_valid(r->id, strlen(r->id)))
        return refuse(reason, "id", "is no UUID");
    if (!draft && r->gen < 1)
        return refuse(reason, "gen", "is no whole number from 1");
    if (!draft && r->seq < 1)
        return refuse(reason, "seq", "is no whole number from 1");
    if (!draft && !digest_hex_is_valid(r->prev, strlen(r->prev)))
        return refuse(reason, "prev", "is not 64 hex digits");
    if (!id_is_valid(r->boot, strlen(r->boot)))
        return refuse(reason, "boot", "is no UUID");
    if (r->up_ms < 0)
        return refuse(reason, "up_ms", "is no whole number from 0");
    if (r->kind == RECORD_VISIT)
        return check_visit(r, draft, reason);
    if (!r->event[0])
        return refuse(reason, "event", "is missing");
    return true;
}

// --- Reading ---------------------------------------------------------------

// The object that is read, and where to say what is wrong with it.
struct reader {
    const json_t *object;
    char *reason;
};

static bool get_text(const struct reader *r, const char *key, char *out,
                     size_t size)
{
    const json_t *value = json_object_get(r->object, key);
    out[0] = '\0';
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return refuse(r->reason, key, "is no text");
    if (json_string_length(value) >= size)
        return refuse(r->reason, key, "is too long");
    memcpy(out, json_string_value(value), json_string_length(value) + 1);
    return true;
}

static bool get_int(const struct reader *r, const char *key, int64_t *out)
{
    if (json_get_int(r->object, key, out))
        return true;
    return refuse(r->reason, key, "is no whole number");
}

static bool get_time(const struct reader *r, const char *key, int64_t *out)
{
    const json_t *value = json_object_get(r->object, key);
    *out = 0;
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value) ||
        !clock_parse(json_string_value(value), json_string_length(value), out))
        return refuse(r->reason, key, "is no RFC 3339 time");
    if (*out == 0)
        *out = 1; // the first instant of 1970; 0 says "none"
    return true;
}

static bool get_name(const struct reader *r, const char *key,
                     const char *const *names, size_t count, int *out)
{
    const char *text;
    if (!json_get_text(r->object, key, &text))
        return refuse(r->reason, key, "is missing or no text");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) != 0)
            continue;
        *out = (int)i;
        return true;
    }
    return refuse(r->reason, key, "is a word that is not known");
}

static bool get_level(const struct reader *r, const json_t *value, int *out)
{
    *out = 0;
    if (!value || json_is_null(value))
        return true;
    if (!json_is_integer(value) || json_integer_value(value) < 1 ||
        json_integer_value(value) > 5)
        return refuse(r->reason, "level", "is no whole number from 1 to 5");
    *out = (int)json_integer_value(value);
    return true;
}

static bool get_names(const struct reader *r, const char *key, char *out,
                      size_t stride, size_t most, size_t *out_count)
{
    const json_t *array = json_object_get(r->object, key);
    *out_count = 0;
    if (!array || json_is_null(array))
        return true;
    if (!json_is_array(array) || json_array_size(array) > most)
        return refuse(r->reason, key, "is no list, or too long");
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_string(item) || json_string_length(item) >= stride)
            return refuse(r->reason, key, "holds no text, or one too long");
        memcpy(out + i * stride, json_string_value(item),
               json_string_length(item) + 1);
    }
    *out_count = json_array_size(array);
    return true;
}

static bool get_answers(const struct reader *r, struct record *out)
{
    const json_t *array = json_object_get(r->object, "answers");
    if (!array || json_is_null(array))
        return true;
    if (!json_is_array(array) || json_array_size(array) > RECORD_ANSWERS_MAX)
        return refuse(r->reason, "answers", "is no list, or too long");
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        struct record_answer *answer = &out->answers[i];
        if (!json_copy_text(item, "q", answer->question,
                            sizeof answer->question))
            return refuse(r->reason, "answers", "an answer has no \"q\"");
        if (!get_level(r, json_object_get(item, "level"), &answer->level))
            return false;
    }
    out->answer_count = json_array_size(array);
    return true;
}

static bool get_share(const json_t *object, const char *key, double *out)
{
    const json_t *value = json_object_get(object, key);
    *out = json_number_value(value);
    return json_is_number(value) && *out >= 0 && *out <= 1;
}

static bool get_touch(const struct reader *r, struct record *out)
{
    const json_t *touch = json_object_get(r->object, "touch");
    if (!touch || json_is_null(touch))
        return true;
    out->has_touch = true;
    if (!get_share(touch, "x", &out->touch_x) ||
        !get_share(touch, "y", &out->touch_y) ||
        !json_get_int(touch, "after_ms", &out->touch_after_ms))
        return refuse(r->reason, "touch",
                      "wants x, y from 0 to 1 and after_ms");
    return true;
}

static bool read_visit(const struct reader *r, struct record *out)
{
    int clock = 0, mode = 0, order = 0, outcome = 0;
    if (!get_time(r, "opened_at", &out->opened_at) ||
        !get_time(r, "answered_at", &out->answered_at) ||
        !get_time(r, "closed_at", &out->closed_at) ||
        !get_name(r, "clock", clock_names, 2, &clock) ||
        !get_text(r, "boot", out->boot, sizeof out->boot) ||
        !get_int(r, "up_ms", &out->up_ms) ||
        !get_text(r, "survey", out->survey, sizeof out->survey) ||
        !get_int(r, "survey_version", &out->survey_version) ||
        !get_text(r, "lang", out->lang, sizeof out->lang) ||
        !get_name(r, "mode", mode_names, RECORD_MODE_COUNT, &mode) ||
        !get_name(r, "order", order_names, 2, &order) ||
        !get_names(r, "aids", out->aids[0], sizeof out->aids[0],
                   RECORD_AIDS_MAX, &out->aid_count) ||
        !get_name(r, "outcome", outcome_names, RECORD_OUTCOME_COUNT,
                  &outcome) ||
        !get_level(r, json_object_get(r->object, "level"), &out->level) ||
        !get_names(r, "reasons", out->reasons[0], sizeof out->reasons[0],
                   RECORD_REASONS_MAX, &out->reason_count) ||
        !get_answers(r, out))
        return false;
    out->clock = (enum record_clock)clock;
    out->mode = (enum record_mode)mode;
    out->order = (enum record_order)order;
    out->outcome = (enum record_outcome)outcome;
    return get_text(r, "comment_hash", out->comment_hash,
                    sizeof out->comment_hash) &&
           get_text(r, "unit", out->unit, sizeof out->unit) &&
           get_text(r, "counter", out->counter, sizeof out->counter) &&
           get_text(r, "field", out->field, sizeof out->field) &&
           get_text(r, "procedure", out->procedure, sizeof out->procedure) &&
           get_text(r, "step", out->step, sizeof out->step) &&
           get_text(r, "officer", out->officer, sizeof out->officer) &&
           get_text(r, "transaction", out->transaction,
                    sizeof out->transaction) &&
           get_text(r, "invitation", out->invitation, sizeof out->invitation) &&
           get_touch(r, out);
}

static bool read_event(const struct reader *r, struct record *out)
{
    int clock = 0;
    if (!get_time(r, "at", &out->opened_at) ||
        !get_name(r, "clock", clock_names, 2, &clock) ||
        !get_text(r, "boot", out->boot, sizeof out->boot) ||
        !get_int(r, "up_ms", &out->up_ms) ||
        !get_text(r, "event", out->event, sizeof out->event))
        return false;
    out->clock = (enum record_clock)clock;
    const json_t *detail = json_object_get(r->object, "detail");
    if (!detail || json_is_null(detail))
        return true;
    struct buf text = {0};
    bool ok = json_is_object(detail) && json_write(detail, &text) &&
              text.size < sizeof out->detail;
    if (ok)
        memcpy(out->detail, text.data, text.size + 1);
    buf_free(&text);
    return ok || refuse(r->reason, "detail", "is no object, or too long");
}

static bool read_object(const struct reader *r, bool draft, struct record *out)
{
    int64_t version;
    int kind = 0;
    if (!get_int(r, "v", &version))
        return false;
    if (version != RECORD_VERSION)
        return refuse(r->reason, "v", "is a version that is not known");
    if (!get_name(r, "kind", kind_names, 2, &kind))
        return false;
    record_init(out, (enum record_kind)kind);
    if (!get_text(r, "device", out->device, sizeof out->device) ||
        !get_text(r, "id", out->id, sizeof out->id))
        return false;
    if (!draft &&
        (!get_int(r, "gen", &out->gen) || !get_int(r, "seq", &out->seq) ||
         !get_text(r, "prev", out->prev, sizeof out->prev)))
        return false;
    if (!json_get_bool(r->object, "test", &out->test))
        return refuse(r->reason, "test", "is not true or false");
    if (kind == RECORD_VISIT ? !read_visit(r, out) : !read_event(r, out))
        return false;
    return check(out, draft, r->reason);
}

// Unicode's control characters: C0, DEL and C1.
static bool is_control(const char *at, const char *end)
{
    unsigned char c = (unsigned char)*at;
    return c < 0x20 || c == 0x7f ||
           (c == 0xc2 && at + 1 < end && (unsigned char)at[1] < 0xa0);
}

// A line has no control character and no escape but \" and \\: a control
// character, or text that is not NFC, would hide in the others (\n, \u0301).
static bool is_plain(const char *bytes, size_t size)
{
    const char *end = bytes + size;
    for (const char *at = bytes; at < end; at++) {
        if (is_control(at, end))
            return false;
        if (*at == '\\' && ++at < end && *at != '"' && *at != '\\')
            return false;
    }
    return true;
}

bool record_copy_text(const char *text, size_t size, char *out, size_t room)
{
    struct buf normal = {0};
    bool ok = text_append_nfc(text, size, &normal) && normal.size < room;
    for (size_t i = 0; ok && i < normal.size; i++)
        ok = !is_control(normal.data + i, normal.data + normal.size);
    out[0] = '\0';
    if (ok)
        memcpy(out, buf_text(&normal), normal.size + 1);
    buf_free(&normal);
    return ok;
}

enum unfit { FIT, NOT_NFC, HAS_CONTROL };

// What is wrong with the texts in a value.
static enum unfit find_unfit(const json_t *value)
{
    enum unfit unfit = FIT;
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        size_t size = json_string_length(value);
        if (!text_is_nfc(text, size))
            return NOT_NFC;
        for (i = 0; i < size; i++)
            if (is_control(text + i, text + size))
                return HAS_CONTROL;
    }
    json_array_foreach(value, i, member)
    {
        if (unfit == FIT)
            unfit = find_unfit(member);
    }
    json_object_foreach((json_t *)value, key, member)
    {
        if (unfit == FIT)
            unfit = find_unfit(member);
    }
    return unfit;
}

// The bytes are known to break a rule for texts; says where.
static bool refuse_text(const char *bytes, size_t size, char *reason)
{
    if (!text_is_utf8(bytes, size))
        return refuse(reason, "line", "is not UTF-8");
    json_t *object = json_read(bytes, size, reason);
    if (!object)
        return false;
    bool composed = text_is_nfc(bytes, size);
    const char *const whats[] = {
        [FIT] = composed ? "holds a control character or an escape other than "
                           "\\\" and \\\\"
                         : "is not NFC",
        [NOT_NFC] = composed ? "is not NFC, behind an escape" : "is not NFC",
        [HAS_CONTROL] = "holds a control character"};
    const char *key;
    json_t *member;
    refuse(reason, "line", whats[FIT]);
    json_object_foreach(object, key, member)
    {
        enum unfit unfit = find_unfit(member);
        if (unfit != FIT)
            refuse(reason, key, whats[unfit]);
    }
    json_decref(object);
    return false;
}

static bool read_bytes(const char *bytes, size_t size, bool draft,
                       struct record *out, char *reason)
{
    if (size > RECORD_LINE_MAX)
        return refuse(reason, "line", "is longer than 8192 bytes");
    if (!draft && scan_visit(bytes, size, out))
        return check(out, draft, reason);
    if (!text_is_nfc(bytes, size) || !is_plain(bytes, size))
        return refuse_text(bytes, size, reason);
    json_t *object = json_read(bytes, size, reason);
    if (!object)
        return false;
    struct reader reader = {object, reason};
    bool ok = json_is_object(object)
                  ? read_object(&reader, draft, out)
                  : refuse(reason, "line", "is no JSON object");
    json_decref(object);
    return ok;
}

bool record_read(const char *bytes, size_t size, struct record *out,
                 char *reason)
{
    return read_bytes(bytes, size, false, out, reason);
}

bool record_read_draft(const char *bytes, size_t size, struct record *out,
                       char *reason)
{
    return read_bytes(bytes, size, true, out, reason);
}
