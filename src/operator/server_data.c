#include "operator/server_data.h"
#include "common/file.h"
#include <limits.h>

struct office *server_data_read(const char *directory, struct console *console)
{
    char path[PATH_MAX];
    struct office *office = NULL;
    if (!file_join(path, sizeof path, directory, SERVER_DATABASE)) {
        console_complain(console, "%s: the path is too long", directory);
        return NULL;
    }
    enum office_result result = office_open(path, OFFICE_READER, &office);
    if (result == OFFICE_NONE)
        console_complain(console,
                         "%s: there is no server's database; check --data, or "
                         "start hailong-server on it first",
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
        [OFFICE_BUSY] = "the database is busy; try again",
        [OFFICE_FULL] = "the disk is full; make room and try again",
        [OFFICE_CORRUPT] = "the database is damaged; restore the last backup",
        [OFFICE_ERROR] = "the database failed; the cause is above",
    };
    console_complain(console, "%s: %s", what, ADVICE[result]);
}
