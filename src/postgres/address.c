#include "postgres/address.h"
#include "common/log.h"
#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_SCHEMA "main"
#define USUAL_PORT "5432"

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

static const char *value_of(const PQconninfoOption *options,
                            const char *keyword)
{
    while (options->keyword && strcmp(options->keyword, keyword) != 0)
        options++;
    return options->val ? options->val : "";
}

// As libpq takes them: a host's name before its number, the usual port, the
// database that is called after the role.
char *address_place(const char *url, const char *schema)
{
    char *place = NULL;
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    if (!options)
        return NULL;
    const char *host = value_of(options, "host");
    const char *port = value_of(options, "port");
    const char *database = value_of(options, "dbname");
    if (*host == '\0')
        host = value_of(options, "hostaddr");
    if (*database == '\0')
        database = value_of(options, "user");
    if (asprintf(&place, "%s:%s/%s?schema=%s", host,
                 *port == '\0' ? USUAL_PORT : port, database, schema) < 0)
        place = NULL;
    PQconninfoFree(options);
    return place;
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

static bool is_written_well(const char *url)
{
    const char *rest = strstr(url, "://") + 3;
    const char *at = strchr(rest, '@');
    if (!at ||
        (strcspn(rest, "/?") > (size_t)(at - rest) && !strchr(at + 1, '@'))) {
        return true;
    }
    log_error(module, "the address of PostgreSQL has an @ where none can be: "
                      "write @ / ? %% of a password as %%40 %%2F %%3F %%25, or "
                      "keep the password in ~/.pgpass");
    return false;
}

// What libpq says of an address may quote a password; of an option it does not.
static void log_bad_address(const char *said)
{
    static const char option[] = "invalid URI query parameter";
    bool is_option = said && strncmp(said, option, sizeof option - 1) == 0;
    log_error(module,
              "the address of PostgreSQL is none%s%.*s; write "
              "postgresql://USER@HOST:PORT/DATABASE?schema=NAME, and a %% of a "
              "password as %%25",
              is_option ? ": " : "", is_option ? (int)strcspn(said, "\n") : 0,
              is_option ? said : "");
}

static bool is_ports(const char *text)
{
    return !text || strspn(text, "0123456789,") == strlen(text);
}

static bool is_known_to_libpq(const char *url)
{
    char *said = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &said);
    bool is_known = options != NULL;
    for (PQconninfoOption *o = options; is_known && o->keyword; o++)
        is_known = strcmp(o->keyword, "port") != 0 || is_ports(o->val);
    if (!is_known)
        log_bad_address(said);
    PQconninfoFree(options);
    PQfreemem(said);
    return is_known;
}

bool address_read(char *url, char out_schema[ADDRESS_SCHEMA_SIZE])
{
    return is_written_well(url) && address_take_schema(url, out_schema) &&
           is_known_to_libpq(url);
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
