// A wire of a test between the courier and a server, on 127.0.0.1 and a port
// that the system picked: it carries bytes, whatever they mean, so it can stand
// before TLS too. Each function fails the running test when it cannot do its
// work.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum tunnel_fault {
    TUNNEL_NONE,
    TUNNEL_SILENT, // takes the connection, and never says a word
    TUNNEL_RESET   // resets it after some bytes from the server
};

struct tunnel;

struct tunnel *tunnel_start(uint16_t port);
void tunnel_stop(struct tunnel *tunnel);
uint16_t tunnel_port(const struct tunnel *tunnel);
// From the next connection on. `after` bytes: of TUNNEL_RESET.
void tunnel_set(struct tunnel *tunnel, enum tunnel_fault fault, size_t after);
void tunnel_lead_to(struct tunnel *tunnel, uint16_t port);
size_t tunnel_count(struct tunnel *tunnel); // connections so far
