// The same backlog of many devices for every server that takes batches. What a
// device computes is done once, before any clock runs, and kept as the bytes
// that go over the wire: each server is sent the very same.
//
//   ingest_load record SERVER-DIRECTORY PORT DEVICES LINES-EACH LINES-A-BATCH
//                      OUT
//
// enrols the devices with a running server and keeps in OUT: `devices`, one
// "id token public-key" a line; `batches`, their requests in turns, compressed
// as a courier sends them.
//
//   ingest_load play OUT PORT CONNECTIONS
//
// sends them, each device over one of the connections, one batch after the
// other, and prints "ingest_per_s N" (lines), "batch_p50_ms N" and
// "batch_p99_ms N". Every batch must be taken. Exit: 0 done, 1 failed, 2 usage.
#include "bench/family.h"
#include "common/file.h"
#include "support/server_maker.h"
#include "sync/batch.h"
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    DEVICES_MAX = 256,
    LINE_MS = 30000
};

// Before the bytes of each request.
struct request_head {
    uint32_t device, size, lines;
};

// --- Recording ---------------------------------------------------------------

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

static bool write_request(FILE *file, uint32_t no,
                          const struct made_device *device, int64_t from,
                          int64_t to)
{
    struct buf body = {0}, packed = {0}, request = {0};
    made_device_body(device, from, to, &body, NULL);
    bool ok = batch_gzip(&body, &packed);
    buf_printf(&request,
               "POST /api/v1/batches HTTP/1.1\r\nHost: 127.0.0.1\r\n"
               "Authorization: Bearer %s\r\n"
               "Content-Type: application/x-ndjson\r\n"
               "Content-Encoding: gzip\r\n"
               "Content-Length: %zu\r\n\r\n",
               device->token, packed.size);
    buf_append(&request, packed.data, packed.size);
    struct request_head head = {no, (uint32_t)request.size,
                                (uint32_t)(to - from + 1)};
    ok = ok && buf_ok(&request) && fwrite(&head, sizeof head, 1, file) == 1 &&
         fwrite(request.data, 1, request.size, file) == request.size;
    buf_free(&body);
    buf_free(&packed);
    buf_free(&request);
    return ok;
}

// Its clock is right when it sends: the lines lie in the past.
static void live(struct made_device *device, struct made_server *server, int no,
                 int64_t lines)
{
    char counter[16];
    snprintf(counter, sizeof counter, "%d", no % 20 + 1);
    made_device_enrol(device, server, counter);
    maker_wait(&device->ledger, -lines * LINE_MS);
    device->ledger.up_ms += lines * LINE_MS;
    for (int64_t i = 0; i < lines; i++) {
        struct record record;
        maker_visit(&device->ledger, i % 20 == 0 ? 0 : 5 - (int)(i % 7 == 0),
                    &record);
        strcpy(record.counter, counter);
        snprintf(record.field, sizeof record.field, "linh-vuc-%d",
                 (int)(i % 3));
        snprintf(record.procedure, sizeof record.procedure, "1.%06d",
                 (int)(i % 11));
        snprintf(record.officer, sizeof record.officer, "cb-%02d", no % 40);
        maker_write(&device->ledger, &record);
        maker_wait(&device->ledger, LINE_MS);
    }
}

static FILE *open_in(const char *folder, const char *name, const char *mode)
{
    char path[PATH_MAX];
    return file_join(path, sizeof path, folder, name) ? fopen(path, mode)
                                                      : NULL;
}

static bool write_devices(FILE *file, const struct made_device *devices,
                          int count)
{
    for (int i = 0; i < count; i++) {
        char key[KEY_PUBLIC_BASE64_SIZE];
        key_public_base64(devices[i].ledger.key.public_key, key);
        if (fprintf(file, "%s %s %s\n", devices[i].ledger.device,
                    devices[i].token, key) < 0)
            return false;
    }
    return true;
}

static int record_all(char **argv)
{
    struct made_server server = {.port = (uint16_t)atoi(argv[1])};
    int count = atoi(argv[2]);
    int64_t lines = atoll(argv[3]), batch = atoll(argv[4]);
    struct made_device *devices = calloc(DEVICES_MAX, sizeof *devices);
    FILE *names = open_in(argv[5], "devices", "w");
    FILE *batches = open_in(argv[5], "batches", "w");
    if (count < 1 || count > DEVICES_MAX || lines < 1 || batch < 1 ||
        batch > BATCH_LINES_MAX)
        return 2;
    bool ok = devices && names && batches && read_admin(argv[0], &server);
    for (int i = 0; ok && i < count; i++)
        live(&devices[i], &server, i, lines);
    for (int64_t from = 1; ok && from <= lines; from += batch) {
        int64_t to = from + batch - 1 < lines ? from + batch - 1 : lines;
        for (int i = 0; ok && i < count; i++)
            ok = write_request(batches, (uint32_t)i, &devices[i], from, to);
    }
    ok = ok && write_devices(names, devices, count);
    ok = ok && fclose(names) == 0 && fclose(batches) == 0;
    for (int i = 0; devices && i < count; i++)
        made_device_free(&devices[i]);
    free(devices);
    return ok ? 0 : 1;
}

// --- Playing -----------------------------------------------------------------

struct play {
    struct buf bytes; // of the file `batches`
    size_t count;     // of requests
    int64_t lines;
    uint16_t port;
    int connections;
    // Shared with the children.
    pthread_barrier_t *start;
    int32_t *waits_us; // of each request
};

static bool read_all(const char *folder, struct play *play)
{
    char path[PATH_MAX];
    struct request_head head;
    if (!file_join(path, sizeof path, folder, "batches") ||
        !file_read(path, (size_t)4 << 30, &play->bytes))
        return false;
    for (size_t at = 0; at < play->bytes.size; at += sizeof head + head.size) {
        memcpy(&head, play->bytes.data + at, sizeof head);
        play->count++;
        play->lines += head.lines;
    }
    return play->count > 0;
}

static void send_one(struct talk *talk, const char *bytes, size_t size,
                     int32_t *out_us)
{
    struct answer answer = {0};
    int64_t began = monotonic_us();
    talk_send(talk, bytes, size);
    if (!talk_hear(talk, true, &answer) || answer.status != 200) {
        fprintf(stderr, "ingest_load: the server answers %d: %s\n",
                answer.status, buf_text(&answer.body));
        _exit(1);
    }
    *out_us = (int32_t)(monotonic_us() - began);
    answer_free(&answer);
}

// In a process of its own: exit code 0 when every batch was taken.
static void send_own(const struct play *play, int own)
{
    struct talk talk;
    struct request_head head;
    size_t at = 0;
    talk_open(&talk, play->port);
    pthread_barrier_wait(play->start);
    for (size_t i = 0; i < play->count; i++) {
        memcpy(&head, play->bytes.data + at, sizeof head);
        at += sizeof head;
        if ((int)(head.device % (uint32_t)play->connections) == own)
            send_one(&talk, play->bytes.data + at, head.size,
                     &play->waits_us[i]);
        at += head.size;
    }
    _exit(0);
}

static void *share(size_t size)
{
    void *room = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return room == MAP_FAILED ? NULL : room;
}

static bool send_all(struct play *play, int64_t *out_us)
{
    pthread_barrierattr_t shared;
    bool ok = true;
    pthread_barrierattr_init(&shared);
    pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(play->start, &shared, (unsigned)play->connections + 1);
    for (int i = 0; i < play->connections; i++) {
        pid_t child = fork();
        if (child == 0)
            send_own(play, i);
        if (child < 0)
            exit(1);
    }
    pthread_barrier_wait(play->start);
    int64_t began = monotonic_us();
    for (int i = 0; i < play->connections; i++) {
        int status;
        if (wait(&status) < 0 || status != 0)
            ok = false;
    }
    *out_us = monotonic_us() - began;
    return ok;
}

static int compare(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static int play_all(char **argv)
{
    struct play play = {.port = (uint16_t)atoi(argv[1]),
                        .connections = atoi(argv[2])};
    int64_t us = 0;
    if (play.connections < 1 || play.connections > DEVICES_MAX)
        return 2;
    bool ok = read_all(argv[0], &play) &&
              (play.start = share(sizeof *play.start)) &&
              (play.waits_us = share(play.count * sizeof *play.waits_us)) &&
              send_all(&play, &us);
    if (ok) {
        qsort(play.waits_us, play.count, sizeof *play.waits_us, compare);
        printf("ingest_per_s %.0f\nbatch_p50_ms %.3f\nbatch_p99_ms %.3f\n",
               (double)play.lines * 1e6 / (double)us,
               play.waits_us[play.count / 2] / 1000.0,
               play.waits_us[(play.count - 1) * 99 / 100] / 1000.0);
    }
    buf_free(&play.bytes);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    int status = 2;
    bool ready = ledger_init();
    if (ready && argc == 8 && strcmp(argv[1], "record") == 0)
        status = record_all(argv + 2);
    else if (ready && argc == 5 && strcmp(argv[1], "play") == 0)
        status = play_all(argv + 2);
    if (status == 2)
        fputs("usage: ingest_load record SERVER-DIRECTORY PORT DEVICES "
              "LINES-EACH LINES-A-BATCH OUT\n"
              "       ingest_load play OUT PORT CONNECTIONS\n",
              stderr);
    if (status == 1)
        fputs("ingest_load: it cannot be recorded or played\n", stderr);
    return status;
}
