#include "common/clock.h"
#include "crash/family.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/keeper.h"
#include <stdio.h>
#include <string.h>

static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;

static void make_visit(const struct device *device, int64_t at,
                       struct record *out)
{
    record_init(out, RECORD_VISIT);
    id_new_v7(at, out->id);
    memcpy(out->device, device->id, sizeof out->device);
    out->opened_at = at - 20000;
    out->answered_at = at - 10000;
    out->closed_at = at;
    out->clock = RECORD_CLOCK_SYNCED;
    clock_boot_id(out->boot);
    snprintf(out->survey, sizeof out->survey, "quay");
    out->survey_version = 1;
    snprintf(out->lang, sizeof out->lang, "vi");
    out->mode = RECORD_WALK_UP;
    out->order = RECORD_BEST_FIRST;
    out->outcome = RECORD_RATED;
    out->level = 4;
    snprintf(out->unit, sizeof out->unit, "H24.12");
    snprintf(out->counter, sizeof out->counter, "%s", device->counter);
}

static void write_visits(const char *folder, const struct device *device)
{
    struct keeper *keeper = keeper_new(folder, device->id, 0, NULL);
    int64_t at = clock_wall_ms() - 120 * DAY_MS, gen, seq;
    if (!keeper || !keeper_mend(keeper))
        family_fail("%s: no ledger can be made", folder);
    for (int i = 0; i < OLD_LINES; i++) {
        struct record record;
        enum store_reason reason;
        make_visit(device, at + i * INT64_C(60000), &record);
        if (keeper_put_line(keeper, &record, &gen, &seq, &reason) != KEEPER_OK)
            family_fail("%s: an old line is not kept", folder);
    }
    keeper_free(keeper);
}

static void send(const struct family *family, const char *folder)
{
    char program[300];
    snprintf(program, sizeof program, "%s/hailong-sync", family->build);
    const char *argv[] = {program, "--data", folder, "--once", NULL};
    if (family_run(family, argv) != 0)
        family_fail("the old lines are not sent; see %s/run.log",
                    family->folder);
}

static void forget_receipts(const char *folder)
{
    char path[400];
    struct sql *sql;
    snprintf(path, sizeof path, "%s/%s", folder, DEVICE_FILE_COURIER);
    if (sql_open(path, SQL_WRITER, NULL, 0, &sql) != SQL_OK ||
        sql_run(sql, "DELETE FROM receipts") != SQL_OK)
        family_fail("%s cannot be changed", path);
    sql_close(sql);
}

// The receipt that came just now, signed anew as the server would have long
// ago.
static void age_receipt(const struct family *family, const char *folder)
{
    char path[300];
    struct key server;
    struct courier *courier;
    struct proof_receipt receipt;
    snprintf(path, sizeof path, "%s/server/server.key", family->folder);
    forget_receipts(folder);
    if (!key_load(path, &server) ||
        courier_open(folder, COURIER_WRITER, &courier) != SQL_OK ||
        courier_position(courier, 1, &receipt) != SQL_OK)
        family_fail("%s: no receipt to age", folder);
    clock_format(clock_wall_ms() - 100 * DAY_MS, receipt.at);
    proof_sign_receipt(&server, &receipt);
    if (courier_advance(courier, &receipt, NULL, 0) != SQL_OK)
        family_fail("%s: the receipt is not kept", folder);
    courier_close(courier);
    key_wipe(&server);
}

void family_make_old(const struct family *family)
{
    char folder[300];
    struct device device;
    snprintf(folder, sizeof folder, "%s/kiosk", family->folder);
    if (!ledger_init() || device_load(folder, &device) != DEVICE_OK)
        family_fail("%s is not enrolled", folder);
    write_visits(folder, &device);
    send(family, folder);
    age_receipt(family, folder);
    device_release(&device);
}
