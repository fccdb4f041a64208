#include "common/config.h"
#include "common/file.h"
#include "common/json.h"
#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 20 };

struct value {
    char *text; // NULL: the fallback holds
    int64_t number;
    bool flag;
    bool from_line; // set by the command line, which wins
    int file_line;  // 0: not in the file
};

struct config {
    const struct config_key *keys;
    size_t count;
    struct value *values;
    const char **operands;
    size_t operand_count;
    bool wants_help, wants_version;
};

static bool parse_integer(const char *text, int64_t *out)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || *end)
        return false;
    *out = number;
    return true;
}

static bool parse_flag(const char *text, bool *out)
{
    static const char *const yes[] = {"yes", "true", "on", "1"};
    static const char *const no[] = {"no", "false", "off", "0"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
            *out = strcmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

// Checks a text against its key and keeps it. `out_why` says what would do.
static bool set_value(struct config *config, size_t i, const char *text,
                      struct buf *out_why)
{
    const struct config_key *key = &config->keys[i];
    struct value *value = &config->values[i];
    bool bounded = key->least != 0 || key->most != 0;
    int64_t number = 0;
    bool flag = false;
    if (key->type == CONFIG_INTEGER &&
        (!parse_integer(text, &number) ||
         (bounded && (number < key->least || number > key->most)))) {
        buf_printf(out_why, "\"%s\" does not fit; give a whole number", text);
        if (bounded)
            buf_printf(out_why, " from %lld to %lld", (long long)key->least,
                       (long long)key->most);
        return false;
    }
    if (key->type == CONFIG_FLAG && !parse_flag(text, &flag)) {
        buf_printf(out_why, "\"%s\" does not fit; give yes or no", text);
        return false;
    }
    char *copy = strdup(text);
    if (!copy) {
        buf_append_text(out_why, "out of memory");
        return false;
    }
    free(value->text);
    *value = (struct value){.text = copy,
                            .number = number,
                            .flag = flag,
                            .from_line = value->from_line,
                            .file_line = value->file_line};
    return true;
}

struct config *config_open(const struct config_key *keys)
{
    struct config *config = calloc(1, sizeof *config);
    if (!config)
        return NULL;
    config->keys = keys;
    while (keys[config->count].name)
        config->count++;
    config->values = calloc(config->count + 1, sizeof *config->values);
    struct buf why = {0};
    for (size_t i = 0; config->values && i < config->count; i++) {
        bool ok =
            !keys[i].fallback || set_value(config, i, keys[i].fallback, &why);
        assert(ok); // a default that breaks its own rule
        (void)ok;
    }
    buf_free(&why);
    if (!config->values) {
        config_close(config);
        return NULL;
    }
    return config;
}

void config_close(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; config->values && i < config->count; i++)
        free(config->values[i].text);
    free(config->values);
    free(config->operands);
    free(config);
}

struct config *config_copy(const struct config *config)
{
    struct config *copy = config_open(config->keys);
    bool ok = copy != NULL;
    for (size_t i = 0; ok && i < copy->count; i++) {
        const struct value *from = &config->values[i];
        char *text = from->text ? strdup(from->text) : NULL;
        ok = text || !from->text;
        free(copy->values[i].text);
        copy->values[i] = (struct value){
            .text = text, .number = from->number, .flag = from->flag};
    }
    if (!ok) {
        config_close(copy);
        return NULL;
    }
    return copy;
}

struct reading {
    struct config *config;
    const char *path;
    struct buf *message;
    const char *rest; // of the file's text
    int line;         // that inih was handed last
    bool failed;
};

// Debian's inih hands no line numbers to its handler, so the lines are counted
// where it asks for them. It keeps lines of up to 199 bytes; a longer one would
// come in two halves. Leading blanks go: inih takes an indented line for more
// of the value above it.
static char *next_line(char *line, int size, void *ctx)
{
    struct reading *r = ctx;
    r->rest += strspn(r->rest, " \t");
    size_t length = strcspn(r->rest, "\n");
    if (*r->rest == '\0' || r->failed)
        return NULL;
    r->line++;
    if (length + 2 > (size_t)size) {
        buf_printf(r->message, "%s:%d: longer than %d bytes; make it shorter",
                   r->path, r->line, size - 2);
        r->failed = true;
        return NULL;
    }
    if (r->rest[length] == '\n')
        length++;
    memcpy(line, r->rest, length);
    line[length] = '\0';
    r->rest += length;
    return line;
}

static bool is_section(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->keys[i].section, name) == 0)
            return true;
    return false;
}

// "code" in [unit] is the key unit_code.
static bool is_short_name(const struct config_key *key, const char *name)
{
    size_t size = strlen(key->section);
    return strncmp(key->name, key->section, size) == 0 &&
           key->name[size] == '_' && strcmp(key->name + size + 1, name) == 0;
}

static bool find_in_section(const struct config *config, const char *section,
                            const char *name, size_t *out)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct config_key *key = &config->keys[i];
        if (strcmp(key->section, section) == 0 &&
            (strcmp(key->name, name) == 0 || is_short_name(key, name))) {
            *out = i;
            return true;
        }
    }
    return false;
}

static int refuse(struct reading *r, const char *name, const char *why)
{
    if (!r->failed)
        buf_printf(r->message, "%s:%d: %s: %s", r->path, r->line, name, why);
    r->failed = true;
    return 0;
}

// jansson checks texts that it is given.
static bool is_utf8(const char *text)
{
    json_t *value = json_string(text);
    json_decref(value);
    return value != NULL;
}

// inih's handler; 1 goes on, 0 is a mistake on this line.
static int take_pair(void *ctx, const char *section, const char *name,
                     const char *text)
{
    struct reading *r = ctx;
    struct config *config = r->config;
    size_t i;
    if (r->failed)
        return 0;
    if (!name)
        return 1;
    if (!is_section(config, section))
        return refuse(r, name,
                      *section ? "unknown section; see --help for the list"
                               : "stands outside a section; put [section] "
                                 "above it");
    if (!find_in_section(config, section, name, &i))
        return refuse(r, name,
                      "unknown key in this section; see --help for the list");
    struct value *value = &config->values[i];
    struct buf why = {0};
    if (!is_utf8(text)) {
        buf_append_text(&why, "is not UTF-8; save the file as UTF-8");
    } else if (value->file_line) {
        buf_printf(&why, "already given in line %d; keep one of them",
                   value->file_line);
    } else {
        value->file_line = r->line;
        if (value->from_line || set_value(config, i, text, &why)) {
            buf_free(&why);
            return 1;
        }
    }
    refuse(r, name, buf_text(&why));
    buf_free(&why);
    return 0;
}

bool config_read_file(struct config *config, const char *path,
                      struct buf *message)
{
    struct buf text = {0};
    if (!file_read(path, FILE_LIMIT, &text)) {
        buf_printf(message,
                   "%s: cannot be read: %s; check the path and its "
                   "permissions",
                   path, strerror(errno));
        buf_free(&text);
        return false;
    }
    struct reading reading = {.config = config,
                              .path = path,
                              .message = message,
                              .rest = buf_text(&text)};
    if (strlen(buf_text(&text)) != text.size) {
        buf_printf(message, "%s: holds NUL bytes; save it as UTF-8 text", path);
        buf_free(&text);
        return false;
    }
    int line = ini_parse_stream(next_line, &reading, take_pair, &reading);
    buf_free(&text);
    if (line != 0 && !reading.failed) {
        buf_printf(message,
                   "%s:%d: cannot be understood; write \"key = "
                   "value\", [section] or # comment",
                   path, line);
        return false;
    }
    return !reading.failed;
}

// "--plain-http" is the key plain_http.
static bool find_option(const struct config *config, const char *option,
                        size_t size, size_t *out)
{
    for (size_t i = 0; i < config->count; i++) {
        const char *name = config->keys[i].name;
        if (strlen(name) != size)
            continue;
        size_t j = 0;
        while (j < size &&
               (name[j] == option[j] || (name[j] == '_' && option[j] == '-')))
            j++;
        if (j == size) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool take_option(struct config *config, int argc, char **argv, int *at,
                        struct buf *message)
{
    const char *option = argv[*at] + 2;
    size_t size = strcspn(option, "="), i;
    const char *text = option[size] ? option + size + 1 : NULL;
    if (!find_option(config, option, size, &i)) {
        buf_printf(message, "unknown option --%.*s; see --help", (int)size,
                   option);
        return false;
    }
    if (!text && config->keys[i].type == CONFIG_FLAG)
        text = "yes";
    if (!text && *at + 1 < argc)
        text = argv[++*at];
    if (!text) {
        buf_printf(message, "--%.*s needs a value; see --help", (int)size,
                   option);
        return false;
    }
    struct buf why = {0};
    bool ok = set_value(config, i, text, &why);
    if (ok)
        config->values[i].from_line = true;
    else
        buf_printf(message, "--%.*s: %s", (int)size, option, buf_text(&why));
    buf_free(&why);
    return ok;
}

// --config comes first wherever it stands, so that the rest wins over it.
static bool read_config_option(struct config *config, int argc, char **argv,
                               struct buf *message)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *path = NULL;
        if (strncmp(argv[i], "--config=", 9) == 0)
            path = argv[i] + 9;
        else if (strcmp(argv[i], "--config") != 0)
            continue;
        else if (i + 1 < argc)
            path = argv[i + 1];
        if (!path) {
            buf_append_text(message, "--config needs a file; see --help");
            return false;
        }
        if (!config_read_file(config, path, message))
            return false;
    }
    return true;
}

bool config_read_arguments(struct config *config, int argc, char **argv,
                           struct buf *message)
{
    if (!read_config_option(config, argc, argv, message))
        return false;
    config->operands = calloc((size_t)argc + 1, sizeof *config->operands);
    if (!config->operands) {
        buf_append_text(message, "out of memory");
        return false;
    }
    bool options = true;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!options || word[0] != '-' || word[1] == '\0') {
            config->operands[config->operand_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            options = false;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            config->wants_help = true;
        } else if (strcmp(word, "--version") == 0) {
            config->wants_version = true;
        } else if (strcmp(word, "--config") == 0) {
            i++;
        } else if (strncmp(word, "--config=", 9) == 0) {
            continue;
        } else if (word[1] != '-') {
            buf_printf(message, "unknown option %s; see --help", word);
            return false;
        } else if (!take_option(config, argc, argv, &i, message)) {
            return false;
        }
    }
    return true;
}

bool config_wants_help(const struct config *config)
{
    return config->wants_help;
}

bool config_wants_version(const struct config *config)
{
    return config->wants_version;
}

size_t config_operand_count(const struct config *config)
{
    return config->operand_count;
}

const char *config_operand(const struct config *config, size_t index)
{
    return index < config->operand_count ? config->operands[index] : NULL;
}

static const struct value *find(const struct config *config, const char *name,
                                enum config_type type)
{
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->keys[i].name, name) != 0)
            continue;
        assert(config->keys[i].type == type);
        (void)type;
        return &config->values[i];
    }
    assert(!"a key that is not in the table");
    return NULL;
}

const char *config_text(const struct config *config, const char *name)
{
    return find(config, name, CONFIG_TEXT)->text;
}

int64_t config_integer(const struct config *config, const char *name)
{
    return find(config, name, CONFIG_INTEGER)->number;
}

bool config_flag(const struct config *config, const char *name)
{
    return find(config, name, CONFIG_FLAG)->flag;
}

bool config_is_set(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->keys[i].name, name) == 0)
            return config->values[i].from_line ||
                   config->values[i].file_line != 0;
    return false;
}

void config_describe(const struct config_key *keys, struct buf *out)
{
    static const char *const kinds[] = {"TEXT", "N", ""};
    for (; keys->name; keys++) {
        struct buf left = {0};
        buf_append_text(&left, "  --");
        for (const char *c = keys->name; *c; c++)
            buf_append_char(&left, *c == '_' ? '-' : *c);
        buf_printf(&left, " %s", kinds[keys->type]);
        buf_printf(out, "%-30s %s", buf_text(&left), keys->help);
        if (keys->fallback && keys->type != CONFIG_FLAG)
            buf_printf(out, " (default %s)", keys->fallback);
        buf_printf(out, " [%s]\n", keys->section);
        buf_free(&left);
    }
}
