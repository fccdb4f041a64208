#include "operator/say.h"
#include "common/file.h"
#include "i18n/i18n.h"
#include <limits.h>

void say_in_vietnamese(struct console *console, const char *id,
                       const char *const *values, size_t count)
{
    char path[PATH_MAX];
    struct buf message = {0}, words = {0};
    struct i18n *texts = NULL;
    if (file_find_asset("i18n", path, sizeof path))
        texts = i18n_open(path, &message);
    if (texts) {
        i18n_format(texts, I18N_VI, id, values, count, &words);
        console_complain(console, "%s", buf_text(&words));
    }
    i18n_close(texts);
    buf_free(&message);
    buf_free(&words);
}
