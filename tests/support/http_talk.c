#include "support/http_talk.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_S = 60 };

void talk_open(struct talk *talk, uint16_t port)
{
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    memset(talk, 0, sizeof *talk);
    talk->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(talk->fd >= 0);
    assert_int_equal(setsockopt(talk->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
                                sizeof patience),
                     0);
    assert_int_equal(setsockopt(talk->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
                                sizeof patience),
                     0);
    assert_int_equal(connect(talk->fd, (struct sockaddr *)&there, sizeof there),
                     0);
}

void talk_close(struct talk *talk)
{
    close(talk->fd);
    buf_free(&talk->heard);
}

void talk_send(struct talk *talk, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        // A server that has refused may be gone: what it said counts.
        ssize_t sent = send(talk->fd, at, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        at += sent;
        size -= (size_t)sent;
    }
}

void talk_say(struct talk *talk, const char *text)
{
    talk_send(talk, text, strlen(text));
}

// False when there is no more.
static bool hear_more(struct talk *talk)
{
    char *room = buf_reserve(&talk->heard, 65536);
    assert_non_null(room);
    ssize_t size = recv(talk->fd, room, 65536, 0);
    if (size < 0 && errno == EAGAIN) {
        fail_msg("the peer says nothing and does not close");
    }
    if (size > 0) {
        buf_commit(&talk->heard, (size_t)size);
    }
    return size > 0;
}

static void drop(struct talk *talk, size_t size)
{
    struct buf rest = {0};
    buf_append(&rest, buf_text(&talk->heard) + size, talk->heard.size - size);
    buf_free(&talk->heard);
    talk->heard = rest;
}

// Moves what is heard of the next `size` bytes to the body.
static bool take_body(struct talk *talk, size_t size, struct answer *out)
{
    while (talk->heard.size < size) {
        if (!hear_more(talk)) {
            return false;
        }
    }
    buf_append(&out->body, buf_text(&talk->heard), size);
    drop(talk, size);
    return true;
}

// A body in chunks (RFC 9112, section 7.1), without trailers.
static bool take_chunks(struct talk *talk, struct answer *out)
{
    for (;;) {
        const char *end;
        while (!(end = strstr(buf_text(&talk->heard), "\r\n"))) {
            if (!hear_more(talk)) {
                return false;
            }
        }
        size_t size = strtoul(buf_text(&talk->heard), NULL, 16);
        drop(talk, (size_t)(end - buf_text(&talk->heard)) + 2);
        if (!take_body(talk, size + 2, out)) {
            return false;
        }
        out->body.size -= 2; // the chunk's own end of line
        out->body.data[out->body.size] = '\0';
        if (size == 0) {
            return true;
        }
    }
}

bool talk_hear(struct talk *talk, bool has_body, struct answer *out)
{
    const char *end;
    answer_free(out);
    while (!(end = strstr(buf_text(&talk->heard), "\r\n\r\n"))) {
        if (!hear_more(talk)) {
            return false;
        }
    }
    size_t head = (size_t)(end - buf_text(&talk->heard)) + 4;
    buf_append(&out->head, buf_text(&talk->heard), head);
    drop(talk, head);
    assert_int_equal(sscanf(buf_text(&out->head), "HTTP/1.1 %d ", &out->status),
                     1);
    if (out->status == 100) {
        return talk_hear(talk, has_body, out);
    }
    const char *encoding = answer_header(out, "Transfer-Encoding");
    if (has_body && encoding && strcmp(encoding, "chunked") == 0) {
        return take_chunks(talk, out);
    }
    const char *length = answer_header(out, "Content-Length");
    size_t size = length && has_body && out->status != 304
                      ? strtoul(length, NULL, 10)
                      : 0;
    return take_body(talk, size, out);
}

bool talk_is_closed(struct talk *talk)
{
    return talk->heard.size == 0 && !hear_more(talk);
}

void talk_hear_end(struct talk *talk)
{
    while (hear_more(talk)) {
        buf_clear(&talk->heard);
    }
}

void answer_free(struct answer *answer)
{
    buf_free(&answer->head);
    buf_free(&answer->body);
    answer->status = 0;
}

const char *answer_header(const struct answer *answer, const char *name)
{
    static _Thread_local char value[512];
    size_t size = strlen(name);
    const char *line = buf_text(&answer->head);
    while ((line = strstr(line, "\r\n"))) {
        line += 2;
        if (strncasecmp(line, name, size) == 0 && line[size] == ':') {
            line += size + 1;
            line += strspn(line, " ");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(line, "\r"),
                     line);
            return value;
        }
    }
    return NULL;
}

json_t *answer_object(const struct answer *answer)
{
    char message[JSON_MESSAGE_SIZE];
    json_t *object =
        json_read(buf_text(&answer->body), answer->body.size, message);
    if (!json_is_object(object)) {
        print_message("%s", buf_text(&answer->body));
        fail_msg("the answer is no JSON object");
    }
    return object;
}

void answer_is_problem(const struct answer *answer, int status,
                       const char *type)
{
    const char *text;
    char expected[128];
    int64_t number;
    if (answer->status != status) {
        print_message("%s%s\n", buf_text(&answer->head),
                      buf_text(&answer->body));
    }
    assert_int_equal(answer->status, status);
    assert_string_equal(answer_header(answer, "Content-Type"),
                        "application/problem+json");
    json_t *object = answer_object(answer);
    snprintf(expected, sizeof expected, "urn:hailong:problem:%s", type);
    assert_true(json_get_text(object, "type", &text));
    assert_string_equal(text, expected);
    assert_true(json_get_int(object, "status", &number));
    assert_int_equal(number, status);
    assert_true(json_get_text(object, "title", &text) && text[0]);
    assert_true(json_get_text(object, "detail", &text) && text[0]);
    json_decref(object);
}

void ask(uint16_t port, const struct ask *ask, struct answer *out)
{
    struct talk talk;
    struct buf head = {0};
    const char *method = ask->method ? ask->method : ask->body ? "POST" : "GET";
    buf_printf(&head,
               "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
               "Connection: close\r\n",
               method, ask->path);
    if (ask->token) {
        buf_printf(&head, "Authorization: Bearer %s\r\n", ask->token);
    }
    if (ask->type) {
        buf_printf(&head, "Content-Type: %s\r\n", ask->type);
    }
    if (ask->body) {
        buf_printf(&head, "Content-Length: %zu\r\n", ask->size);
    }
    buf_printf(&head, "%s\r\n", ask->headers ? ask->headers : "");
    talk_open(&talk, port);
    talk_send(&talk, head.data, head.size);
    talk_send(&talk, ask->body, ask->size);
    bool heard = talk_hear(&talk, strcmp(method, "HEAD") != 0, out);
    talk_close(&talk);
    buf_free(&head);
    assert_true(heard);
}
