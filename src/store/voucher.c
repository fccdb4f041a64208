#include "store/voucher.h"
#include "ledger/digest.h"
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct scheme {
    const char *voucher, *url;
} SCHEMES[] = {{"HAILONG:", "https://"}, {"HAILONG-HTTP:", "http://"}};
enum { SCHEME_COUNT = sizeof SCHEMES / sizeof *SCHEMES };

static const char PIN_PREFIX[] = "sha256//";
static const char BASE32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648
enum {
    PIN_BYTES = 32,
    PIN_LETTERS = 52,
    CODE_LEAST = 10, // letters, with or without the dash
    CODE_MOST = 12,
    VOUCHER_MAX = 512
};

static bool is_host(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("-.:[]", text[i]))
            return false;
    return size > 0;
}

// "host", or "host/w/UNIT".
static bool is_server(const char *text, size_t size)
{
    const char *slash = memchr(text, '/', size);
    size_t host = slash ? (size_t)(slash - text) : size;
    size_t prefix = sizeof VOUCHER_WARDS - 1;
    return is_host(text, host) &&
           (!slash || (size - host > prefix &&
                       strncasecmp(slash, VOUCHER_WARDS, prefix) == 0 &&
                       is_host(slash + prefix, size - host - prefix)));
}

static bool is_code(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '-')
            return false;
    return size >= CODE_LEAST && size <= CODE_MOST;
}

// --- The pin -----------------------------------------------------------------

static void append_base32(const unsigned char bytes[PIN_BYTES], struct buf *out)
{
    uint32_t held = 0;
    int bits = 0;
    for (int i = 0; i < PIN_BYTES; i++) {
        held = held << 8 | bytes[i];
        for (bits += 8; bits >= 5; bits -= 5)
            buf_append_char(out, BASE32[held >> (bits - 5) & 31]);
    }
    if (bits > 0)
        buf_append_char(out, BASE32[held << (5 - bits) & 31]);
}

static bool read_base32(const char *text, size_t size,
                        unsigned char out[PIN_BYTES])
{
    uint32_t held = 0;
    int bits = 0, count = 0;
    if (size != PIN_LETTERS)
        return false;
    for (size_t i = 0; i < size; i++) {
        const char *letter = strchr(BASE32, toupper((unsigned char)text[i]));
        if (!letter || *letter == '\0')
            return false;
        held = held << 5 | (uint32_t)(letter - BASE32);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out[count++] = (unsigned char)(held >> bits);
        }
    }
    return count == PIN_BYTES && (held & ((1U << bits) - 1)) == 0;
}

static bool append_pin(const char *pin, struct buf *out)
{
    const size_t prefix = sizeof PIN_PREFIX - 1;
    unsigned char bytes[PIN_BYTES];
    if (strncmp(pin, PIN_PREFIX, prefix) != 0 ||
        !base64_decode(pin + prefix, strlen(pin + prefix), bytes, PIN_BYTES))
        return false;
    buf_append_char(out, '/');
    append_base32(bytes, out);
    return true;
}

static bool read_pin(const char *text, size_t size, char out[VOUCHER_PIN_SIZE])
{
    unsigned char bytes[PIN_BYTES];
    struct buf pin = {0};
    bool done = read_base32(text, size, bytes);
    if (done) {
        buf_append_text(&pin, PIN_PREFIX);
        base64_append(bytes, PIN_BYTES, &pin);
        done = buf_ok(&pin) && pin.size < VOUCHER_PIN_SIZE;
    }
    if (done)
        memcpy(out, pin.data, pin.size + 1);
    buf_free(&pin);
    return done;
}

// --- One voucher
// --------------------------------------------------------------

static void append_capitals(const char *text, struct buf *out)
{
    for (; *text; text++)
        buf_append_char(out, (char)toupper((unsigned char)*text));
}

bool voucher_write(const struct voucher *voucher, struct buf *out)
{
    struct buf text = {0};
    bool done = false;
    for (size_t i = 0; i < SCHEME_COUNT && !done; i++) {
        size_t size = strlen(SCHEMES[i].url);
        const char *host = voucher->server + size;
        if (strncasecmp(voucher->server, SCHEMES[i].url, size) != 0 ||
            !is_server(host, strlen(host)) ||
            !is_code(voucher->code, strlen(voucher->code)))
            continue;
        buf_append_text(&text, SCHEMES[i].voucher);
        append_capitals(host, &text);
        buf_append_char(&text, '/');
        append_capitals(voucher->code, &text);
        done = !voucher->pin[0] || append_pin(voucher->pin, &text);
    }
    done = done && buf_ok(&text);
    if (done)
        buf_append(out, text.data, text.size);
    buf_free(&text);
    return done && buf_ok(out);
}

static bool read_server(const char *url, const char *host, size_t size,
                        struct voucher *out)
{
    size_t prefix = strlen(url);
    if (!is_server(host, size) || prefix + size >= sizeof out->server)
        return false;
    memcpy(out->server, url, prefix);
    for (size_t i = 0; i < size; i++)
        out->server[prefix + i] = (char)tolower((unsigned char)host[i]);
    out->server[prefix + size] = '\0';
    return true;
}

static bool read_code(const char *code, size_t size, struct voucher *out)
{
    if (!is_code(code, size))
        return false;
    for (size_t i = 0; i < size; i++)
        out->code[i] = (char)toupper((unsigned char)code[i]);
    out->code[size] = '\0';
    return true;
}

// Where the server's address ends, at the slash before the code. NULL: nowhere.
static const char *end_of_server(const char *text, size_t size)
{
    const char *end = text + size, *slash = memchr(text, '/', size);
    size_t prefix = sizeof VOUCHER_WARDS - 1;
    return slash && (size_t)(end - slash) > prefix &&
                   strncasecmp(slash, VOUCHER_WARDS, prefix) == 0
               ? memchr(slash + prefix, '/', (size_t)(end - slash) - prefix)
               : slash;
}

// HOST[/W/UNIT]/CODE[/PIN]
static bool read_parts(const char *url, const char *text, size_t size,
                       struct voucher *out)
{
    const char *end = text + size;
    const char *code = end_of_server(text, size);
    if (!code || !read_server(url, text, (size_t)(code - text), out))
        return false;
    code++;
    const char *pin = memchr(code, '/', (size_t)(end - code));
    out->pin[0] = '\0';
    return read_code(code, (size_t)((pin ? pin : end) - code), out) &&
           (!pin || read_pin(pin + 1, (size_t)(end - pin - 1), out->pin));
}

static enum voucher_result read_sized(const char *text, size_t size,
                                      struct voucher *out)
{
    struct voucher voucher = {{0}, {0}, {0}};
    for (size_t i = 0; i < SCHEME_COUNT; i++) {
        size_t prefix = strlen(SCHEMES[i].voucher);
        if (size < prefix || strncasecmp(text, SCHEMES[i].voucher, prefix) != 0)
            continue;
        if (size > VOUCHER_MAX ||
            !read_parts(SCHEMES[i].url, text + prefix, size - prefix, &voucher))
            return VOUCHER_DAMAGED;
        *out = voucher;
        return VOUCHER_READ;
    }
    return VOUCHER_OTHER;
}

enum voucher_result voucher_read(const char *text, struct voucher *out)
{
    text += strspn(text, " \t\r\n");
    size_t size = strlen(text);
    while (size > 0 && isspace((unsigned char)text[size - 1]))
        size--;
    return read_sized(text, size, out);
}

// --- Many --------------------------------------------------------------------

static const char HASH_WORD[] = "PIN ";

void voucher_file_begin(const char *staff_pin, struct buf *out)
{
    // The line ends of the system on which such a file is most often opened.
    buf_append_text(
        out, "# Hài Lòng: cắm USB này vào máy ở quầy chưa ghi danh. Mỗi "
             "máy lấy mã đầu tiên còn dùng được.\r\n"
             "# Plug this stick into a counter's machine that is not "
             "enrolled. Each takes the first code that still works.\r\n");
    if (staff_pin && staff_pin[0])
        buf_printf(out, "%s%s\r\n", HASH_WORD, staff_pin);
}

// Names come from people: what would end the line becomes a blank.
static void append_words(const char *text, struct buf *out)
{
    for (; *text; text++)
        buf_append_char(out, *text == '\r' || *text == '\n' ? ' ' : *text);
}

void voucher_file_add(const char *voucher, const char *counter,
                      const char *name, struct buf *out)
{
    buf_printf(out, "%s  # ", voucher);
    append_words(counter, out);
    if (name && name[0]) {
        buf_append_text(out, ": ");
        append_words(name, out);
    }
    buf_append_text(out, "\r\n");
}

static void take_hash(const char *text, size_t size, char out[DEVICE_TEXT_SIZE])
{
    if (size < DEVICE_TEXT_SIZE) {
        memcpy(out, text, size);
        out[size] = '\0';
    }
}

// A line without what ends it, and where the next one begins.
static size_t cut_line(const char *text, size_t size, size_t *out_next)
{
    const char *end = memchr(text, '\n', size);
    size_t length = end ? (size_t)(end - text) : size;
    *out_next = end ? length + 1 : length;
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    return length;
}

bool voucher_file_next(const char *text, size_t size, size_t *at,
                       struct voucher_line *line,
                       char staff_pin[DEVICE_TEXT_SIZE])
{
    const size_t word = sizeof HASH_WORD - 1;
    if (*at == 0) {
        line->number = 0;
        if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
            *at = 3;
    }
    while (*at < size) {
        size_t next, skipped = 0;
        const char *begin = text + *at;
        size_t length = cut_line(begin, size - *at, &next);
        *at += next;
        line->number++;
        while (skipped < length &&
               (begin[skipped] == ' ' || begin[skipped] == '\t'))
            skipped++;
        begin += skipped;
        length -= skipped;
        if (length == 0 || *begin == '#')
            continue;
        if (length > word && strncasecmp(begin, HASH_WORD, word) == 0) {
            take_hash(begin + word, length - word, staff_pin);
            continue;
        }
        size_t own = 0;
        while (own < length && begin[own] != ' ' && begin[own] != '\t')
            own++;
        line->result = read_sized(begin, own, &line->voucher);
        return true;
    }
    return false;
}
