// A GET that waits until there is something new: the peer names what it has in
// If-None-Match, and how long it may wait in ?wait=, in seconds. A handler:
//
//   if (!long_poll_begin(request, counter, who, most))
//       return HANDLING_DONE;
//   … looks, and makes a JSON object of what it saw …
//   return long_poll_answer(request, object, now, changes_at);
//
// and is called once more when something may have changed.
#pragma once
#include "common/json.h"
#include "server/routes.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

enum { LONG_POLL_WAIT_MAX_S = 30 };

// Before the handler looks, each time. Of `who` at most `most` wait at once.
// False: the reply is set (400).
bool long_poll_begin(struct request *request, const char *counter,
                     const char *who, size_t most);
// Answers with `object`, which is given up (NULL: no memory), and the server's
// time `now` in it, which is no part of the ETag; or with 304 when the peer has
// the same already. When it has, and may wait on, it waits: until something is
// announced at its counter, or `changes_at` (wall milliseconds; 0: never), when
// what the handler saw changes by itself.
enum handling long_poll_answer(struct request *request, json_t *object,
                               int64_t now, int64_t changes_at);
