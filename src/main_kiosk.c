// hailong-kiosk: the counter's screen.
#include "common/config.h"
#include "common/log.h"
#include "common/supervisor.h"
#include "ledger/digest.h"
#include "ui/app.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };
enum { WINDOW_LEAST = 320, WINDOW_MOST = 8192, LONGEST_TURN_MS = 60000 };
// Panels on USB come after the screen.
enum { PANEL_MS = 5000 };

// Times are milliseconds up to an hour.
#define TIME(name, fallback, help)                                             \
    {                                                                          \
        "times", name, CONFIG_INTEGER, fallback, 1, 3600000, help              \
    }

static const struct config_key keys[] = {
    {"kiosk", "data", CONFIG_TEXT, NULL, 0, 0, "the device's directory"},
    {"kiosk", "window", CONFIG_TEXT, NULL, 0, 0,
     "WIDTHxHEIGHT: a window, not the whole screen"},
    {"kiosk", "trace", CONFIG_TEXT, NULL, 0, 0,
     "write what is shown and touched to this file"},
    {"kiosk", "log_level", CONFIG_TEXT, "info", 0, 0,
     "debug, info, warn or error"},
    {"kiosk", "log_format", CONFIG_TEXT, "text", 0, 0,
     "text, or logfmt or json for programs that read the log"},
    {"kiosk", "dpi", CONFIG_INTEGER, "0", 0, 1000,
     "of the display; 0: as it reports"},
    {"kiosk", "keep_days", CONFIG_INTEGER, "90", 30, 3650,
     "that lines stay here after the server acknowledged them"},
    {"kiosk", "mouse", CONFIG_FLAG, "false", 0, 0,
     "a mouse will do where there is no touch panel"},
    {"kiosk", "reduce_motion", CONFIG_FLAG, "false", 0, 0,
     "screens change at once, nothing turns"},
    TIME("fields_ms", "30000", "no field of work chosen"),
    TIME("selected_ms", "200", "the chosen face is shown"),
    TIME("rating_ms", NULL, "no face touched; else the device's rating_s"),
    TIME("reasons_ms", "20000", "no reason chosen"),
    TIME("chosen_ms", "30000", "some chosen, then no touch"),
    TIME("comment_ms", "60000", "no key touched while a comment is written"),
    TIME("still_ms", "20000", "the question \"still there?\""),
    TIME("thanks_ms", "5000", "thanks"),
    TIME("declined_ms", "6000", "\"no rating\""),
    TIME("apology_ms", "15000", "an opinion could not be stored"),
    TIME("save_ms", "10000", "the store is waited for"),
    TIME("pin_ms", "30000", "no digit of the staff's PIN touched"),
    TIME("diagnostics_ms", "120000", "the staff's page, not touched"),
    TIME("cleaning_ms", "30000", "touches are ignored for cleaning"),
    TIME("store_retry_ms", "30000", "between attempts of a broken store"),
    TIME("prune_ms", "60000", "nothing kept, before old lines leave"),
    TIME("trial_ms", "30000", "a new configuration is on trial"),
    {0}};

static void print_help(void)
{
    struct buf text = {0};
    buf_append_text(
        &text,
        "hailong-kiosk --data DIR [--window WxH] [OPTION…]\n\n"
        "The counter's screen: asks, and keeps the answers in DIR until the\n"
        "courier (hailong-sync) has sent them. Every option may also stand in\n"
        "the INI file that --config names: the times in [times], the others\n"
        "in [kiosk].\n\n"
        "  --config FILE                read this INI file first\n");
    config_describe(keys, &text);
    buf_append_text(&text,
                    "  --help, --version\n\n"
                    "Ends on SIGTERM or SIGINT; in a window also when it "
                    "is closed.\n"
                    "A keyboard does nothing but what a scanner for "
                    "codes does.\n"
                    "Exit: 0 ended, 1 failed, 2 usage.\n");
    fputs(buf_text(&text), stdout);
    buf_free(&text);
}

static struct flow_times times_of(const struct config *config)
{
    struct flow_times times = {
        .fields = config_integer(config, "fields_ms"),
        .selected = config_integer(config, "selected_ms"),
        .rating = FLOW_TIMES.rating,
        .reasons = config_integer(config, "reasons_ms"),
        .chosen = config_integer(config, "chosen_ms"),
        .comment = config_integer(config, "comment_ms"),
        .still = config_integer(config, "still_ms"),
        .thanks = config_integer(config, "thanks_ms"),
        .declined = config_integer(config, "declined_ms"),
        .apology = config_integer(config, "apology_ms"),
        .save = config_integer(config, "save_ms"),
        .pin = config_integer(config, "pin_ms"),
        .diagnostics = config_integer(config, "diagnostics_ms"),
        .cleaning = config_integer(config, "cleaning_ms")};
    if (config_is_set(config, "rating_ms"))
        times.rating = config_integer(config, "rating_ms");
    return times;
}

static bool read_window(const char *text, int *out_width, int *out_height)
{
    int width, height, end = 0;
    if (sscanf(text, "%5dx%5d%n", &width, &height, &end) != 2 ||
        text[end] != '\0' || width < WINDOW_LEAST || width > WINDOW_MOST ||
        height < WINDOW_LEAST || height > WINDOW_MOST)
        return false;
    *out_width = width;
    *out_height = height;
    return true;
}

// False with a `message` for a value that does not fit.
static bool read_options(const struct config *config, struct app_options *out,
                         struct buf *message)
{
    const char *window = config_text(config, "window");
    const char *level_name = config_text(config, "log_level");
    const char *format_name = config_text(config, "log_format");
    enum log_level level = LOG_INFO;
    enum log_format format = LOG_TEXT;
    *out = (struct app_options){
        .directory = config_text(config, "data"),
        .trace = config_text(config, "trace"),
        .times = times_of(config),
        .rating_fixed = config_is_set(config, "rating_ms"),
        .retry_ms = (int)config_integer(config, "store_retry_ms"),
        .keep_days = (int)config_integer(config, "keep_days"),
        .prune_ms = (int)config_integer(config, "prune_ms"),
        .trial_ms = (int)config_integer(config, "trial_ms"),
        .dpi = (int)config_integer(config, "dpi"),
        .still = config_flag(config, "reduce_motion")};
    if (config_operand_count(config) > 0)
        buf_printf(message, "\"%s\" is no option; see --help",
                   config_operand(config, 0));
    else if (!out->directory)
        buf_append_text(message, "--data DIR is needed; see --help");
    else if (!log_parse_level(level_name, &level))
        buf_printf(message,
                   "log_level: \"%s\" is not debug, info, warn or "
                   "error",
                   level_name);
    else if (!log_parse_format(format_name, &format))
        buf_printf(message, "log_format: \"%s\" is not text, logfmt or json",
                   format_name);
    else if (window && !read_window(window, &out->width, &out->height))
        buf_printf(message, "window: \"%s\" is not WIDTHxHEIGHT of %d to %d",
                   window, WINDOW_LEAST, WINDOW_MOST);
    if (message->size > 0)
        return false;
    if (out->width == 0 && !config_flag(config, "mouse"))
        out->panel_ms = PANEL_MS;
    log_set_level(level);
    log_set_format(format);
    return true;
}

static int run(const struct app_options *options)
{
    struct app *app;
    enum app_result result = APP_FAILED;
    if (!ledger_init()) {
        log_error("kiosk", "libsodium cannot be started");
        return EXIT_FAILED;
    }
    result = app_open(options, &app);
    if (result == APP_DONE) {
        int64_t interval = supervisor_interval_ms();
        supervisor_ready();
        while (app_turn(app, interval < LONGEST_TURN_MS ? interval
                                                        : LONGEST_TURN_MS))
            if (app_is_alive(app))
                supervisor_alive();
        supervisor_stopping();
        result = app_close(app);
    }
    switch (result) {
    case APP_DONE:
        return EXIT_DONE;
    case APP_FAILED:
        return EXIT_FAILED;
    case APP_MISTAKE:
        break;
    }
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct buf message = {0};
    struct app_options options;
    int status = EXIT_USAGE;
    umask(077); // what it writes is for its own user alone
    struct config *config = config_open(keys);
    if (!config) {
        fputs("hailong-kiosk: out of memory\n", stderr);
        return EXIT_FAILED;
    }
    if (!config_read_arguments(config, argc, argv, &message)) {
        fprintf(stderr, "hailong-kiosk: %s\n", buf_text(&message));
    } else if (config_wants_help(config)) {
        print_help();
        status = EXIT_DONE;
    } else if (config_wants_version(config)) {
        puts("hailong-kiosk " HAILONG_VERSION);
        status = EXIT_DONE;
    } else if (!read_options(config, &options, &message)) {
        fprintf(stderr, "hailong-kiosk: %s\n", buf_text(&message));
    } else {
        status = run(&options);
    }
    config_close(config);
    buf_free(&message);
    return status;
}
