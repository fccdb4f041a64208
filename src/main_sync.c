// hailong-sync: the courier of one counter.
#include "common/config.h"
#include "common/log.h"
#include "common/supervisor.h"
#include "ledger/digest.h"
#include "sync/worker.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

static const struct config_key keys[] = {
    {"sync", "data", CONFIG_TEXT, NULL, 0, 0, "the device's directory"},
    {"sync", "once", CONFIG_FLAG, "no", 0, 0,
     "send all that waits and end: 0 nothing is left, 3 something is"},
    {"sync", "proxy", CONFIG_TEXT, NULL, 0, 0,
     "http://HOST:PORT to go through; none otherwise"},
    {"sync", "plain_http", CONFIG_FLAG, "no", 0, 0,
     "allow a server without TLS beyond this machine"},
    {"sync", "stick", CONFIG_TEXT, "/run/hailong/stick", 0, 0,
     "where a stick with hailong-enrol.txt is mounted, which enrols a machine "
     "that is not enrolled"},
    {"sync", "poll_ms", CONFIG_INTEGER, "1000", 50, 60000,
     "how often the kiosk's database is looked at"},
    {"log", "log_level", CONFIG_TEXT, "info", 0, 0,
     "debug, info, warn or error"},
    {"log", "log_format", CONFIG_TEXT, "text", 0, 0,
     "text, or logfmt or json for programs that read the log"},
    {0}};

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_LEFT = 3 };

static void fill_ends(sigset_t *out)
{
    sigemptyset(out);
    sigaddset(out, SIGTERM);
    sigaddset(out, SIGINT);
}

static void *wait_for_signal(void *ctx)
{
    sigset_t ends;
    int received;
    fill_ends(&ends);
    if (sigwait(&ends, &received) == 0)
        worker_stop(ctx);
    return NULL;
}

static bool watch_signals(struct worker *worker, pthread_t *out_thread)
{
    sigset_t ends;
    signal(SIGPIPE, SIG_IGN);
    fill_ends(&ends);
    // Blocked in every thread; one of our own takes them.
    return pthread_sigmask(SIG_BLOCK, &ends, NULL) == 0 &&
           pthread_create(out_thread, NULL, wait_for_signal, worker) == 0;
}

static enum worker_result work(const struct config *config,
                               struct worker *worker)
{
    pthread_t watcher;
    if (!ledger_init() || !watch_signals(worker, &watcher)) {
        log_error("sync", "no thread or no randomness");
        return WORKER_FAILED;
    }
    supervisor_ready();
    enum worker_result result = config_flag(config, "once")
                                    ? worker_run_once(worker)
                                    : worker_run(worker);
    supervisor_stopping();
    // It may be about to touch the worker, which ends after this.
    pthread_kill(watcher, SIGINT);
    pthread_join(watcher, NULL);
    return result;
}

static int run(const struct config *config)
{
    struct worker_params params = {
        .directory = config_text(config, "data"),
        .proxy = config_text(config, "proxy"),
        .stick = config_text(config, "stick"),
        .plain_http = config_flag(config, "plain_http"),
        .poll_ms = (int)config_integer(config, "poll_ms")};
    struct worker *worker = worker_new(&params);
    if (!worker) {
        log_error("sync", "out of memory");
        return EXIT_FAILED;
    }
    enum worker_result result = work(config, worker);
    worker_free(worker);
    return result == WORKER_OK     ? EXIT_DONE
           : result == WORKER_LEFT ? EXIT_LEFT
                                   : EXIT_FAILED;
}

static void print_help(void)
{
    struct buf text = {0};
    config_describe(keys, &text);
    printf("hailong-sync: sends what the counter has kept to the ward's "
           "server.\n\n"
           "usage: hailong-sync --data DIR [--once] [--config FILE]\n\n%s"
           "\nThe same keys stand in the INI file under [section].\n",
           buf_text(&text));
    buf_free(&text);
}

int main(int argc, char **argv)
{
    struct buf message = {0};
    enum log_level level;
    enum log_format format;
    int status = EXIT_USAGE;
    umask(077); // what it writes is for its own user alone
    struct config *config = config_open(keys);
    if (!config)
        return EXIT_FAILED;
    if (!config_read_arguments(config, argc, argv, &message)) {
        fprintf(stderr, "hailong-sync: %s\n", buf_text(&message));
    } else if (config_wants_help(config)) {
        print_help();
        status = EXIT_DONE;
    } else if (config_wants_version(config)) {
        puts("hailong-sync " HAILONG_VERSION);
        status = EXIT_DONE;
    } else if (!config_text(config, "data") ||
               config_operand_count(config) > 0) {
        fputs("hailong-sync: give --data DIR and nothing else; see --help\n",
              stderr);
    } else if (!log_parse_level(config_text(config, "log_level"), &level)) {
        fputs("hailong-sync: --log-level: give debug, info, warn or error\n",
              stderr);
    } else if (!log_parse_format(config_text(config, "log_format"), &format)) {
        fputs("hailong-sync: --log-format: give text, logfmt or json\n",
              stderr);
    } else {
        log_set_level(level);
        log_set_format(format);
        status = run(config);
    }
    buf_free(&message);
    config_close(config);
    return status;
}
