// Of an address with several hosts, the one that answered last is asked first.
// libpq asks them in their order, each time: a machine that is gone without a
// word, as the primary of before may be for days, would cost some seconds at
// every connection. Any thread.
#pragma once
#include <postgresql/libpq-fe.h>
#include <stddef.h>

// For a connection's parameters, behind the address; NULL: as the address says.
struct hosts {
    char *host, *hostaddr, *port;
};
void hosts_of(const char *url, struct hosts *out);
void hosts_free(struct hosts *hosts);
// It takes what we want of it.
void hosts_remember(const char *url, PGconn *db);

// "a,b,c" from the second on (1): "b,c,a". Allocated; NULL: there are not so
// many, or no memory.
char *hosts_turn(const char *list, size_t first);
