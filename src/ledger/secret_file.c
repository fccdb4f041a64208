#include "ledger/secret_file.h"
#include "common/file.h"
#include "ledger/digest.h"
#include <errno.h>
#include <sodium.h>
#include <sys/stat.h>

static void wipe(struct buf *buf)
{
    if (buf->data)
        sodium_memzero(buf->data, buf->capacity);
    buf_free(buf);
}

bool secret_file_load(const char *path, unsigned char out[SECRET_FILE_BYTES])
{
    struct stat st;
    if (stat(path, &st) != 0)
        return false;
    if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        errno = EPERM;
        return false;
    }
    struct buf text = {0};
    bool ok = file_read(path, 256, &text);
    if (ok) {
        size_t size = text.size;
        if (size && text.data[size - 1] == '\n')
            size--;
        ok = base64_decode(buf_text(&text), size, out, SECRET_FILE_BYTES);
        if (!ok)
            errno = EINVAL;
    }
    int saved = errno;
    wipe(&text);
    errno = saved;
    return ok;
}

bool secret_file_save(const char *path,
                      const unsigned char secret[SECRET_FILE_BYTES])
{
    struct buf text = {0};
    base64_append(secret, SECRET_FILE_BYTES, &text);
    buf_append_char(&text, '\n');
    bool ok = buf_ok(&text);
    if (!ok)
        errno = ENOMEM;
    ok = ok && file_replace_for_owner(path, text.data, text.size, 0600);
    int saved = errno;
    wipe(&text);
    errno = saved;
    return ok;
}
