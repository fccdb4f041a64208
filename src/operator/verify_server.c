// A server's directory: the office verifies itself from the bytes.
#include "office/verify.h"
#include "operator/command.h"
#include "operator/server_data.h"
#include "operator/verification.h"

static bool take_finding(void *ctx, const struct office_finding *found)
{
    verification_find(ctx, found->device, found->gen, found->seq, "%s",
                      found->why);
    return true;
}

bool verification_of_server(const char *directory,
                            struct verification *verification,
                            struct console *console)
{
    struct office *office = server_data_read(directory, console);
    if (!office)
        return false;
    struct office_verification summary = {0};
    enum office_result result =
        office_verify(office, take_finding, verification, &summary);
    office_close(office);
    if (result != OFFICE_OK) {
        server_data_complain(console, directory, result);
        return false;
    }
    verification_count(verification, "devices", summary.devices);
    verification_count(verification, "chains", summary.chains);
    verification_count(verification, "lines", summary.lines);
    verification_count(verification, "invalid", summary.invalid);
    verification_count(verification, "conflicts", summary.conflicts);
    verification_count(verification, "visits", summary.visits);
    verification_count(verification, "totals", summary.totals);
    return true;
}
