#include "operator/server_data.h"
#include "common/file.h"
#include "office/moved.h"
#include <string.h>

bool server_place_is_told(const struct config *config)
{
    return config_text(config, "data") || config_text(config, "db");
}

static bool holds(const char *directory, const char *name)
{
    char path[PATH_MAX];
    return file_join(path, sizeof path, directory, name) && file_exists(path);
}

bool server_place_is_server(const struct config *config)
{
    const char *data = config_text(config, "data");
    return config_text(config, "db") || (data && holds(data, SERVER_DATABASE));
}

bool server_place_lies_elsewhere(const char *directory, struct console *console)
{
    if (!holds(directory, SERVER_KEY) || holds(directory, SERVER_DATABASE))
        return false;
    console_complain(console,
                     "%s: has a server's keys and no database; when that "
                     "stands on PostgreSQL, give --db postgresql://… and "
                     "--keys %s",
                     directory, directory);
    return true;
}

bool server_place_was_moved(const struct server_place *place,
                            struct console *console)
{
    if (office_is_url(place->database) ||
        !office_moved_is_there(place->directory))
        return false;
    console_complain(console,
                     "%s: this book was moved to PostgreSQL, and the file has "
                     "nothing that came since; give --db postgresql://… and "
                     "--keys %s in the place of --data",
                     place->database, place->directory);
    return true;
}

bool server_place_of(const char *directory, struct server_place *out,
                     struct console *console)
{
    out->directory = directory;
    if (file_join(out->database, sizeof out->database, directory,
                  SERVER_DATABASE))
        return true;
    console_complain(console, "%s: the path is too long", directory);
    return false;
}

bool server_place_read(const struct config *config, struct server_place *out,
                       struct console *console)
{
    const char *db = config_text(config, "db");
    if (!db) {
        const char *data = command_need(config, "data", console);
        return data && server_place_of(data, out, console);
    }
    if (!office_is_url(db) || strlen(db) >= sizeof out->database) {
        console_complain(console, "--db: is no address; give "
                                  "postgresql://USER@HOST/DATABASE, or --data "
                                  "DIR for a file");
        return false;
    }
    if (config_text(config, "data")) {
        console_complain(console, "--data and --db exclude each other; the "
                                  "directory beside --db is --keys");
        return false;
    }
    out->directory = command_need(config, "keys", console);
    memcpy(out->database, db, strlen(db) + 1);
    return out->directory != NULL;
}

const char *server_place_name(const struct server_place *place)
{
    return office_is_url(place->database) ? "PostgreSQL" : place->database;
}

struct office *server_data_read(const struct server_place *place,
                                struct console *console)
{
    const char *path = server_place_name(place);
    struct office *office = NULL;
    server_place_was_moved(place, console);
    enum office_result result =
        office_open(place->database, OFFICE_READER, &office);
    if (result == OFFICE_NONE)
        console_complain(console,
                         office_is_url(place->database)
                             ? "%s: there is no server's book in that database "
                               "and schema; check the address and its "
                               "?schema=, or start hailong-server on it first"
                             : "%s: there is no server's database; check "
                               "--data, give --db and --keys when it stands "
                               "on PostgreSQL, or start hailong-server on it "
                               "first",
                         path);
    else if (result != OFFICE_OK)
        server_data_complain(console, path, result);
    return office;
}

void server_data_complain(struct console *console, const char *what,
                          enum office_result result)
{
    static const char *const ADVICE[] = {
        [OFFICE_OK] = "it was done",
        [OFFICE_NONE] = "there is no such thing",
        [OFFICE_BUSY] = "the database is busy or out of reach; try again",
        [OFFICE_FULL] = "the disk is full; make room and try again",
        [OFFICE_CORRUPT] = "the database is damaged; restore the last backup",
        [OFFICE_ERROR] = "the database failed; the cause is above",
    };
    console_complain(console, "%s: %s", what, ADVICE[result]);
}
