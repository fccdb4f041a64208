// What browsers see: the pages, and under /web/ and /fonts/ the files that
// these are made of; and /api/v1/openapi.json, for programs.
#include "server/context.h"
#include "server/handlers.h"
#include "server/pages.h"
#include "server/request.h"
#include <stdio.h>
#include <string.h>

// A page and its parts are asked for again each time, and answered in one line
// when they are still the same. A font never changes.
static const char ASK_AGAIN[] = "no-cache";
static const char KEEP[] = "public, max-age=604800";

// A page in the unit's own words. False: the reply is set.
static bool fill_page(struct request *request, const struct page *page,
                      struct buf *out)
{
    pages_fill(page, unit_name_page(request->server->name), out);
    if (buf_ok(out)) {
        return true;
    }
    buf_free(out);
    reply_status(request, 500);
    return false;
}

static void reply_page(struct request *request, const struct page *page)
{
    struct buf body = {0};
    char tag[PAGE_TAG_SIZE];
    const char *known = request->headers.if_none_match;
    if (!fill_page(request, page, &body)) {
        return;
    }
    page_tag(buf_text(&body), body.size, tag);
    if (known && strcmp(known, tag) == 0) {
        buf_free(&body);
        reply_status(request, 304);
    } else {
        reply_bytes(request, 200, page->type, &body);
    }
    reply_header(request, "ETag", "%s", tag);
    reply_as_page(request, ASK_AGAIN);
}

static enum handling reply_file(struct request *request,
                                enum pages_folder folder, const char *name)
{
    const struct page *page = pages_find(request->server->pages, folder, name);
    const char *known = request->headers.if_none_match;
    if (!page) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "this server has no such path");
        return HANDLING_DONE;
    }
    if (page->has_places) {
        reply_page(request, page);
        return HANDLING_DONE;
    }
    if (known && strcmp(known, page->tag) == 0) {
        reply_status(request, 304);
    } else {
        reply_lasting(request, 200, page->type, page->bytes, page->size);
    }
    reply_header(request, "ETag", "%s", page->tag);
    reply_as_page(request, folder == PAGES_FONTS ? KEEP : ASK_AGAIN);
    return HANDLING_DONE;
}

enum handling web_handle(struct request *request)
{
    // Pages have paths of their own.
    size_t size = strlen(request->part);
    if (size > 5 && strcmp(request->part + size - 5, ".html") == 0) {
        request->part[0] = '\0';
    }
    return reply_file(request, PAGES_WEB, request->part);
}

enum handling font_handle(struct request *request)
{
    return reply_file(request, PAGES_FONTS, request->part);
}

enum handling openapi_handle(struct request *request)
{
    return reply_file(request, PAGES_API, "openapi.json");
}

enum handling page_handle(struct request *request)
{
    char name[REQUEST_PATH_SIZE + 8];
    const char *path = request->path + 1;
    if (request->server->wards && *path == '\0') {
        return reply_file(request, PAGES_WEB, "thanh-pho.html");
    }
    // "/quay/3" is the page quay: which one it is about, it asks itself.
    int size = (int)strcspn(path, "/");
    snprintf(name, sizeof name, "%.*s.html", size > 0 ? size : 5,
             size > 0 ? path : "index");
    return reply_file(request, PAGES_WEB, name);
}

void web_dress(struct request *request)
{
    const struct route *route = request->route;
    if (!route || route->id != ROUTE_PAGE || request->reply.status != 403) {
        return;
    }
    const struct page *page =
        pages_find(request->server->pages, PAGES_WEB, "khong-vao.html");
    struct buf body = {0};
    if (page && fill_page(request, page, &body)) {
        reply_bytes(request, 403, page->type, &body);
        reply_as_page(request, NULL);
    }
}
