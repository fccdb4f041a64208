#!/bin/sh
# A fleet plays scenes against a city of three wards in one server, on a clock
# that runs fast: the opening, an hour of a steady day, and the morning after an
# outage while the server is killed and stays away. Every line is there once, and
# every ward verifies.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/scenes"
city=$STAGE_DIR/city
wards='H24.12 H24.13 H24.14'
stage_hailong unit add --city "$city" --code H24 --kind city --name 'Thành phố Mẫu' --from 2024-01-01 >/dev/null
for ward in $wards; do
    stage_hailong unit add --city "$city" --code "$ward" --parent H24 --name "Phường $ward" --from 2024-01-01 >/dev/null
done
start() { # start PORT
    rm -f "$STAGE_DIR/port"
    stage_start server.log "$STAGE_BUILD/hailong-server" --city "$city" --device-rate 0 \
        --listen "127.0.0.1:$1" --port-file "$STAGE_DIR/port"
    stage_wait_file "$STAGE_DIR/port"
    port=$(cat "$STAGE_DIR/port")
    for each in $wards; do stage_wait_file "$city/wards/$each/admin.json"; done
}
play() { # play SCENE LINES OPTION…
    scene=$1 lines=$2
    shift 2
    status=0
    "$BUILD/hailong-fleet" --server "http://127.0.0.1:$port" --city "$city" --scene "$scene" \
        --devices 30 --connections 8 "$@" >"$STAGE_DIR/$scene.json" || status=$?
    cat "$STAGE_DIR/$scene.json"
    say $status "$scene: every line is there once"
    status=0
    grep -q "\"records\":$lines,.*\"wards\":3," "$STAGE_DIR/$scene.json" || status=$?
    say $status "$scene: it was $lines lines of three wards"
}
start 0
status=0
"$BUILD/hailong-fleet" --server http://127.0.0.1:1 --city "$city" --devices 1 --records 1 2>"$STAGE_DIR/nowhere" &&
    status=1
grep -q -- '--server: http://127.0.0.1:1/.*: .*onnect' "$STAGE_DIR/nowhere" || status=1
say $status "a fleet that is sent to nobody says so"
# 2 lines of the start and 6 % of 50 visits each, by 8:00.
play opening-peak 150 --visits 50 --speed 1000
# 21 % of 100 visits each between 9:00 and 10:00.
play steady-day 630 --visits 100 --from 9:00 --to 10:00 --speed 1000
# Two days of 100 each and the 15 % by 8:30; the answers lost on the way are sent again.
{
    play after-outage 6450 --visits 100 --outage-days 2 --speed 600 --lose 5
    exit $bad
} &
player=$!
enrolled() { # of the last ward: its devices come last
    sqlite3 "$city/wards/H24.14/office.db" 'SELECT count(*) FROM devices WHERE enrolled_at > 0' || echo 0
}
tries=1200
while [ "$(enrolled)" -lt 30 ] && [ $tries -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done
sleep 0.3
kill -9 "$STAGE_PID"
wait "$STAGE_PID" 2>/dev/null || true
# Long enough for a fleet that has no turn for a while.
sleep 2
start "$port"
wait $player || bad=1
status=0
grep -q '"http":{[^}]*"0":' "$STAGE_DIR/after-outage.json" || status=$?
say $status "the server was missed while it was away"
for ward in $wards; do
    status=0
    stage_hailong verify --data "$city/wards/$ward" >"$STAGE_DIR/verify-$ward" || status=$?
    say $status "$ward verifies"
done
exit $bad
