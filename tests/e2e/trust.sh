#!/bin/sh
# Suspicious ratings in a real browser: a burst at a counter is flagged, the
# Office reads why and lifts the flag, and the figures follow.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
. tools/ward.sh
stage_begin "$BUILD" "$BUILD/e2e/trust"
ward_begin 5
for level in 5 4 5 4 5 4 5 5; do
    ward_tap $level
done
SERVER=$SERVER STAGE_DIR=$STAGE_DIR /usr/bin/python3 tests/e2e/trust.py
