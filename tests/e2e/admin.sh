#!/bin/sh
# Administration in a real browser: a device is added on the page and enrols with
# the code that it showed; somebody new signs in with the password that it showed
# and must choose another; new hours reach the device; who may not is refused.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/admin"
stage_server --heartbeat-s 5
for person in 'quan admin Ông_Quân' 'lan leader Bà_Lan'; do
    # shellcheck disable=SC2086 # three words
    set -- $person
    echo 'mật khẩu để thử' | stage_hailong user add --data "$STAGE_DIR/server" \
        --name "$1" --role "$2" --display "$(echo "$3" | tr _ ' ')"
done
SERVER=$SERVER STAGE_DIR=$STAGE_DIR STAGE_BUILD=$STAGE_BUILD python3 tests/e2e/admin.py
