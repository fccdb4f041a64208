#include "operator/operator.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "operator/command.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const COMMANDS[] = {
    &COMMAND_DEVICE_ADD,
    &COMMAND_DEVICE_LIST,
    &COMMAND_DEVICE_REPLACE,
    &COMMAND_DEVICE_RENEW,
    &COMMAND_DEVICE_REVOKE,
    &COMMAND_KEY_ADD,
    &COMMAND_KEY_LIST,
    &COMMAND_KEY_REVOKE,
    &COMMAND_KEYS_REPLACE,
    &COMMAND_USER_ADD,
    &COMMAND_USER_LIST,
    &COMMAND_USER_DISABLE,
    &COMMAND_USER_ENABLE,
    &COMMAND_USER_PASSWORD,
    &COMMAND_UNIT_ADD,
    &COMMAND_UNIT_RENAME,
    &COMMAND_UNIT_MOVE,
    &COMMAND_UNIT_MERGE,
    &COMMAND_UNIT_DISSOLVE,
    &COMMAND_UNIT_TAKE_BACK,
    &COMMAND_UNIT_SET,
    &COMMAND_UNIT_PERSON,
    &COMMAND_UNIT_CLASSES,
    &COMMAND_UNIT_LIST,
    &COMMAND_ENROL,
    &COMMAND_PIN,
    &COMMAND_STATUS,
    &COMMAND_DOCTOR,
    &COMMAND_VERIFY,
    &COMMAND_RETOTAL,
    &COMMAND_CHECKPOINT,
    &COMMAND_REPORT,
    &COMMAND_BACKUP,
    &COMMAND_RESTORE,
    &COMMAND_MIGRATE,
    &COMMAND_EXPORT,
    &COMMAND_IMPORT,
    &COMMAND_IMPORT_TRANSACTIONS,
    &COMMAND_TYPE,
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof COMMANDS[0] };

void console_free(struct console *console)
{
    buf_free(&console->out);
    buf_free(&console->err);
}

void console_complain(struct console *console, const char *format, ...)
{
    va_list args;
    buf_append_text(&console->err, "hailong: ");
    va_start(args, format);
    buf_vprintf(&console->err, format, args);
    va_end(args);
    buf_append_char(&console->err, '\n');
}

const char *command_need(const struct config *config, const char *name,
                         struct console *console)
{
    const char *value = config_text(config, name);
    if (value && value[0] != '\0')
        return value;
    buf_append_text(&console->err, "hailong: --");
    for (; *name != '\0'; name++)
        buf_append_char(&console->err, *name == '_' ? '-' : *name);
    buf_append_text(&console->err, " is missing; see --help\n");
    return NULL;
}

static void list_commands(struct buf *out)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        buf_printf(out, "  hailong %-19s  %s\n", COMMANDS[i]->name,
                   COMMANDS[i]->summary);
    buf_append_text(out, "\n`hailong COMMAND --help` lists a command's "
                         "options; --config FILE reads them from\nthe "
                         "section [hailong] of an INI file.\nEach takes:\n"
                         "  --log-format TEXT            text, or logfmt or "
                         "json for programs that read it (default text)\n");
}

static void print_help(struct buf *out)
{
    buf_append_text(out, "hailong, the operator's command of Hài Lòng\n\n");
    list_commands(out);
}

// What every command knows beside its own options.
static const struct config_key COMMON_KEYS[] = {
    {"hailong", "log_format", CONFIG_TEXT, "text", 0, 0,
     "what goes wrong, in text, or in logfmt or json for programs"},
    {0}};

static size_t count_keys(const struct config_key *keys)
{
    size_t count = 0;
    while (keys[count].name)
        count++;
    return count;
}

// To free(); NULL on no memory.
static struct config_key *keys_of(const struct command *command)
{
    size_t own = count_keys(command->keys);
    struct config_key *keys =
        calloc(own + sizeof COMMON_KEYS / sizeof COMMON_KEYS[0], sizeof *keys);
    if (keys) {
        memcpy(keys, command->keys, own * sizeof *keys);
        memcpy(keys + own, COMMON_KEYS, sizeof COMMON_KEYS);
    }
    return keys;
}

static void print_command_help(const struct command *command,
                               const struct config_key *keys, struct buf *out)
{
    buf_printf(out, "hailong %s [options]%s%s\n%s\n\n", command->name,
               command->operand ? " " : "",
               command->operand ? command->operand : "", command->summary);
    config_describe(keys, out);
}

// How many words of the command line are the command's name; 0: not this one.
static int words_matched(const struct command *command, int argc, char **argv)
{
    const char *space = strchr(command->name, ' ');
    if (!space)
        return argc > 1 && strcmp(argv[1], command->name) == 0 ? 1 : 0;
    size_t first = (size_t)(space - command->name);
    return argc > 2 && strlen(argv[1]) == first &&
                   memcmp(argv[1], command->name, first) == 0 &&
                   strcmp(argv[2], space + 1) == 0
               ? 2
               : 0;
}

static bool is_first_word(const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strncmp(COMMANDS[i]->name, word, size) == 0 &&
            COMMANDS[i]->name[size] == ' ')
            return true;
    }
    return false;
}

static bool check_operands(const struct command *command,
                           const struct config *config, struct console *console)
{
    size_t wanted = command->operand ? 1 : 0;
    size_t given = config_operand_count(config);
    if (given < wanted)
        console_complain(console, "%s: %s is missing; see --help",
                         command->name, command->operand);
    else if (given > wanted)
        console_complain(console, "%s: \"%s\" is one word too many; see --help",
                         command->name, config_operand(config, wanted));
    return given == wanted;
}

// Each line that the command complained is one of the log.
static void log_complaints(struct console *console)
{
    static const char prefix[] = "hailong: ";
    const char *at = buf_text(&console->err);
    while (*at != '\0') {
        size_t size = strcspn(at, "\n");
        size_t skip =
            strncmp(at, prefix, sizeof prefix - 1) == 0 ? sizeof prefix - 1 : 0;
        log_error("operator", "%.*s", (int)(size - skip), at + skip);
        at += size + (at[size] == '\n');
    }
    buf_free(&console->err);
}

// The options are sound.
static int perform(const struct command *command, const struct config *config,
                   struct console *console)
{
    enum log_format format;
    if (!log_parse_format(config_text(config, "log_format"), &format)) {
        console_complain(console, "--log-format: give text, logfmt or json");
        return COMMAND_MISUSED;
    }
    log_set_format(format);
    int code = COMMAND_FAILED;
    if (ledger_init())
        code = command->run(config, console);
    else
        console_complain(console, "the cryptographic library cannot start");
    if (format != LOG_TEXT)
        log_complaints(console);
    return code;
}

// `argv` stands at the last word of the command's name.
static int run_command(const struct command *command, int argc, char **argv,
                       struct console *console)
{
    struct buf message = {0};
    struct config_key *keys = keys_of(command);
    struct config *config = keys ? config_open(keys) : NULL;
    int code = COMMAND_FAILED;
    if (!config) {
        console_complain(console, "out of memory");
    } else if (!config_read_arguments(config, argc, argv, &message)) {
        console_complain(console, "%s: %s", command->name, buf_text(&message));
        code = COMMAND_MISUSED;
    } else if (config_wants_help(config)) {
        print_command_help(command, keys, &console->out);
        code = COMMAND_DONE;
    } else if (config_wants_version(config)) {
        buf_append_text(&console->out, "hailong " HAILONG_VERSION "\n");
        code = COMMAND_DONE;
    } else if (!check_operands(command, config, console)) {
        code = COMMAND_MISUSED;
    } else {
        code = perform(command, config, console);
    }
    config_close(config);
    free(keys);
    buf_free(&message);
    return code;
}

int operator_run(int argc, char **argv, struct console *console)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        int words = words_matched(COMMANDS[i], argc, argv);
        if (words > 0)
            return run_command(COMMANDS[i], argc - words, argv + words,
                               console);
    }
    // `hailong device --help` too: which device commands there are.
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 ||
                     (argc > 2 && strcmp(argv[2], "--help") == 0 &&
                      is_first_word(argv[1])))) {
        print_help(&console->out);
        return COMMAND_DONE;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        buf_append_text(&console->out, "hailong " HAILONG_VERSION "\n");
        return COMMAND_DONE;
    }
    if (argc > 1)
        console_complain(console, "%s%s%s: there is no such command", argv[1],
                         argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
    else
        console_complain(console, "which command?");
    list_commands(&console->err);
    return COMMAND_MISUSED;
}
