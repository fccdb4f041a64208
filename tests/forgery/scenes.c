#include "forgery/scenes.h"
#include "common/file.h"
#include "office/checkpoint.h"
#include "office/transactions.h"
#include "support/check.h"
#include <stdio.h>

void scene_device(struct made_kiosk *kiosk)
{
    made_kiosk_open(kiosk);
    for (int i = 1; i <= SCENE_LINES; i++)
        assert_int_equal(made_kiosk_visit(kiosk, i % 6), i);
    made_kiosk_acknowledge(kiosk, 6);
    made_kiosk_acknowledge(kiosk, 12);
    made_kiosk_acknowledge(kiosk, SCENE_SENT);
    made_kiosk_stop(kiosk);
}

void scene_pruned(struct old_ledger *old)
{
    old_open(old);
    old_visit(old, SCENE_MARK);
    // What follows says that it is younger, and stays.
    maker_wait(&old->maker, INT64_C(60) * 24 * 3600 * 1000);
    assert_int_equal(old_visit(old, SCENE_OLD_LINES - SCENE_MARK),
                     SCENE_OLD_LINES);
    old_acknowledge(old, SCENE_MARK_RECEIPT, 100);
    old_acknowledge(old, SCENE_MARK_RECEIPT + 2, 0);
    assert_int_equal(old_prune(old), SCENE_MARK);
    keeper_free(old->keeper);
    old->keeper = NULL;
}

static void rate_transaction(struct ledger_maker *maker, int level)
{
    struct record record;
    maker_visit(maker, level, &record);
    record.mode = RECORD_TRANSACTION;
    strcpy(record.transaction, "T-1");
    strcpy(record.field, "chung-thuc");
    strcpy(record.procedure, "2.000815");
    strcpy(record.step, "tra-ket-qua");
    strcpy(record.officer, "cb-07");
    strcpy(record.reasons[record.reason_count++], "reason.other");
    maker_write(maker, &record);
    maker_wait(maker, 60 * 1000);
}

static void send(struct scene_server *scene, struct ledger_maker *maker,
                 int64_t from, int64_t to)
{
    assert_int_equal(
        made_office_send(&scene->office, maker, from, to, maker->wall_ms),
        OFFICE_BATCH_OK);
}

static void send_a_to_the_checkpoint(struct scene_server *scene)
{
    struct record record;
    maker_event(&scene->a, &record);
    maker_write(&scene->a, &record);
    maker_rate(&scene->a, 5);
    maker_rate(&scene->a, 4);
    maker_rate(&scene->a, 1);
    maker_write_bytes(&scene->a, "{}", 2);
    maker_rate(&scene->a, 0);
    rate_transaction(&scene->a, 5);
    rate_transaction(&scene->a, 1);
    maker_rate(&scene->a, 3);
    maker_rate(&scene->a, 2);
    send(scene, &scene->a, 1, 4);
    send(scene, &scene->a, 5, 7);
    send(scene, &scene->a, 8, SCENE_CHECKPOINT);
}

static void make_checkpoint(struct scene_server *scene)
{
    struct checkpoint made;
    struct buf text = {0};
    char path[96];
    key_make(&scene->key);
    snprintf(path, sizeof path, "%s/server.key", scene->office.folder);
    assert_true(key_save(path, &scene->key));
    assert_int_equal(office_add_checkpoint(scene->office.office, &scene->key,
                                           NULL, scene->a.wall_ms, &made),
                     OFFICE_OK);
    assert_int_equal(made.size, SCENE_CHECKPOINT + 2);
    checkpoint_write(&made, &text);
    snprintf(scene->checkpoint, sizeof scene->checkpoint, "%s.checkpoint",
             scene->office.folder);
    assert_true(file_replace(scene->checkpoint, text.data, text.size, 0600));
    buf_free(&text);
}

static void fork_b(struct scene_server *scene)
{
    struct record record;
    maker_visit(&scene->b, 3, &record);
    maker_write(&scene->b, &record); // line 6, and its id once more
    send(scene, &scene->b, 3, SCENE_B);
    for (int i = SCENE_B + 1; i <= SCENE_B_HEAD; i++)
        maker_rate(&scene->b, 4);
    send(scene, &scene->b, SCENE_B_HEAD + 1, SCENE_B_HEAD); // a heartbeat
    maker_new_gen(&scene->b, 2);
    maker_write(&scene->b, &record);
    send(scene, &scene->b, 1, 1);
    maker_new_gen(&scene->b, 2);
    maker_rate(&scene->b, 1);
    assert_int_equal(
        made_office_send(&scene->office, &scene->b, 1, 1, scene->b.wall_ms),
        OFFICE_BATCH_FORK);
}

// Codes that visits have too, so that each of them is proved by a line.
static void tell_transactions(struct scene_server *scene)
{
    static const struct pseudonym_keys linked = {.linked = true};
    struct transaction_entry told[3] = {{.status = TRANSACTION_STORED}};
    for (int i = 0; i < 3; i++) {
        struct transaction *t = &told[i].transaction;
        snprintf(t->code, sizeof t->code, "T-%d", i);
        strcpy(t->texts[TRANSACTION_COUNTER], "3");
        strcpy(t->texts[TRANSACTION_FIELD], "chung-thuc");
        strcpy(t->texts[TRANSACTION_PROCEDURE], "2.000815");
        strcpy(t->texts[TRANSACTION_STEP], "tra-ket-qua");
        strcpy(t->texts[TRANSACTION_OFFICER], "cb-07");
        t->done_at = scene->a.wall_ms + i * 60000;
        t->queued_at = t->done_at - 900000 - i * 60000;
        t->called_at = t->queued_at + 300000;
        t->timeliness = (enum timeliness)(TIMELINESS_BEFORE + i);
    }
    assert_int_equal(office_take_transactions(scene->office.office, "H24.12",
                                              &linked, told, 3,
                                              scene->a.wall_ms),
                     OFFICE_OK);
}

void scene_server(struct scene_server *scene)
{
    memset(scene, 0, sizeof *scene);
    made_office_open(&scene->office);
    made_office_enrol(&scene->office, "3", 1795400000000, &scene->a);
    made_office_enrol(&scene->office, "4", 1795400000000, &scene->b);
    maker_wait(&scene->a, 3600 * 1000);
    maker_wait(&scene->b, 2 * 3600 * 1000);
    send_a_to_the_checkpoint(scene);
    maker_rate(&scene->b, 5);
    rate_transaction(&scene->b, 2);
    send(scene, &scene->b, 1, 2);
    make_checkpoint(scene);
    for (int i = SCENE_CHECKPOINT; i < SCENE_A; i++)
        maker_rate(&scene->a, 5);
    send(scene, &scene->a, SCENE_CHECKPOINT + 1, SCENE_A);
    for (int i = 3; i < SCENE_B; i++)
        maker_rate(&scene->b, 4);
    fork_b(scene);
    tell_transactions(scene);
    office_close(scene->office.office);
    scene->office.office = NULL;
}

void scene_server_free(struct scene_server *scene)
{
    maker_free(&scene->a);
    maker_free(&scene->b);
    key_wipe(&scene->key);
    remove(scene->checkpoint);
    char path[96];
    snprintf(path, sizeof path, "%s/server.key", scene->office.folder);
    remove(path);
    made_office_close(&scene->office);
}
