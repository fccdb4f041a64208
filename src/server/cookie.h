// The cookie that a browser's session lives in, and the value that proves that
// a request was made by this server's own page. Pure.
#pragma once
#include "common/buf.h"
#include "ledger/digest.h"
#include "office/secret.h"
#include <stdbool.h>

enum cookie_found { COOKIE_NONE, COOKIE_FOUND, COOKIE_BAD };

// Looks through the header Cookie (RFC 6265, NULL: none was sent). COOKIE_BAD:
// it is malformed, or ours stands there twice. What ours holds is copied when
// it can be a token; else it is as if it were not there.
enum cookie_found cookie_read(const char *header,
                              char out_token[SECRET_TOKEN_SIZE]);

// The value of a header Set-Cookie. No script reads the cookie, no other site's
// page sends it; with `secure` it travels over TLS alone. It ends with the
// browser. `token` "" takes the cookie away.
// It is for paths below `base`, "" for all.
void cookie_write(const char *token, const char *base, bool secure,
                  struct buf *out);

// Made from the token, which pages cannot read: only a page of this server can
// ask for it. Nothing needs to be kept.
void cookie_csrf(const char *token, char out_csrf[DIGEST_HEX_SIZE]);
