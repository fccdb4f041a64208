#include "office/moved.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/file.h"
#include <errno.h>
#include <limits.h>

bool office_moved_write(const char *directory, int64_t at)
{
    char path[PATH_MAX], when[CLOCK_ISO_SIZE];
    struct buf text = {0};
    if (!file_join(path, sizeof path, directory, OFFICE_MOVED_NOTE)) {
        errno = ENAMETOOLONG;
        return false;
    }
    clock_format(at, when);
    buf_printf(&text,
               "The book in office.db was moved to PostgreSQL by hailong "
               "migrate, %s.\nIts keys are still those in this directory "
               "(--db and --keys). office.db has nothing that came since: "
               "nothing serves it,\nwrites into it or backs it up while this "
               "note is here. Delete the note to go on with the file all the "
               "same.\n",
               when);
    bool done = file_replace(path, text.data, text.size, 0600);
    buf_free(&text);
    return done;
}

bool office_moved_is_there(const char *directory)
{
    char path[PATH_MAX];
    return file_join(path, sizeof path, directory, OFFICE_MOVED_NOTE) &&
           file_exists(path);
}
