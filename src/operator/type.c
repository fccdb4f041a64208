// hailong type: what the screen keyboard makes of keys. Each line of standard
// input is one comment, typed from its beginning; the same composer as the
// kiosk's gives its text, in NFC.
//
// A key is a character. {bs} is the key that deletes; {sac} {huyen} {hoi} {nga}
// {nang} are the tone keys. Any other brace is a character like the rest.
#include "operator/command.h"
#include "vietnamese/compose.h"
#include "vietnamese/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct config_key KEYS[] = {
    {"hailong", "method", CONFIG_TEXT, "telex", 0, 0,
     "telex, telex-new (hoà for hòa), vni or vni-new"},
    {0}};

// Far more than a comment of the screen has.
enum { LINE_BYTES_MAX = 65536 };

struct named_key {
    const char *name;
    enum tone tone; // TONE_NONE: the key that deletes
};
static const struct named_key NAMED[] = {
    {"{bs}", TONE_NONE}, {"{sac}", TONE_SAC}, {"{huyen}", TONE_HUYEN},
    {"{hoi}", TONE_HOI}, {"{nga}", TONE_NGA}, {"{nang}", TONE_NANG}};

static const struct named_key *named_key_at(const char *keys)
{
    for (size_t i = 0; i < sizeof NAMED / sizeof NAMED[0]; i++)
        if (strncmp(keys, NAMED[i].name, strlen(NAMED[i].name)) == 0)
            return &NAMED[i];
    return NULL;
}

// The line is valid UTF-8.
static uint32_t next_code_point(const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    int more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
    uint32_t code_point = more ? *p & (0x3fu >> more) : *p;
    for (int i = 1; i <= more; i++)
        code_point = code_point << 6 | (p[i] & 0x3fu);
    *at += more + 1;
    return code_point;
}

// False when memory ran out. A tone key that finds no vowel does nothing, as on
// the screen.
static bool type_keys(struct composer *composer, const char *keys)
{
    while (*keys) {
        const struct named_key *key = named_key_at(keys);
        if (!key) {
            if (!compose_type(composer, next_code_point(&keys)))
                return false;
            continue;
        }
        if (key->tone == TONE_NONE)
            compose_backspace(composer);
        else
            compose_tone(composer, key->tone);
        keys += strlen(key->name);
    }
    return true;
}

static bool type_line(struct composer *composer, const char *line, size_t size,
                      long number, struct console *console)
{
    if (size > LINE_BYTES_MAX)
        console_complain(console, "type: line %ld: longer than %d bytes",
                         number, LINE_BYTES_MAX);
    else if (strlen(line) != size || !text_is_utf8(line, size))
        console_complain(console, "type: line %ld: no valid UTF-8 text",
                         number);
    else if (compose_clear(composer), !type_keys(composer, line))
        console_complain(console, "type: line %ld: out of memory", number);
    else {
        buf_append(&console->out, compose_text(composer),
                   compose_size(composer));
        buf_append_char(&console->out, '\n');
        return true;
    }
    return false;
}

// Lines until the first that cannot be typed; those before it are printed.
static bool type_lines(struct composer *composer, struct console *console)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    bool ok = true;
    for (long number = 1; ok && (size = getline(&line, &room, stdin)) >= 0;
         number++) {
        if (size > 0 && line[size - 1] == '\n')
            line[--size] = '\0';
        if (size > 0 && line[size - 1] == '\r')
            line[--size] = '\0';
        ok = type_line(composer, line, (size_t)size, number, console);
    }
    free(line);
    if (ok && !feof(stdin)) {
        console_complain(console, "type: standard input: %s", strerror(errno));
        ok = false;
    }
    return ok;
}

static int run(const struct config *config, struct console *console)
{
    const char *name = config_text(config, "method");
    enum compose_method method;
    enum tone_style style;
    if (!compose_find(name, &method, &style)) {
        console_complain(console,
                         "type: --method %s: must be telex, telex-new, vni or "
                         "vni-new",
                         name);
        return COMMAND_MISUSED;
    }
    struct composer composer;
    compose_init(&composer, method, style);
    bool ok = type_lines(&composer, console);
    compose_free(&composer);
    return ok ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_TYPE = {
    "type", "shows what the screen keyboard makes of keys, one text a line",
    NULL, KEYS, run};
