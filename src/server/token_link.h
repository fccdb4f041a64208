// The address on which a citizen answers by telephone, and which a counter's
// scanner reads: <public address>/d/<token>. The token is made again from the
// invitation each time, and is the same each time.
#pragma once
#include "ledger/token.h"
#include "office/invitations.h"
#include <stdbool.h>

struct request;

// An https:// or http:// origin with at most a path, at most 200 bytes.
bool public_url_is_valid(const char *url);

enum { TOKEN_LINK_SIZE = TOKEN_SIZE + 300 };
struct token_link {
    char token[TOKEN_SIZE];
    char url[TOKEN_LINK_SIZE];
};
// The public address is the server's setting, without one that of the request's
// header Host. False: the reply is set.
bool token_link_make(struct request *request,
                     const struct invitation *invitation,
                     struct token_link *out);
