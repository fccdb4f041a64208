#include "store/device.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include <errno.h>
#include <string.h>

enum { FILE_LIMIT = 256 * 1024 };

static const char module[] = "device";

// null and a missing key both mean "none".
static bool get_optional(const json_t *object, const char *key, char *out,
                         size_t size)
{
    const json_t *value = json_object_get(object, key);
    out[0] = '\0';
    return !value || json_is_null(value) ||
           json_copy_text(object, key, out, size);
}

static bool get_key(const json_t *object, const char *key, unsigned char *out)
{
    const char *text;
    return json_get_text(object, key, &text) && key_public_parse(text, out);
}

// There are none in a file of before.
static bool get_former(const json_t *object, struct device *out)
{
    const json_t *former = json_object_get(object, "former_server_keys");
    size_t count = json_array_size(former);
    if (former && (!json_is_array(former) || count > DEVICE_FORMER_KEYS))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(former, i));
        if (!text || !key_public_parse(text, out->former_keys[i]))
            return false;
    }
    out->former_count = count;
    return true;
}

static bool get_server(const json_t *object, char *out, size_t size)
{
    if (!json_copy_text(object, "server", out, size))
        return false;
    size_t length = strlen(out);
    while (length > 0 && out[length - 1] == '/')
        out[--length] = '\0';
    return length > 0;
}

// NULL when all is there, else the key that is not as it must be.
static const char *read_fields(const json_t *object, struct device *out)
{
    json_t *config = json_object_get(object, "config");
    if (!json_copy_text(object, "device", out->id, sizeof out->id) ||
        !id_is_valid(out->id, strlen(out->id)))
        return "device";
    if (!get_optional(object, "name", out->name, sizeof out->name))
        return "name";
    if (!json_copy_text(object, "counter", out->counter, sizeof out->counter))
        return "counter";
    if (!get_server(object, out->server, sizeof out->server))
        return "server";
    if (!json_copy_text(object, "token", out->token, sizeof out->token))
        return "token";
    if (!get_key(object, "server_key", out->server_key))
        return "server_key";
    if (!get_former(object, out))
        return "former_server_keys";
    if (!get_key(object, "box_key", out->box_key))
        return "box_key";
    if (!get_optional(object, "ca", out->ca, sizeof out->ca))
        return "ca";
    if (!get_optional(object, "pin", out->pin, sizeof out->pin))
        return "pin";
    if (!get_optional(object, "staff_pin", out->staff_pin,
                      sizeof out->staff_pin))
        return "staff_pin";
    if (!json_is_object(config))
        return "config";
    out->config_version = 0;
    json_get_int(config, "version", &out->config_version);
    out->config = json_incref(config);
    return NULL;
}

enum device_result device_load(const char *directory, struct device *out)
{
    char path[PATH_MAX], why[JSON_MESSAGE_SIZE];
    struct buf text = {0};
    enum device_result result = DEVICE_BROKEN;
    if (!file_join(path, sizeof path, directory, DEVICE_FILE_JSON) ||
        !file_read(path, FILE_LIMIT, &text)) {
        result = errno == ENOENT ? DEVICE_NOT_ENROLLED : DEVICE_BROKEN;
        if (result == DEVICE_BROKEN)
            log_error(module, "%s: %s", path, strerror(errno));
        buf_free(&text);
        return result;
    }
    memset(out, 0, sizeof *out);
    json_t *object = json_read(buf_text(&text), text.size, why);
    const char *wrong = NULL;
    if (json_is_object(object))
        wrong = read_fields(object, out);
    if (!json_is_object(object))
        log_error(module, "%s: %s; enrol the device again", path,
                  object ? "is no object" : why);
    else if (wrong)
        log_error(module,
                  "%s: %s: missing or not as it must be; enrol the "
                  "device again",
                  path, wrong);
    else
        result = DEVICE_OK;
    json_decref(object);
    buf_free(&text);
    return result;
}

void device_release(struct device *device)
{
    json_decref(device->config);
    memset(device, 0, sizeof *device);
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *public_key(const unsigned char *bytes)
{
    char text[KEY_PUBLIC_BASE64_SIZE];
    key_public_base64(bytes, text);
    return json_string(text);
}

// NULL: no memory.
static json_t *former_keys(const struct device *device)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < device->former_count; i++) {
        if (json_array_append_new(list, public_key(device->former_keys[i])) !=
            0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

void device_trust(struct device *device,
                  const unsigned char server_key[KEY_PUBLIC_BYTES])
{
    static const unsigned char none[KEY_PUBLIC_BYTES];
    if (memcmp(device->server_key, server_key, KEY_PUBLIC_BYTES) == 0)
        return;
    if (memcmp(device->server_key, none, KEY_PUBLIC_BYTES) != 0) {
        size_t kept = device->former_count < DEVICE_FORMER_KEYS
                          ? device->former_count
                          : DEVICE_FORMER_KEYS - 1;
        memmove(device->former_keys[1], device->former_keys[0],
                kept * KEY_PUBLIC_BYTES);
        memcpy(device->former_keys[0], device->server_key, KEY_PUBLIC_BYTES);
        device->former_count = kept + 1;
    }
    memcpy(device->server_key, server_key, KEY_PUBLIC_BYTES);
}

bool device_believes_kept(const struct device *device,
                          const struct proof_receipt *receipt)
{
    bool is_it = proof_verify_receipt(device->server_key, receipt);
    for (size_t i = 0; !is_it && i < device->former_count; i++)
        is_it = proof_verify_receipt(device->former_keys[i], receipt);
    return is_it;
}

bool device_save(const char *directory, const struct device *device)
{
    char path[PATH_MAX];
    struct buf text = {0};
    json_t *object = json_object();
    bool ok =
        object && file_join(path, sizeof path, directory, DEVICE_FILE_JSON);
    ok =
        ok && !json_object_set_new(object, "device", json_string(device->id)) &&
        !json_object_set_new(object, "name", text_or_null(device->name)) &&
        !json_object_set_new(object, "counter", json_string(device->counter)) &&
        !json_object_set_new(object, "server", json_string(device->server)) &&
        !json_object_set_new(object, "token", json_string(device->token)) &&
        !json_object_set_new(object, "server_key",
                             public_key(device->server_key)) &&
        (device->former_count == 0 ||
         !json_object_set_new(object, "former_server_keys",
                              former_keys(device))) &&
        !json_object_set_new(object, "box_key", public_key(device->box_key)) &&
        !json_object_set_new(object, "ca", text_or_null(device->ca)) &&
        !json_object_set_new(object, "pin", text_or_null(device->pin)) &&
        !json_object_set_new(object, "staff_pin",
                             text_or_null(device->staff_pin)) &&
        !json_object_set(object, "config", device->config) &&
        json_write(object, &text);
    if (ok)
        buf_append_char(&text, '\n');
    else
        errno = ENOMEM;
    ok = ok && buf_ok(&text) &&
         file_replace_for_owner(path, text.data, text.size, 0600);
    int saved = errno;
    json_decref(object);
    buf_free(&text);
    errno = saved;
    return ok;
}

bool device_load_key(const char *directory, struct key *out)
{
    char path[PATH_MAX];
    return file_join(path, sizeof path, directory, DEVICE_FILE_KEY) &&
           key_load(path, out);
}

bool device_save_key(const char *directory, const struct key *key)
{
    char path[PATH_MAX];
    return file_join(path, sizeof path, directory, DEVICE_FILE_KEY) &&
           key_save(path, key);
}
