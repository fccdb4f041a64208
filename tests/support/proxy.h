// A network of a test between the courier and the server, on 127.0.0.1 and a
// port that the system picked: each request meets one of the faults that real
// networks have, drawn by a seed, so that a run can be repeated. It knows HTTP
// just well enough to see where a request ends. Each function fails the running
// test when it cannot do its work.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum proxy_fault {
    PROXY_NONE,
    PROXY_DELAY,         // comes late
    PROXY_CUT_REQUEST,   // hangs up with half of the request
    PROXY_LOSE_ANSWER,   // the server has it; the answer never comes
    PROXY_CUT_ANSWER,    // half of the answer, then hangs up
    PROXY_TWICE,         // the server gets it twice, the second answer counts
    PROXY_LATER,         // and once more after the next one
    PROXY_SPOIL_REQUEST, // a byte of the body changed on the way there
    PROXY_SPOIL_ANSWER,  // and on the way back
    PROXY_EMPTY,         // 200, and nothing in it
    PROXY_PORTAL,        // 200, and the page of a captive portal
    PROXY_REDIRECT,      // 302 to a portal's page
    PROXY_RESET,         // the connection is reset
    PROXY_FAULT_COUNT
};

struct proxy;

// `percent` of the requests meet a fault, each kind as often as the others;
// every request goes to 127.0.0.1:`port`.
struct proxy *proxy_start(uint16_t port, int percent, uint64_t seed);
void proxy_stop(struct proxy *proxy);
uint16_t proxy_port(const struct proxy *proxy);
// Where the server listens now.
void proxy_lead_to(struct proxy *proxy, uint16_t port);
// From now on. 0: a good network.
void proxy_set_percent(struct proxy *proxy, int percent);
// Every request meets this fault, until the percentage is set again.
void proxy_only(struct proxy *proxy, enum proxy_fault fault);
// Requests so far that met this fault.
size_t proxy_count(struct proxy *proxy, enum proxy_fault fault);
