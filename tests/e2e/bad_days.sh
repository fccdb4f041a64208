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
    $as "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
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
database_start() {
    $as "$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -w start -o \
        "-c listen_addresses= -c unix_socket_directories=$folder" >/dev/null
}
database_stop() { $as "$programs/pg_ctl" -D "$folder/data" -m fast -w stop >/dev/null; }
ask() { "$programs/psql" -h "$folder" -U postgres -d hailong -AtqX -c "$1"; }

$as "$programs/initdb" -D "$folder/data" -A trust -U postgres --locale=C.UTF-8 -E UTF8 -N >/dev/null
database_start
"$programs/psql" -h "$folder" -U postgres -qX -c "CREATE ROLE office LOGIN" -c "CREATE DATABASE hailong OWNER office"
database_stop
url=postgresql://office@$(printf '%s' "$folder" | sed 's,/,%2F,g')/hailong

serve() { # serve NAME [OPTION…]: starts it, and waits for its port file
    served=$1
    shift
    rm -f "$STAGE_DIR/$served.port"
    stage_start "$served.log" "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/$served" \
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
each=0
curl -si -m 5 "$SERVER/api/v1/batches" >"$STAGE_DIR/away" || each=1
grep -q '^HTTP/1.1 503' "$STAGE_DIR/away" && grep -qi '^Retry-After: [1-9]' "$STAGE_DIR/away" || each=1
curl -s -m 5 "$SERVER/" | grep -q 'Ông/Bà vui lòng' || each=1
[ "$(status_of /healthz)" = 503 ] && reachable 0 || each=1
say $each "away at the start: every request is answered with 503, and people read why"
database_start
each=0
hears 200 /healthz 10 && reachable 1 || each=1
say $each "it serves within seconds of the database's start"

# --- What waiting does not mend
each=0
refused "${url}_unknown" 'PostgreSQL is there and refuses (3D000)' || each=1
refused "$(printf '%s' "$url" | sed 's/office@/nobody@/')" 'PostgreSQL is there and refuses (28000)' || each=1
say $each "an unknown database or role ends the server with what to do"

# --- Programs of two versions
each=0
ask "UPDATE main.schema_version SET version = version + 1; UPDATE main.writing SET epoch = epoch + 1"
hears 503 /healthz 5 || each=1
curl -s -m 5 "$SERVER/api/v1/batches" | grep -q 'must be upgraded' || each=1
grep -q 'a newer program has changed' "$STAGE_DIR/one.log" || each=1
refused "$url" 'is newer than this program' || each=1
ask "UPDATE main.schema_version SET version = version - 1"
hears 200 /healthz 10 || each=1
say $each "a server older than the tables writes nothing and says so"

exit $bad
