// A batch that was carried to the server: given to the running one, or, while
// it is down, taken with its lock and its key.
#include "common/clock.h"
#include "ledger/proof.h"
#include "office/batch_answer.h"
#include "operator/admin_client.h"
#include "operator/remote.h"
#include "operator/server_data.h"
#include <stdlib.h>
#include <string.h>

static bool complain_gap(const struct office_batch *batch,
                         struct console *console)
{
    console_complain(console,
                     "device %s, generation %lld: the server has not the lines "
                     "before; it wants them from line %lld on. Export again "
                     "with --all on the device",
                     batch->proof.device, (long long)batch->proof.gen,
                     (long long)batch->expected);
    return false;
}

static bool judge(const struct office_batch *batch, struct console *console)
{
    switch (batch->status) {
    case OFFICE_BATCH_OK:
        return true;
    case OFFICE_BATCH_GAP:
        return complain_gap(batch, console);
    case OFFICE_BATCH_FORK:
        console_complain(console,
                         "device %s, generation %lld: its lines are not the "
                         "ones that the server holds. Both are kept and the "
                         "device is flagged; see hailong verify",
                         batch->proof.device, (long long)batch->proof.gen);
        break;
    case OFFICE_BATCH_REVOKED:
        console_complain(console,
                         "device %s was revoked: its lines are set aside",
                         batch->proof.device);
        break;
    case OFFICE_BATCH_UNKNOWN:
        console_complain(console, "device %s is none of this server's",
                         batch->proof.device);
        break;
    }
    return false;
}

static bool complain_body(const struct batch_complaint *complaint,
                          enum batch_fault fault, struct console *console)
{
    if (fault == BATCH_NO_MEMORY)
        console_complain(console, "out of memory");
    else
        console_complain(console, "the batch's line %lld: %s",
                         (long long)complaint->line, complaint->reason);
    return false;
}

// The signature says whose it is.
static bool check_sender(struct office *office,
                         const struct batch_header *header,
                         struct console *console)
{
    struct office_device device;
    enum office_result result =
        office_find_device(office, header->proof.device, &device);
    if (result == OFFICE_NONE)
        console_complain(console, "device %s is none of this server's",
                         header->proof.device);
    else if (result != OFFICE_OK)
        server_data_complain(console, header->proof.device, result);
    else if (proof_verify_batch(device.public_key, &header->proof,
                                header->signature))
        return true;
    else
        console_complain(console, "the batch was not signed by device %s",
                         header->proof.device);
    return false;
}

static bool ingest(struct admin *admin, const struct batch_header *header,
                   struct office_line *lines, json_t **out_answer,
                   struct console *console)
{
    struct office_batch batch;
    batch_fill(header, lines, clock_wall_ms(), &batch);
    enum office_result result = office_ingest(admin->office, &batch, 1);
    if (result != OFFICE_OK) {
        server_data_complain(console, "the batch was not taken", result);
        return false;
    }
    if (!judge(&batch, console))
        return false;
    char why[JSON_MESSAGE_SIZE];
    struct buf text = {0};
    *out_answer = batch_answer(&batch, &admin->key, clock_wall_ms(), &text)
                      ? json_read(buf_text(&text), text.size, why)
                      : NULL;
    buf_free(&text);
    if (!*out_answer)
        console_complain(console, "out of memory");
    return *out_answer != NULL;
}

static bool take_alone(struct admin *admin, const char *bytes, size_t size,
                       json_t **out_answer, struct console *console)
{
    struct batch_header header = {0};
    struct batch_complaint complaint = {0};
    struct office_line *lines = NULL;
    enum batch_fault fault =
        batch_header_read(bytes, size, &header, &complaint);
    bool done =
        fault == BATCH_SOUND || complain_body(&complaint, fault, console);
    done = done && check_sender(admin->office, &header, console);
    if (done) {
        lines = calloc(header.line_count + 1, sizeof *lines);
        fault = lines
                    ? batch_lines_read(bytes, size, &header, lines, &complaint)
                    : BATCH_NO_MEMORY;
        done =
            fault == BATCH_SOUND || complain_body(&complaint, fault, console);
    }
    done = done && ingest(admin, &header, lines, out_answer, console);
    batch_header_free(&header);
    free(lines);
    return done;
}

static bool post(const struct admin *admin, const char *bytes,
                 json_t **out_answer, struct console *console)
{
    const struct remote remote = {.server = admin->url,
                                  .token = admin->token,
                                  .type = "application/x-ndjson"};
    struct remote_answer answer = {0};
    if (!remote_ask(&remote, "/admin/v1/batches", bytes, &answer, console))
        return false;
    if (answer.status == 200)
        *out_answer = remote_object(&remote, &answer, console);
    else
        remote_complain(&remote, &answer, console);
    bool done = answer.status == 200 && *out_answer;
    remote_answer_free(&answer);
    return done;
}

bool admin_take_batch(struct admin *admin, const char *bytes, size_t size,
                      json_t **out_answer, struct console *console)
{
    *out_answer = NULL;
    return admin->office ? take_alone(admin, bytes, size, out_answer, console)
                         : post(admin, bytes, out_answer, console);
}
