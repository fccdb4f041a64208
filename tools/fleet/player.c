#include "fleet/player.h"
#include "common/clock.h"
#include "ledger/record.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BETWEEN_VISITS_MS = 97 * 1000 };

static uint32_t draw(struct player *player, uint32_t below)
{
    player->random =
        player->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(player->random >> 33) % below;
}

void player_open(struct player *player, uint64_t seed)
{
    *player = (struct player){.random = seed, .last_sent_ms = INT64_MIN};
    key_make(&player->key);
    clock_boot_id(player->boot);
    memcpy(player->head, DIGEST_NONE_HEX, sizeof player->head);
}

void player_close(struct player *player)
{
    player_forget(player);
    key_wipe(&player->key);
}

static int64_t visit_at(const struct player *player, int64_t seq)
{
    return player->first_ms +
           (player->scene ? scene_line_ms(player->scene, &player->part, seq)
                          : (seq - 1) * BETWEEN_VISITS_MS);
}

// Most are content, some decline, a few are not content: with a reason.
static void make_visit(struct player *player, struct record *out)
{
    static const int levels[10] = {5, 5, 5, 5, 4, 4, 4, 3, 2, 1};
    int64_t at = visit_at(player, player->seq + 1);
    record_init(out, RECORD_VISIT);
    memcpy(out->device, player->device, sizeof player->device);
    id_new_v7(at, out->id);
    out->gen = 1;
    out->seq = player->seq + 1;
    memcpy(out->prev, player->head, sizeof player->head);
    out->opened_at = at;
    out->closed_at = at + 9000;
    out->clock = RECORD_CLOCK_SYNCED;
    memcpy(out->boot, player->boot, sizeof player->boot);
    out->up_ms = out->closed_at - visit_at(player, 1) + 60000;
    strcpy(out->survey, "quay");
    out->survey_version = 1;
    strcpy(out->lang, "vi");
    out->mode = RECORD_WALK_UP;
    snprintf(out->unit, sizeof out->unit, "%s", player->unit);
    snprintf(out->counter, sizeof out->counter, "%s", player->counter);
    out->outcome = draw(player, 12) == 0 ? RECORD_DECLINED : RECORD_RATED;
    if (out->outcome != RECORD_RATED)
        return;
    out->level = levels[draw(player, 10)];
    out->answered_at = at + 4000;
    if (out->level < 3)
        snprintf(out->reasons[out->reason_count++], sizeof out->reasons[0],
                 "reason.low.%u", 1 + draw(player, 8));
    out->has_touch = true;
    out->touch_x = draw(player, 100) / 100.0;
    out->touch_y = draw(player, 100) / 100.0;
    out->touch_after_ms = 800 + draw(player, 5000);
}

static bool add_visit(struct player *player)
{
    struct record record;
    struct buf line = {0};
    make_visit(player, &record);
    bool done =
        record_write(&record, &line) &&
        batch_add(player->batch, record.seq, record.id, line.data, line.size);
    if (done) {
        player->seq++;
        memcpy(player->head, player->batch->proof.head, sizeof player->head);
    }
    buf_free(&line);
    return done;
}

bool player_fill(struct player *player, int64_t count)
{
    struct ledger_end end = {.gen = 1, .seq = player->seq};
    struct batch_state state = {.pending = count, .disk_free_mib = 9000};
    memcpy(end.head, player->head, sizeof end.head);
    player->batch = malloc(sizeof *player->batch);
    if (!player->batch)
        return false;
    batch_start(player->batch, player->device, &end);
    for (int64_t i = 0; i < count; i++)
        if (!add_visit(player))
            return false;
    state.lifetime.lines = player->seq;
    return batch_finish(player->batch, &player->key, &state, clock_wall_ms(),
                        player->boot, clock_boot_ms());
}

void player_forget(struct player *player)
{
    if (player->batch)
        batch_free(player->batch);
    free(player->batch);
    player->batch = NULL;
}
