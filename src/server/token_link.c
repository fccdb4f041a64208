#include "server/token_link.h"
#include "server/context.h"
#include "server/request.h"
#include <stdio.h>
#include <string.h>

enum { URL_MAX = 200 };

static const char HOST_SIGNS[] = "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";

bool public_url_is_valid(const char *url)
{
    const char *rest = strncmp(url, "https://", 8) == 0  ? url + 8
                       : strncmp(url, "http://", 7) == 0 ? url + 7
                                                         : NULL;
    if (!rest || strlen(url) > URL_MAX) {
        return false;
    }
    size_t host = strspn(rest, HOST_SIGNS);
    const char *path = rest + host;
    for (const char *c = path; *c; c++) {
        if (*c <= ' ' || *c > '~' || strchr("\"<>?#%\\^`{|}", *c)) {
            return false;
        }
    }
    return host > 0 && (*path == '\0' || *path == '/');
}

// Without the slash at the end.
static bool append_base(struct request *request, struct buf *out)
{
    const struct server_settings *settings = &request->server->settings;
    const char *host = request->headers.host;
    if (settings->public_url) {
        size_t size = strlen(settings->public_url);
        while (size > 0 && settings->public_url[size - 1] == '/') {
            size--;
        }
        buf_append(out, settings->public_url, size);
        return true;
    }
    if (!host || host[0] == '\0' || strlen(host) > URL_MAX ||
        host[strspn(host, HOST_SIGNS)] != '\0') {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "the header Host names no host; addresses for citizens "
                      "need one, or the server's setting public_url");
        return false;
    }
    buf_printf(out, "%s://%s", settings->tls_cert ? "https" : "http", host);
    return true;
}

bool token_link_make(struct request *request,
                     const struct invitation *invitation,
                     struct token_link *out)
{
    struct token token = {.expires_at = invitation->expires_at};
    struct buf url = {0};
    memcpy(token.id, invitation->id, sizeof token.id);
    memcpy(token.unit, invitation->unit, sizeof token.unit);
    memcpy(token.transaction, invitation->transaction,
           sizeof token.transaction);
    memcpy(token.procedure, invitation->procedure, sizeof token.procedure);
    memcpy(token.field, invitation->field, sizeof token.field);
    memcpy(token.step, invitation->step, sizeof token.step);
    if (!token_make(&request->server->identity.key, &token, out->token)) {
        reply_problem(request, PROBLEM_UNREADABLE, NULL,
                      "the texts are too long for a token");
        return false;
    }
    bool ok = append_base(request, &url);
    if (ok) {
        buf_printf(&url, "%s/d/%s", request->server->settings.base, out->token);
        snprintf(out->url, sizeof out->url, "%s", buf_text(&url));
    }
    if (ok && !buf_ok(&url)) {
        reply_status(request, 500);
        ok = false;
    }
    buf_free(&url);
    return ok;
}
