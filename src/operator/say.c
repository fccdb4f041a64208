#include "operator/say.h"
#include "common/file.h"
#include "i18n/i18n.h"
#include <limits.h>

static bool append(const char *id, const char *const *values, size_t count,
                   struct buf *out)
{
    char path[PATH_MAX];
    struct buf message = {0};
    struct i18n *texts = NULL;
    if (file_find_asset("i18n", path, sizeof path))
        texts = i18n_open(path, &message);
    if (texts)
        i18n_format(texts, I18N_VI, id, values, count, out);
    bool done = texts != NULL;
    i18n_close(texts);
    buf_free(&message);
    return done;
}

void say_in_vietnamese(struct console *console, const char *id,
                       const char *const *values, size_t count)
{
    struct buf words = {0};
    if (append(id, values, count, &words))
        console_complain(console, "%s", buf_text(&words));
    buf_free(&words);
}

void say_append_vietnamese(struct buf *out, const char *id)
{
    if (append(id, NULL, 0, out))
        buf_append_char(out, '\n');
}
