#!/bin/sh
# Programs read the log: a city whose folder has a newline in its name, with one
# ward that is broken, an answer that takes long and one that fails. Every line
# must parse as JSON, then as logfmt, say which ward it is about, and hold nothing
# secret. Then the logs of a counter's two programs, and of commands that fail.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/logs"
city="$STAGE_DIR/thành phố
\"mẫu\""
for unit in 'H24 city' 'H24.12 ward H24' 'H24.13 ward H24' 'H24.14 ward H24'; do
    # shellcheck disable=SC2086
    set -- $unit
    stage_hailong unit add --city "$city" --code "$1" --kind "$2" ${3:+--parent "$3"} --name "Đơn vị $1" \
        --from 2024-01-01 >/dev/null 2>&1
done
mkdir -p "$city/wards/H24.14"
echo 'no database' >"$city/wards/H24.14/office.db"
password='mật khẩu "sai" = để thử'

run() { # run FORMAT
    rm -f "$STAGE_DIR/port"
    stage_start "$1.log" "$STAGE_BUILD/hailong-server" --city "$city" --device-rate 0 --slow-ms 1 \
        --log-format "$1" --listen 127.0.0.1:0 --port-file "$STAGE_DIR/port"
    stage_wait_file "$STAGE_DIR/port"
    server=http://127.0.0.1:$(cat "$STAGE_DIR/port")
    for ward in H24.12 H24.13; do
        tries=900
        until curl -sf -o /dev/null "$server/w/$ward/healthz" || [ $tries -eq 0 ]; do
            sleep 0.1
            tries=$((tries - 1))
        done
    done
    # The broken one's turn may come last.
    tries=900
    until grep -q 'error.*H24\.14' "$STAGE_DIR/$1.log" || [ $tries -eq 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    curl -s -o /dev/null "$server/w/H24.14/healthz"
    # A password takes its time.
    curl -s -o /dev/null "$server/w/H24.12/api/v1/sessions" -H 'Content-Type: application/json' \
        -d "$(python3 -c 'import json, sys; print(json.dumps({"name": "an", "password": sys.argv[1]}))' "$password")"
    stage_stop "$STAGE_PID"
    python3 tests/e2e/logs.py "$1" "$STAGE_DIR/$1.log" "$city" "$password"
}

fails() { # fails FORMAT NAME PART COMMAND…: what it complained is a log
    log=$STAGE_DIR/$2-$1.log format=$1 part=$3
    shift 3
    if stage_hailong "$@" --log-format "$format" >/dev/null 2>"$log"; then
        echo "failed: hailong $1 has nothing to complain about"
        return 1
    fi
    python3 tests/e2e/log_lines.py "$format" "$log" "$part"
}
counter() { # counter FORMAT: a server that goes away
    told=0
    rm -f "$STAGE_DIR/port"
    stage_server
    office=$STAGE_PID
    stage_device "$1" 3 >/dev/null 2>&1
    stage_start "sync-$1.log" "$STAGE_BUILD/hailong-sync" --data "$STAGE_DIR/$1" --poll-ms 100 --log-format "$1"
    sync=$STAGE_PID
    stage_start "kiosk-$1.log" "$STAGE_BUILD/hailong-kiosk" --data "$STAGE_DIR/$1" --window 640x480 \
        --trace "$STAGE_DIR/$1.trace" --log-format "$1"
    kiosk=$STAGE_PID
    stage_wait_file "$STAGE_DIR/$1.trace"
    stage_stop "$office"
    tries=900
    until grep -q 'warn' "$STAGE_DIR/sync-$1.log" || [ $tries -eq 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    stage_stop "$kiosk"
    stage_stop "$sync"
    python3 tests/e2e/log_lines.py "$1" "$STAGE_DIR/sync-$1.log" 127.0.0.1 || told=1
    python3 tests/e2e/log_lines.py "$1" "$STAGE_DIR/kiosk-$1.log" || told=1
    fails "$1" backup "no server's database" backup --data "$STAGE_DIR/none" --out "$STAGE_DIR/copy" || told=1
    fails "$1" retotal 'no such directory' retotal --data "$STAGE_DIR/none" || told=1
    fails "$1" migrate 'connection' migrate --from "sqlite:$STAGE_DIR/server" \
        --to postgresql://nobody@127.0.0.1:1/none || told=1
    return $told
}
bad=0
run json || bad=1
run logfmt || bad=1
stage_screen 800 600
counter json || bad=1
counter logfmt || bad=1
refuses() { # refuses PROGRAM OPTION…
    program=$1
    shift
    status=0
    "$STAGE_BUILD/$program" --data "$STAGE_DIR/none" --log-format xml "$@" >/dev/null 2>"$STAGE_DIR/said" ||
        status=$?
    if [ $status -eq 2 ] && grep -q 'log.format' "$STAGE_DIR/said"; then
        echo "passed: $program has no log in XML"
    else
        echo "failed: $program has no log in XML: $status"
        bad=1
    fi
}
refuses hailong-kiosk
refuses hailong-sync
refuses hailong-server --unit-name X
refuses hailong-fleet --server http://127.0.0.1:1
exit $bad
