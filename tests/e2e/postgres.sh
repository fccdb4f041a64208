#!/bin/sh
# The server on PostgreSQL, in short: the connection, the schema, one room's
# ledger and one server's requests. make test-postgres runs every room.
set -u

for test in postgres/test_postgres office/test_postgres_schema office/test_ingest office/test_ingest_again server/test_batches; do
    if tools/on-postgres "$BUILD/tests/$test"; then
        echo "passed: $test on PostgreSQL"
    else
        echo "failed: $test on PostgreSQL"
    fi
done
