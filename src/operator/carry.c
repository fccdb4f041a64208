// hailong export | import: a counter without a network, by a stick. On the
// device export; on the server import, which writes the answers beside the
// file; on the device import of those, so that it knows what has arrived.
#include "sync/carry.h"
#include "common/clock.h"
#include "common/file.h"
#include "operator/admin_client.h"
#include "operator/command.h"
#include "operator/say.h"
#include "operator/server_data.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// A year of a busy counter is about 100 MiB.
enum { CARRY_MAX = 1 << 30 };

static const struct config_key EXPORT_KEYS[] = {
    {"hailong", "data", CONFIG_TEXT, NULL, 0, 0,
     "the device's directory; kiosk and courier may run"},
    {"hailong", "out", CONFIG_TEXT, NULL, 0, 0, "the file to make"},
    {"hailong", "all", CONFIG_FLAG, "no", 0, 0,
     "also what the server has acknowledged"},
    {0}};
static const struct config_key IMPORT_KEYS[] = {
    SERVER_PLACE_OPTIONS("the directory of the server, or of the device for "
                         "answers"),
    {"hailong", "answers", CONFIG_TEXT, NULL, 0, 0,
     "on the server: the file of answers to make; else FILE.answers"},
    {0}};

// --- A file that is whole or not there ---------------------------------------

struct output {
    char path[PATH_MAX], part[PATH_MAX];
    FILE *file;
    int error; // of the first write that failed; 0: none did
};

// A stick that is full, was pulled or is write-protected; whatever was to go
// there is still where it came from.
static void complain_output(const struct output *out, int error,
                            struct console *console)
{
    const char *const values[] = {out->path, strerror(error)};
    say_in_vietnamese(console, "carry.unwritten", values, 2);
    console_complain(console,
                     "%s: cannot be written: %s. Was the stick pulled, is it "
                     "full or write-protected? Nothing is lost: plug it in "
                     "again and run the same command",
                     out->path, strerror(error));
}

static bool output_open(struct output *out, const char *path,
                        struct console *console)
{
    out->file = NULL;
    out->error = 0;
    if (snprintf(out->path, sizeof out->path, "%s", path) >= PATH_MAX ||
        snprintf(out->part, sizeof out->part, "%s.part", path) >= PATH_MAX) {
        console_complain(console, "%s: the path is too long", path);
        return false;
    }
    int fd = open(out->part, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        out->file = fdopen(fd, "w");
    if (!out->file)
        complain_output(out, errno, console);
    return out->file != NULL;
}

static bool output_write(void *ctx, const void *bytes, size_t size)
{
    struct output *out = ctx;
    bool done = fwrite(bytes, 1, size, out->file) == size;
    if (!done && out->error == 0)
        out->error = errno;
    return done;
}

// Everything is on the stick, not only on its way there.
static bool flush(struct output *out)
{
    bool done = fflush(out->file) == 0 && fsync(fileno(out->file)) == 0;
    if (!done && out->error == 0)
        out->error = errno;
    if (fclose(out->file) != 0 && out->error == 0)
        out->error = errno;
    return out->error == 0;
}

// The new name as well: a stick is pulled out at once.
static bool rename_part(struct output *out)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", out->path);
    bool done = rename(out->part, out->path) == 0 &&
                file_sync_directory(dirname(folder));
    if (!done)
        out->error = errno;
    return done;
}

// With `keep` under its name.
static bool output_close(struct output *out, bool keep, struct console *console)
{
    bool done = flush(out) && keep && rename_part(out);
    if (out->error != 0 && keep)
        complain_output(out, out->error, console);
    if (!done)
        unlink(out->part);
    return done;
}

static void complain(struct console *console, const char *what,
                     enum carry_result result, const char *message)
{
    static const char *const ADVICE[] = {
        [CARRY_DONE] = "done",
        [CARRY_NOTHING] = "there is nothing to carry",
        [CARRY_NOT_ENROLLED] = "is no enrolled device; check --data",
        [CARRY_BUSY] = "hailong-sync runs on it; stop it for a moment",
        [CARRY_BROKEN] = "could not be read or written; the cause is above",
        [CARRY_UNREADABLE] = "is no file of hailong export, or is damaged",
        [CARRY_CUT] = "ends before its end",
        [CARRY_OTHER] = "does not belong here",
        [CARRY_MEMORY] = "out of memory"};
    console_complain(console, "%s: %s%s%s", what, ADVICE[result],
                     message[0] != '\0' ? ": " : "", message);
}

// --- export -----------------------------------------------------------------

static int export(const struct config *config, struct console *console)
{
    const char *data = command_need(config, "data", console);
    const char *path = command_need(config, "out", console);
    struct output out;
    struct carry_count count;
    if (!data || !path)
        return COMMAND_MISUSED;
    if (!output_open(&out, path, console))
        return COMMAND_FAILED;
    enum carry_result result = carry_export(data, config_flag(config, "all"),
                                            output_write, &out, &count);
    bool kept = output_close(&out, result == CARRY_DONE, console);
    if (result == CARRY_NOTHING) {
        buf_printf(&console->out, "Nothing waits on this device.\n");
        return COMMAND_DONE;
    }
    if (result != CARRY_DONE && out.error != 0)
        complain_output(&out, out.error, console);
    else if (result != CARRY_DONE)
        complain(console, data, result, "");
    if (kept)
        buf_printf(&console->out,
                   "%zu lines in %s. On the server: hailong import --data DIR "
                   "%s\n",
                   count.lines, path, path);
    return kept ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_EXPORT = {
    "export", "a device's unsent lines in a file, for a stick", NULL,
    EXPORT_KEYS, export};

// --- import on the server ---------------------------------------------------

struct tally {
    size_t lines, fresh, known, aside;
};

static void count_results(const json_t *answer, struct tally *tally)
{
    size_t i;
    const json_t *result;
    json_array_foreach(json_object_get(answer, "results"), i, result)
    {
        const char *status = "";
        json_get_text(result, "status", &status);
        tally->lines++;
        tally->fresh += strcmp(status, "stored") == 0;
        tally->known += strcmp(status, "already") == 0;
    }
    tally->aside = tally->lines - tally->fresh - tally->known;
}

// One line of the file of answers; gives `answer` up.
static bool put_answer(struct output *out, const char *batch, json_t *answer)
{
    char why[JSON_MESSAGE_SIZE];
    const char *newline = strchr(batch, '\n');
    struct buf text = {0};
    json_t *header = json_read(
        batch, newline ? (size_t)(newline - batch) : strlen(batch), why);
    json_t *object = json_pack("{s:o?, s:o}", "sent", header, "answer", answer);
    bool done = object && json_write(object, &text);
    buf_append_char(&text, '\n');
    done = done && buf_ok(&text) && output_write(out, text.data, text.size);
    json_decref(object);
    buf_free(&text);
    return done;
}

static bool take_batch(struct admin *admin, const char *bytes, size_t size,
                       struct output *out, struct tally *tally,
                       struct console *console)
{
    // With a NUL at its end, for the request.
    struct buf batch = {0};
    json_t *answer = NULL;
    buf_append(&batch, bytes, size);
    bool done =
        buf_ok(&batch) &&
        admin_take_batch(admin, buf_text(&batch), batch.size, &answer, console);
    if (done) {
        count_results(answer, tally);
        done = put_answer(out, buf_text(&batch), answer);
        if (!done)
            console_complain(console, "%s: %s", out->part, strerror(errno));
    }
    buf_free(&batch);
    return done;
}

// Where the file cannot be read any further.
static void complain_part(struct console *console, const char *path,
                          enum carry_result result, const char *text, size_t at)
{
    char line[24];
    const char *const values[] = {path, line};
    size_t number = 1;
    for (size_t i = 0; i < at; i++)
        number += text[i] == '\n';
    snprintf(line, sizeof line, "%zu", number);
    if (result == CARRY_CUT) {
        say_in_vietnamese(console, "carry.cut", values, 2);
        console_complain(console,
                         "%s: is cut: what begins in line %s is not whole. The "
                         "whole batches before it were taken. Copy the file "
                         "again, or export again: the device holds everything",
                         path, line);
        return;
    }
    char where[32];
    snprintf(where, sizeof where, "line %s", line);
    complain(console, path, result, at > 0 ? where : "");
}

static bool take_all(struct admin *admin, const struct buf *text,
                     const char *path, struct output *out, struct tally *tally,
                     struct console *console)
{
    char device[ID_SIZE] = "";
    const char *batch;
    size_t at = 0, size;
    bool begun = false;
    enum carry_result result;
    while ((result = carry_next(buf_text(text), text->size, &at, &batch, &size,
                                device)) == CARRY_DONE) {
        struct buf begin = {0};
        bool done = begun || (carry_begin("carry_answers", device,
                                          clock_wall_ms(), &begin) &&
                              output_write(out, begin.data, begin.size));
        buf_free(&begin);
        begun = true;
        if (!done || !take_batch(admin, batch, size, out, tally, console))
            return false;
    }
    if (result == CARRY_NOTHING)
        return true;
    complain_part(console, path, result, buf_text(text), at);
    return false;
}

static int import_on_server(const struct server_place *place, const char *path,
                            const char *answers, const struct buf *text,
                            struct console *console)
{
    struct admin admin;
    struct output out;
    struct tally tally = {0};
    if (!admin_open(place, &admin, console))
        return COMMAND_FAILED;
    if (!output_open(&out, answers, console)) {
        admin_close(&admin);
        return COMMAND_FAILED;
    }
    bool done = take_all(&admin, text, path, &out, &tally, console);
    admin_close(&admin);
    // Also after a batch that was refused: what was taken has its receipts.
    bool kept = output_close(&out, tally.lines > 0, console);
    buf_printf(&console->out,
               "%zu lines: %zu new, %zu known already, %zu set aside.\n",
               tally.lines, tally.fresh, tally.known, tally.aside);
    if (kept)
        buf_printf(&console->out,
                   "Carry %s back and, on the device: hailong import --data "
                   "DIR %s\n",
                   answers, answers);
    return done && kept ? COMMAND_DONE : COMMAND_FAILED;
}

// --- import on the device ---------------------------------------------------

static int import_on_device(const char *data, const char *path,
                            const struct buf *text, struct console *console)
{
    struct carry_count count;
    char message[CARRY_MESSAGE_SIZE];
    enum carry_result result =
        carry_take_answers(data, buf_text(text), text->size, &count, message);
    if (result == CARRY_NOTHING) {
        buf_printf(&console->out, "Nothing in %s is new to this device.\n",
                   path);
        return COMMAND_DONE;
    }
    if (result != CARRY_DONE) {
        complain(console,
                 result == CARRY_UNREADABLE || result == CARRY_OTHER ? path
                                                                     : data,
                 result, message);
        return COMMAND_FAILED;
    }
    buf_printf(&console->out, "%zu lines are acknowledged by the server.\n",
               count.lines);
    return COMMAND_DONE;
}

static bool is_server(const struct server_place *place)
{
    return office_is_url(place->database) || file_exists(place->database);
}

static int import(const struct config *config, struct console *console)
{
    struct server_place place;
    const char *answers = config_text(config, "answers");
    char beside[PATH_MAX];
    struct buf text = {0};
    if (!server_place_read(config, &place, console))
        return COMMAND_MISUSED;
    if (config_operand_count(config) != 1) {
        console_complain(console, "give one file to import");
        return COMMAND_MISUSED;
    }
    const char *path = config_operand(config, 0);
    if (snprintf(beside, sizeof beside, "%s.answers", path) >= PATH_MAX ||
        !file_read(path, CARRY_MAX, &text)) {
        console_complain(console, "%s: %s", path, strerror(errno));
        buf_free(&text);
        return COMMAND_FAILED;
    }
    int status =
        is_server(&place)
            ? import_on_server(&place, path, answers ? answers : beside, &text,
                               console)
            : import_on_device(place.directory, path, &text, console);
    buf_free(&text);
    return status;
}

const struct command COMMAND_IMPORT = {
    "import", "takes a file of hailong export, or the answers to it", "FILE",
    IMPORT_KEYS, import};
