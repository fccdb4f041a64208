// A long way of a test to PostgreSQL: a socket of its kind in a folder of its
// own, behind which the other one's bytes come late, or never. Each function
// fails the running test when it cannot do its work.
#pragma once

struct far_socket;

enum { FAR_SILENT = -1 };

// To the socket in the folder `to`; each piece of bytes is on its way for so
// many milliseconds, in each direction. FAR_SILENT: it takes connections, and
// never says a word. `to` must outlive it.
struct far_socket *far_socket_start(const char *to, int delay_ms);
// As the host of an address names it; borrowed.
const char *far_socket_folder(const struct far_socket *far);
// Who has a connection keeps it until both its ends have left.
void far_socket_stop(struct far_socket *far);
