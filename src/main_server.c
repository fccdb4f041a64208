// hailong-server: the endpoint that devices send to and the Office reads from.
#include "common/config.h"
#include "common/log.h"
#include "common/supervisor.h"
#include "server/await.h"
#include "server/server.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static void print_help(void)
{
    struct buf text = {0};
    buf_append_text(
        &text,
        "hailong-server --data DIR --unit-name NAME [OPTION…]\n"
        "hailong-server --city DIR [OPTION…]\n\n"
        "Takes the ratings of enrolled devices, keeps them, and answers\n"
        "reports. Every option may also stand in the INI file that --config\n"
        "names, in the section shown at its end.\n\n"
        "  --config FILE                read this INI file first\n");
    config_describe(SERVER_KEYS, &text);
    buf_append_text(&text, "  --help, --version\n\n"
                           "Ends on SIGTERM or SIGINT, after it has stored "
                           "what it was sent.\n"
                           "Exit: 0 ended, 1 failed, 2 usage.\n");
    fputs(buf_text(&text), stdout);
    buf_free(&text);
}

static void say_ending(int received)
{
    supervisor_stopping();
    log_info("server", "ending: %s", strsignal(received));
}

static int run(const struct server_settings *settings, const sigset_t *ends)
{
    static const struct await_pauses PAUSES = {1000, 4000};
    struct server *server = NULL;
    int received = 0;
    switch (server_await(settings, ends, PAUSES, &server, &received)) {
    case SERVER_OPEN:
        break;
    case SERVER_AWAY:
        say_ending(received);
        return EXIT_DONE;
    case SERVER_MISTAKE:
        return EXIT_USAGE;
    case SERVER_FAILED:
        return EXIT_FAILED;
    }
    supervisor_ready();
    sigwait(ends, &received);
    say_ending(received);
    server_close(server);
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct buf message = {0};
    struct server_settings settings;
    int status = EXIT_USAGE;
    sigset_t ends;
    // What it writes is for its own user alone.
    umask(077);
    // Before there is a thread: all inherit it, and this one waits.
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct config *config = config_open(SERVER_KEYS);
    if (!config) {
        fputs("hailong-server: out of memory\n", stderr);
        return EXIT_FAILED;
    }
    if (!config_read_arguments(config, argc, argv, &message)) {
        fprintf(stderr, "hailong-server: %s\n", buf_text(&message));
    } else if (config_wants_help(config)) {
        print_help();
        status = EXIT_DONE;
    } else if (config_wants_version(config)) {
        puts("hailong-server " HAILONG_VERSION);
        status = EXIT_DONE;
    } else if (config_operand_count(config) > 0) {
        fprintf(stderr, "hailong-server: \"%s\" is no option; see --help\n",
                config_operand(config, 0));
    } else if (!server_settings_read(config, &settings, &message)) {
        fprintf(stderr, "hailong-server: %s\n", buf_text(&message));
    } else {
        log_set_level(settings.log_level);
        log_set_format(settings.log_format);
        log_set_ward(settings.log_ward);
        status = run(&settings, &ends);
    }
    buf_free(&message);
    config_close(config);
    return status;
}
