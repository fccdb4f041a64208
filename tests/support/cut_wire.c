#include "support/cut_wire.h"
#include "common/buf.h"
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { ENDS_MOST = 64 };

// A connection's two ends.
struct ends {
    int client, server;
    bool has_begun;   // its first message, which has no type, has come
    bool is_last;     // the answer to what was asked here is not to come
    struct buf asked; // not a whole message yet
};

struct cut_wire {
    char folder[64], path[108], cluster[108];
    int socket, wake[2];
    pthread_t thread;
    enum cut_when when;
    size_t at;
    // The thread's.
    struct ends ends[ENDS_MOST];
    size_t count, asked;
    pthread_mutex_t lock; // guards all below
    bool is_cut, was_cut;
};

// A child that was made since has both ends as well: to close them alone says
// nothing to the others.
static void hang_up(int fd)
{
    shutdown(fd, SHUT_RDWR);
    close(fd);
}

static void close_ends(struct ends *ends)
{
    hang_up(ends->client);
    hang_up(ends->server);
    buf_free(&ends->asked);
}

static void cut(struct cut_wire *wire)
{
    for (size_t i = 0; i < wire->count; i++)
        close_ends(&wire->ends[i]);
    wire->count = 0;
    pthread_mutex_lock(&wire->lock);
    wire->is_cut = true;
    wire->was_cut = true;
    pthread_mutex_unlock(&wire->lock);
}

static bool send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

// The bytes of the first message in `asked`; 0: it is not whole yet.
static size_t message_size(const struct ends *ends)
{
    size_t type = ends->has_begun ? 1 : 0;
    uint32_t size;
    if (ends->asked.size < type + sizeof size)
        return 0;
    memcpy(&size, ends->asked.data + type, sizeof size);
    size_t whole = type + be32toh(size);
    return ends->asked.size < whole ? 0 : whole;
}

static bool is_question(const struct ends *ends)
{
    return !ends->has_begun || strchr("QPE", ends->asked.data[0]);
}

static void drop_front(struct buf *buf, size_t size)
{
    memmove(buf->data, buf->data + size, buf->size - size);
    buf->size -= size;
}

enum passing { PASS_ON, PASS_ENDED, PASS_CUT };

static enum passing pass_messages(struct cut_wire *wire, struct ends *ends)
{
    size_t size;
    while ((size = message_size(ends)) > 0) {
        bool is_it = is_question(ends) && ++wire->asked == wire->at;
        if (is_it && wire->when == CUT_BEFORE)
            return PASS_CUT;
        ends->is_last |= is_it;
        if (!send_all(ends->server, ends->asked.data, size))
            return PASS_ENDED;
        ends->has_begun = true;
        drop_front(&ends->asked, size);
    }
    return PASS_ON;
}

static enum passing pass_questions(struct cut_wire *wire, struct ends *ends)
{
    char bytes[8192];
    ssize_t got = recv(ends->client, bytes, sizeof bytes, 0);
    if (got <= 0)
        return PASS_ENDED;
    buf_append(&ends->asked, bytes, (size_t)got);
    return pass_messages(wire, ends);
}

static enum passing pass_answers(struct ends *ends)
{
    char bytes[8192];
    ssize_t got = recv(ends->server, bytes, sizeof bytes, 0);
    if (got <= 0)
        return PASS_ENDED;
    if (ends->is_last)
        return PASS_CUT;
    return send_all(ends->client, bytes, (size_t)got) ? PASS_ON : PASS_ENDED;
}

static int connect_to(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void take_client(struct cut_wire *wire)
{
    int client = accept4(wire->socket, NULL, NULL, SOCK_CLOEXEC);
    pthread_mutex_lock(&wire->lock);
    bool is_cut = wire->is_cut;
    pthread_mutex_unlock(&wire->lock);
    if (client < 0)
        return;
    int server =
        is_cut || wire->count == ENDS_MOST ? -1 : connect_to(wire->cluster);
    if (server < 0) {
        close(client);
        return;
    }
    wire->ends[wire->count++] =
        (struct ends){client, server, false, false, {0}};
}

// What the poll of before found; the places stay as they are meanwhile.
static void look_at(struct cut_wire *wire, const struct pollfd *found,
                    size_t count)
{
    bool are_over[ENDS_MOST] = {false};
    for (size_t i = 0; i < count; i++) {
        enum passing passing = PASS_ON;
        if (found[2 * i].revents)
            passing = pass_questions(wire, &wire->ends[i]);
        if (passing == PASS_ON && found[2 * i + 1].revents)
            passing = pass_answers(&wire->ends[i]);
        if (passing == PASS_CUT) {
            cut(wire);
            return;
        }
        are_over[i] = passing == PASS_ENDED;
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (are_over[i])
            close_ends(&wire->ends[i]);
        else
            wire->ends[kept++] = wire->ends[i];
    }
    wire->count = kept;
}

static void *run(void *ctx)
{
    struct cut_wire *wire = ctx;
    for (;;) {
        struct pollfd fds[2 + 2 * ENDS_MOST] = {
            {.fd = wire->wake[0], .events = POLLIN},
            {.fd = wire->socket, .events = POLLIN}};
        size_t count = wire->count;
        for (size_t i = 0; i < count; i++) {
            fds[2 + 2 * i] =
                (struct pollfd){.fd = wire->ends[i].client, .events = POLLIN};
            fds[3 + 2 * i] =
                (struct pollfd){.fd = wire->ends[i].server, .events = POLLIN};
        }
        if (poll(fds, (nfds_t)(2 + 2 * count), -1) < 0 && errno != EINTR)
            return NULL;
        if (fds[0].revents)
            return NULL;
        look_at(wire, fds + 2, count);
        if (fds[1].revents)
            take_client(wire);
    }
}

// "postgresql://office@%2Ftmp%2Fx/name": the socket in that folder, and what
// stands around the folder.
static void read_url(struct cut_wire *wire, const char *url,
                     char out_url[SCRATCH_URL_SIZE])
{
    const char *at = strchr(url, '@');
    assert_non_null(at);
    const char *end = strchr(++at, '/');
    assert_non_null(end);
    struct buf folder = {0};
    for (const char *c = at; c < end; c++) {
        unsigned byte = (unsigned char)*c;
        if (*c == '%') {
            assert_int_equal(sscanf(c + 1, "%2x", &byte), 1);
            c += 2;
        }
        buf_append_char(&folder, (char)byte);
    }
    int size = snprintf(wire->cluster, sizeof wire->cluster, "%s/.s.PGSQL.5432",
                        buf_text(&folder));
    assert_in_range(size, 1, sizeof wire->cluster - 1);
    buf_free(&folder);
    size = snprintf(out_url, SCRATCH_URL_SIZE, "%.*s%%2Ftmp%%2F%s%s",
                    (int)(at - url), url, wire->folder + 5, end);
    assert_in_range(size, 1, SCRATCH_URL_SIZE - 1);
}

static void listen_at(struct cut_wire *wire)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(wire->path, sizeof wire->path, "%s/.s.PGSQL.5432", wire->folder);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", wire->path);
    wire->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(wire->socket >= 0);
    assert_int_equal(
        bind(wire->socket, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(wire->socket, 16), 0);
}

struct cut_wire *cut_wire_start(const char *url, enum cut_when when, size_t at,
                                char out_url[SCRATCH_URL_SIZE])
{
    struct cut_wire *wire = calloc(1, sizeof *wire);
    assert_non_null(wire);
    wire->when = when;
    wire->at = at;
    strcpy(wire->folder, "/tmp/hailong-cut-XXXXXX");
    assert_non_null(mkdtemp(wire->folder));
    read_url(wire, url, out_url);
    pthread_mutex_init(&wire->lock, NULL);
    listen_at(wire);
    assert_int_equal(pipe(wire->wake), 0);
    assert_int_equal(pthread_create(&wire->thread, NULL, run, wire), 0);
    return wire;
}

void cut_wire_stop(struct cut_wire *wire)
{
    assert_int_equal(write(wire->wake[1], "", 1), 1);
    pthread_join(wire->thread, NULL);
    for (size_t i = 0; i < wire->count; i++)
        close_ends(&wire->ends[i]);
    close(wire->socket);
    close(wire->wake[0]);
    close(wire->wake[1]);
    unlink(wire->path);
    rmdir(wire->folder);
    pthread_mutex_destroy(&wire->lock);
    free(wire);
}

bool cut_wire_is_cut(struct cut_wire *wire)
{
    pthread_mutex_lock(&wire->lock);
    bool was_cut = wire->was_cut;
    pthread_mutex_unlock(&wire->lock);
    return was_cut;
}

void cut_wire_mend(struct cut_wire *wire)
{
    pthread_mutex_lock(&wire->lock);
    wire->is_cut = false;
    pthread_mutex_unlock(&wire->lock);
}
