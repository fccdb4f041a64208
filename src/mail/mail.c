#include "mail/mail.h"
#include "common/file.h"
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    CONNECT_S = 15,
    TOTAL_S = 120,
    PASSWORD_MAX = 1024,
    ADDRESS_MAX = 254,
    RECIPIENTS_MAX = 50,
    WORD_MAX = 60 // bytes of an encoded word's text; a line has 75 at most
};

// --- What is given ----------------------------------------------------------

static bool is_this_machine(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           strncmp(host, "127.", 4) == 0;
}

// name@host, and nothing that could end a line or a command.
static bool is_address(const char *text, size_t size)
{
    const char *at = memchr(text, '@', size);
    if (size > ADDRESS_MAX || !at || at == text || at + 1 == text + size)
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || c >= 0x7f || strchr("<>,;:\\\"()[]", c))
            return false;
    }
    return true;
}

// The next of a list, without the blanks around it; NULL at the end.
static const char *next_address(const char **list, size_t *out_size)
{
    const char *from = *list + strspn(*list, " ,\t");
    size_t size = strcspn(from, ",");
    *list = from + size;
    while (size > 0 && (from[size - 1] == ' ' || from[size - 1] == '\t'))
        size--;
    *out_size = size;
    return size > 0 ? from : NULL;
}

static bool check_recipients(const char *list, struct buf *message)
{
    const char *address;
    size_t size;
    int count = 0;
    while ((address = next_address(&list, &size))) {
        if (!is_address(address, size)) {
            buf_printf(message,
                       "mail_to: \"%.*s\" is no address; give them with "
                       "commas between them",
                       (int)size, address);
            return false;
        }
        count++;
    }
    if (count == 0 || count > RECIPIENTS_MAX) {
        buf_printf(message, "mail_to: give 1 to %d addresses", RECIPIENTS_MAX);
        return false;
    }
    return true;
}

bool mail_relay_check(const struct mail_relay *relay, struct buf *message)
{
    if (relay->host[0] == '\0' || strpbrk(relay->host, "/@ \t\r\n?#"))
        buf_printf(message, "mail_host: \"%s\" is no name of a host",
                   relay->host);
    else if (relay->tls == MAIL_PLAIN && !is_this_machine(relay->host))
        buf_append_text(message,
                        "mail_tls: none is for a relay on this machine; give "
                        "starttls or tls");
    else if (!relay->from || !is_address(relay->from, strlen(relay->from)))
        buf_append_text(message, "mail_from: give the address that sends, "
                                 "such as hailong@phuong.example");
    else if (relay->user && !relay->password_file)
        buf_append_text(message, "mail_password_file: is missing beside "
                                 "mail_user; give a file that holds the "
                                 "password alone");
    else
        return check_recipients(relay->recipients ? relay->recipients : "",
                                message);
    return false;
}

// --- Headers ----------------------------------------------------------------

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x7f)
        text++;
    return *text == '\0';
}

// Bytes of the letter that begins here.
static size_t letter_size(const char *text)
{
    size_t size = 1;
    while (((unsigned char)text[size] & 0xc0) == 0x80)
        size++;
    return size;
}

static void encode_letter(const char *letter, size_t size, struct buf *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
                                "TUVWXYZ0123456789";
    unsigned char c = (unsigned char)*letter;
    if (c <= ' ')
        buf_append_char(out, '_');
    else if (size == 1 && strchr(plain, c))
        buf_append_char(out, (char)c);
    else
        for (size_t i = 0; i < size; i++)
            buf_printf(out, "=%02X", (unsigned char)letter[i]);
}

static void append_plain(const char *text, struct buf *out)
{
    for (; *text; text++)
        buf_append_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
}

void mail_encode_header(const char *text, struct buf *out)
{
    static const char begin[] = "=?UTF-8?Q?";
    if (is_ascii(text)) {
        append_plain(text, out);
        return;
    }
    size_t in_word = 0;
    buf_append_text(out, begin);
    while (*text) {
        struct buf letter = {0};
        size_t size = letter_size(text);
        encode_letter(text, size, &letter);
        // A letter stays whole.
        if (in_word + letter.size > WORD_MAX) {
            buf_printf(out, "?=\r\n %s", begin);
            in_word = 0;
        }
        buf_append_text(out, buf_text(&letter));
        in_word += letter.size;
        text += size;
        buf_free(&letter);
    }
    buf_append_text(out, "?=");
}

static bool add_header(struct curl_slist **list, struct buf *line)
{
    struct curl_slist *longer =
        buf_ok(line) ? curl_slist_append(*list, buf_text(line)) : NULL;
    if (longer)
        *list = longer;
    buf_free(line);
    return longer != NULL;
}

// "Sat, 28 Nov 2026 06:00:00 +0700", whatever the machine's language is.
static void append_date(int64_t at, struct buf *out)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed",
                                       "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
                                         "May", "Jun", "Jul", "Aug",
                                         "Sep", "Oct", "Nov", "Dec"};
    time_t local = (time_t)(at / 1000 + INT64_C(7) * 3600);
    struct tm tm;
    gmtime_r(&local, &tm);
    buf_printf(out, "%s, %d %s %d %02d:%02d:%02d +0700", days[tm.tm_wday],
               tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
               tm.tm_min, tm.tm_sec);
}

static bool add_headers(const struct mail_relay *relay,
                        const struct mail_message *message,
                        struct curl_slist **list)
{
    struct buf from = {0}, to = {0}, subject = {0}, date = {0}, id = {0};
    struct buf kind = {0};
    const char *rest = relay->recipients, *address;
    size_t size;
    buf_printf(&from, "From: <%s>", relay->from);
    buf_append_text(&to, "To: ");
    for (int i = 0; (address = next_address(&rest, &size)); i++)
        buf_printf(&to, "%s<%.*s>", i > 0 ? ",\r\n " : "", (int)size, address);
    buf_append_text(&subject, "Subject: ");
    mail_encode_header(message->subject, &subject);
    buf_append_text(&date, "Date: ");
    append_date(message->at, &date);
    // The same message has the same name however often it is sent.
    buf_printf(&id, "Message-ID: <%s.hailong@%s>", message->id,
               strchr(relay->from, '@') + 1);
    buf_append_text(&kind, "Auto-Submitted: auto-generated");
    bool ok = add_header(list, &from);
    ok = add_header(list, &to) && ok;
    ok = add_header(list, &subject) && ok;
    ok = add_header(list, &date) && ok;
    ok = add_header(list, &id) && ok;
    return add_header(list, &kind) && ok;
}

// --- The message ------------------------------------------------------------

static bool add_text(curl_mime *mime, const char *text)
{
    curl_mimepart *part = curl_mime_addpart(mime);
    return part &&
           curl_mime_data(part, text, CURL_ZERO_TERMINATED) == CURLE_OK &&
           curl_mime_type(part, "text/plain; charset=utf-8") == CURLE_OK &&
           curl_mime_encoder(part, "base64") == CURLE_OK;
}

static bool add_part(curl_mime *mime, const struct mail_part *given)
{
    curl_mimepart *part = curl_mime_addpart(mime);
    return part &&
           curl_mime_data(part, given->bytes, given->size) == CURLE_OK &&
           curl_mime_type(part, given->type) == CURLE_OK &&
           curl_mime_filename(part, given->name) == CURLE_OK &&
           curl_mime_encoder(part, "base64") == CURLE_OK;
}

static curl_mime *make_mime(CURL *handle, const struct mail_message *message)
{
    curl_mime *mime = curl_mime_init(handle);
    bool ok = mime && add_text(mime, message->text);
    for (size_t i = 0; ok && i < message->part_count; i++)
        ok = add_part(mime, &message->parts[i]);
    if (!ok) {
        curl_mime_free(mime);
        return NULL;
    }
    return mime;
}

static bool add_recipients(const char *list, struct curl_slist **out)
{
    const char *address;
    size_t size;
    while ((address = next_address(&list, &size))) {
        struct buf line = {0};
        buf_append(&line, address, size);
        if (!add_header(out, &line))
            return false;
    }
    return true;
}

// --- Handing over -----------------------------------------------------------

static int look_up(void *aborted, curl_off_t a, curl_off_t b, curl_off_t c,
                   curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load((const atomic_bool *)aborted);
}

static bool set_text(CURL *handle, CURLoption option, const char *text)
{
    return !text || curl_easy_setopt(handle, option, text) == CURLE_OK;
}

static bool set_number(CURL *handle, CURLoption option, long number)
{
    return curl_easy_setopt(handle, option, number) == CURLE_OK;
}

static bool set_relay(CURL *handle, const struct mail_relay *relay,
                      const char *password)
{
    char url[512];
    int total_s = relay->total_s > 0 ? relay->total_s : TOTAL_S;
    bool is_ip6 = strchr(relay->host, ':') != NULL;
    snprintf(url, sizeof url, "%s://%s%s%s:%d",
             relay->tls == MAIL_TLS ? "smtps" : "smtp", is_ip6 ? "[" : "",
             relay->host, is_ip6 ? "]" : "", relay->port);
    return set_text(handle, CURLOPT_URL, url) &&
           set_text(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps") &&
           set_text(handle, CURLOPT_PROXY, "") &&
           set_number(handle, CURLOPT_USE_SSL,
                      relay->tls == MAIL_PLAIN ? (long)CURLUSESSL_NONE
                                               : (long)CURLUSESSL_ALL) &&
           set_number(handle, CURLOPT_SSLVERSION,
                      (long)CURL_SSLVERSION_TLSv1_2) &&
           set_text(handle, CURLOPT_CAINFO, relay->ca) &&
           set_text(handle, CURLOPT_USERNAME, relay->user) &&
           set_text(handle, CURLOPT_PASSWORD, password) &&
           set_text(handle, CURLOPT_MAIL_FROM, relay->from) &&
           set_number(handle, CURLOPT_NOSIGNAL, 1) &&
           set_number(handle, CURLOPT_CONNECTTIMEOUT, CONNECT_S) &&
           set_number(handle, CURLOPT_TIMEOUT, total_s);
}

static bool set_abort(CURL *handle, const atomic_bool *aborted)
{
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, look_up) ==
               CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_XFERINFODATA,
                            (void *)(uintptr_t)aborted) == CURLE_OK &&
           set_number(handle, CURLOPT_NOPROGRESS, 0);
}

// 5xx to what is in the message is for ever; to us or to our password it may be
// mended.
static enum mail_outcome outcome_of(CURL *handle, CURLcode code)
{
    long answer = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer);
    if (code == CURLE_OK)
        return MAIL_SENT;
    bool is_ours = code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED;
    return answer >= 500 && answer <= 599 && !is_ours ? MAIL_REJECTED
                                                      : MAIL_LATER;
}

static void say_failure(CURL *handle, CURLcode code, const char *error,
                        struct buf *said)
{
    long answer = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer);
    buf_append_text(said, error[0] ? error : curl_easy_strerror(code));
    if (answer > 0)
        buf_printf(said, " (the relay said %ld)", answer);
}

static enum mail_outcome hand_over(CURL *handle, const struct mail_relay *relay,
                                   const struct mail_message *message,
                                   const char *password,
                                   const atomic_bool *aborted, struct buf *said)
{
    char error[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL, *recipients = NULL;
    curl_mime *mime = make_mime(handle, message);
    enum mail_outcome outcome = MAIL_LATER;
    bool ok =
        mime && add_headers(relay, message, &headers) &&
        add_recipients(relay->recipients, &recipients) &&
        set_relay(handle, relay, password) && set_abort(handle, aborted) &&
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_MIMEPOST, mime) == CURLE_OK;
    if (ok) {
        CURLcode code = curl_easy_perform(handle);
        outcome = outcome_of(handle, code);
        if (outcome != MAIL_SENT)
            say_failure(handle, code, error, said);
    } else {
        buf_append_text(said, "out of memory");
    }
    curl_mime_free(mime);
    curl_slist_free_all(headers);
    curl_slist_free_all(recipients);
    return outcome;
}

// Without the line's end. False, and said, when the file cannot be read.
static bool read_password(const char *path, struct buf *out, struct buf *said)
{
    if (!path)
        return true;
    if (!file_read(path, PASSWORD_MAX, out)) {
        buf_printf(said, "%s: %s", path, strerror(errno));
        return false;
    }
    while (out->size > 0 && strchr("\r\n", out->data[out->size - 1]))
        out->data[--out->size] = '\0';
    return true;
}

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

enum mail_outcome mail_send(const struct mail_relay *relay,
                            const struct mail_message *message,
                            const atomic_bool *aborted, struct buf *said)
{
    struct buf password = {0};
    enum mail_outcome outcome = MAIL_LATER;
    pthread_once(&curl_once, init_curl);
    CURL *handle = curl_easy_init();
    if (!handle)
        buf_append_text(said, "out of memory");
    else if (read_password(relay->user ? relay->password_file : NULL, &password,
                           said))
        outcome =
            hand_over(handle, relay, message,
                      relay->user ? buf_text(&password) : NULL, aborted, said);
    curl_easy_cleanup(handle);
    if (password.data)
        explicit_bzero(password.data, password.size);
    buf_free(&password);
    return outcome;
}
