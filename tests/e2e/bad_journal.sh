#!/bin/sh
# The disk of PostgreSQL's journal (pg_wal) full while devices send. PostgreSQL
# cannot even say that it is: it ends in a panic, and does not come up before
# there is room. Devices must hear 503 meanwhile, what was acknowledged before
# must be there once, and the server must find it when it was started again.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/bad_journal"

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$programs" ] || stage_fail "no PostgreSQL; run: tools/setup test"
folder=$(mktemp -d /tmp/hailong-journal-XXXXXX)
leave() {
    journal_status=$?
    $as "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    umount "$folder/small" 2>/dev/null || true
    rm -rf "$folder"
    (exit $journal_status) || stage_end
    stage_end
}
as=
trap leave EXIT
mkdir -m 700 "$folder/small"
if ! mount -t tmpfs -o size=48m none "$folder/small" 2>/dev/null; then
    echo "passed: left out, no small disk can be mounted here"
    exit 0
fi
chown -R nobody "$folder"
as="setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=$folder"

bad=0
say() { # say RC WHAT
    if [ "$1" -eq 0 ]; then echo "passed: $2"; else echo "failed: $2"; bad=1; fi
}
database_start() {
    $as "$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -w start -o \
        "-c listen_addresses= -c unix_socket_directories=$folder" >/dev/null
}
runs() { $as "$programs/pg_ctl" -D "$folder/data" status >/dev/null; }
ask() { "$programs/psql" -h "$folder" -U postgres -d hailong -AtqX -c "$1"; }

# Small files: each of them is soon full, and the next one needs room.
$as "$programs/initdb" -D "$folder/data" -X "$folder/small/journal" --wal-segsize=1 -A trust -U postgres \
    --locale=C.UTF-8 -E UTF8 -N >/dev/null
printf 'min_wal_size = 2MB\nmax_wal_size = 16MB\n' >>"$folder/data/postgresql.conf"
database_start
"$programs/psql" -h "$folder" -U postgres -qX -c "CREATE ROLE office LOGIN" -c "CREATE DATABASE hailong OWNER office"
url=postgresql://office@$(printf '%s' "$folder" | sed 's,/,%2F,g')/hailong

stage_start server.log "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/server" --listen 127.0.0.1:0 \
    --port-file "$STAGE_DIR/port" --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0
stage_wait_file "$STAGE_DIR/port"
SERVER=http://127.0.0.1:$(cat "$STAGE_DIR/port")
hears() { # hears STATUS SECONDS: at /healthz, within them
    hears_until=$(($(date +%s) + $2))
    while [ "$(curl -so /dev/null -m 30 -w '%{http_code}' "$SERVER/healthz" || true)" != "$1" ]; do
        [ "$(date +%s)" -lt $hears_until ] || return 1
        sleep 0.1
    done
}

"$BUILD/hailong-fleet" --server "$SERVER" --db "$url" --keys "$STAGE_DIR/server" --devices 8 --records 500 --batch 10 \
    >"$STAGE_DIR/fleet.json" 2>"$STAGE_DIR/fleet.log" &
fleet=$!
tries=300
while [ "$(ask 'SELECT count(*) FROM main.lines')" -lt 500 ]; do
    [ $tries -gt 0 ] || stage_fail "no line comes"
    sleep 0.1
    tries=$((tries - 1))
done
dd if=/dev/zero of="$folder/small/ballast" bs=64k 2>/dev/null || true
kill -0 $fleet 2>/dev/null || stage_fail "the load was over before the disk was full"
each=0
hears 503 30 || each=1
grep -q 'PANIC: .*No space left on device' "$folder/log" || each=1
say $each "the journal's disk full: 503"
# It may try to come up for a moment.
sleep 2
hears 503 1 && each=0 || each=1
runs && state="is still there" || state="has ended"
say $each "PostgreSQL $state, and the server goes on answering 503"
rm "$folder/small/ballast"
runs || database_start
hears 200 30 && each=0 || each=1
say $each "it serves again when there is room and PostgreSQL is there"
there_until=$(($(date +%s) + 120))
while kill -0 $fleet 2>/dev/null && [ "$(date +%s)" -lt $there_until ]; do
    sleep 0.1
done
kill $fleet 2>/dev/null || true
wait $fleet && each=0 || each=1
say $each "every line is there once: $(sed 's/.*\("http"[^}]*}\).*/\1/' "$STAGE_DIR/fleet.json")"
each=0
stage_hailong verify --db "$url" --keys "$STAGE_DIR/server" >"$STAGE_DIR/verify" || each=$?
say $each "the database verifies"
exit $bad
