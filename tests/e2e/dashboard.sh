#!/bin/sh
# The Office's pages in a real browser: from the sign-in to the figures, a row's
# own view and back, files of a view, today's figure while citizens answer, and
# what roles, telephones and keyboards see.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
. tools/ward.sh
stage_begin "$BUILD" "$BUILD/e2e/dashboard"
ward_begin 45
SERVER=$SERVER MONTH=$MONTH STAGE_DIR=$STAGE_DIR /usr/bin/python3 tests/e2e/dashboard.py
