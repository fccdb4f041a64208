// Who is at the other end of a request, as far as the network tells. A proxy on
// this machine, or one that --proxy names, is believed what it says about its
// own peer; nobody else is.
#pragma once
#include <stdbool.h>

struct request;

enum { PEER_ADDRESS_SIZE = 64 };

// An IPv4 address, or the /64 network of an IPv6 one, since that is what one
// house gets. "" for this machine itself.
void peer_address(const struct request *request, char out[PEER_ADDRESS_SIZE]);
// Whether the way to the browser is TLS all along.
bool peer_is_secure(const struct request *request);
