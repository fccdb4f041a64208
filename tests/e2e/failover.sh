#!/bin/sh
# PostgreSQL's primary killed under load, in short; make test-failover does so
# many times, and shows that loss would be seen.
set -eu
LINES=1500 tests/failover/failover.sh 2
