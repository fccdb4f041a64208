// A server's directory: the office verifies itself from the bytes, and a
// checkpoint that somebody kept is held against it.
#include "common/clock.h"
#include "common/file.h"
#include "ledger/key.h"
#include "office/checkpoint.h"
#include "office/server_keys.h"
#include "office/verify.h"
#include "operator/command.h"
#include "operator/server_data.h"
#include "operator/verification.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

enum { CHECKPOINT_MAX = 4096 };

static bool take_finding(void *ctx, const struct office_finding *found)
{
    verification_find(ctx, found->device, found->gen, found->seq, "%s",
                      found->why);
    return true;
}

static bool read_checkpoint(const char *path, struct checkpoint *out,
                            struct console *console)
{
    struct buf text = {0};
    bool done = file_read(path, CHECKPOINT_MAX, &text);
    if (!done)
        console_complain(console, "%s: %s", path, strerror(errno));
    else if (!(done = checkpoint_read(buf_text(&text), text.size, out)))
        console_complain(console, "%s: is no checkpoint", path);
    buf_free(&text);
    return done;
}

// --- The server's own keys

struct keys_walk {
    struct verification *verification;
    const struct checkpoint *checkpoint; // NULL: none
    struct server_keys_version later;    // version 0: none yet
    bool is_signed;                      // by one of them
    int64_t signed_until; // 0: by the newest, else when that was replaced
};

static bool is_signed_by(const struct checkpoint *checkpoint,
                         const char *server_key)
{
    unsigned char key[KEY_PUBLIC_BYTES];
    return key_public_parse(server_key, key) &&
           checkpoint_is_signed_by(checkpoint, key);
}

static void note_replaced(struct verification *verification,
                          const struct server_keys *before,
                          const struct server_keys_version *after)
{
    char at[CLOCK_ISO_SIZE];
    clock_format(after->at, at);
    if (strcmp(before->box, after->keys.box) != 0)
        verification_note(verification,
                          "the key that opens comments was replaced at %s, the "
                          "one before is lost: the text of comments sealed for "
                          "it can be read by nobody; that each is the one that "
                          "its line names was verified",
                          at);
    if (strcmp(before->server, after->keys.server) != 0)
        verification_note(verification,
                          "the key that signs was replaced at %s, the one "
                          "before is lost: what it signed is told by its "
                          "public half, which the book keeps; receipts and "
                          "codes of before are not signed again",
                          at);
}

static void note_unknown(struct verification *verification, int64_t until)
{
    char at[CLOCK_ISO_SIZE];
    clock_format(until, at);
    verification_note(verification,
                      "keys were replaced at %s in a book that had noted none: "
                      "what the ones before signed cannot be told from what "
                      "they did not",
                      at);
}

// From the newest to the oldest.
static bool take_keys(void *ctx, const struct server_keys_version *version)
{
    struct keys_walk *walk = ctx;
    if (walk->later.version > 0)
        note_replaced(walk->verification, &version->keys, &walk->later);
    if (walk->checkpoint && !walk->is_signed &&
        is_signed_by(walk->checkpoint, version->keys.server)) {
        walk->is_signed = true;
        walk->signed_until = walk->later.version > 0 ? walk->later.at : 0;
    }
    walk->later = *version;
    return true;
}

// A server of before the book noted its keys.
static bool is_signed_by_file(const char *directory,
                              const struct checkpoint *checkpoint)
{
    char path[PATH_MAX];
    struct key key;
    bool is_it = file_join(path, sizeof path, directory, SERVER_KEY) &&
                 key_load(path, &key) &&
                 checkpoint_is_signed_by(checkpoint, key.public_key);
    key_wipe(&key);
    return is_it;
}

// What the server signed itself proves nothing against it; that a text from
// outside is its own does. Its keys stand in the book, the earlier ones too,
// and a change of them in the audit trail.
static enum office_result check_keys(struct office *office,
                                     const char *directory,
                                     const struct checkpoint *checkpoint,
                                     struct verification *verification)
{
    struct keys_walk walk = {.verification = verification,
                             .checkpoint = checkpoint};
    enum office_result result =
        office_list_server_keys(office, take_keys, &walk);
    if (result == OFFICE_OK && walk.later.is_after_unknown)
        note_unknown(verification, walk.later.at);
    if (result != OFFICE_OK || !checkpoint)
        return result;
    if (!walk.is_signed && walk.later.version == 0)
        walk.is_signed = is_signed_by_file(directory, checkpoint);
    if (!walk.is_signed && walk.later.is_after_unknown) {
        verification_note(verification,
                          "the checkpoint is signed by none of the keys that "
                          "are known: whose it is cannot be told");
    } else if (!walk.is_signed) {
        verification_find(
            verification, "", 0, 0,
            "the checkpoint is not signed by this server's key, nor "
            "by one that was replaced: it was changed, or is "
            "another's");
    } else if (walk.signed_until > 0) {
        char at[CLOCK_ISO_SIZE];
        clock_format(walk.signed_until, at);
        verification_note(verification,
                          "the checkpoint is signed by the key that was "
                          "replaced at %s",
                          at);
    }
    return OFFICE_OK;
}

static bool verify_office(struct office *office,
                          const struct server_place *place,
                          const struct checkpoint *checkpoint,
                          struct verification *verification,
                          struct console *console)
{
    struct office_verification summary = {0};
    int64_t found = 0;
    enum office_result result =
        office_verify(office, take_finding, verification, &summary);
    if (result == OFFICE_OK && checkpoint)
        result = office_verify_checkpoint(office, checkpoint, take_finding,
                                          verification, &found);
    if (result == OFFICE_OK)
        result = check_keys(office, place->directory, checkpoint, verification);
    if (result != OFFICE_OK) {
        server_data_complain(console, server_place_name(place), result);
        return false;
    }
    verification_count(verification, "devices", summary.devices);
    verification_count(verification, "chains", summary.chains);
    verification_count(verification, "lines", summary.lines);
    verification_count(verification, "invalid", summary.invalid);
    verification_count(verification, "conflicts", summary.conflicts);
    verification_count(verification, "visits", summary.visits);
    verification_count(verification, "duplicates", summary.duplicates);
    verification_count(verification, "transactions", summary.transactions);
    verification_count(verification, "totals", summary.totals);
    verification_count(verification, "flags", summary.flags);
    verification_count(verification, "checkpoints", summary.checkpoints);
    verification_count(verification, "audit", summary.audit);
    verification_count(verification, "cases", summary.cases);
    verification_count(verification, "case_events", summary.case_events);
    return true;
}

bool verification_of_server(const struct server_place *place,
                            const char *checkpoint,
                            struct verification *verification,
                            struct console *console)
{
    struct checkpoint outside;
    if (checkpoint && !read_checkpoint(checkpoint, &outside, console))
        return false;
    struct office *office = server_data_read(place, console);
    if (!office)
        return false;
    bool done = verify_office(office, place, checkpoint ? &outside : NULL,
                              verification, console);
    office_close(office);
    return done;
}
