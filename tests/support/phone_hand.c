#include "support/phone_hand.h"
#include "common/clock.h"
#include "ledger/chain.h"
#include "store/ledger_reader.h"
#include "support/check.h"
#include <stdio.h>

void phone_token(const struct made_server *server, const char *transaction,
                 struct token *out)
{
    (void)server;
    *out = (struct token){.unit = "H24.12",
                          .procedure = "2.000815",
                          .field = "chung-thuc",
                          .step = "tra-ket-qua",
                          .expires_at = clock_wall_ms() + 600000};
    id_new_v4(out->id);
    snprintf(out->transaction, sizeof out->transaction, "%s",
             transaction ? transaction : "");
}

void phone_path(const struct made_server *server, const struct token *token,
                char out[PHONE_PATH_SIZE])
{
    char path[128], text[TOKEN_SIZE];
    struct key key;
    snprintf(path, sizeof path, "%s/server.key", server->folder);
    assert_true(key_load(path, &key));
    assert_true(token_make(&key, token, text));
    snprintf(out, PHONE_PATH_SIZE, "/d/%s", text);
}

void phone_get(const struct made_server *server, const char *path,
               struct answer *out)
{
    answer_free(out);
    ask(server->port, &(struct ask){.path = path}, out);
}

void phone_post(const struct made_server *server, const char *path,
                const char *form, struct answer *out)
{
    answer_free(out);
    ask(server->port,
        &(struct ask){.path = path,
                      .type = "application/x-www-form-urlencoded",
                      .body = form,
                      .size = strlen(form)},
        out);
}

void phone_form_of(const struct answer *page, char out_id[ID_SIZE])
{
    static const char mark[] = "name=\"page\" value=\"";
    const char *at = strstr(buf_text(&page->body), mark);
    assert_non_null(at);
    snprintf(out_id, ID_SIZE, "%s", at + sizeof mark - 1);
    assert_true(id_is_valid(out_id, strlen(out_id)));
}

void phone_choose(const struct made_server *server, const char *path, int level,
                  char out_id[ID_SIZE])
{
    struct answer answer = {0};
    char id[ID_SIZE], form[128];
    phone_get(server, path, &answer);
    assert_int_equal(answer.status, 200);
    phone_form_of(&answer, id);
    snprintf(form, sizeof form, "page=%s&level=%d", id, level);
    phone_post(server, path, form, &answer);
    assert_int_equal(answer.status, 200);
    assert_holds(buf_text(&answer.body), "name=\"send\"");
    answer_free(&answer);
    if (out_id)
        memcpy(out_id, id, sizeof id);
}

struct following {
    struct phone_lines *out;
    struct chain chain;
};

static bool follow(void *ctx, int64_t seq, const char *id, const char *line,
                   size_t size)
{
    struct following *f = ctx;
    char why[JSON_MESSAGE_SIZE];
    (void)seq, (void)id;
    assert_true(f->out->count < 32);
    struct record *record = &f->out->list[f->out->count++];
    if (f->out->count == 1) {
        assert_true(record_read(line, size, record, why));
        chain_start(&f->chain, record->device, record->gen);
    }
    if (chain_follow(&f->chain, line, size, record, why) != CHAIN_SOUND)
        fail_msg("%s", why);
    return true;
}

void phone_lines(const struct made_server *server, struct phone_lines *out)
{
    char folder[128];
    struct ledger_reader *reader = NULL;
    int64_t gen = 0;
    out->count = 0;
    snprintf(folder, sizeof folder, "%s/phone", server->folder);
    enum sql_result opened = ledger_reader_open(folder, &reader);
    if (opened == SQL_NONE)
        return; // not made yet
    assert_int_equal(opened, SQL_OK);
    while (ledger_reader_next_gen(reader, gen, &gen) == SQL_OK) {
        struct phone_lines of_gen = {.count = 0};
        struct following f = {.out = &of_gen};
        assert_int_equal(ledger_reader_walk(reader, gen, 1, follow, &f),
                         SQL_OK);
        for (size_t i = 0; i < of_gen.count; i++) {
            assert_true(out->count < 32);
            out->list[out->count++] = of_gen.list[i];
        }
    }
    ledger_reader_close(reader);
}
