#include "ui/stop.h"
#include "common/log.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static struct {
    pthread_t thread;
    bool started;
    atomic_bool ending;
    Uint32 event_type;
} stopper;

static void fill(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

bool stop_block(void)
{
    sigset_t set;
    fill(&set);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0)
        log_error("ui", "cannot block signals: %s", strerror(error));
    return error == 0;
}

static void *wait_for_signals(void *unused)
{
    (void)unused;
    sigset_t set;
    fill(&set);
    int number;
    while (sigwait(&set, &number) == 0 && !atomic_load(&stopper.ending)) {
        SDL_Event event = {.type = stopper.event_type};
        log_info("ui", "stopping on signal %d", number);
        SDL_PushEvent(&event);
    }
    SDL_TLSCleanup();
    return NULL;
}

bool stop_start(Uint32 event_type)
{
    stopper.event_type = event_type;
    atomic_store(&stopper.ending, false);
    int error = pthread_create(&stopper.thread, NULL, wait_for_signals, NULL);
    if (error != 0)
        log_error("ui", "no thread for signals: %s", strerror(error));
    stopper.started = error == 0;
    return stopper.started;
}

void stop_join(void)
{
    if (!stopper.started)
        return;
    atomic_store(&stopper.ending, true);
    pthread_kill(stopper.thread, SIGINT);
    pthread_join(stopper.thread, NULL);
    stopper.started = false;
}
