#!/bin/sh
# A herd of devices against a server that is killed under load and stays away
# for a while; a part of its answers is lost on their way. Every line must be
# there once. HERD_DEVICES, HERD_RECORDS, HERD_KILLS, HERD_AWAY (seconds) make
# it longer; HERD_FIRST seconds pass before the first kill.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/herd"

stage_server --device-rate 0
port=$(cat "$STAGE_DIR/port")
"$BUILD/hailong-fleet" --server "$SERVER" --data "$STAGE_DIR/server" \
    --devices "${HERD_DEVICES:-60}" --records "${HERD_RECORDS:-500}" \
    --connections 16 --lose 5 >"$STAGE_DIR/fleet.json" &
fleet=$!
kills=0
sleep "${HERD_FIRST:-0}"
# The fleet needs a server until its last device is registered.
tries=1800
while [ "$(sqlite3 "$STAGE_DIR/server/office.db" 'SELECT count(*) FROM devices WHERE enrolled_at > 0' || echo 0)" \
    -lt "${HERD_DEVICES:-60}" ] && [ $tries -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done
while [ $kills -lt "${HERD_KILLS:-3}" ] && kill -0 $fleet 2>/dev/null; do
    sleep "${HERD_BETWEEN:-0.7}"
    # The server is the first of what was started.
    kill -9 "$STAGE_PID"
    wait "$STAGE_PID" 2>/dev/null || true
    sleep "${HERD_AWAY:-0.3}"
    rm -f "$STAGE_DIR/port"
    stage_server --listen "127.0.0.1:$port" --device-rate 0
    kills=$((kills + 1))
done
status=0
wait $fleet || status=$?
cat "$STAGE_DIR/fleet.json"
bad=0
if [ $status -eq 0 ]; then
    echo "passed: every line is there once after $kills kills"
else
    echo "failed: every line is there once after $kills kills"
    bad=1
fi
if stage_hailong verify --data "$STAGE_DIR/server" >"$STAGE_DIR/verify"; then
    echo "passed: the server verifies"
else
    echo "failed: the server verifies: $(cat "$STAGE_DIR/verify")"
    bad=1
fi
exit $bad
