// The life of every open socket, seen from outside the HTTP library: how many
// an address has, and how long each may owe us something. The library's own
// timeout starts anew with every byte, so a peer that sends one byte now and
// then would hold its place for ever; here a deadline counts from the opening
// of the connection, and a thread shuts down what is past it. Any thread.
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct connections;
struct connection;

struct connections_params {
    int64_t owing_ms; // a peer may take it for one whole request, for taking
                      // one whole answer, and between the two
    int per_address;  // an address may have as many, but for the loopback and
    const struct in6_addr *proxies; // these, which bring everybody; borrowed
    size_t proxy_count;
};

// Starts the thread. NULL on failure, logged.
struct connections *connections_open(const struct connections_params *params);
// After the last connections_remove(). Accepts NULL.
void connections_close(struct connections *all);

// Whether one more connection from there is welcome.
bool connections_admit(struct connections *all, const struct sockaddr *address);

// A connection begins, and owes a request. NULL on no memory: drop the socket.
struct connection *connections_add(struct connections *all, int fd,
                                   const struct sockaddr *address);
// Before its socket is closed, so that no other one is shut by mistake.
void connections_remove(struct connections *all, struct connection *peer);

// The peer has done its part; what takes time now is ours.
void connection_owes_nothing(struct connections *all, struct connection *peer);
// It is the peer's turn again, to take an answer or to send a request.
void connection_owes(struct connections *all, struct connection *peer);
// Shuts it, when it is the peer's turn.
void connection_hurry(struct connections *all, struct connection *peer);

struct connections_count {
    size_t open;
    uint64_t opened, refused, cut;
};
struct connections_count connections_count(struct connections *all);
