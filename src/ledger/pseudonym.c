#include "ledger/pseudonym.h"
#include "common/date.h"
#include "common/ids.h"
#include "vietnamese/text.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    OFFICIAL_FIRST = 15, // day of the month on which an official month begins
    KEY_HEX_SIZE = 2 * DIGEST_BYTES + 1
};

static const char PREFIX[] = "hailong.transaction.1\n";

static struct date month_after(struct date date)
{
    return date.month == 12
               ? (struct date){date.year + 1, 1, date.day}
               : (struct date){date.year, date.month + 1, date.day};
}

void pseudonym_key_make(int32_t day, struct pseudonym_key *out)
{
    struct date date = date_from_day(day);
    // The month in which the official one ends gives it its name.
    struct date named = date.day >= OFFICIAL_FIRST ? month_after(date) : date;
    named.day = OFFICIAL_FIRST;
    struct date begin =
        named.month == 1
            ? (struct date){named.year - 1, 12, named.day}
            : (struct date){named.year, named.month - 1, named.day};
    memset(out, 0, sizeof *out);
    snprintf(out->period, sizeof out->period, "%04u-%02u",
             (unsigned)named.year % 10000u, (unsigned)named.month % 100u);
    out->first = date_to_day(begin);
    out->last = date_to_day(named) - 1;
    id_random(out->key, sizeof out->key);
}

const struct pseudonym_key *pseudonym_key_on(const struct pseudonym_keys *keys,
                                             int32_t day)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->list[i].first <= day && day <= keys->list[i].last)
            return &keys->list[i];
    return NULL;
}

void pseudonym_keys_wipe(struct pseudonym_keys *keys)
{
    sodium_memzero(keys, sizeof *keys);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

// Trimmed, ASCII capitals, NFC.
static bool normalise(const char *code, char out[RECORD_TRANSACTION_SIZE])
{
    struct buf text = {0};
    while (is_space(*code))
        code++;
    size_t size = strlen(code);
    while (size > 0 && is_space(code[size - 1]))
        size--;
    bool ok = size > 0 && text_append_nfc(code, size, &text) &&
              text.size < RECORD_TRANSACTION_SIZE && !has_control(text.data);
    if (ok)
        memcpy(out, text.data, text.size + 1);
    buf_free(&text);
    for (char *c = out; ok && *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return ok;
}

bool pseudonym_make(const struct pseudonym_key *key, const char *unit,
                    const char *code, char out[PSEUDONYM_SIZE])
{
    char plain[RECORD_TRANSACTION_SIZE];
    unsigned char mac[DIGEST_BYTES];
    struct buf text = {0};
    if (!normalise(code, plain))
        return false;
    buf_printf(&text, "%s%s\n%s", PREFIX, unit, plain);
    bool ok = buf_ok(&text);
    if (ok) {
        digest_hmac(key->key, sizeof key->key, text.data, text.size, mac);
        out[0] = '~';
        sodium_bin2base64(out + 1, PSEUDONYM_SIZE - 1, mac, sizeof mac,
                          VARIANT);
    }
    buf_free(&text);
    return ok;
}

bool pseudonym_is(const char *text)
{
    return text[0] == '~' && strlen(text) == PSEUDONYM_SIZE - 1 &&
           strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
                            "wxyz0123456789-_") == PSEUDONYM_SIZE - 2;
}

bool pseudonym_keep(const struct pseudonym_keys *keys, int32_t day,
                    const char *unit, const char *code,
                    char out[RECORD_TRANSACTION_SIZE])
{
    const struct pseudonym_key *key = pseudonym_key_on(keys, day);
    out[0] = '\0';
    if (pseudonym_is(code)) {
        memcpy(out, code, PSEUDONYM_SIZE);
        return true;
    }
    if (keys->linked)
        return normalise(code, out);
    return key && pseudonym_make(key, unit, code, out);
}

static bool read_key(const json_t *object, struct pseudonym_key *out)
{
    const char *from, *to, *hex;
    return json_copy_text(object, "period", out->period, sizeof out->period) &&
           json_get_text(object, "from", &from) &&
           date_parse_iso(from, &out->first) &&
           json_get_text(object, "to", &to) && date_parse_iso(to, &out->last) &&
           out->first <= out->last && json_get_text(object, "key", &hex) &&
           hex_decode(hex, strlen(hex), out->key, sizeof out->key);
}

static bool read_all(const json_t *config, struct pseudonym_keys *out)
{
    const json_t *mode = json_object_get(config, "privacy");
    const json_t *list = json_object_get(config, "transaction_keys");
    const char *name = "anonymous";
    if (mode && !json_get_text(config, "privacy", &name))
        return false;
    out->linked = strcmp(name, "linked") == 0;
    if (!out->linked && strcmp(name, "anonymous") != 0)
        return false;
    if (list &&
        (!json_is_array(list) || json_array_size(list) > PSEUDONYM_KEYS_MOST))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!read_key(json_array_get(list, i), &out->list[out->count++]))
            return false;
    return true;
}

bool pseudonym_keys_read(const json_t *config, struct pseudonym_keys *out)
{
    memset(out, 0, sizeof *out);
    bool ok = read_all(config, out);
    if (!ok)
        pseudonym_keys_wipe(out);
    return ok;
}

static json_t *write_key(const struct pseudonym_key *key)
{
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE], hex[KEY_HEX_SIZE];
    date_format_iso(key->first, from);
    date_format_iso(key->last, to);
    hex_encode(key->key, sizeof key->key, hex);
    json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "period", key->period,
                               "from", from, "to", to, "key", hex);
    sodium_memzero(hex, sizeof hex);
    return object;
}

bool pseudonym_keys_write(const struct pseudonym_keys *keys, json_t *config)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < keys->count; i++)
        ok = json_array_append_new(list, write_key(&keys->list[i])) == 0;
    ok = ok && json_object_set_new(
                   config, "privacy",
                   json_string(keys->linked ? "linked" : "anonymous")) == 0;
    ok = ok && json_object_set(config, "transaction_keys", list) == 0;
    json_decref(list);
    return ok;
}
