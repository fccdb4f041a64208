#include "operator/remote.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/ids.h"
#include "ledger/digest.h"
#include "sync/enrolment.h"
#include "sync/transport.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    ANSWER_MAX = 64 << 20,
    PIN_BYTES = 32,
    PROBLEM_SIZE = 48,
    KEY_MAX = 4096
};
static const char PROBLEM_PREFIX[] = "urn:hailong:problem:";
static const char PIN_PREFIX[] = "sha256//";

// --- Asking -----------------------------------------------------------------

// Why there is no answer, and what a person can do about it.
static void complain_silence(const struct remote *remote,
                             enum transport_result result, const char *why,
                             struct console *console)
{
    char now[CLOCK_ISO_SIZE];
    switch (result) {
    case TRANSPORT_TLS:
        clock_format(clock_wall_ms(), now);
        console_complain(console,
                         "%s: its certificate is not accepted: %s. Check that "
                         "the clock is right (here it is %s), that the address "
                         "is the one in the certificate, and --ca or --pin",
                         remote->server, why, now);
        break;
    case TRANSPORT_REFUSED:
        console_complain(console, "%s: %s", remote->server, why);
        break;
    case TRANSPORT_FAILED:
    case TRANSPORT_ABORTED:
    case TRANSPORT_ANSWERED:
        console_complain(console,
                         "%s: no answer: %s. Check the address and the "
                         "network, and that hailong-server runs there",
                         remote->server, why);
        break;
    }
}

bool remote_ask(const struct remote *remote, const char *path, const char *body,
                struct remote_answer *out, struct console *console)
{
    const struct transport_params params = {
        .ca = remote->ca,
        .pin = remote->pin,
        .plain_http = remote->plain_http,
    };
    struct buf url = {0};
    struct transport_answer answer = {0};
    buf_printf(&url, "%s%s", remote->server, path);
    struct transport *transport = transport_open(&params);
    if (!transport || !buf_ok(&url)) {
        console_complain(console, "out of memory");
        transport_close(transport);
        buf_free(&url);
        return false;
    }
    const struct transport_request request = {
        .method = body ? "POST" : "GET",
        .url = buf_text(&url),
        .token = remote->token,
        .content_type = !body          ? NULL
                        : remote->type ? remote->type
                                       : "application/json",
        .body = body,
        .size = body ? strlen(body) : 0,
        .answer_max = ANSWER_MAX,
    };
    enum transport_result result = transport_ask(transport, &request, &answer);
    bool done = result == TRANSPORT_ANSWERED;
    if (done) {
        *out = (struct remote_answer){.status = answer.status,
                                      .body = answer.body};
        answer.body = (struct buf){0};
    } else {
        complain_silence(remote, result, answer.message, console);
    }
    transport_answer_free(&answer);
    transport_close(transport);
    buf_free(&url);
    return done;
}

void remote_answer_free(struct remote_answer *answer)
{
    buf_free(&answer->body);
}

// --- Understanding the answer -----------------------------------------------

static json_t *read_object(const struct remote_answer *answer)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *object = json_read(buf_text(&answer->body), answer->body.size, why);
    if (object && !json_is_object(object)) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

// The name behind the prefix; "" when there is none.
static void read_problem(const struct remote_answer *answer,
                         char out[PROBLEM_SIZE])
{
    const char *type = "";
    const size_t prefix = sizeof PROBLEM_PREFIX - 1;
    json_t *object = read_object(answer);
    out[0] = '\0';
    if (object && json_get_text(object, "type", &type) &&
        strncmp(type, PROBLEM_PREFIX, prefix) == 0)
        snprintf(out, PROBLEM_SIZE, "%s", type + prefix);
    json_decref(object);
}

// Each fault of a table, in both languages, where the server tells them.
static void complain_faults(const json_t *object, struct console *console)
{
    size_t i;
    const json_t *fault;
    json_array_foreach(json_object_get(object, "faults"), i, fault)
    {
        const char *vietnamese = "", *english = "";
        json_get_text(fault, "vi", &vietnamese);
        json_get_text(fault, "en", &english);
        console_complain(console, "%s", vietnamese);
        console_complain(console, "%s", english);
    }
}

void remote_complain(const struct remote *remote,
                     const struct remote_answer *answer,
                     struct console *console)
{
    const char *detail = NULL;
    char problem[PROBLEM_SIZE];
    json_t *object = read_object(answer);
    read_problem(answer, problem);
    if (problem[0] == '\0')
        console_complain(console,
                         "%s: answered %d, and not as hailong-server does; "
                         "check the address",
                         remote->server, answer->status);
    else if (answer->status == 401)
        console_complain(console,
                         "%s: does not know this key; it may have been "
                         "revoked: hailong key list on the server tells",
                         remote->server);
    else if (json_get_text(object, "detail", &detail))
        console_complain(console, "%s: answered %d: %s", remote->server,
                         answer->status, detail);
    else
        console_complain(console, "%s: answered %d: %s", remote->server,
                         answer->status, problem);
    complain_faults(object, console);
    json_decref(object);
}

json_t *remote_object(const struct remote *remote,
                      const struct remote_answer *answer,
                      struct console *console)
{
    json_t *object = read_object(answer);
    if (!object)
        console_complain(console,
                         "%s: the answer is not what hailong-server would "
                         "say; check the address",
                         remote->server);
    return object;
}

// --- What people type -------------------------------------------------------

bool remote_read_server(const char *text, bool plain_http,
                        char out[REMOTE_SERVER_SIZE], struct console *console)
{
    enum enrolment_result result = enrolment_read_server(text, plain_http, out);
    if (result == ENROLMENT_DONE)
        return true;
    if (result == ENROLMENT_PLAIN_HTTP)
        console_complain(console,
                         "--server %s: over plain http:// everybody on the way "
                         "can read and change what is sent; use https://, or "
                         "say --plain-http",
                         out);
    else
        console_complain(console,
                         "--server \"%s\": write it as https://host or "
                         "https://host:port",
                         text);
    return false;
}

// One pin of `size` characters into 32 bytes.
static bool read_pin(const char *text, size_t size,
                     unsigned char out[PIN_BYTES])
{
    const size_t prefix = sizeof PIN_PREFIX - 1;
    if (size > prefix && strncmp(text, PIN_PREFIX, prefix) == 0) {
        text += prefix;
        size -= prefix;
    }
    return hex_decode(text, size, out, PIN_BYTES) ||
           base64_decode(text, size, out, PIN_BYTES);
}

bool remote_read_pin(const char *text, char out[REMOTE_PIN_SIZE],
                     struct console *console)
{
    struct buf pins = {0};
    const char *part = text;
    bool done = true;
    while (done) {
        unsigned char bytes[PIN_BYTES] = {0};
        size_t size = strcspn(part, ";");
        done = read_pin(part, size, bytes);
        buf_append_text(&pins, pins.size > 0 ? ";" : "");
        buf_append_text(&pins, PIN_PREFIX);
        base64_append(bytes, PIN_BYTES, &pins);
        part += size;
        if (*part == '\0')
            break;
        part++;
    }
    done = done && buf_ok(&pins) && pins.size < REMOTE_PIN_SIZE;
    if (done)
        memcpy(out, pins.data, pins.size + 1);
    else
        console_complain(console,
                         "--pin \"%s\": write the SHA-256 of the server's "
                         "public key as sha256//BASE64 or as 64 hexadecimal "
                         "digits; up to three, with ; between them",
                         text);
    buf_free(&pins);
    return done;
}

// The key stands alone in its file; blanks around it are people's.
bool remote_read_key(const char *path, struct buf *out, struct console *console)
{
    if (!file_read(path, KEY_MAX, out)) {
        console_complain(console, "%s: %s", path, strerror(errno));
        return false;
    }
    char *key = out->data;
    size_t size = out->size;
    while (size > 0 && isspace((unsigned char)key[size - 1]))
        size--;
    if (size > 0)
        key[size] = '\0';
    for (size_t i = 0; i < size; i++) {
        if (!isxdigit((unsigned char)key[i]))
            size = 0;
    }
    if (size == 0)
        console_complain(console,
                         "%s: holds no API key; it is one line of hexadecimal "
                         "digits, as hailong key add prints it",
                         path);
    return size > 0;
}
