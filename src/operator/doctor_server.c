#include "operator/doctor_server.h"
#include "common/clock.h"
#include "store/device.h"
#include "sync/trusted_time.h"
#include <stdio.h>

enum { ASK_S = 15 };

static void ask_for_right(struct transport *transport,
                          const struct device *device, struct doctor_facts *out)
{
    char url[DEVICE_TEXT_SIZE + 64];
    struct transport_answer answer;
    snprintf(url, sizeof url, "%s/api/v1/devices/me/config", device->server);
    const struct transport_request request = {
        .method = "GET", .url = url, .token = device->token, .total_s = ASK_S};
    enum transport_result result = transport_ask(transport, &request, &answer);
    if (result == TRANSPORT_ANSWERED)
        out->right_status = answer.status;
    else
        snprintf(out->message, sizeof out->message, "%s", answer.message);
    transport_answer_free(&answer);
}

static enum doctor_reach reach_of(enum transport_result result,
                                  bool out_of_date)
{
    switch (result) {
    case TRANSPORT_ANSWERED:
        return DOCTOR_REACHED;
    case TRANSPORT_TLS:
        return out_of_date ? DOCTOR_OLD_CERTIFICATE : DOCTOR_BAD_CERTIFICATE;
    case TRANSPORT_REFUSED:
        return DOCTOR_BAD_ADDRESS;
    default:
        return DOCTOR_NOT_REACHED;
    }
}

// Whether anything answers there, and why not: no date of a certificate is
// believed, and none is passed over.
static void ask_for_answer(struct transport *transport,
                           const struct device *device,
                           struct doctor_facts *out)
{
    char url[DEVICE_TEXT_SIZE + 64];
    struct transport_answer answer;
    snprintf(url, sizeof url, "%s/healthz", device->server);
    const struct transport_request request = {
        .method = "GET", .url = url, .total_s = ASK_S};
    enum transport_result result = transport_ask(transport, &request, &answer);
    out->reach = reach_of(result, answer.fault == TRANSPORT_FAULT_DATES);
    out->status = answer.status;
    snprintf(out->message, sizeof out->message, "%s", answer.message);
    transport_answer_free(&answer);
}

static void ask_all(struct transport *transport, const struct device *device,
                    struct doctor_facts *out)
{
    struct courier_anchor anchor = {.up_ms = 0};
    ask_for_answer(transport, device, out);
    if (out->reach != DOCTOR_REACHED && out->reach != DOCTOR_OLD_CERTIFICATE)
        return;
    out->server_known = true;
    out->is_our_server = trusted_time_ask(transport, device, &anchor);
    if (!out->is_our_server)
        return;
    out->offset_known = true;
    out->clock_ahead_ms =
        clock_wall_ms() - anchor.server_ms - (clock_boot_ms() - anchor.up_ms);
    ask_for_right(transport, device, out);
}

void doctor_ask(const char *directory, const struct transport_params *way,
                struct doctor_facts *out)
{
    struct device device;
    struct transport_params params = *way;
    if (out->enrolled != DEVICE_OK ||
        device_load(directory, &device) != DEVICE_OK)
        return;
    params.ca = device.ca;
    params.pin = device.pin;
    struct transport *transport = transport_open(&params);
    if (transport)
        ask_all(transport, &device, out);
    transport_close(transport);
    device_release(&device);
}
