#!/bin/sh
# Screen, courier and server killed at random instants while a citizen rates.
set -eu
cd "$(dirname "$0")/../.."
HAILONG_ASSETS=${HAILONG_ASSETS:-$(pwd)/assets}
export HAILONG_ASSETS
exec "$BUILD/tests/crash/crash" "$BUILD" "$BUILD/e2e/crash" "${CRASH_CYCLES:-40}" "${CRASH_SEED:-20261123}"
