#include "office/notices.h"
#include "common/date.h"
#include "office/ticket.h"
#include "vietnamese/text.h"
#include <ctype.h>
#include <string.h>

static bool complain(struct buf *why, size_t at, const char *key,
                     const char *what)
{
    buf_printf(why, "notices[%zu].%s: %s", at, key, what);
    return false;
}

static bool has_long_number(const char *text)
{
    size_t run = 0;
    for (; *text; text++) {
        run = isdigit((unsigned char)*text) ? run + 1 : 0;
        if (run > NOTICE_DIGITS) {
            return true;
        }
    }
    return false;
}

// Whoever reads how others rated rates like them.
static bool has_score(const char *text)
{
    static const char *const words[] = {"%", "/5", "điểm", "score", "★"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strstr(text, words[i])) {
            return true;
        }
    }
    return false;
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool check_text(const json_t *notice, size_t at, const char *key,
                       struct buf *why)
{
    const char *text;
    if (!json_get_text(notice, key, &text) || text[0] == '\0') {
        return complain(why, at, key, "is missing; write what was done");
    }
    if (!text_is_nfc(text, strlen(text)) || has_control(text)) {
        return complain(why, at, key, "must be one line of plain text in NFC");
    }
    if (text_letters(text, strlen(text)) > NOTICE_LETTERS) {
        return complain(why, at, key,
                        "is too long for two lines; at most 60 letters");
    }
    if (has_long_number(text)) {
        return complain(why, at, key,
                        "has a number of more than four digits; leave away "
                        "telephone and dossier numbers");
    }
    if (has_score(text)) {
        return complain(why, at, key,
                        "speaks of a score; say what was done, not how "
                        "citizens rate");
    }
    return true;
}

static bool read_day(const json_t *notice, size_t at, const char *key,
                     int32_t *out, struct buf *why)
{
    return json_get_day(notice, key, out) ||
           complain(why, at, key, "is no day; write it like \"2026-11-20\"");
}

static bool check_days(const json_t *notice, size_t at, struct buf *why)
{
    int32_t from = 0, to = 0;
    if (!read_day(notice, at, "from", &from, why) ||
        !read_day(notice, at, "to", &to, why)) {
        return false;
    }
    return from <= to || complain(why, at, "to", "comes before from");
}

static bool check_cases(const json_t *notice, size_t at, struct buf *why)
{
    const json_t *list = json_object_get(notice, "cases");
    size_t count = json_array_size(list);
    bool are_ids = count > 0 && count <= NOTICE_CASES_MOST;
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(list, i));
        int64_t ticket;
        are_ids = are_ids && id && ticket_read(id, &ticket);
    }
    return are_ids || complain(why, at, "cases",
                               "must be a list of 1 to 50 ids of closed cases");
}

static bool is_in_force(const json_t *notice, const char *day)
{
    const char *from = "", *to = "";
    json_get_text(notice, "from", &from);
    json_get_text(notice, "to", &to);
    return strcmp(from, day) <= 0 && strcmp(day, to) <= 0;
}

// On its first day each notice finds the others that are shown then.
static bool check_crowd(const json_t *list, struct buf *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *day = "";
        size_t together = 0;
        json_get_text(json_array_get(list, i), "from", &day);
        for (size_t j = 0; j < json_array_size(list); j++) {
            together += is_in_force(json_array_get(list, j), day);
        }
        if (together > NOTICES_AT_ONCE) {
            return complain(why, i, "from",
                            "more than four would be shown at once; let an "
                            "older one end before");
        }
    }
    return true;
}

bool notices_check(const json_t *body, struct buf *why)
{
    const json_t *list = json_object_get(body, "notices");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > NOTICES_MOST) {
        buf_printf(why, "notices: must be a list of at most %d", NOTICES_MOST);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *notice = json_array_get(list, i);
        if (!check_text(notice, i, "vi", why) ||
            !check_text(notice, i, "en", why) || !check_days(notice, i, why) ||
            !check_cases(notice, i, why)) {
            return false;
        }
    }
    return check_crowd(list, why);
}
