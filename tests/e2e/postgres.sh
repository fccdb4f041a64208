#!/bin/sh
# The server on PostgreSQL, in short: the connection, the schema, one room's
# ledger, one server's requests and a move out of a file; and what is spread over
# two clusters. make test-postgres runs every room.
set -u

for test in office/test_partitions server/test_two_clusters; do
    if tools/on-postgres tools/on-postgres "$BUILD/tests/$test"; then
        echo "passed: $test on two clusters"
    else
        echo "failed: $test on two clusters"
    fi
done
for test in postgres/test_postgres postgres/test_pool postgres/test_hosts postgres/test_bulk postgres/test_gather office/test_postgres_schema office/test_postgres_plans office/test_ingest office/test_ingest_again office/test_turns server/test_neighbours server/test_turns \
        office/test_shardable city/test_registry server/test_batches operator/test_migrate; do
    if tools/on-postgres "$BUILD/tests/$test"; then
        echo "passed: $test on PostgreSQL"
    else
        echo "failed: $test on PostgreSQL"
    fi
done
