#include "vietnamese/mask.h"
#include "vietnamese/text.h"
#include <utf8proc.h>

static const char BULLET[] = "\xe2\x80\xa2"; // U+2022

enum sign { DIGIT, UNSEEN, PARTING, OTHER };

static enum sign sign_of(utf8proc_int32_t code_point)
{
    switch (code_point) {
    case '.':
    case '(':
    case ')':
    case '\t':
    case '\n':
    case '\r':
    case 0xb7:   // middle dot
    case 0x2022: // bullet
    case 0x2212: // minus
    case 0xff0e: // full-width full stop
        return PARTING;
    default:
        break;
    }
    switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO:
        return DIGIT;
    case UTF8PROC_CATEGORY_MN: // of a digit in a box, for example
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
        return UNSEEN;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_PD:
        return PARTING;
    default:
        return OTHER;
    }
}

// The sign at the text's beginning; gives its bytes. The text is valid.
static size_t read_sign(const char *text, size_t size, enum sign *out)
{
    utf8proc_int32_t code_point;
    utf8proc_ssize_t step = utf8proc_iterate(
        (const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &code_point);
    *out = sign_of(code_point);
    return (size_t)step;
}

// Bytes of the run that begins here, up to its last digit.
static size_t measure_run(const char *text, size_t size, int *out_digits)
{
    size_t end = 0;
    int gap = 0;
    *out_digits = 0;
    for (size_t at = 0; at < size && gap <= MASK_GAP;) {
        enum sign sign;
        at += read_sign(text + at, size - at, &sign);
        if (sign == OTHER)
            break;
        gap += sign == PARTING;
        if (sign == DIGIT) {
            ++*out_digits;
            gap = 0;
            end = at;
        }
    }
    return end;
}

static void append_masked(const char *text, size_t size, struct buf *out)
{
    for (size_t at = 0; at < size;) {
        enum sign sign;
        size_t step = read_sign(text + at, size - at, &sign);
        if (sign == DIGIT)
            buf_append_text(out, BULLET);
        else if (sign != UNSEEN)
            buf_append(out, text + at, step);
        at += step;
    }
}

bool mask_append(const char *text, size_t size, struct buf *out,
                 size_t *out_runs)
{
    size_t runs = 0;
    if (!text_is_utf8(text, size))
        return false;
    for (size_t at = 0; at < size;) {
        enum sign sign;
        int digits;
        size_t step = read_sign(text + at, size - at, &sign);
        if (sign == DIGIT)
            step = measure_run(text + at, size - at, &digits);
        if (sign == DIGIT && digits >= MASK_DIGITS) {
            append_masked(text + at, step, out);
            runs++;
        } else {
            buf_append(out, text + at, step);
        }
        at += step;
    }
    *out_runs = runs;
    return buf_ok(out);
}
