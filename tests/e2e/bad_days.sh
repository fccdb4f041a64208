#!/bin/sh
# The days on which PostgreSQL fails a server: it is away, it hangs, its disk is
# full, its tables are another program's, a password is wrong, its clock is. The
# programs are real, and the cluster is this script's own. Each time devices and
# people must hear 503 with Retry-After within seconds, what was acknowledged
# must be there once, and the server must come back by itself.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/bad_days"

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$programs" ] || stage_fail "no PostgreSQL; run: tools/setup test"
folder=$(mktemp -d /tmp/hailong-days-XXXXXX)
as=
if [ "$(id -u)" -eq 0 ]; then # PostgreSQL refuses to run as root
    chown nobody "$folder"
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=$folder"
fi
leave() {
    days_status=$?
    hang CONT 2>/dev/null || true
    for each in data standby; do
        $as "$programs/pg_ctl" -D "$folder/$each" -m immediate stop >/dev/null 2>&1 || true
    done
    umount "$folder/small" 2>/dev/null || true
    rm -rf "$folder"
    (exit $days_status) || stage_end
    stage_end
}
trap leave EXIT

bad=0
say() { # say RC WHAT
    if [ "$1" -eq 0 ]; then echo "passed: $2"; else echo "failed: $2"; bad=1; fi
}
must() { # must COMMAND…: what fails is named, and so is the test
    "$@" || {
        echo "not so: $*"
        each=1
    }
}
database_start() { # database_start [FOLDER PORT]
    $as "$programs/pg_ctl" -D "$folder/${1:-data}" -l "$folder/log" -w start -o \
        "-p ${2:-5432} -c listen_addresses= -c unix_socket_directories=$folder" >/dev/null
}
# All its processes, as when its machine hangs; the first of them before it can
# start another that would go on.
hang() { # hang STOP|CONT
    main=$(head -n 1 "$folder/data/postmaster.pid")
    kill "-$1" "$main" || return 1
    while [ "$1" = STOP ] && ! grep -q '^State:.T' "/proc/$main/status"; do sleep 0.01; done
    # One of them may have ended since it was listed.
    # shellcheck disable=SC2046
    kill "-$1" $(pgrep -P "$main") 2>/dev/null || true
}
database_stop() { $as "$programs/pg_ctl" -D "$folder/data" -m fast -w stop >/dev/null; }
ask() { "$programs/psql" -h "$folder" -U postgres -d hailong -AtqX -c "$1"; }

$as "$programs/initdb" -D "$folder/data" -A trust -U postgres --locale=C.UTF-8 -E UTF8 -N >/dev/null
database_start
"$programs/psql" -h "$folder" -U postgres -qX -c "CREATE ROLE office LOGIN" -c "CREATE DATABASE other OWNER office"
database_stop
# As it is now, it is a standby too, which hears of nothing any more.
cp -a "$folder/data" "$folder/standby"
touch "$folder/standby/standby.signal"
database_start
# On a small disk of its own, where one can be had.
small=
mkdir -m 700 "$folder/small"
if mount -t tmpfs -o size=192m none "$folder/small" 2>/dev/null; then
    small=yes
    mkdir -m 700 "$folder/small/base"
    chown -R nobody "$folder/small"
    "$programs/psql" -h "$folder" -U postgres -qX -c "CREATE TABLESPACE small LOCATION '$folder/small/base'"
fi
"$programs/psql" -h "$folder" -U postgres -qX -c "CREATE DATABASE hailong OWNER office${small:+ TABLESPACE small}"
database_stop
socket=$(printf '%s' "$folder" | sed 's,/,%2F,g')
url=postgresql://office@$socket/hailong

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
hears() { # hears STATUS PATH SECONDS: within them
    hears_tries=$(($3 * 10))
    while [ "$(status_of "$2")" != "$1" ]; do
        [ $hears_tries -gt 0 ] || return 1
        sleep 0.1
        hears_tries=$((hears_tries - 1))
    done
}
reachable() { # reachable 0|1
    curl -s -m 30 "$SERVER/metrics" | grep -q "^hailong_database_reachable $1\$"
}
refused() { # refused URL WORDS…: a server ends by itself, and says why
    refused_status=0
    timeout 20 "$STAGE_BUILD/hailong-server" --db "$1" --keys "$STAGE_DIR/refused" --listen 127.0.0.1:0 \
        --unit-name 'Bình Minh' 2>"$STAGE_DIR/refused.log" || refused_status=$?
    [ $refused_status -eq 1 ] && grep -q "$2" "$STAGE_DIR/refused.log"
}

# --- Away at the start
serve one
first=$STAGE_PID
each=0
curl -si -m 5 "$SERVER/api/v1/batches" >"$STAGE_DIR/away" || each=1
must grep -q '^HTTP/1.1 503' "$STAGE_DIR/away"
must grep -qi '^Retry-After: [1-9]' "$STAGE_DIR/away"
curl -s -m 5 "$SERVER/" | grep -q 'Ông/Bà vui lòng' || each=1
[ "$(status_of /healthz)" = 503 ] && reachable 0 || each=1
say $each "away at the start: every request is answered with 503, and people read why"
database_start
each=0
must hears 200 /healthz 10
must reachable 1
say $each "it serves within seconds of the database's start"

# --- What waiting does not mend
each=0
must refused "${url}_unknown" 'PostgreSQL is there and refuses (3D000)'
must refused "$(printf '%s' "$url" | sed 's/office@/nobody@/')" 'PostgreSQL is there and refuses (28000)'
say $each "an unknown database or role ends the server with what to do"

# --- A standby that is behind
each=0
database_start standby 5433
one=$SERVER
one_url=$url
url=postgresql://office@$socket:5433/other?target_session_attrs=any
serve behind
must hears 503 /healthz 5
must grep -q 'is a standby: it is behind' "$STAGE_DIR/behind.log"
stage_stop "$STAGE_PID"
url=postgresql://office@$socket:5433,$socket:5432/other
serve found
must hears 200 /healthz 10
# Commands find it too; of what was written since the standby knows nothing.
hailong_there() { # hailong_there URL: the device is listed
    stage_hailong device list --db "$1" --keys "$STAGE_DIR/found" 2>/dev/null | grep -q 'Quầy sau'
}
stage_hailong device add --db "$url" --keys "$STAGE_DIR/found" --counter 9 --name 'Quầy sau' >/dev/null || each=1
hailong_there "$url" || each=1
! hailong_there "postgresql://office@$socket:5433/other?target_session_attrs=any" || each=1
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
    must hears 200 /healthz 10
    must grep -q "clock is 3[56][0-9][0-9] s ahead of the database's" "$STAGE_DIR/hour.log"
    stage_stop "$STAGE_PID"
    say $each "a server whose clock is an hour ahead of the database's says so"
fi
SERVER=$one
url=$one_url

# --- Programs of two versions
each=0
ask "UPDATE main.schema_version SET version = version + 1; UPDATE main.writing SET epoch = epoch + 1"
must hears 503 /healthz 5
curl -s -m 5 "$SERVER/api/v1/batches" | grep -q 'must be upgraded' || each=1
must grep -q 'a newer program has changed' "$STAGE_DIR/one.log"
must refused "$url" 'is newer than this program'
ask "UPDATE main.schema_version SET version = version - 1"
must hears 200 /healthz 10
say $each "a server older than the tables writes nothing and says so"

# --- While nobody sends anything
each=0
database_stop
must hears 503 /healthz 10
curl -si -m 5 "$SERVER/healthz" | grep -qi '^Retry-After: [1-9]' || each=1
database_start
must hears 200 /healthz 15
say $each "ended while nobody sends: a watcher hears of it all the same"

# --- In the middle of the day, while devices send
lines() { ask 'SELECT count(*) FROM main.lines'; }
held=0
load() { # load LINES: of each of 8 devices; returns when they are under way
    "$BUILD/hailong-fleet" --server "$SERVER" --db "$url" --keys "$STAGE_DIR/one" --devices 8 --records "$1" \
        --seed "$1" --batch 10 >"$STAGE_DIR/fleet.json" 2>"$STAGE_DIR/fleet.log" &
    fleet=$!
    held=$((held + 8 * $1))
    load_tries=300
    while load_lines=$(lines) && [ "$load_lines" -lt $((held - 7 * $1)) ]; do
        [ $load_tries -gt 0 ] || stage_fail "no line comes"
        sleep 0.1
        load_tries=$((load_tries - 1))
    done
    must [ "$load_lines" -lt $held ]
}
all_there() { # after load: each line once, within a minute
    there_tries=600
    while kill -0 $fleet 2>/dev/null && [ $there_tries -gt 0 ]; do
        sleep 0.1
        there_tries=$((there_tries - 1))
    done
    kill $fleet 2>/dev/null || true
    wait $fleet && [ "$(lines)" = "$held" ]
}

each=0
load 1000
$as "$programs/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null
must hears 503 /healthz 20
must reachable 0
database_start
must hears 200 /healthz 20
must all_there
say $each "ended in the middle: 503, and afterwards every line is there once"

# A newer one changes the tables while this one has batches in its hands: its
# step has the turn, and ends in the middle of one.
each=0
load 1010
then=$(ask "BEGIN; UPDATE main.writing SET epoch = epoch + 1; SELECT pg_sleep(1);
    UPDATE main.schema_version SET version = version + 1; SELECT count(*) FROM main.lines; COMMIT" | tail -n 1)
must hears 503 /healthz 5
sleep 1
must [ "$(lines)" = "$then" ]
must [ "$then" -lt $held ]
ask "UPDATE main.schema_version SET version = version - 1"
must hears 200 /healthz 10
must all_there
say $each "upgraded by a newer one in the middle: nothing more is written by the older"

# A balancer may keep devices from a server that says 503: it must say 200 again
# though none has sent anything.
each=0
load 1025
must hang STOP
must hears 503 /healthz 30
must reachable 0
kill -STOP $fleet
must hang CONT
must hears 200 /healthz 20
kill -CONT $fleet
must all_there
say $each "hung in the middle: 503 within half a minute, and every line is there once"

if [ -n "$small" ]; then
    each=0
    load 1050
    dd if=/dev/zero of="$folder/small/ballast" bs=64k 2>/dev/null || true
    must hears 503 /healthz 20
    must grep -q 'No space left on device' "$STAGE_DIR/one.log"
    rm "$folder/small/ballast"
    must hears 200 /healthz 30
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
