#!/bin/sh
# The public board in a real browser: on a telephone, on the screen of a waiting
# room that outlives its server, in a frame; an officer's own results; alerts.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/board"
options="--mode transaction --frame-ancestors http://127.0.0.1:*"
stage_server $options
server=$STAGE_PID
add_person() { # add_person NAME ROLE OPTION…
    name=$1 role=$2
    shift 2
    echo 'mật khẩu để thử' | stage_hailong user add --data "$STAGE_DIR/server" \
        --name "$name" --role "$role" --display "$name" "$@"
}
add_person binh officer --officer cb-07
add_person an office

# The browser says by two files when the server is to go and to come back.
until_file() {
    while [ ! -e "$STAGE_DIR/$1" ]; do
        kill -0 "$browser" 2>/dev/null || { wait "$browser" && exit 1; }
        sleep 0.1
    done
}
SERVER=$SERVER STAGE_DIR=$STAGE_DIR python3 tests/e2e/board.py &
browser=$!
until_file away
stage_stop "$server"
until_file back
stage_server $options --listen "127.0.0.1:${SERVER##*:}"
wait "$browser"
