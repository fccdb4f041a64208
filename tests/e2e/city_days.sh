#!/bin/sh
# One ward's PostgreSQL fails a city: the wards lie in two clusters, one of which
# ends without a word, and then hangs. Its ward must hear 503 with Retry-After, watchers must
# be told, the other ward must go on as if nothing were, and the first must come
# back by itself. Few threads and few connections, so that one ward could eat
# them all.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/city_days"

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$programs" ] || stage_fail "no PostgreSQL; run: tools/setup test"
folder=$(mktemp -d /tmp/hailong-city-days-XXXXXX)
as=
if [ "$(id -u)" -eq 0 ]; then # PostgreSQL refuses to run as root
    chown nobody "$folder"
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=$folder"
fi
leave() {
    days_status=$?
    hang CONT 2>/dev/null || true
    for each in one two; do
        $as "$programs/pg_ctl" -D "$folder/$each" -m immediate stop >/dev/null 2>&1 || true
    done
    rm -rf "$folder"
    (exit $days_status) || stage_end
    stage_end
}
trap leave EXIT

bad=0
say() { # say RC WHAT
    if [ "$1" -eq 0 ]; then echo "passed: $2"; else echo "failed: $2"; bad=1; fi
}
cluster_start() { # cluster_start NAME PORT
    $as "$programs/pg_ctl" -D "$folder/$1" -l "$folder/$1.log" -w start -o \
        "-p $2 -c listen_addresses= -c unix_socket_directories=$folder" >/dev/null
}
# All its processes, as when its machine hangs.
hang() { # hang STOP|CONT
    main=$(head -n 1 "$folder/one/postmaster.pid")
    # shellcheck disable=SC2046
    kill "-$1" "$main" $(pgrep -P "$main")
}
$as "$programs/initdb" -D "$folder/one" -A trust -U postgres --locale=C.UTF-8 -E UTF8 -N >/dev/null
cp -a "$folder/one" "$folder/two"
cluster_start one 5432
cluster_start two 5433
for port in 5432 5433; do
    "$programs/psql" -h "$folder" -p $port -U postgres -qX -c "CREATE ROLE office LOGIN" -c "CREATE DATABASE hailong OWNER office"
done

city=$STAGE_DIR/city
book() { printf 'postgresql://office@%s:%s/hailong?schema=%s' "$(printf '%s' "$folder" | sed 's,/,%2F,g')" "$1" "$2"; }
unit() { stage_hailong unit add --city "$city" --from 2026-01-01 "$@" >/dev/null; }
unit --code H24 --kind city --name 'Thành phố Mẫu'
unit --code H24.12 --parent H24 --name 'Phường Bình Minh' --book "$(book 5432 w_h24_12)"
unit --code H24.13 --parent H24 --name 'Phường Mẫu Một' --book "$(book 5433 w_h24_13)"
stage_start server.log "$STAGE_BUILD/hailong-server" --city "$city" --mode transaction --threads 2 --db-connections 4 \
    --listen 127.0.0.1:0 --port-file "$STAGE_DIR/port"
stage_wait_file "$STAGE_DIR/port"
server=http://127.0.0.1:$(cat "$STAGE_DIR/port")
for ward in H24.12 H24.13; do
    stage_wait_file "$city/wards/$ward/admin.json"
    stage_hailong key add --data "$city/wards/$ward" --role office --name "$ward" --json |
        sed -n 's/.*"key": *"\([^"]*\)".*/\1/p' >"$STAGE_DIR/key-$ward"
    [ -s "$STAGE_DIR/key-$ward" ] || stage_fail "no key for $ward"
done

# The status of a report, and how long it took.
look() { # look WARD SECONDS
    curl -s -o "$STAGE_DIR/body-$1" -D "$STAGE_DIR/head-$1" --max-time "$2" -w '%{http_code} %{time_total}\n' \
        -H "Authorization: Bearer $(cat "$STAGE_DIR/key-$1")" \
        "$server/w/$1/api/v1/reports/summary?from=2026-01-01&to=2026-12-31" || true
}
hears() { # hears STATUS SECONDS: the first ward
    hears_until=$(($(date +%s) + $2))
    until look H24.12 20 | grep -q "^$1 "; do
        [ "$(date +%s)" -lt "$hears_until" ] || return 1
        sleep 0.2
    done
}
watched() { # watched WARD 0|1: it is up, and its database answers, or neither
    curl -s --max-time 20 "$server/metrics" >"$STAGE_DIR/metrics"
    grep -qx "hailong_database_reachable{ward=\"$1\"} $2" "$STAGE_DIR/metrics" &&
        grep -qx "hailong_ward_up{ward=\"$1\"} $2" "$STAGE_DIR/metrics"
}
# Eight who will not leave the first ward alone.
crowd() {
    crowd=
    for each in 1 2 3 4 5 6 7 8; do
        (while :; do curl -s -o "$STAGE_DIR/crowd-$each" --max-time 60 \
            -H "Authorization: Bearer $(cat "$STAGE_DIR/key-H24.12")" \
            "$server/w/H24.12/api/v1/reports/summary?from=2026-01-01&to=2026-12-31" || :; sleep 0.1; done) &
        crowd="$crowd $!"
    done
}
disperse() {
    # shellcheck disable=SC2086
    kill $crowd && wait $crowd 2>/dev/null || true
}
# The other ward is answered every time.
goes_on() { # goes_on FILE
    : >"$STAGE_DIR/$1"
    for each in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        look H24.13 10 >>"$STAGE_DIR/$1"
        sleep 0.1
    done
    [ "$(grep -c '^200 ' "$STAGE_DIR/$1")" -eq 20 ]
}

day=0
hears 200 20 && goes_on well && watched H24.12 1 && watched H24.13 1 || day=1
say $day "both wards are answered"

bad_day() { # bad_day WHAT COMMAND…: the caller ends it
    day=0
    what=$1
    shift
    crowd
    "$@"
    goes_on "$what" || day=1
    hears 503 30 || day=1
    grep -qi '^Retry-After: ' "$STAGE_DIR/head-H24.12" || day=1
    watched H24.12 0 && watched H24.13 1 || day=1
    goes_on "$what-later" || day=1
}
bad_day away $as "$programs/pg_ctl" -D "$folder/one" -m immediate stop >/dev/null
cluster_start one 5432
hears 200 30 && watched H24.12 1 || day=1
disperse
say $day "one ward's database ended: it hears 503, the other goes on, and it comes back by itself"

bad_day hung hang STOP
hang CONT
hears 200 30 && watched H24.12 1 || day=1
disperse
say $day "one ward's database hangs: it hears 503, the other goes on, and it comes back by itself"
# For who reads the log of this test.
for each in well away away-later hung hung-later; do
    echo "slowest of the other ward, $each: $(sort -k2 -n "$STAGE_DIR/$each" | tail -n 1)"
done
exit $bad
