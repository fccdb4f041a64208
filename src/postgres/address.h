// Addresses of PostgreSQL, "postgresql://USER:PASSWORD@HOST/DATABASE?OPTIONS",
// with one option that is ours: schema=NAME. Pure but for the log.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// The longest that PostgreSQL knows, and its end.
enum { ADDRESS_SCHEMA_SIZE = 64 };

// Reads an address for libpq: takes our option out of it. False, and logged
// without the address: nobody can ever connect with it. A password's own signs
// are written as %40, %2F…; else a part of it would be taken for a host, and
// told in logs.
bool address_read(char *url, char out_schema[ADDRESS_SCHEMA_SIZE]);
// Takes our option out of `url`; its others are libpq's. Without it the schema
// is main. False, and logged: it is no name of a schema.
bool address_take_schema(char *url, char out_schema[ADDRESS_SCHEMA_SIZE]);
// The same address with another schema: the name of its own, and `end` behind
// it. False, and logged: that is no name of a schema, or too long.
bool address_extend_schema(const char *url, const char *end, char *out,
                           size_t size);
// What tells the book that an address leads to from others, however the address
// is written: hosts, ports, database and schema, and nobody's name or password.
// The caller frees; NULL: no memory.
char *address_place(const char *url, const char *schema);
// For logs: what follows a name and a password, without options but the
// schema. The caller frees; NULL: no memory.
char *address_name(const char *url, const char *schema);
