// A server's directory: the office verifies itself from the bytes, and a
// checkpoint that somebody kept is held against it.
#include "common/file.h"
#include "office/checkpoint.h"
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

// The key that the server signs with. What it signed itself proves nothing
// against it; that a text from outside is its own does.
static bool check_signature(const char *directory,
                            const struct checkpoint *checkpoint,
                            struct verification *verification,
                            struct console *console)
{
    char path[PATH_MAX];
    struct key key;
    if (!file_join(path, sizeof path, directory, SERVER_KEY) ||
        !key_load(path, &key)) {
        console_complain(console,
                         "%s/%s cannot be used: %s. Without it nobody can say "
                         "whose the checkpoint is",
                         directory, SERVER_KEY, strerror(errno));
        return false;
    }
    if (!checkpoint_is_signed_by(checkpoint, key.public_key))
        verification_find(verification, "", 0, 0,
                          "the checkpoint is not signed by this server's key: "
                          "it was changed, or the key was");
    key_wipe(&key);
    return true;
}

static bool verify_office(struct office *office, const char *name,
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
    if (result != OFFICE_OK) {
        server_data_complain(console, name, result);
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
    if (checkpoint &&
        (!read_checkpoint(checkpoint, &outside, console) ||
         !check_signature(place->directory, &outside, verification, console)))
        return false;
    struct office *office = server_data_read(place, console);
    if (!office)
        return false;
    bool done =
        verify_office(office, server_place_name(place),
                      checkpoint ? &outside : NULL, verification, console);
    office_close(office);
    return done;
}
