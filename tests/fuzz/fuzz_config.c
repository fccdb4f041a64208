// A program's INI file: what is taken lies within its bounds and means the same
// when it is written down again; a refusal names the file.
#include "common/config.h"
#include "fuzz/fuzz.h"
#include <string.h>

enum { LINE_MAX_BYTES = 190 }; // a longer one is refused, key and all

static const struct config_key keys[] = {
    {"server", "listen", CONFIG_TEXT, "127.0.0.1:8650", 0, 0, "where"},
    {"server", "max_lines", CONFIG_INTEGER, "500", 1, 1000, "lines"},
    {"server", "offset", CONFIG_INTEGER, NULL, 0, 0, "any number"},
    {"server", "plain_http", CONFIG_FLAG, "no", 0, 0, "no TLS"},
    {"unit", "name", CONFIG_TEXT, NULL, 0, 0, "the ward"},
    {"unit", "unit_code", CONFIG_TEXT, NULL, 0, 0, "its code"},
    {0}};

static struct config *read_ini(const void *bytes, size_t size,
                               struct buf *message, char path[PATH_MAX])
{
    struct config *config = config_open(keys);
    HOLDS(config);
    fuzz_write("a.ini", bytes, size, path);
    if (config_read_file(config, path, message)) {
        HOLDS(message->size == 0);
        return config;
    }
    config_close(config);
    return NULL;
}

static bool is_text(const struct config_key *key)
{
    return key->type == CONFIG_TEXT;
}

// False when a value is too long to stand in one line with its whole name.
static bool write_ini(const struct config *config, struct buf *out)
{
    for (const struct config_key *key = keys; key->name; key++) {
        if (!config_is_set(config, key->name))
            continue;
        buf_printf(out, "[%s]\n%s=", key->section, key->name);
        if (is_text(key)) {
            const char *text = config_text(config, key->name);
            if (strlen(text) + strlen(key->name) > LINE_MAX_BYTES)
                return false;
            fuzz_check_text(text, strlen(text) + 1);
            HOLDS(!strchr(text, '\n'));
            buf_append_text(out, text);
        } else if (key->type == CONFIG_INTEGER) {
            int64_t number = config_integer(config, key->name);
            HOLDS(key->most == 0 ||
                  (number >= key->least && number <= key->most));
            buf_printf(out, "%lld", (long long)number);
        } else {
            buf_append_text(out, config_flag(config, key->name) ? "on" : "off");
        }
        buf_append_char(out, '\n');
    }
    return true;
}

static void check_same(const struct config *a, const struct config *b)
{
    for (const struct config_key *key = keys; key->name; key++) {
        bool is_set = config_is_set(a, key->name);
        HOLDS(is_set == config_is_set(b, key->name));
        if (!is_set)
            continue;
        if (is_text(key))
            HOLDS(strcmp(config_text(a, key->name),
                         config_text(b, key->name)) == 0);
        else if (key->type == CONFIG_INTEGER)
            HOLDS(config_integer(a, key->name) == config_integer(b, key->name));
        else
            HOLDS(config_flag(a, key->name) == config_flag(b, key->name));
    }
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    char path[PATH_MAX];
    struct buf message = {0}, again = {0};
    fuzz_start();
    struct config *config = read_ini(data, size, &message, path);
    if (!config) {
        HOLDS(strncmp(buf_text(&message), path, strlen(path)) == 0);
    } else if (write_ini(config, &again)) {
        struct config *second =
            read_ini(again.data, again.size, &message, path);
        HOLDS(second);
        check_same(config, second);
        config_close(second);
    }
    config_close(config);
    buf_free(&message);
    buf_free(&again);
    return 0;
}
