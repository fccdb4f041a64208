#include "ui/invited.h"
#include "ledger/token.h"
#include "survey/scanner.h"
#include <stdio.h>
#include <string.h>

const struct courier_invitation *
invited_next(const struct courier_invitations *list, invited_answered *answered,
             void *ctx, int64_t now)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct courier_invitation *one = &list->list[i];
        if (now > 0 && now < one->expires_at && !answered(ctx, one->id))
            return one;
    }
    return NULL;
}

const struct courier_invitation *
invited_find(const struct courier_invitations *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->list[i].id, id) == 0)
            return &list->list[i];
    return NULL;
}

static void keep_transaction(const struct invited_rules *rules,
                             const char *transaction,
                             struct visit_business *out)
{
    pseudonym_keep(rules->privacy, rules->day, rules->unit, transaction,
                   out->transaction);
}

void invited_business(const struct invited_rules *rules,
                      const struct courier_invitation *invitation,
                      struct visit_business *out)
{
    *out = (struct visit_business){.transaction = ""};
    keep_transaction(rules, invitation->transaction, out);
    memcpy(out->procedure, invitation->procedure, sizeof out->procedure);
    memcpy(out->field, invitation->field, sizeof out->field);
    memcpy(out->step, invitation->step, sizeof out->step);
    memcpy(out->officer, invitation->officer, sizeof out->officer);
    memcpy(out->invitation, invitation->id, sizeof out->invitation);
}

const char *invited_code_name(enum invited_code code)
{
    static const char *const names[] = {
        "a token",         "a dossier's code",
        "an unusual code", "a token that has expired",
        "a forged token",  "another ward's token",
        "no code"};
    return names[code];
}

// What the server signed is what it wrote; still, a line that cannot be written
// would be a lost visit.
static void copy(char *out, size_t size, const char *text)
{
    record_copy_text(text, strlen(text), out, size);
}

static void take_token(const struct invited_rules *rules,
                       const struct token *token, struct visit_business *out)
{
    keep_transaction(rules, token->transaction, out);
    copy(out->procedure, sizeof out->procedure, token->procedure);
    copy(out->field, sizeof out->field, token->field);
    copy(out->step, sizeof out->step, token->step);
    copy(out->invitation, sizeof out->invitation, token->id);
}

static enum invited_code read_dossier(const struct invited_rules *rules,
                                      const char *code,
                                      struct visit_business *out)
{
    enum dossier_form form = dossier_form(code);
    if (form == DOSSIER_NONE)
        return INVITED_NOTHING;
    keep_transaction(rules, code, out);
    return form == DOSSIER_REGULAR ? INVITED_DOSSIER : INVITED_UNUSUAL;
}

enum invited_code invited_read_code(const struct invited_rules *rules,
                                    const char *code,
                                    struct visit_business *out)
{
    const char *text = token_in(code);
    struct token token;
    *out = (struct visit_business){.transaction = ""};
    switch (token_read(rules->server_key, text, strlen(text), rules->unit,
                       rules->now, &token)) {
    case TOKEN_GOOD:
        take_token(rules, &token, out);
        return INVITED_TOKEN;
    case TOKEN_EXPIRED:
        return INVITED_EXPIRED;
    case TOKEN_FORGED:
        return INVITED_FORGED;
    case TOKEN_FOREIGN:
        return INVITED_FOREIGN;
    case TOKEN_NONE:
        break;
    }
    return read_dossier(rules, code, out);
}
