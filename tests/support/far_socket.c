#include "support/far_socket.h"
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static const char NAME[] = ".s.PGSQL.5432";

struct far_socket {
    char folder[40];
    const char *to;
    int delay_ms;
    int socket, wake[2];
    pthread_t thread;
};

struct far_way {
    int ends[2];
    int delay_ms;
};

static struct sockaddr_un address_in(const char *folder)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int size = snprintf(at.sun_path, sizeof at.sun_path, "%s/%s", folder, NAME);
    assert_true(size < (int)sizeof at.sun_path);
    return at;
}

static int connect_to(const char *folder)
{
    const struct sockaddr_un at = address_in(folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool carry(int from, int to, int delay_ms)
{
    char bytes[16384];
    ssize_t got = recv(from, bytes, sizeof bytes, 0);
    if (got <= 0)
        return false;
    usleep((useconds_t)delay_ms * 1000);
    return send(to, bytes, (size_t)got, MSG_NOSIGNAL) == got;
}

static void *carry_all(void *ctx)
{
    struct far_way *way = ctx;
    bool goes_on = true;
    while (goes_on) {
        struct pollfd ends[2] = {{way->ends[0], POLLIN, 0},
                                 {way->ends[1], POLLIN, 0}};
        goes_on = poll(ends, way->ends[1] < 0 ? 1 : 2, -1) > 0;
        if (goes_on && way->ends[1] < 0) {
            char heard[256];
            goes_on = recv(way->ends[0], heard, sizeof heard, 0) > 0;
            continue;
        }
        for (int i = 0; i < 2 && goes_on; i++) {
            if (ends[i].revents)
                goes_on = carry(way->ends[i], way->ends[1 - i], way->delay_ms);
        }
    }
    close(way->ends[0]);
    if (way->ends[1] >= 0)
        close(way->ends[1]);
    free(way);
    return NULL;
}

static void serve(const struct far_socket *far, int client)
{
    struct far_way *way = calloc(1, sizeof *way);
    bool is_silent = far->delay_ms == FAR_SILENT;
    pthread_t thread;
    if (!way) {
        close(client);
        return;
    }
    *way = (struct far_way){{client, is_silent ? -1 : connect_to(far->to)},
                            far->delay_ms};
    if ((!is_silent && way->ends[1] < 0) ||
        pthread_create(&thread, NULL, carry_all, way) != 0) {
        close(client);
        free(way);
        return;
    }
    pthread_detach(thread);
}

static void *run(void *ctx)
{
    struct far_socket *far = ctx;
    for (;;) {
        struct pollfd fds[2] = {{far->socket, POLLIN, 0},
                                {far->wake[0], POLLIN, 0}};
        if (poll(fds, 2, -1) < 0 || fds[1].revents)
            return NULL;
        int client = accept(far->socket, NULL, NULL);
        if (client >= 0)
            serve(far, client);
    }
}

struct far_socket *far_socket_start(const char *to, int delay_ms)
{
    struct far_socket *far = calloc(1, sizeof *far);
    assert_non_null(far);
    far->to = to;
    far->delay_ms = delay_ms;
    strcpy(far->folder, "/tmp/hailong-far-XXXXXX");
    assert_non_null(mkdtemp(far->folder));
    const struct sockaddr_un at = address_in(far->folder);
    far->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(far->socket >= 0);
    assert_int_equal(bind(far->socket, (const struct sockaddr *)&at, sizeof at),
                     0);
    assert_int_equal(listen(far->socket, 64), 0);
    assert_int_equal(pipe(far->wake), 0);
    assert_int_equal(pthread_create(&far->thread, NULL, run, far), 0);
    return far;
}

const char *far_socket_folder(const struct far_socket *far)
{
    return far->folder;
}

void far_socket_stop(struct far_socket *far)
{
    if (!far)
        return;
    const struct sockaddr_un at = address_in(far->folder);
    assert_int_equal(write(far->wake[1], "", 1), 1);
    pthread_join(far->thread, NULL);
    close(far->socket);
    close(far->wake[0]);
    close(far->wake[1]);
    unlink(at.sun_path);
    rmdir(far->folder);
    free(far);
}
