#include "vietnamese/text.h"
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

bool text_is_utf8(const char *text, size_t size)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t left = (utf8proc_ssize_t)size;
    while (left > 0) {
        utf8proc_int32_t code_point;
        utf8proc_ssize_t step = utf8proc_iterate(at, left, &code_point);
        if (step <= 0)
            return false;
        at += step;
        left -= step;
    }
    return true;
}

// Letters of which Annex 15's quick check (NFC_QC) says that they stand in NFC
// whatever is beside them, and that combine with nothing: all of Vietnamese, of
// the West and of its punctuation. It is what nearly every text here consists
// of.
static bool is_always_nfc(utf8proc_int32_t code_point)
{
    return code_point < 0x300 ||                             // to Latin B
           (code_point >= 0x1e00 && code_point <= 0x1eff) || // ạ to ỹ
           (code_point >= 0x2010 && code_point <= 0x2027) || // – ’ “ …
           (code_point >= 0x20a0 && code_point <= 0x20bf);   // ₫
}

// True for valid UTF-8 of such letters alone. False says nothing.
static bool is_plainly_nfc(const char *text, size_t size)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    const utf8proc_uint8_t *end = at + size;
    while (at < end) {
        utf8proc_int32_t code_point = *at;
        utf8proc_ssize_t step =
            code_point < 0x80 ? 1 : utf8proc_iterate(at, end - at, &code_point);
        if (step <= 0 || !is_always_nfc(code_point))
            return false;
        at += step;
    }
    return true;
}

// The NFC form in memory of its own; NULL for invalid UTF-8 or no memory.
static utf8proc_uint8_t *normalise(const char *text, size_t size,
                                   size_t *out_size)
{
    utf8proc_uint8_t *result = NULL;
    utf8proc_ssize_t length =
        utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size,
                     &result, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (length < 0)
        return NULL;
    *out_size = (size_t)length;
    return result;
}

bool text_is_nfc(const char *text, size_t size)
{
    if (is_plainly_nfc(text, size))
        return true;
    size_t length;
    utf8proc_uint8_t *form = normalise(text, size, &length);
    bool same = form && length == size && memcmp(form, text, size) == 0;
    free(form);
    return same;
}

bool text_append_nfc(const char *text, size_t size, struct buf *out)
{
    if (is_plainly_nfc(text, size)) {
        buf_append(out, text, size);
        return buf_ok(out);
    }
    size_t length;
    utf8proc_uint8_t *form = normalise(text, size, &length);
    if (!form)
        return false;
    buf_append(out, form, length);
    free(form);
    return buf_ok(out);
}

// Walks grapheme clusters: their number, and where the last one begins.
static bool walk(const char *text, size_t size, size_t *out_count,
                 size_t *out_last)
{
    const utf8proc_uint8_t *start = (const utf8proc_uint8_t *)text;
    utf8proc_int32_t before = 0, state = 0;
    size_t at = 0, count = 0, last = 0;
    while (at < size) {
        utf8proc_int32_t code_point;
        utf8proc_ssize_t step = utf8proc_iterate(
            start + at, (utf8proc_ssize_t)(size - at), &code_point);
        if (step <= 0)
            return false;
        if (at == 0 ||
            utf8proc_grapheme_break_stateful(before, code_point, &state)) {
            count++;
            last = at;
        }
        before = code_point;
        at += (size_t)step;
    }
    *out_count = count;
    *out_last = last;
    return true;
}

size_t text_letters(const char *text, size_t size)
{
    size_t count, last;
    return walk(text, size, &count, &last) ? count : 0;
}

size_t text_last_letter(const char *text, size_t size)
{
    size_t count, last;
    if (size == 0)
        return 0;
    // Of bytes that are no UTF-8 the last one goes, so a ⌫ always ends.
    return walk(text, size, &count, &last) ? size - last : 1;
}

bool text_append_folded(const char *text, size_t size, struct buf *out)
{
    utf8proc_uint8_t *form = NULL;
    utf8proc_ssize_t length = utf8proc_map(
        (const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &form,
        UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
            UTF8PROC_STRIPMARK);
    if (length < 0)
        return false;
    for (utf8proc_ssize_t i = 0; i < length; i++) {
        // The stroke of đ (U+0111) is no mark to Unicode.
        if (form[i] == 0xc4 && i + 1 < length && form[i + 1] == 0x91) {
            buf_append_char(out, 'd');
            i++;
        } else {
            buf_append_char(out, (char)form[i]);
        }
    }
    free(form);
    return buf_ok(out);
}

static bool turns_direction(utf8proc_int32_t code_point)
{
    return (code_point >= 0x202a && code_point <= 0x202e) ||
           (code_point >= 0x2066 && code_point <= 0x2069) ||
           code_point == 0x200e || code_point == 0x200f || code_point == 0x061c;
}

static bool is_from_the_right(utf8proc_int32_t code_point)
{
    utf8proc_propval_t class = utf8proc_get_property(code_point)->bidi_class;
    return class == UTF8PROC_BIDI_CLASS_R || class == UTF8PROC_BIDI_CLASS_AL;
}

bool text_append_isolated(const char *text, size_t size, struct buf *out)
{
    static const char ISOLATE[] = "\xe2\x81\xa8", END[] = "\xe2\x81\xa9";
    struct buf line = {0};
    bool has_right = false;
    if (!text_is_utf8(text, size))
        return false;
    for (size_t at = 0; at < size;) {
        utf8proc_int32_t code_point;
        size_t step = (size_t)utf8proc_iterate(
            (const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(size - at),
            &code_point);
        if (utf8proc_category(code_point) == UTF8PROC_CATEGORY_CC ||
            code_point == 0x2028 || code_point == 0x2029)
            buf_append_char(&line, ' ');
        else if (!turns_direction(code_point)) {
            has_right |= is_from_the_right(code_point);
            buf_append(&line, text + at, step);
        }
        at += step;
    }
    buf_append_text(out, has_right ? ISOLATE : "");
    buf_append(out, buf_text(&line), line.size);
    buf_append_text(out, has_right ? END : "");
    bool done = buf_ok(&line) && buf_ok(out);
    buf_free(&line);
    return done;
}
