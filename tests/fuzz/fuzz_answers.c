// The file of answers that comes back on a stick, taken by a device that has
// sent nothing yet: nothing of it moves the device on, and what is wrong is
// said with the line.
#include "common/json.h"
#include "fuzz/fuzz.h"
#include "ledger/proof.h"
#include "store/device.h"
#include "sync/carry.h"
#include <stdio.h>
#include <string.h>

static const char device_id[] = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11";
static struct key device_key;

static void make_device(void)
{
    char path[PATH_MAX];
    static const char seed[] = "YSBkZXZpY2UsIG1hZGUgZm9yIHRoZSBmdXp6ZXIhISE=\n";
    struct device device = {.counter = "3",
                            .server = "https://ward.example:8650",
                            .token = "dGhlIHRva2VuIG9mIGEgZGV2aWNl",
                            .config = json_pack("{s:i}", "version", 1)};
    HOLDS(device.config);
    snprintf(device.id, sizeof device.id, "%s", device_id);
    HOLDS(device_save(fuzz_folder(), &device));
    json_decref(device.config);
    fuzz_write(DEVICE_FILE_KEY, seed, sizeof seed - 1, path);
    HOLDS(device_load_key(fuzz_folder(), &device_key));
}

// Only who holds the device's key gets as far as its ledger, and there is none.
static void take(const char *text, size_t size, bool is_signed)
{
    struct carry_count count;
    char message[CARRY_MESSAGE_SIZE] = "";
    enum carry_result result =
        carry_take_answers(fuzz_folder(), text, size, &count, message);
    fuzz_check_text(message, sizeof message);
    HOLDS(count.batches == 0 && count.lines == 0);
    HOLDS(result == CARRY_NOTHING || result == CARRY_UNREADABLE ||
          result == CARRY_OTHER || (is_signed && result == CARRY_BROKEN));
    HOLDS(result == CARRY_NOTHING || strncmp(message, "line ", 5) == 0);
}

// "sent" as this device would have signed it.
static bool sign(json_t *sent)
{
    struct proof_batch proof;
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    memset(&proof, 0, sizeof proof);
    snprintf(proof.device, sizeof proof.device, "%s", device_id);
    if (!json_get_int(sent, "gen", &proof.gen) ||
        !json_get_int(sent, "to", &proof.to) ||
        !json_copy_text(sent, "head", proof.head, sizeof proof.head) ||
        !json_copy_text(sent, "nonce", proof.nonce, sizeof proof.nonce))
        return false;
    proof_sign_batch(&device_key, &proof, signature);
    return json_object_set_new(sent, "sig", json_string(signature)) == 0 &&
           json_object_set_new(sent, "device", json_string(device_id)) == 0;
}

// No chance finds a signature: the second line once more, signed.
static void take_as_if_signed(const char *text, size_t size)
{
    char why[JSON_MESSAGE_SIZE];
    const char *line = memchr(text, '\n', size);
    if (!line)
        return;
    line++;
    struct buf file = {0};
    size_t left = size - (size_t)(line - text);
    const char *end = memchr(line, '\n', left);
    json_t *object = json_read(line, end ? (size_t)(end - line) : left, why);
    if (object && sign(json_object_get(object, "sent"))) {
        buf_append(&file, text, (size_t)(line - text));
        HOLDS(json_write(object, &file));
        if (end)
            buf_append(&file, end, size - (size_t)(end - text));
        take(file.data, file.size, true);
    }
    json_decref(object);
    buf_free(&file);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    static bool made;
    fuzz_start();
    if (!made)
        make_device();
    made = true;
    take((const char *)data, size, false);
    take_as_if_signed((const char *)data, size);
    return 0;
}
