#!/bin/sh
# Programs read the log: a city whose folder has a newline in its name, with one
# ward that is broken, an answer that takes long and one that fails. Every line
# must parse as JSON, then as logfmt, say which ward it is about, and hold nothing
# secret.
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
        tries=300
        until curl -sf -o /dev/null "$server/w/$ward/healthz" || [ $tries -eq 0 ]; do
            sleep 0.1
            tries=$((tries - 1))
        done
    done
    curl -s -o /dev/null "$server/w/H24.14/healthz"
    # A password takes its time.
    curl -s -o /dev/null "$server/w/H24.12/api/v1/sessions" -H 'Content-Type: application/json' \
        -d "$(python3 -c 'import json, sys; print(json.dumps({"name": "an", "password": sys.argv[1]}))' "$password")"
    stage_stop "$STAGE_PID"
    python3 tests/e2e/logs.py "$1" "$STAGE_DIR/$1.log" "$city" "$password"
}
bad=0
run json || bad=1
run logfmt || bad=1
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
exit $bad
