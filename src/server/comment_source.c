#include "server/comment_source.h"
#include "common/clock.h"
#include "server/context.h"
#include "server/opened.h"

struct listing {
    struct server *server;
    comments_row_taker *taker;
    void *taker_ctx;
    bool failed;
};

static enum office_comment_use list(void *ctx,
                                    const struct office_comment *comment)
{
    struct listing *listing = ctx;
    struct opened opened;
    bool ok = opened_make(comment, &listing->server->identity.box, &opened);
    const struct comments_row row = {
        .quarter_at = comment->quarter_at,
        .level = comment->level,
        .counter = comment->counter,
        .field = comment->field,
        .reasons = comment->reasons,
        .reason_count = comment->reason_count,
        .state = opened_state_name(opened.state),
        .text = buf_text(&opened.text),
        .case_state =
            comment->has_case ? case_state_name(comment->case_state) : ""};
    if (ok) {
        listing->taker(listing->taker_ctx, &row);
    }
    listing->failed |= !ok;
    opened_free(&opened);
    return OFFICE_COMMENT_TAKEN;
}

static bool read_comments(void *ctx, struct office *office,
                          const struct period *period, size_t limit,
                          comments_row_taker *taker, void *taker_ctx,
                          bool *out_more)
{
    struct listing listing = {ctx, taker, taker_ctx, false};
    const struct office_comments_wanted wanted = {.now = clock_wall_ms(),
                                                  .first_day = period->first,
                                                  .last_day = period->last,
                                                  .limit = limit,
                                                  .looks = limit};
    struct office_cursor last;
    enum office_result result =
        office_comments(office, &wanted, list, &listing, &last, out_more);
    return result == OFFICE_OK && !listing.failed;
}

struct comments_source comment_source(struct server *server)
{
    return (struct comments_source){read_comments, server};
}
