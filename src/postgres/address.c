#include "postgres/address.h"
#include "common/log.h"
#include <stdio.h>
#include <string.h>

#define DEFAULT_SCHEMA "main"

static const char module[] = "sql";

char *address_name(const char *url, const char *schema)
{
    const char *address = strstr(url, "://") + 3;
    size_t authority = strcspn(address, "/?");
    const char *at = memrchr(address, '@', authority);
    bool is_default = strcmp(schema, DEFAULT_SCHEMA) == 0;
    if (at)
        address = at + 1;
    char *name = NULL;
    if (asprintf(&name, "postgresql://%.*s%s%s", (int)strcspn(address, "?"),
                 address,
                 is_default ? "" : "?schema=", is_default ? "" : schema) < 0)
        return NULL;
    return name;
}

static bool is_schema(const char *name, size_t size)
{
    return size > 0 && size < ADDRESS_SCHEMA_SIZE &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") >= size;
}

bool address_take_schema(char *url, char out_schema[ADDRESS_SCHEMA_SIZE])
{
    static const char option[] = "schema=";
    char *at = strchr(url, '?');
    snprintf(out_schema, ADDRESS_SCHEMA_SIZE, "%s", DEFAULT_SCHEMA);
    while (at && strncmp(at + 1, option, sizeof option - 1) != 0)
        at = strchr(at + 1, '&');
    if (!at)
        return true;
    const char *name = at + sizeof option;
    size_t size = strcspn(name, "&");
    if (!is_schema(name, size)) {
        log_error(module,
                  "schema=%.*s: a schema is a-z, 0-9 and _, at most %d of them",
                  (int)size, name, ADDRESS_SCHEMA_SIZE - 1);
        return false;
    }
    memcpy(out_schema, name, size);
    out_schema[size] = '\0';
    // What follows keeps the sign before the option, its own goes.
    const char *rest = name + size;
    if (*rest == '\0')
        *at = '\0';
    else
        memmove(at + 1, rest + 1, strlen(rest + 1) + 1);
    return true;
}

bool address_extend_schema(const char *url, const char *end, char *out,
                           size_t size)
{
    char schema[ADDRESS_SCHEMA_SIZE];
    size_t held = strlen(url);
    if (held >= size)
        return false;
    memcpy(out, url, held + 1);
    if (!address_take_schema(out, schema))
        return false;
    if (strlen(schema) + strlen(end) >= sizeof schema) {
        log_error(module, "schema=%s: is too long; give one of at most %zu",
                  schema, sizeof schema - 1 - strlen(end));
        return false;
    }
    held = strlen(out);
    return snprintf(out + held, size - held, "%cschema=%s%s",
                    strchr(out, '?') ? '&' : '?', schema,
                    end) < (int)(size - held);
}
