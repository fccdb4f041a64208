// Devices that send their backlog to a running server, each over a connection
// of its own, batch after batch, and how many lines a second the server makes
// durable. Enrolling and everything that a device computes is done before the
// clock runs.
//
//   ingest_load SERVER-DIRECTORY PORT CONNECTIONS LINES LINES-A-BATCH
//
// LINES is the sum over all devices. Prints "ingest_lines_per_s N".
#include "bench/family.h"
#include "common/file.h"
#include "support/server_maker.h"
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, BATCH_LINES_MAX = 500, LINE_MS = 30000 };

// All requests of one device, one after the other.
struct backlog {
    struct buf bytes;
    size_t *ends; // where each request ends
    size_t count;
};

static bool read_admin(const char *directory, struct made_server *out)
{
    char path[PATH_MAX], message[JSON_MESSAGE_SIZE];
    const char *url;
    unsigned port = 0;
    struct buf text = {0};
    json_t *object = NULL;
    bool ok = file_join(path, sizeof path, directory, "admin.json") &&
              file_read(path, 4096, &text);
    if (ok)
        object = json_read(text.data, text.size, message);
    ok = object && json_get_text(object, "url", &url) &&
         sscanf(url, "http://127.0.0.1:%u", &port) == 1 &&
         json_copy_text(object, "token", out->admin_token,
                        sizeof out->admin_token);
    out->admin_port = (uint16_t)port;
    json_decref(object);
    buf_free(&text);
    return ok;
}

static void append_request(const struct made_device *device, int64_t from,
                           int64_t to, struct backlog *out)
{
    struct buf body = {0};
    made_device_body(device, from, to, &body, NULL);
    buf_printf(&out->bytes,
               "POST /api/v1/batches HTTP/1.1\r\nHost: 127.0.0.1\r\n"
               "Authorization: Bearer %s\r\n"
               "Content-Type: application/x-ndjson\r\n"
               "Content-Length: %zu\r\n\r\n",
               device->token, body.size);
    buf_append(&out->bytes, body.data, body.size);
    buf_free(&body);
    out->ends[out->count++] = out->bytes.size;
}

// Its clock is right when it sends: the lines lie in the past.
static bool make_backlog(struct made_server *server, int64_t lines,
                         int64_t batch, struct backlog *out)
{
    struct made_device device;
    made_device_enrol(&device, server, "3");
    maker_wait(&device.ledger, -lines * LINE_MS);
    device.ledger.up_ms += lines * LINE_MS;
    for (int64_t i = 0; i < lines; i++)
        maker_rate(&device.ledger, i % 20 == 0 ? 0 : 5 - (int)(i % 7 == 0));
    out->ends = calloc((size_t)lines, sizeof *out->ends);
    for (int64_t from = 1; out->ends && from <= lines; from += batch) {
        int64_t to = from + batch - 1;
        append_request(&device, from, to < lines ? to : lines, out);
    }
    made_device_free(&device);
    return out->ends && buf_ok(&out->bytes);
}

// In a process of its own: exit code 0 when every batch was taken.
static void send_backlog(const struct backlog *backlog, uint16_t port,
                         pthread_barrier_t *start)
{
    struct talk talk;
    struct answer answer = {0};
    size_t from = 0;
    talk_open(&talk, port);
    pthread_barrier_wait(start);
    for (size_t i = 0; i < backlog->count; i++) {
        talk_send(&talk, backlog->bytes.data + from, backlog->ends[i] - from);
        if (!talk_hear(&talk, true, &answer) || answer.status != 200) {
            fprintf(stderr, "ingest_load: the server answers %d: %s\n",
                    answer.status, buf_text(&answer.body));
            _exit(1);
        }
        from = backlog->ends[i];
    }
    _exit(0);
}

static bool send_all(const struct backlog *backlogs, int connections,
                     uint16_t port, int64_t *out_us)
{
    pthread_barrier_t *start = mmap(NULL, sizeof *start, PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_barrierattr_t shared;
    bool ok = start != MAP_FAILED;
    if (!ok)
        return false;
    pthread_barrierattr_init(&shared);
    pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(start, &shared, (unsigned)connections + 1);
    for (int i = 0; i < connections; i++) {
        pid_t child = fork();
        if (child == 0)
            send_backlog(&backlogs[i], port, start);
        if (child < 0)
            exit(1);
    }
    pthread_barrier_wait(start);
    int64_t began = monotonic_us();
    for (int i = 0; i < connections; i++) {
        int status;
        if (wait(&status) < 0 || status != 0)
            ok = false;
    }
    *out_us = monotonic_us() - began;
    return ok;
}

int main(int argc, char **argv)
{
    struct made_server server = {0};
    struct backlog backlogs[CONNECTIONS_MAX] = {{{0}, NULL, 0}};
    int64_t us = 0;
    int connections = argc == 6 ? atoi(argv[3]) : 0;
    int64_t lines = argc == 6 ? atoll(argv[4]) : 0;
    int64_t batch = argc == 6 ? atoll(argv[5]) : 0;
    if (connections < 1 || connections > CONNECTIONS_MAX ||
        lines < connections || batch < 1 || batch > BATCH_LINES_MAX) {
        fputs("usage: ingest_load SERVER-DIRECTORY PORT CONNECTIONS LINES "
              "LINES-A-BATCH\n",
              stderr);
        return 2;
    }
    server.port = (uint16_t)atoi(argv[2]);
    if (!ledger_init() || !read_admin(argv[1], &server)) {
        fprintf(stderr, "ingest_load: no server runs on %s\n", argv[1]);
        return 1;
    }
    int64_t each = lines / connections;
    bool ok = true;
    for (int i = 0; ok && i < connections; i++)
        ok = make_backlog(&server, each, batch, &backlogs[i]);
    ok = ok && send_all(backlogs, connections, server.port, &us);
    for (int i = 0; i < connections; i++) {
        free(backlogs[i].ends);
        buf_free(&backlogs[i].bytes);
    }
    if (ok)
        printf("ingest_lines_per_s %.0f\n",
               (double)(each * connections) * 1e6 / (double)us);
    return ok ? 0 : 1;
}
