#!/bin/sh
# One ward's PostgreSQL fails a city: the wards lie in two clusters, one of which
# ends without a word, and then hangs. Its ward must hear 503 with Retry-After, watchers must
# be told, the other ward must go on as if nothing were, and the first must come
# back by itself. Few threads and few connections, so that one ward could eat
# them all.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
. tools/clusters.sh
stage_begin "$BUILD" "$BUILD/e2e/city_days"
stage_finally clusters_end
clusters_begin city-days

cluster_make one
cp -a "$CLUSTERS/one" "$CLUSTERS/two"
cluster_start one 5432
cluster_start two 5433
cluster_office one
cluster_office two

city=$STAGE_DIR/city
book() { printf 'postgresql://office@%s:%s/hailong?schema=%s' "$CLUSTERS_HOST" "$1" "$2"; }
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
hears() { look H24.12 20 | grep -q "^$1 "; } # hears STATUS: the first ward
watched() { # watched WARD 0|1: it is up, and its database answers, or neither
    curl -s --max-time 20 "$server/metrics" >"$STAGE_DIR/metrics"
    grep -qx "hailong_database_reachable{ward=\"$1\"} $2" "$STAGE_DIR/metrics" &&
        grep -qx "hailong_ward_up{ward=\"$1\"} $2" "$STAGE_DIR/metrics"
}
# Eight who will not leave the first ward alone.
crowd() {
    crowd=
    for who in 1 2 3 4 5 6 7 8; do
        (while :; do curl -s -o "$STAGE_DIR/crowd-$who" --max-time 60 \
            -H "Authorization: Bearer $(cat "$STAGE_DIR/key-H24.12")" \
            "$server/w/H24.12/api/v1/reports/summary?from=2026-01-01&to=2026-12-31" || :; sleep 0.1; done) &
        crowd="$crowd $!"
        STAGE_PIDS="$! $STAGE_PIDS"
    done
}
disperse() {
    for who in $crowd; do stage_stop "$who"; done
}
# The other ward is answered every time.
goes_on() { # goes_on FILE
    : >"$STAGE_DIR/$1"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        look H24.13 10 >>"$STAGE_DIR/$1"
        sleep 0.1
    done
    [ "$(grep -c '^200 ' "$STAGE_DIR/$1")" -eq 20 ]
}

must within 60 hears 200
must goes_on well
must within 30 watched H24.12 1
must watched H24.13 1
say $each "both wards are answered"

bad_day() { # bad_day WHAT COMMAND…: the caller ends it
    each=0
    what=$1
    shift
    crowd
    "$@"
    must goes_on "$what"
    must within 60 hears 503
    must grep -qi '^Retry-After: ' "$STAGE_DIR/head-H24.12"
    must within 30 watched H24.12 0
    must watched H24.13 1
    must goes_on "$what-later"
}
bad_day away cluster_stop one immediate
cluster_start one 5432
must within 60 hears 200
must within 30 watched H24.12 1
disperse
say $each "one ward's database ended: it hears 503, the other goes on, and it comes back by itself"

bad_day hung cluster_hang one STOP
cluster_hang one CONT
must within 60 hears 200
must within 30 watched H24.12 1
disperse
say $each "one ward's database hangs: it hears 503, the other goes on, and it comes back by itself"
# For who reads the log of this test.
for day in well away away-later hung hung-later; do
    echo "slowest of the other ward, $day: $(sort -k2 -n "$STAGE_DIR/$day" | tail -n 1)"
done
exit $bad
