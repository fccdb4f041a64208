// A citizen's telephone at the server of a test: one-time tokens as the server
// signs them, its pages, its forms. Each function fails the running test when
// it cannot do its work.
#pragma once
#include "ledger/token.h"
#include "support/server_maker.h"

enum { PHONE_PATH_SIZE = TOKEN_SIZE + 32 };

// A token of the unit H24.12 for a dossier of the field chung-thuc, for ten
// minutes; `transaction` NULL: of no dossier.
void phone_token(const struct made_server *server, const char *transaction,
                 struct token *out);
// "/d/<token>", signed by the server.
void phone_path(const struct made_server *server, const struct token *token,
                char out[PHONE_PATH_SIZE]);

void phone_get(const struct made_server *server, const char *path,
               struct answer *out);
// Posts a form.
void phone_post(const struct made_server *server, const char *path,
                const char *form, struct answer *out);
// The id of the form in a page that asks.
void phone_form_of(const struct answer *page, char out_id[ID_SIZE]);
// Opens the page and gives a level. `out_id` may be NULL.
void phone_choose(const struct made_server *server, const char *path, int level,
                  char out_id[ID_SIZE]);

// The lines of the phone channel's own ledger, read and followed as a chain.
struct phone_lines {
    struct record list[32];
    size_t count;
};
void phone_lines(const struct made_server *server, struct phone_lines *out);
