// Random edits, from a seed: of a device's ledger, receipts and counts, and of
// a server's lines, ids, batches, heads, visits, chains, codes, devices, flags,
// checkpoints and totals. Each must be found and named by device, generation
// and line (a total: by its breakdown and period, which are no device's).
//
//   HAILONG_FORGERIES=1000   so many of each instead of 60
//   HAILONG_SEED=7           another order of edits; a failure prints the seed
//
// Left out is what no proof covers, as the README says: the device's last,
// unsent line made anew whole; the time that a batch says it was sent at, and
// its other clocks when it brought no visit that counts, or what they say was
// told by a batch before; the words of reasons
// and flags, and when they came; heads of lines that have come since.
#include "forgery/attacker.h"
#include "forgery/scenes.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>

static uint64_t seed_of_all = 20261123;
static uint64_t random_state;

// splitmix64, by Sebastiano Vigna (public domain).
static uint64_t next_random(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static int64_t pick(int64_t below)
{
    return (int64_t)(next_random() % (uint64_t)below);
}

static int edits_wanted(void)
{
    const char *text = getenv("HAILONG_FORGERIES");
    int wanted = text ? atoi(text) : 0;
    return wanted > 0 ? wanted : 60;
}

// --- One row and one column of it -------------------------------------------

struct table {
    const char *name;
    const char *key;     // columns of its key
    const char *columns; // that a change must be found in, by spaces
    // Rows that are changed; NULL: any.
    const char *where;
    // How a copy becomes another row; NULL: none is added.
    const char *copy;
    bool may_go; // a row that is gone must be found
    // Expressions of a row; the device's is NULL where no device is named.
    const char *device, *gen, *seq;
    int64_t near; // how far from it the named line may be
};

struct edit {
    struct buf what; // the SQL, for who reads a failure
    char device[ID_SIZE];
    int64_t gen, seq, near;
    int64_t moved_to; // a generation that the row was moved to; else `gen`
};

static void ask_into(const char *folder, const char *database,
                     const struct table *table, const char *row,
                     const char *expression, char *out, size_t size)
{
    char *answer =
        attacker_ask(folder, database, "SELECT %s FROM %s t WHERE %s",
                     expression, table->name, row);
    snprintf(out, size, "%s", answer ? answer : "");
    free(answer);
}

// "key columns = their values" of a random row.
static void pick_row(const char *folder, const char *database,
                     const struct table *table, char *out, size_t size)
{
    const char *where = table->where ? table->where : "1";
    char keys[300] = "", copy[100];
    char *count =
        attacker_ask(folder, database, "SELECT count(*) FROM %s t WHERE %s",
                     table->name, where);
    assert_true(atoll(count) > 0);
    snprintf(copy, sizeof copy, "%s", table->key);
    for (char *rest = copy, *key; (key = strtok_r(rest, " ", &rest));)
        snprintf(keys + strlen(keys), sizeof keys - strlen(keys),
                 "%s'%s = ' || quote(%s)", keys[0] ? " || ' AND ' || " : "",
                 key, key);
    char *row = attacker_ask(
        folder, database, "SELECT %s FROM %s t WHERE %s LIMIT 1 OFFSET %lld",
        keys, table->name, where, (long long)pick(atoll(count)));
    snprintf(out, size, "%s", row);
    free(row);
    free(count);
}

// Another value of the same type, as SQL.
static void change_value(const char *quoted, struct buf *out)
{
    size_t size = strlen(quoted);
    if (quoted[0] == 'X') { // a blob: one hexadecimal digit
        size_t at = 2 + (size_t)pick((int64_t)size - 3);
        buf_append(out, quoted, size);
        char digit;
        do
            digit = "0123456789ABCDEF"[pick(16)];
        while (digit == quoted[at]);
        out->data[out->size - size + at] = digit;
    } else if (quoted[0] == '\'' && size > 2) { // a text: one character
        size_t at = 1 + (size_t)pick((int64_t)size - 2);
        buf_append(out, quoted, size);
        char letter;
        do
            letter = "0123456789abcdefghijklmnopqrstuvwxyz"[pick(36)];
        while (letter == quoted[at]);
        out->data[out->size - size + at] = letter;
    } else if (quoted[0] == '\'' || strcmp(quoted, "NULL") == 0) {
        buf_append_text(out, quoted[0] == '\'' ? "'x'" : "1");
    } else {
        int64_t by = 1 + pick(3);
        buf_printf(out, "%lld", atoll(quoted) + (pick(2) ? by : -by));
    }
}

static void pick_column(const struct table *table, char *out, size_t size)
{
    char columns[300];
    const char *all[24];
    size_t count = 0;
    snprintf(columns, sizeof columns, "%s", table->columns);
    for (char *rest = columns, *column; (column = strtok_r(rest, " ", &rest));)
        all[count++] = column;
    snprintf(out, size, "%s", all[pick((int64_t)count)]);
}

static void find_place(const char *folder, const char *database,
                       const struct table *table, const char *row,
                       struct edit *out)
{
    char text[40];
    if (table->device)
        ask_into(folder, database, table, row, table->device, out->device,
                 sizeof out->device);
    ask_into(folder, database, table, row, table->gen, text, sizeof text);
    out->gen = atoll(text);
    ask_into(folder, database, table, row, table->seq, text, sizeof text);
    out->seq = atoll(text);
    out->near = table->near;
    out->moved_to = out->gen;
}

static void write_update(const char *folder, const char *database,
                         const struct table *table, const char *row,
                         struct edit *out)
{
    char column[40];
    pick_column(table, column, sizeof column);
    char *quoted =
        attacker_ask(folder, database, "SELECT quote(%s) FROM %s t WHERE %s",
                     column, table->name, row);
    buf_printf(&out->what, "UPDATE OR REPLACE %s SET %s = ", table->name,
               column);
    size_t value_at = out->what.size;
    change_value(quoted, &out->what);
    if (strcmp(column, "gen") == 0)
        out->moved_to = atoll(buf_text(&out->what) + value_at);
    buf_printf(&out->what, " WHERE %s", row);
    if (strcmp(column, "seq") == 0 || strcmp(column, "stored_to") == 0 ||
        strcmp(column, "upto") == 0)
        out->near += 4; // where it is now, or where it was
    free(quoted);
}

// False when the table itself refuses the edit: there is nothing to find.
static bool make_edit(const char *folder, const char *database,
                      const struct table *table, struct edit *out)
{
    char row[400];
    int64_t kind = pick(4);
    *out = (struct edit){.gen = 0};
    pick_row(folder, database, table, row, sizeof row);
    find_place(folder, database, table, row, out);
    if (kind == 0 && table->may_go) {
        buf_printf(&out->what, "DELETE FROM %s WHERE %s", table->name, row);
    } else if (kind == 1 && table->copy) {
        buf_printf(&out->what,
                   "CREATE TEMP TABLE copied AS SELECT * FROM %s WHERE %s;"
                   "UPDATE copied SET %s; INSERT INTO %s SELECT * FROM copied",
                   table->name, row, table->copy, table->name);
        out->near = 1000; // it stands beyond the row that it is made of
    } else {
        write_update(folder, database, table, row, out);
    }
    return attacker_try(folder, database, buf_text(&out->what));
}

static bool is_found(const struct table *table, const struct edit *edit,
                     const json_t *findings)
{
    if (!table->device)
        return json_array_size(findings) > 0;
    int64_t from = edit->seq - edit->near, to = edit->seq + edit->near;
    return attacker_is_named(findings, edit->device, edit->gen, from, to, "") ||
           attacker_is_named(findings, edit->device, edit->moved_to, from, to,
                             "");
}

static void forge(const char *folder, const char *database,
                  const struct table *tables, size_t count, int edits)
{
    int missed = 0;
    random_state = seed_of_all;
    for (int i = 0; i < edits;) {
        char copy[SCRATCH_SIZE];
        struct edit edit;
        const struct table *table = &tables[pick((int64_t)count)];
        scratch_make(copy);
        attacker_copy(folder, copy);
        if (!make_edit(copy, database, table, &edit)) {
            buf_free(&edit.what);
            scratch_remove(copy);
            continue;
        }
        i++;
        json_t *findings = attacker_verify(copy, NULL);
        if (!is_found(table, &edit, findings)) {
            missed++;
            print_error("edit %d of seed %llu is not named (device %s gen %lld "
                        "line %lld, %lld around it): %s\n",
                        i, (unsigned long long)seed_of_all, edit.device,
                        (long long)edit.gen, (long long)edit.seq,
                        (long long)edit.near, buf_text(&edit.what));
            attacker_show(findings);
        }
        json_decref(findings);
        buf_free(&edit.what);
        scratch_remove(copy);
    }
    print_message("%s: %d random edits, %d not named\n", database, edits,
                  missed);
    assert_int_equal(missed, 0);
}

// --- The device -------------------------------------------------------------

#define DEVICE_ID                                                              \
    "(SELECT json_extract(CAST(line AS TEXT), '$.device') FROM lines LIMIT 1)"

// The last line of the ledger has no receipt and no line after it that names
// its hash: with its bytes unchanged any change beside them is found.
static const struct table KIOSK_TABLES[] = {
    {.name = "lines",
     .key = "gen seq",
     .columns = "gen seq id hash closed_at outcome line",
     .copy = "seq = 25, id = 'copied'",
     .may_go = true,
     .gen = "gen",
     .seq = "seq",
     .near = 1},
    {.name = "counts",
     .key = "name",
     .columns = "n",
     .gen = "1",
     .seq = "24",
     .near = 1},
};
static const struct table PRUNED = {
    .name = "pruned",
    .key = "gen",
    .columns = "gen upto head receipt_to receipt_head device nonce at sig "
               "lines rated declined timeout withdrawn",
    .may_go = true,
    .gen = "gen",
    .seq = "upto",
    // As far as the receipt; counts are held against the end of the ledger.
    .near = 10};
static const struct table COURIER_TABLES[] = {
    {.name = "receipts",
     .key = "gen upto",
     .columns = "gen upto head device nonce at sig",
     .copy = "upto = upto + 1",
     .gen = "gen",
     .seq = "upto",
     .near = 0},
    {.name = "positions",
     .key = "gen",
     .columns = "upto head device nonce at sig",
     .may_go = true,
     .gen = "gen",
     .seq = "upto",
     .near = 0},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_a_devices_rows(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    char device[80];
    scene_device(&kiosk);
    // Every finding is this device's: its id is known here.
    snprintf(device, sizeof device, "'%s'", kiosk.device.id);
    struct table tables[COUNT(KIOSK_TABLES)];
    memcpy(tables, KIOSK_TABLES, sizeof tables);
    for (size_t i = 0; i < COUNT(tables); i++)
        tables[i].device = device;
    forge(kiosk.folder, "kiosk.db", tables, COUNT(tables), edits_wanted());
    struct table proofs[COUNT(COURIER_TABLES)];
    memcpy(proofs, COURIER_TABLES, sizeof proofs);
    for (size_t i = 0; i < COUNT(proofs); i++)
        proofs[i].device = device;
    forge(kiosk.folder, "courier.db", proofs, COUNT(proofs),
          edits_wanted() / 4);
    made_kiosk_close(&kiosk);
}

static void test_a_mark(void **state)
{
    (void)state;
    struct old_ledger old;
    char device[80];
    struct table table = PRUNED;
    scene_pruned(&old);
    snprintf(device, sizeof device, "'%s'", old.device.id);
    table.device = device;
    forge(old.folder, "kiosk.db", &table, 1, edits_wanted() / 2);
    old_close(&old);
}

// --- The server -------------------------------------------------------------

#define OWNER "(SELECT id FROM devices d WHERE d.device_no = t.device_no)"

static const struct table OFFICE_TABLES[] = {
    {.name = "lines",
     .key = "device_no gen seq",
     .columns = "device_no gen seq batch_no verdict hash bytes",
     .copy = "seq = seq + 100",
     .may_go = true,
     .device = OWNER,
     .gen = "gen",
     .seq = "seq",
     .near = 1},
    {.name = "ids",
     .key = "device_no id",
     .columns = "device_no id gen seq",
     .copy = "id = randomblob(16)",
     .may_go = true,
     .device = OWNER,
     .gen = "gen",
     .seq = "seq",
     .near = 0},
    {.name = "visits",
     .key = "device_no gen seq",
     .columns = "device_no gen seq at quality device_at outcome level mode "
                "counter_no field_no procedure_no step_no officer_no "
                "transaction_code",
     .copy = "seq = seq + 100, counted = 0, transaction_code = NULL",
     .may_go = true,
     .device = OWNER,
     .gen = "gen",
     .seq = "seq",
     .near = 0},
    {.name = "batches",
     .key = "batch_no",
     .columns = "batch_no device_no gen stored_to signed_to signed_head nonce "
                "signature",
     .copy = "batch_no = batch_no + 100",
     .may_go = true,
     .device = OWNER,
     .gen = "gen",
     .seq = "stored_to",
     .near = 4}, // one of the lines that it brought
    // The clocks that place its visits in time; the batch of generation 2
    // brought none that counts.
    {.name = "batches",
     .key = "batch_no",
     .columns = "up_ms received_at",
     .where = "gen = 1",
     .device = OWNER,
     .gen = "gen",
     .seq = "stored_to",
     .near = 4},
    // Later batches of the same boot find their lines placed by this one.
    {.name = "batches",
     .key = "batch_no",
     .columns = "boot",
     .where = "batch_no = 1",
     .device = OWNER,
     .gen = "gen",
     .seq = "stored_to",
     .near = 4},
};
static const struct table HEAD_TABLES[] = {
    {.name = "heads",
     .key = "device_no gen seq",
     .columns = "device_no gen seq head nonce signature",
     .where = "seq = 8",
     .copy = "seq = seq + 1",
     .may_go = true,
     .device = OWNER,
     .gen = "gen",
     .seq = "seq",
     .near = 0},
    {.name = "chains",
     .key = "device_no gen",
     .columns = "received_to head reported_to",
     .may_go = true,
     .device = OWNER,
     .gen = "gen",
     .seq = "received_to",
     .near = 5}, // reported_to stands two lines on, and is moved by three
    {.name = "flags",
     .key = "device_no gen seq kind",
     .columns = "device_no gen seq",
     .may_go = true,
     .device = OWNER,
     .gen = "gen",
     .seq = "seq",
     .near = 0},
    {.name = "asides",
     .key = "device_no gen seq hash",
     .columns = "device_no gen seq hash bytes",
     .copy = "hash = randomblob(32)",
     .may_go = true,
     .device = OWNER,
     .gen = "gen",
     .seq = "seq",
     .near = 0},
    {.name = "devices",
     .key = "device_no",
     .columns = "id public_key",
     .gen = "1",
     .seq = "1",
     .near = 0},
    {.name = "codes",
     .key = "code_no",
     .columns = "code",
     .gen = "1",
     .seq = "1",
     .near = 0},
    {.name = "checkpoint_heads",
     .key = "checkpoint_no device gen",
     .columns = "device gen seq head",
     .copy = "gen = gen + 1",
     .may_go = true,
     .gen = "gen",
     .seq = "seq",
     .near = 0},
    {.name = "checkpoints",
     .key = "checkpoint_no",
     .columns = "size root",
     .gen = "0",
     .seq = "0",
     .near = 0},
};
static const struct table TOTAL_TABLES[] = {
    {.name = "totals",
     .key = "dimension grain period key",
     .columns = "dimension grain period key level_1 level_2 level_3 level_4 "
                "level_5 declined timeout withdrawn offered offered_rated",
     .copy = "period = period + 1000",
     .may_go = true,
     .gen = "0",
     .seq = "0",
     .near = 0},
    {.name = "reason_totals",
     .key = "dimension grain period key reason_no",
     .columns = "dimension grain period key reason_no level_1 level_2 level_3 "
                "level_4 level_5",
     .copy = "period = period + 1000",
     .may_go = true,
     .gen = "0",
     .seq = "0",
     .near = 0},
    {.name = "transaction_totals",
     .key = "dimension grain period key",
     .columns = "dimension grain period key transactions early on_time late "
                "called_known called_ms called_within called_waits done_known "
                "done_ms done_within done_waits",
     .copy = "period = period + 1000",
     .may_go = true,
     .gen = "0",
     .seq = "0",
     .near = 0},
};

static void test_a_servers_rows(void **state)
{
    struct scene_server *scene = *state;
    forge(scene->office.folder, "office.db", OFFICE_TABLES,
          COUNT(OFFICE_TABLES), edits_wanted());
}

static void test_a_servers_heads(void **state)
{
    struct scene_server *scene = *state;
    forge(scene->office.folder, "office.db", HEAD_TABLES, COUNT(HEAD_TABLES),
          edits_wanted());
}

static void test_a_servers_totals(void **state)
{
    struct scene_server *scene = *state;
    forge(scene->office.folder, "office.db", TOTAL_TABLES, COUNT(TOTAL_TABLES),
          edits_wanted());
}

static int set_up(void **state)
{
    static struct scene_server scene;
    const char *seed = getenv("HAILONG_SEED");
    if (seed)
        seed_of_all = strtoull(seed, NULL, 10);
    scene_server(&scene);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    scene_server_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_devices_rows),
        cmocka_unit_test(test_a_mark),
        cmocka_unit_test(test_a_servers_rows),
        cmocka_unit_test(test_a_servers_heads),
        cmocka_unit_test(test_a_servers_totals),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
