#!/bin/sh
# The days on which PostgreSQL fails a server: it is away, it hangs, its disk is
# full, its tables are another program's, a password is wrong, its clock is. The
# programs are real, and the cluster is this script's own. Each time devices and
# people must hear 503 with Retry-After within seconds, what was acknowledged
# must be there once, and the server must come back by itself.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
. tools/clusters.sh
stage_begin "$BUILD" "$BUILD/e2e/bad_days"
stage_finally clusters_end
clusters_begin days

ask() { cluster_ask data hailong "$1"; }
cluster_make data
cluster_start data
cluster_ask data postgres "CREATE ROLE office LOGIN" "CREATE DATABASE other OWNER office"
cluster_stop data fast
# As it is now, it is a standby too, which hears of nothing any more.
cp -a "$CLUSTERS/data" "$CLUSTERS/standby"
touch "$CLUSTERS/standby/standby.signal"
cluster_start data
# On a small disk of its own, where one can be had.
small=
if clusters_disk small 192m; then
    small=$CLUSTERS/small
    $CLUSTERS_AS mkdir -m 700 "$small/base"
    cluster_ask data postgres "CREATE TABLESPACE small LOCATION '$small/base'"
fi
cluster_ask data postgres "CREATE DATABASE hailong OWNER office${small:+ TABLESPACE small}"
cluster_stop data fast
url=postgresql://office@$CLUSTERS_HOST/hailong

CLOCK=
serve() { # serve NAME [OPTION…]: starts it, and waits for its port file
    served=$1
    shift
    # shellcheck disable=SC2086 # CLOCK is a command before the command, or none
    rm -f "$STAGE_DIR/$served.port"
    stage_start "$served.log" $CLOCK "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/$served" \
        --listen 127.0.0.1:0 --port-file "$STAGE_DIR/$served.port" \
        --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0 "$@"
    stage_wait_file "$STAGE_DIR/$served.port"
    SERVER=http://127.0.0.1:$(cat "$STAGE_DIR/$served.port")
}
status_of() { curl -so /dev/null -m 30 -w '%{http_code}' "$SERVER$1" || true; }
hears() { [ "$(status_of "$2")" = "$1" ]; } # hears STATUS PATH
reachable() { # reachable 0|1
    curl -s -m 30 "$SERVER/metrics" | grep -q "^hailong_database_reachable $1\$"
}
doctor_finds() { # doctor_finds PATTERN: and ends with 1
    stage_hailong doctor --db "$url" --keys "$STAGE_DIR/one" >"$STAGE_DIR/doctor" 2>&1 && return 1
    grep -q "$1" "$STAGE_DIR/doctor"
}
refused() { # refused URL WORDS…: a server ends by itself, and says why
    refused_status=0
    timeout 60 "$STAGE_BUILD/hailong-server" --db "$1" --keys "$STAGE_DIR/refused" --listen 127.0.0.1:0 \
        --unit-name 'Bình Minh' 2>"$STAGE_DIR/refused.log" || refused_status=$?
    [ $refused_status -eq 1 ] && grep -q "$2" "$STAGE_DIR/refused.log"
}

# --- Away at the start
serve one
first=$STAGE_PID
each=0
curl -si -m 30 "$SERVER/api/v1/batches" >"$STAGE_DIR/away" || each=1
must grep -q '^HTTP/1.1 503' "$STAGE_DIR/away"
must grep -qi '^Retry-After: [1-9]' "$STAGE_DIR/away"
curl -s -m 30 "$SERVER/" | grep -q 'Ông/Bà vui lòng' || each=1
[ "$(status_of /healthz)" = 503 ] && reachable 0 || each=1
say $each "away at the start: every request is answered with 503, and people read why"
cluster_start data
each=0
must within 60 hears 200 /healthz
must reachable 1
say $each "it serves within a minute of the database's start"

# --- What waiting does not mend
each=0
must refused "${url}_unknown" 'PostgreSQL is there and refuses (3D000)'
must refused "$(printf '%s' "$url" | sed 's/office@/nobody@/')" 'PostgreSQL is there and refuses (28000)'
say $each "an unknown database or role ends the server with what to do"

# --- A standby that is behind
each=0
cluster_start standby 5433
one=$SERVER
one_url=$url
url=postgresql://office@$CLUSTERS_HOST:5433/other
serve alone
must within 60 hears 503 /healthz
must grep -q 'no host of the address takes writes' "$STAGE_DIR/alone.log"
stage_stop "$STAGE_PID"
stage_hailong status --db "$url" --keys "$STAGE_DIR/alone" 2>"$STAGE_DIR/asked" && each=1
must grep -q 'no host of the address takes writes' "$STAGE_DIR/asked"
url=postgresql://office@$CLUSTERS_HOST:5433/other?target_session_attrs=any
serve behind
must within 60 hears 503 /healthz
must grep -q 'is a standby: it is behind' "$STAGE_DIR/behind.log"
stage_stop "$STAGE_PID"
url=postgresql://office@$CLUSTERS_HOST:5433,$CLUSTERS_HOST:5432/other
serve found
must within 60 hears 200 /healthz
# Commands find it too; of what was written since the standby knows nothing.
hailong_there() { # hailong_there URL: the device is listed
    stage_hailong device list --db "$1" --keys "$STAGE_DIR/found" 2>/dev/null | grep -q 'Quầy sau'
}
stage_hailong device add --db "$url" --keys "$STAGE_DIR/found" --counter 9 --name 'Quầy sau' >/dev/null || each=1
hailong_there "$url" || each=1
! hailong_there "postgresql://office@$CLUSTERS_HOST:5433/other?target_session_attrs=any" || each=1
stage_stop "$STAGE_PID"
say $each "a standby is never read from, the primary is found behind it"

# --- A clock that is wrong
if ldd "$STAGE_BUILD/hailong" | grep -q 'lib[at]san'; then
    echo "passed: left out, the programs have a sanitizer inside"
else
    # Not by the command faketime, which would be what is stopped.
    CLOCK="env LD_PRELOAD=$(dpkg -L libfaketime | grep '/libfaketimeMT.so.1$') FAKETIME=+1h"
    mkdir -p "$STAGE_DIR/hour"
    cp -p "$STAGE_DIR/found/server.key" "$STAGE_DIR/found/box.key" "$STAGE_DIR/hour"
    serve hour
    CLOCK=
    each=0
    must within 60 hears 200 /healthz
    must grep -q "clock is 3[56][0-9][0-9] s ahead of the database's" "$STAGE_DIR/hour.log"
    stage_stop "$STAGE_PID"
    say $each "a server whose clock is an hour ahead of the database's says so"
fi
SERVER=$one
url=$one_url

# --- Programs of two versions
each=0
ask "UPDATE main.schema_version SET version = version + 1; UPDATE main.writing SET epoch = epoch + 1"
must within 60 hears 503 /healthz
curl -s -m 30 "$SERVER/api/v1/batches" | grep -q 'must be upgraded' || each=1
must grep -q 'a newer program has changed' "$STAGE_DIR/one.log"
must refused "$url" 'is newer than this program'
ask "UPDATE main.schema_version SET version = version - 1"
must within 60 hears 200 /healthz
say $each "a server older than the tables writes nothing and says so"

# --- While nobody sends anything
each=0
cluster_stop data fast
must within 60 hears 503 /healthz
curl -si -m 30 "$SERVER/healthz" | grep -qi '^Retry-After: [1-9]' || each=1
cluster_start data
must within 60 hears 200 /healthz
say $each "ended while nobody sends: a watcher hears of it all the same"

# --- In the middle of the day, while devices send
lines() { ask 'SELECT count(*) FROM main.lines'; }
held=0
load() { # load LINES: of each of 8 devices; returns when they are under way
    "$BUILD/hailong-fleet" --server "$SERVER" --db "$url" --keys "$STAGE_DIR/one" --devices 8 --records "$1" \
        --seed "$1" --batch 10 >"$STAGE_DIR/fleet.json" 2>"$STAGE_DIR/fleet.log" &
    fleet=$!
    stage_mine $fleet
    held=$((held + 8 * $1))
    fewest=$((held - 7 * $1))
    within 120 under_way || stage_fail "no line comes"
    must [ "$load_lines" -lt $held ]
}
under_way() { load_lines=$(lines) && [ "$load_lines" -ge $fewest ]; }
over() { ! kill -0 $fleet 2>/dev/null; }
# A device that heard 503 some times waits for a quarter of a minute and more.
all_there() { # after load: each line once, within minutes
    within 300 over || kill $fleet
    stage_wait $fleet && [ "$(lines)" = "$held" ]
}

each=0
load 1000
cluster_stop data immediate
must within 60 hears 503 /healthz
must reachable 0
cluster_start data
must within 60 hears 200 /healthz
must all_there
say $each "ended in the middle: 503, and afterwards every line is there once"

# A newer one changes the tables while this one has batches in its hands: its
# step has the turn, and ends in the middle of one.
each=0
load 1010
then=$(ask "BEGIN; UPDATE main.writing SET epoch = epoch + 1; SELECT pg_sleep(1);
    UPDATE main.schema_version SET version = version + 1; SELECT count(*) FROM main.lines; COMMIT" | tail -n 1)
must within 60 hears 503 /healthz
sleep 1
must [ "$(lines)" = "$then" ]
must [ "$then" -lt $held ]
ask "UPDATE main.schema_version SET version = version - 1"
must within 60 hears 200 /healthz
must all_there
say $each "upgraded by a newer one in the middle: nothing more is written by the older"

# A balancer may keep devices from a server that says 503: it must say 200 again
# though none has sent anything.
each=0
load 1025
must cluster_hang data STOP
must within 60 hears 503 /healthz
must reachable 0
kill -STOP $fleet
must cluster_hang data CONT
must within 60 hears 200 /healthz
kill -CONT $fleet
must all_there
say $each "hung in the middle: 503 within a minute, and every line is there once"

if [ -n "$small" ]; then
    each=0
    load 1050
    dd if=/dev/zero of="$small/ballast" bs=64k 2>/dev/null || true
    must within 60 hears 503 /healthz
    must grep -q 'No space left on device' "$STAGE_DIR/one.log"
    must within 60 doctor_finds 'FAIL .*đang chạy nhưng không ghi được phiếu'
    kill -STOP $fleet
    rm "$small/ballast"
    must within 120 hears 200 /healthz
    kill -CONT $fleet
    must all_there
    say $each "its disk full: 503, and every line is there once when there is room"
else
    echo "passed: left out, no small disk can be mounted here"
fi

each=0
stage_hailong verify --db "$url" --keys "$STAGE_DIR/one" >"$STAGE_DIR/verify" || each=$?
say $each "the database verifies"
[ "$(wc -l <"$STAGE_DIR/one.log")" -lt 400 ] && each=0 || each=1
say $each "the log of all that is not long"
stage_stop "$first"
exit $bad
