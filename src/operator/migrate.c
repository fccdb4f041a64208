// hailong migrate: a ward's book out of a file of SQLite into a schema of
// PostgreSQL.
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "office/move.h"
#include "office/moved.h"
#include "operator/command.h"
#include "operator/server_data.h"
#include "operator/verification.h"
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct config_key KEYS[] = {
    {"hailong", "from", CONFIG_TEXT, NULL, 0, 0,
     "the server's directory, sqlite:DIR; the server is stopped"},
    {"hailong", "to", CONFIG_TEXT, NULL, 0, 0,
     "the empty database, postgresql://…; ?schema=NAME for one of its schemas"},
    {0}};

// Indexes of tables with fewer rows are made before anybody wonders.
enum { WORTH_TELLING = 100000, TELL_EVERY_MS = 3000 };

struct telling {
    int64_t next_ms; // monotonic
};

static void tell_rows(const struct office_move_step *step, const char *done)
{
    if (step->all > 0)
        log_info("migrate", "%s: %" PRId64 " of %" PRId64 " rows %s",
                 step->table, step->rows, step->all, done);
    else
        log_info("migrate", "%s: %" PRId64 " rows %s", step->table, step->rows,
                 done);
}

// At once, beside what is printed at the end: a large book takes minutes.
static void tell(void *ctx, const struct office_move_step *step)
{
    struct telling *telling = ctx;
    int64_t now = clock_mono_us() / 1000;
    bool is_index = step->phase == OFFICE_MOVE_INDEXES;
    if (is_index ? step->all < WORTH_TELLING : now < telling->next_ms)
        return;
    telling->next_ms = now + TELL_EVERY_MS;
    if (is_index)
        log_info("migrate", "%s: making the index %s of %" PRId64 " rows",
                 step->table, step->index, step->all);
    else
        tell_rows(step,
                  step->phase == OFFICE_MOVE_COPIES ? "copied" : "compared");
}

static bool is_directory(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

// The directory, and the file in it; `directory` holds what place points to.
static bool read_from(const char *from, char directory[PATH_MAX],
                      struct server_place *out, struct console *console)
{
    static const char scheme[] = "sqlite:";
    if (office_is_url(from)) {
        console_complain(console, "--from: a book on PostgreSQL does not go "
                                  "back into a file; the file that it came "
                                  "from is as it was on that day");
        return false;
    }
    if (strncmp(from, scheme, sizeof scheme - 1) == 0)
        from += sizeof scheme - 1;
    if (strlen(from) >= PATH_MAX) {
        console_complain(console, "--from: the path is too long");
        return false;
    }
    snprintf(directory, PATH_MAX, "%s", from);
    if (is_directory(from))
        return server_place_of(directory, out, console);
    snprintf(out->database, sizeof out->database, "%s", from);
    out->directory = dirname(directory);
    return true;
}

static bool check_to(const char *to, struct console *console)
{
    if (office_is_url(to) && strlen(to) < PATH_MAX)
        return true;
    console_complain(console, "--to: is no address; give "
                              "postgresql://USER@HOST/DATABASE");
    return false;
}

// A server must not write into what is being moved.
static int lock_source(const struct server_place *from, struct console *console)
{
    char path[PATH_MAX];
    if (!file_exists(from->database)) {
        console_complain(console, "%s: there is no such file; check --from",
                         from->database);
        return -1;
    }
    if (!file_join(path, sizeof path, from->directory, SERVER_LOCK)) {
        console_complain(console, "%s: the path is too long", from->directory);
        return -1;
    }
    int lock = file_lock(path);
    if (lock < 0 && errno == EWOULDBLOCK)
        console_complain(console,
                         "%s: its server runs; stop it, then run this again",
                         from->directory);
    else if (lock < 0)
        console_complain(console, "%s: %s", path, strerror(errno));
    return lock;
}

// Either of both may have failed: the log above names it.
static void say_failure(enum office_result result, struct console *console)
{
    server_data_complain(console, "the move", result);
    console_complain(console, "nothing in the file was changed; once the cause "
                              "is gone, the same command goes on where it "
                              "stopped");
}

static bool say_outcome(const struct office_move *move, struct console *console)
{
    switch (move->outcome) {
    case OFFICE_MOVE_TAKEN:
        console_complain(
            console, "--to: another book stands there, or this one, which a "
                     "server has gone on with since it was moved; nothing was "
                     "changed. Start the server with --db when it was moved "
                     "already; else name an empty database, or another schema "
                     "with ?schema=NAME");
        return false;
    case OFFICE_MOVE_DIFFERS:
        console_complain(console,
                         "%s: a row there is not the file's: a server wrote "
                         "into the file after the move began. Drop that schema "
                         "and move again",
                         move->table);
        return false;
    case OFFICE_MOVE_STANDS:
        buf_append_text(&console->out, "It stood there already.\n");
        break;
    case OFFICE_MOVED:
        break;
    }
    buf_printf(&console->out,
               "%" PRId64 " rows of %" PRId64 " tables are the same on both "
               "sides, %" PRId64 " of them moved earlier.\n",
               move->rows, move->tables, move->held);
    return true;
}

// Chains, signatures and totals, from what PostgreSQL has.
static bool verify(const char *directory, const char *to,
                   struct console *console)
{
    struct server_place place = {.directory = directory};
    struct verification verification;
    snprintf(place.database, sizeof place.database, "%s", to);
    verification_start(&verification, "server");
    bool done = verification_of_server(&place, NULL, &verification, console);
    if (done || verification.found > 0)
        verification_print(&verification, false, &console->out);
    bool sound = done && verification_is_sound(&verification);
    verification_free(&verification);
    return sound;
}

static int migrate(const struct server_place *from, const char *to,
                   struct console *console)
{
    struct telling telling = {clock_mono_us() / 1000 + TELL_EVERY_MS};
    struct office_move move;
    enum office_result result =
        office_move(from->database, to, tell, &telling, &move);
    if (result != OFFICE_OK) {
        say_failure(result, console);
        return COMMAND_FAILED;
    }
    if (!say_outcome(&move, console) || !verify(from->directory, to, console))
        return COMMAND_FAILED;
    if (!office_moved_write(from->directory, clock_wall_ms()))
        console_complain(console, "%s/%s cannot be written: %s",
                         from->directory, OFFICE_MOVED_NOTE, strerror(errno));
    buf_printf(&console->out,
               "Start the server with --db and this address, and --keys %s. "
               "Keep %s; no server starts on it any more, and no backup is "
               "made of it, as long as %s lies beside it. Backups are "
               "PostgreSQL's from now on.\n",
               from->directory, from->database, OFFICE_MOVED_NOTE);
    return COMMAND_DONE;
}

static int run(const struct config *config, struct console *console)
{
    const char *from = command_need(config, "from", console);
    const char *to = from ? command_need(config, "to", console) : NULL;
    char directory[PATH_MAX];
    struct server_place place;
    if (!to || !read_from(from, directory, &place, console) ||
        !check_to(to, console))
        return COMMAND_MISUSED;
    int lock = lock_source(&place, console);
    if (lock < 0)
        return COMMAND_FAILED;
    int code = migrate(&place, to, console);
    close(lock);
    return code;
}

const struct command COMMAND_MIGRATE = {
    "migrate",
    "move a server's database from a file to PostgreSQL; it does not go back",
    NULL, KEYS, run};
