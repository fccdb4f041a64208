#!/bin/sh
# The disk of PostgreSQL's journal (pg_wal) full while devices send. PostgreSQL
# cannot even say that it is: it ends in a panic, and does not come up before
# there is room. Devices must hear 503 meanwhile, what was acknowledged before
# must be there once, and the server must find it when it was started again.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
. tools/clusters.sh
stage_begin "$BUILD" "$BUILD/e2e/bad_journal"
stage_finally clusters_end
clusters_begin journal
if ! clusters_disk small 48m; then
    echo "passed: left out, no small disk can be mounted here"
    exit 0
fi

runs() { clusters_run pg_ctl -D "$CLUSTERS/data" status >/dev/null; }
ask() { cluster_ask data hailong "$1"; }

# Small files: each of them is soon full, and the next one needs room.
cluster_make data -X "$CLUSTERS/small/journal" --wal-segsize=1
printf 'min_wal_size = 2MB\nmax_wal_size = 16MB\n' >>"$CLUSTERS/data/postgresql.conf"
cluster_start data
cluster_office data
url=postgresql://office@$CLUSTERS_HOST/hailong

stage_start server.log "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/server" --listen 127.0.0.1:0 \
    --port-file "$STAGE_DIR/port" --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0
stage_wait_file "$STAGE_DIR/port"
SERVER=http://127.0.0.1:$(cat "$STAGE_DIR/port")
hears() { # hears STATUS: at /healthz
    [ "$(curl -so /dev/null -m 30 -w '%{http_code}' "$SERVER/healthz" || true)" = "$1" ]
}

"$BUILD/hailong-fleet" --server "$SERVER" --db "$url" --keys "$STAGE_DIR/server" --devices 8 --records 500 --batch 10 \
    >"$STAGE_DIR/fleet.json" 2>"$STAGE_DIR/fleet.log" &
fleet=$!
stage_mine $fleet
under_way() { [ "$(ask 'SELECT count(*) FROM main.lines')" -ge 500 ]; }
over() { ! kill -0 $fleet 2>/dev/null; }
within 120 under_way || stage_fail "no line comes"
dd if=/dev/zero of="$CLUSTERS/small/ballast" bs=64k 2>/dev/null || true
! over || stage_fail "the load was over before the disk was full"
must within 60 hears 503
must grep -q 'PANIC: .*No space left on device' "$CLUSTERS/data.log"
say $each "the journal's disk full: 503"
# It may try to come up for a moment.
sleep 2
each=0
must within 10 hears 503
runs && state="is still there" || state="has ended"
say $each "PostgreSQL $state, and the server goes on answering 503"
rm "$CLUSTERS/small/ballast"
# What is still there may be about to end.
serves() {
    runs || cluster_start data || return 1
    within 60 hears 200
}
each=0
serves || must serves
say $each "it serves again when there is room and PostgreSQL is there"
within 180 over || kill $fleet
stage_wait $fleet && each=0 || each=1
say $each "every line is there once: $(sed 's/.*\("http"[^}]*}\).*/\1/' "$STAGE_DIR/fleet.json")"
each=0
stage_hailong verify --db "$url" --keys "$STAGE_DIR/server" >"$STAGE_DIR/verify" || each=$?
say $each "the database verifies"
exit $bad
