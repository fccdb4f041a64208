#include "server/phone.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "office/phone.h"
#include "server/phone_feeder.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/ledger_reader.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char MODULE[] = "phone";
static const char FOLDER[] = "phone";

struct phone {
    struct phone_params params;
    char directory[PATH_MAX];
    int lock; // of a device's courier, whose part the feeder has; -1: none
    struct device device;
    struct key key;
    struct phone_visits *visits;
    _Atomic(struct phone_feeder *) feeder; // NULL: not started
    atomic_bool is_shut;
};

// --- Its identity -----------------------------------------------------------

static bool make_device(struct phone *phone)
{
    struct device *device = &phone->device;
    id_new_v4(device->id);
    // There is no way to it but this process.
    snprintf(device->server, sizeof device->server, "local");
    device->config = json_object();
    key_make(&phone->key);
    bool ok = device->config && device_save_key(phone->directory, &phone->key);
    if (ok) {
        log_info(MODULE, "made the phone channel %s in %s", device->id,
                 phone->directory);
    }
    return ok;
}

// What of the device is the server's may have changed since.
static bool keep_device(struct phone *phone)
{
    struct device *device = &phone->device;
    const struct identity *identity = phone->params.identity;
    snprintf(device->name, sizeof device->name, "%s", phone->params.name);
    device_trust(device, identity->key.public_key);
    memcpy(device->box_key, identity->box.public_key, sizeof device->box_key);
    return device_save(phone->directory, device);
}

// The key is written first: a device without one was never used.
static bool load_device(struct phone *phone)
{
    enum device_result result = device_load(phone->directory, &phone->device);
    bool ok = result == DEVICE_OK
                  ? device_load_key(phone->directory, &phone->key)
                  : result == DEVICE_NOT_ENROLLED && make_device(phone);
    ok = ok && keep_device(phone);
    if (!ok) {
        log_error(MODULE,
                  "%s cannot be used: %s; the phone channel is shut. Put the "
                  "folder away, and the next start makes a new one",
                  phone->directory,
                  errno == 0 ? "it is damaged" : strerror(errno));
    }
    return ok;
}

static bool lock_folder(struct phone *phone)
{
    char path[PATH_MAX];
    if (!file_make_directory(phone->directory) ||
        !file_join(path, sizeof path, phone->directory, DEVICE_LOCK_COURIER) ||
        (phone->lock = file_lock(path)) < 0) {
        log_error(MODULE, "%s cannot be used: %s", phone->directory,
                  strerror(errno));
    }
    return phone->lock >= 0;
}

// OFFICE_NONE: not as this device.
static enum office_result register_device(struct phone *phone,
                                          struct office *office)
{
    switch (office_register_phone(office, phone->device.id, phone->params.unit,
                                  phone->params.name, phone->key.public_key,
                                  clock_wall_ms())) {
    case OFFICE_PHONE_KNOWN:
        return OFFICE_OK;
    case OFFICE_PHONE_REVOKED:
        log_warn(MODULE,
                 "the phone channel %s was revoked and is shut. Put %s away, "
                 "and the next start makes a new one",
                 phone->device.id, phone->directory);
        break;
    case OFFICE_PHONE_FOREIGN:
        log_error(MODULE, "%s is not the device %s of this office",
                  phone->directory, phone->device.id);
        break;
    case OFFICE_PHONE_BUSY:
        log_error(MODULE, "the phone channel cannot be made known: busy");
        return OFFICE_BUSY;
    case OFFICE_PHONE_FAILED:
        log_error(MODULE, "the phone channel cannot be made known");
        break;
    }
    return OFFICE_NONE;
}

// --- A folder that is older than the office ---------------------------------

// The last line that the folder has of a generation; 0: none.
static int64_t own_end(const struct phone *phone, int64_t gen)
{
    struct ledger_reader *ledger;
    struct ledger_end end = {.seq = 0};
    if (ledger_reader_open(phone->directory, &ledger) != SQL_OK) {
        return 0;
    }
    enum sql_result result = ledger_reader_end_of(ledger, gen, &end);
    ledger_reader_close(ledger);
    return result == SQL_OK ? end.seq : 0;
}

static bool ask_for_generation(struct phone *phone, int64_t gen)
{
    struct courier *courier;
    if (courier_open(phone->directory, COURIER_WRITER, &courier) != SQL_OK) {
        return false;
    }
    bool ok = courier_set_next_gen(courier, gen) == SQL_OK;
    courier_close(courier);
    return ok;
}

// When the office holds lines that the folder has lost, its next line would
// contradict them: it goes on in a new generation.
static enum office_result follow_office(struct phone *phone,
                                        struct office *office)
{
    int64_t gen = 0, held = 0;
    enum office_result result =
        office_chain_newest(office, phone->device.id, &gen);
    if (result == OFFICE_OK && gen > 0) {
        result = office_chain_held(office, phone->device.id, gen, &held);
    }
    if (result != OFFICE_OK || held == 0 || own_end(phone, gen) >= held) {
        return result;
    }
    log_warn(MODULE,
             "the office holds line %lld of generation %lld, which %s does "
             "not: a new generation begins",
             (long long)held, (long long)gen, phone->directory);
    return ask_for_generation(phone, gen + 1) ? OFFICE_OK : OFFICE_NONE;
}

// --- Life -------------------------------------------------------------------

static void on_changed(void *ctx)
{
    struct phone *phone = ctx;
    struct phone_feeder *feeder = atomic_load(&phone->feeder);
    if (feeder) {
        phone_feeder_wake(feeder);
    }
}

static int64_t on_sweep(void *ctx, int64_t now_us)
{
    struct phone *phone = ctx;
    return phone_visits_sweep(phone->visits, now_us);
}

static void on_revoked(void *ctx)
{
    struct phone *phone = ctx;
    atomic_store(&phone->is_shut, true);
}

static enum office_result open_as_device(struct phone *phone,
                                         struct office *office)
{
    errno = 0;
    if (!file_join(phone->directory, sizeof phone->directory,
                   phone->params.identity->directory, FOLDER) ||
        !lock_folder(phone) || !load_device(phone)) {
        return OFFICE_NONE;
    }
    enum office_result result = register_device(phone, office);
    if (result == OFFICE_OK) {
        result = follow_office(phone, office);
    }
    if (result != OFFICE_OK) {
        return result;
    }
    phone->visits = phone_visits_open(phone->directory, phone->device.id,
                                      on_changed, phone);
    return phone->visits ? OFFICE_OK : OFFICE_NONE;
}

enum office_result phone_open(const struct phone_params *params,
                              struct office *office, struct phone **out)
{
    struct phone *phone = calloc(1, sizeof *phone);
    *out = NULL;
    if (!phone) {
        log_error(MODULE, "out of memory");
        return OFFICE_OK;
    }
    phone->params = *params;
    phone->lock = -1;
    enum office_result result = open_as_device(phone, office);
    if (result == OFFICE_OK) {
        *out = phone;
        return OFFICE_OK;
    }
    phone_close(phone);
    return result == OFFICE_BUSY ? OFFICE_BUSY : OFFICE_OK;
}

enum office_result phone_start(struct phone *phone, struct writer *writer,
                               struct hub *hub, struct metrics *metrics)
{
    struct phone_feeder *feeder = NULL;
    const struct phone_feeder_params params = {
        .directory = phone->directory,
        .device = phone->device.id,
        .device_key = &phone->key,
        .office = phone->params.identity->database,
        .server_key = &phone->params.identity->key,
        .writer = writer,
        .hub = hub,
        .metrics = metrics,
        .heartbeat_ms = phone->params.heartbeat_ms,
        .sweep = on_sweep,
        .revoked = on_revoked,
        .ctx = phone};
    enum office_result result = phone_feeder_start(&params, &feeder);
    atomic_store(&phone->feeder, feeder);
    // The store may have become ready a moment before, and found nobody to
    // wake.
    on_changed(phone);
    return result;
}

// The store is the last one out, and leaves its files tidy; until then its
// thread may wake the feeder.
void phone_finish(struct phone *phone)
{
    if (!phone) {
        return;
    }
    phone_visits_stop(phone->visits);
    phone_feeder_stop(atomic_load(&phone->feeder));
    phone_visits_finish(phone->visits);
}

void phone_close(struct phone *phone)
{
    if (!phone) {
        return;
    }
    phone_visits_close(phone->visits);
    phone_feeder_close(atomic_load(&phone->feeder));
    device_release(&phone->device);
    key_wipe(&phone->key);
    if (phone->lock >= 0) {
        close(phone->lock);
    }
    free(phone);
}

bool phone_is_open(struct phone *phone)
{
    return phone && !atomic_load(&phone->is_shut);
}

struct phone_visits *phone_visits(struct phone *phone)
{
    return phone->visits;
}

const char *phone_device(const struct phone *phone)
{
    return phone->device.id;
}
