# A whole ward on one machine, for the demonstration and the end-to-end tests:
# server, enrolled device, courier, screen. Sourced by sh scripts; every process
# that was started here is ended here.
#
#   stage_begin BUILD DIR     DIR is emptied; logs and data go there
#   stage_leave_to_plain_programs   ends the script when they are no such
#   stage_screen W H [NAME]   a virtual X display, unless DISPLAY is to be used
#   stage_server [OPTION…]    sets SERVER (its address)
#   stage_device NAME COUNTER [OPTION…]   adds and enrols DIR/NAME
#   stage_courier NAME
#   stage_kiosk NAME [OPTION…]            trace in DIR/NAME.trace
#   stage_tap NAME < SCRIPT   plays a citizen (see tools/tapper.c)
#   stage_drain NAME          until nothing waits on the device, at most a minute
#   stage_finally COMMAND…    what is done first when the script ends, at whatever point
#   stage_end
#
# And for a test that is made up of parts, what it says of each:
#
#   must COMMAND…   names it when it is not so, and sets each to 1
#   within SECONDS COMMAND…   until it is so, asked some times a second
#   say RC WHAT     that part passed, or failed, and then bad is 1
#
# Such a script begins each part with each=0, closes it with say $each, and ends
# with exit $bad.

# shellcheck disable=SC2034 # for the caller
bad=0 each=0
say() {
    if [ "$1" -eq 0 ]; then echo "passed: $2"; else echo "failed: $2"; bad=1; fi
}
must() {
    "$@" || { echo "not so: $*"; each=1; }
}
within() {
    within_until=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -le $within_until ] || return 1
        sleep 0.1
    done
}

stage_fail() {
    echo "$*" >&2
    exit 1
}

stage_begin() {
    STAGE_BUILD=$(cd "$1" && pwd)
    STAGE_DIR=$2
    STAGE_PIDS=
    STAGE_FINALLY=
    rm -rf "$STAGE_DIR"
    mkdir -p "$STAGE_DIR/shots"
    STAGE_DIR=$(cd "$STAGE_DIR" && pwd)
    HAILONG_ASSETS=${HAILONG_ASSETS:-$(pwd)/assets}
    export HAILONG_ASSETS
    # The texts are Vietnamese whatever the machine's locale; X input is not
    # to be caught by an input method.
    unset WAYLAND_DISPLAY SDL_VIDEODRIVER XMODIFIERS
    trap stage_end EXIT
    trap 'exit 1' INT TERM
}

# For scripts that load libfaketime before the programs: it and a sanitizer
# wait for each other.
stage_leave_to_plain_programs() {
    if ldd "$STAGE_BUILD/hailong" | grep -q 'lib[at]san'; then
        echo "passed: left out, the programs have a sanitizer inside"
        exit 0
    fi
}

stage_start() { # stage_start LOG COMMAND…
    stage_log=$STAGE_DIR/$1
    shift
    "$@" >"$stage_log" 2>&1 &
    STAGE_PID=$!
    STAGE_PIDS="$STAGE_PID $STAGE_PIDS"
}

stage_finally() {
    STAGE_FINALLY=$*
}

# In the reverse order of starting; the display goes last.
stage_end() {
    stage_status=$?
    set +e
    trap - EXIT
    $STAGE_FINALLY
    for pid in $STAGE_PIDS; do
        kill "$pid" 2>/dev/null
        stage_tries=50
        while kill -0 "$pid" 2>/dev/null && [ $stage_tries -gt 0 ]; do
            sleep 0.1
            stage_tries=$((stage_tries - 1))
        done
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    STAGE_PIDS=
    exit $stage_status
}

# One that the script started by itself is to be ended with the rest.
stage_mine() { # stage_mine PID
    STAGE_PIDS="$1 $STAGE_PIDS"
}

stage_wait() { # stage_wait PID: one of ours ends by itself; its status
    stage_waited=0
    wait "$1" 2>/dev/null || stage_waited=$?
    STAGE_PIDS=$(printf '%s ' $STAGE_PIDS | sed "s/\b$1\b//")
    return $stage_waited
}

stage_stop() { # stage_stop PID: one of ours, before the rest
    kill "$1" 2>/dev/null || true
    stage_wait "$1" || true
}

stage_wait_file() {
    stage_tries=600
    while [ ! -s "$1" ]; do
        [ $stage_tries -gt 0 ] || stage_fail "no $1; see the logs in $STAGE_DIR"
        sleep 0.1
        stage_tries=$((stage_tries - 1))
    done
}

stage_screen() {
    # The server picks a free display number and tells it. Without -noreset it
    # refuses clients for a moment after its last one was killed.
    stage_display=$STAGE_DIR/display${3:-}
    stage_start "xvfb${3:-}.log" sh -c "exec Xvfb -displayfd 3 -screen 0 $1x$2x24 -nolisten tcp -noreset 3>'$stage_display'"
    stage_wait_file "$stage_display"
    DISPLAY=:$(cat "$stage_display")
    export DISPLAY
}

stage_server() {
    stage_start server.log "$STAGE_BUILD/hailong-server" --data "$STAGE_DIR/server" \
        --listen 127.0.0.1:0 --port-file "$STAGE_DIR/port" \
        --unit-code H24.12 --unit-name 'Bình Minh' --hotline '0000 000 000' "$@"
    stage_wait_file "$STAGE_DIR/port"
    # shellcheck disable=SC2034 # for the caller
    SERVER=http://127.0.0.1:$(cat "$STAGE_DIR/port")
}

stage_hailong() {
    "$STAGE_BUILD/hailong" "$@"
}

stage_device() {
    stage_name=$1
    stage_counter=$2
    shift 2
    stage_code=$(stage_hailong device add --data "$STAGE_DIR/server" \
        --counter "$stage_counter" --json "$@" |
        sed -n 's/.*"code": *"\([^"]*\)".*/\1/p')
    [ -n "$stage_code" ] || stage_fail "no enrolment code"
    stage_hailong enrol --server "$SERVER" --code "$stage_code" \
        --data "$STAGE_DIR/$stage_name" || stage_fail "no enrolment"
}

stage_courier() {
    stage_start "$1-sync.log" "$STAGE_BUILD/hailong-sync" --data "$STAGE_DIR/$1" --poll-ms 200
}

stage_kiosk() {
    stage_name=$1
    shift
    rm -f "$STAGE_DIR/$stage_name.trace"
    stage_start "$stage_name-kiosk.log" "$STAGE_BUILD/hailong-kiosk" \
        --data "$STAGE_DIR/$stage_name" --trace "$STAGE_DIR/$stage_name.trace" "$@"
    stage_wait_file "$STAGE_DIR/$stage_name.trace"
}

stage_tap() {
    "$STAGE_BUILD/tools/tapper" --trace "$STAGE_DIR/$1.trace" ||
        stage_fail "a tap went wrong; see the logs in $STAGE_DIR"
}

stage_pending() {
    stage_hailong status --data "$STAGE_DIR/$1" --json | sed -n 's/.*"pending": *\([0-9]*\).*/\1/p'
}

stage_drain() {
    stage_tries=300
    while [ "$(stage_pending "$1")" != 0 ]; do
        [ $stage_tries -gt 0 ] || stage_fail "lines are still waiting on $1"
        sleep 0.2
        stage_tries=$((stage_tries - 1))
    done
}
