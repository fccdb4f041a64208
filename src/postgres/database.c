#include "postgres/database.h"
#include "postgres/address.h"
#include "postgres/pool.h"
#include "postgres/postgres.h"
#include <stdlib.h>
#include <string.h>

bool database_is_url(const char *address)
{
    return strncmp(address, "postgresql://", 13) == 0 ||
           strncmp(address, "postgres://", 11) == 0;
}

char *database_place(const char *url)
{
    char schema[ADDRESS_SCHEMA_SIZE], *address = strdup(url);
    char *place = address && address_read(address, schema)
                      ? address_place(address, schema)
                      : NULL;
    free(address);
    return place;
}

void database_share(unsigned most)
{
    pool_share(most);
}

void database_limit(int seconds)
{
    postgres_limit(seconds);
}

int database_count_shared(void)
{
    return pool_count();
}

void database_name_holder(struct sql *sql, const char *table,
                          char out[DATABASE_HOLDER_SIZE])
{
    postgres_name_holder(sql, table, out, DATABASE_HOLDER_SIZE);
}

enum sql_result database_open(const char *address, enum sql_mode mode,
                              const char *const *statements, size_t count,
                              struct sql **out_sql)
{
    return database_is_url(address)
               ? postgres_open(address, mode, statements, count, out_sql)
               : sql_open(address, mode, statements, count, out_sql);
}
