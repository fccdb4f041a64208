// The writer's memory of devices, chains and codes: without it every line would
// ask the database who sent it and what its codes are called.
#include "common/ids.h"
#include "common/log.h"
#include "office/office_sql.h"
#include "office/rounds_sql.h"
#include <stdlib.h>
#include <string.h>

void known_forget(struct office *office)
{
    for (size_t i = 0; i < office->device_count; i++) {
        struct known_device *device = &office->devices[i];
        for (size_t c = 0; c < device->chain_count; c++) {
            free(device->chains[c].heads);
        }
        free(device->chains);
    }
    free(office->devices);
    office->devices = NULL;
    office->device_count = 0;
    map_clear(&office->device_index);
    map_clear(&office->code_index);
    office->has_case_rules = false;
}

static enum sql_result out_of_memory(void)
{
    log_error("office", "out of memory");
    return SQL_ERROR;
}

static enum sql_result load_codes(struct office *office)
{
    struct sql_statement *s = sql_use(office->sql, KNOWN_CODES);
    enum sql_result result;
    office->next_code = 1;
    while ((result = sql_step(s)) == SQL_OK) {
        const char *code = sql_text(s, 0);
        int64_t no = sql_int(s, 1);
        if (!map_put(&office->code_index, code, strlen(code), no)) {
            result = out_of_memory();
            break;
        }
        if (no >= office->next_code) {
            office->next_code = no + 1;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result load_numbers(struct office *office)
{
    struct sql_statement *s = sql_use(office->sql, KNOWN_NUMBERS);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        office->next_batch = sql_int(s, 0);
        office->next_case = sql_int(s, 1);
    }
    sql_done(s);
    return result;
}

enum sql_result known_refresh(struct office *office)
{
    if (!office->is_stale) {
        return SQL_OK;
    }
    known_forget(office);
    enum sql_result result = load_codes(office);
    if (result == SQL_OK) {
        result = load_numbers(office);
    }
    return result == SQL_OK ? round_last(office->sql, &office->round) : result;
}

enum sql_result known_code(struct office *office, const char *code,
                           int64_t *out_no)
{
    size_t size = strlen(code);
    if (size == 0) {
        *out_no = 0;
        return SQL_OK;
    }
    if (map_get(&office->code_index, code, size, out_no)) {
        return SQL_OK;
    }
    int64_t no = office->next_code++;
    if (!map_put(&office->code_index, code, size, no)) {
        return out_of_memory();
    }
    struct sql_statement *s = sql_use(office->sql, CODES_ADD);
    sql_bind_int(s, 1, no);
    sql_bind_text(s, 2, code);
    *out_no = no;
    return sql_execute(s);
}

bool known_add_head(struct known_chain *chain, int64_t seq,
                    const unsigned char hash[DIGEST_BYTES])
{
    struct known_head *heads =
        realloc(chain->heads, (chain->head_count + 1) * sizeof *chain->heads);
    if (!heads) {
        return false;
    }
    chain->heads = heads;
    heads[chain->head_count].seq = seq;
    memcpy(heads[chain->head_count].hash, hash, DIGEST_BYTES);
    chain->head_count++;
    return true;
}

const struct known_head *known_find_head(const struct known_chain *chain,
                                         int64_t seq)
{
    for (size_t i = 0; i < chain->head_count; i++) {
        if (chain->heads[i].seq == seq) {
            return &chain->heads[i];
        }
    }
    return NULL;
}

struct known_chain *known_chain(struct known_device *device, int64_t gen)
{
    for (size_t i = device->chain_count; i-- > 0;) {
        if (device->chains[i].gen == gen) {
            return &device->chains[i];
        }
    }
    struct known_chain *chains = realloc(
        device->chains, (device->chain_count + 1) * sizeof *device->chains);
    if (!chains) {
        out_of_memory();
        return NULL;
    }
    device->chains = chains;
    struct known_chain *chain = &chains[device->chain_count++];
    *chain = (struct known_chain){.gen = gen};
    if (gen > device->highest_gen) {
        device->highest_gen = gen;
    }
    return chain;
}

static enum sql_result load_heads(struct office *office, int64_t device_no,
                                  struct known_chain *chain)
{
    struct sql_statement *s = sql_use(office->sql, KNOWN_HEADS);
    sql_bind_int(s, 1, device_no);
    sql_bind_int(s, 2, chain->gen);
    sql_bind_int(s, 3, chain->received_to);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        unsigned char hash[DIGEST_BYTES];
        column_bytes(s, 1, hash, sizeof hash);
        if (!known_add_head(chain, sql_int(s, 0), hash)) {
            result = out_of_memory();
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

void known_read_thread(struct sql_statement *s, int column,
                       struct time_thread *out)
{
    *out = (struct time_thread){.contact.began_at = sql_int(s, column + 1),
                                .line.began_at = sql_int(s, column + 3),
                                .line.quality =
                                    (enum time_quality)sql_int(s, column + 4),
                                .line_up_ms = sql_int(s, column + 5),
                                .made_at = sql_int(s, column + 6)};
    column_text(s, column, out->contact.id, sizeof out->contact.id);
    column_text(s, column + 2, out->line.id, sizeof out->line.id);
}

static enum sql_result load_chains(struct office *office,
                                   struct known_device *device)
{
    struct sql_statement *s = sql_use(office->sql, KNOWN_CHAINS);
    sql_bind_int(s, 1, device->no);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct known_chain *chain = known_chain(device, sql_int(s, 0));
        if (!chain) {
            result = SQL_ERROR;
            break;
        }
        chain->received_to = sql_int(s, 1);
        column_bytes(s, 2, chain->head, sizeof chain->head);
        chain->reported_to = sql_int(s, 3);
        known_read_thread(s, 4, &chain->thread);
    }
    sql_done(s);
    if (result != SQL_NONE) {
        return result;
    }
    result = SQL_OK;
    for (size_t i = 0; i < device->chain_count && result == SQL_OK; i++) {
        result = load_heads(office, device->no, &device->chains[i]);
    }
    return result;
}

static struct known_device *add_device(struct office *office,
                                       const unsigned char id[16])
{
    struct known_device *devices = realloc(
        office->devices, (office->device_count + 1) * sizeof *office->devices);
    if (!devices) {
        return NULL;
    }
    office->devices = devices;
    if (!map_put(&office->device_index, id, 16,
                 (int64_t)office->device_count)) {
        return NULL;
    }
    struct known_device *device = &devices[office->device_count++];
    *device = (struct known_device){0};
    memcpy(device->id, id, 16);
    return device;
}

static enum sql_result load_device(struct office *office, const char *id,
                                   const unsigned char bytes[16],
                                   struct known_device **out_device)
{
    struct sql_statement *s = sql_use(office->sql, KNOWN_DEVICE);
    sql_bind_text(s, 1, id);
    enum sql_result result = sql_step(s);
    struct known_device *device = NULL;
    if (result == SQL_OK) {
        device = add_device(office, bytes);
        result = device ? SQL_OK : out_of_memory();
    }
    if (result == SQL_OK) {
        device->no = sql_int(s, 0);
        device->enrolled_at = sql_int(s, 1);
        device->is_revoked = sql_int(s, 2) != 0;
        device->config_version = sql_int(s, 3);
    }
    sql_done(s);
    if (result == SQL_OK) {
        result = load_chains(office, device);
    }
    if (result == SQL_OK) {
        *out_device = device;
    }
    return result;
}

enum sql_result known_find_device(struct office *office, const char *id,
                                  struct known_device **out_device)
{
    unsigned char bytes[16];
    int64_t at;
    if (!id_to_bytes(id, bytes)) {
        return SQL_NONE;
    }
    if (map_get(&office->device_index, bytes, sizeof bytes, &at)) {
        *out_device = &office->devices[at];
        return SQL_OK;
    }
    return load_device(office, id, bytes, out_device);
}
