#!/bin/sh
# Fail-over under load: two clusters of PostgreSQL, each commit waits for both,
# one server, and devices that send. The primary is killed with -9, the other
# one promoted, the server finds it by itself, and the killed one is made anew as
# its standby; so CYCLES times. After each, every line is there once and the
# evidence holds.
#   BUILD=build tests/failover/failover.sh [CYCLES]
# In every second cycle the standby is cut off before the kill and those who
# wait for it are sent away: what is not on both must not be acknowledged.
#   LOSE=1: the primary waits for nobody. Passes only when lines are lost, so
#   that it is known that loss would be seen.
# LINES: of each of 8 devices a cycle (default 1500). HAILONG_SCRATCH: where the
# clusters lie (/tmp).
set -eu
. tools/clusters.sh

cycles=${1:-${CYCLES:-20}}
lose=${LOSE:-}
lines=${LINES:-1500}
devices=8
build=$(cd "${BUILD:-build}" && pwd)
HAILONG_ASSETS=${HAILONG_ASSETS:-$(pwd)/assets}
export HAILONG_ASSETS
server=
fleet=

end() {
    for pid in $fleet $server; do kill "$pid" 2>/dev/null || true; done
    clusters_end
}
trap end EXIT
trap 'exit 1' HUP INT TERM
# shellcheck disable=SC2034 # for clusters_end
CLUSTERS_KEEP=${KEEP:-}
clusters_begin failover "${HAILONG_SCRATCH:-/tmp}"
folder=$CLUSTERS

fail() {
    echo "failed: $*"
    tail -n 20 "$folder"/*.log >&2
    exit 1
}

port_of() { [ "$1" = a ] && echo 5432 || echo 5433; }
other_of() { [ "$1" = a ] && echo b || echo a; }
ask() { cluster_ask "$1" "${3:-postgres}" "$2"; }
wait_for() { # SECONDS WHAT CLUSTER QUERY [DATABASE]: until it answers t
    tries=$(($1 * 10))
    while [ "$(ask "$3" "$4" "${5:-postgres}" 2>/dev/null)" != t ]; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "$2 takes longer than $1 s"
        sleep 0.1
    done
}
start() { cluster_start "$1" "$(port_of "$1")" || fail "cluster $1 does not start"; }
make_standby_of() { # PRIMARY: the other one
    made=$(other_of "$1")
    rm -rf "${folder:?}/$made"
    clusters_run pg_basebackup -D "$folder/$made" -R -N -c fast -X stream -d \
        "host=$folder port=$(port_of "$1") user=postgres application_name=standby" ||
        fail "no base backup of $1"
    start "$made"
}
# All of its processes at once, as a power cut would, and what they leave in
# the machine's shared memory.
kill_hard() {
    main=$(head -n 1 "$folder/$1/postmaster.pid")
    shared=$(sed -n '7s/.* //p' "$folder/$1/postmaster.pid")
    # One of them may have ended since it was listed.
    # shellcheck disable=SC2046
    kill -9 "$main" $(pgrep -P "$main") 2>/dev/null || true
    ipcrm -m "$shared" 2>/dev/null || true
    # Its number is taken until somebody has asked what became of it.
    rm -f "$folder/.s.PGSQL.$(port_of "$1")" "$folder/.s.PGSQL.$(port_of "$1").lock"
}
# What comes before the kill when the standby is cut off: in that time devices
# go on sending.
cut_off() { # PRIMARY
    ask "$(other_of "$1")" "ALTER SYSTEM SET primary_conninfo = ''" >/dev/null
    ask "$(other_of "$1")" "SELECT pg_reload_conf()" >/dev/null
    wait_for 60 "the cut" "$1" "SELECT count(*) = 0 FROM pg_stat_replication"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        ask "$1" "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'" >/dev/null
        sleep 0.1
    done
}
lines_at() { ask "$1" "SELECT count(*) FROM main.lines" hailong; }
# What waits for a standby is not to be seen yet: one line more is an answer.
answers() { # PRIMARY BEGAN: writes after how many ms
    here=$(lines_at "$1")
    tries=1200
    while [ "$(lines_at "$1")" = "$here" ] && [ $tries -gt 0 ]; do
        sleep 0.05
        tries=$((tries - 1))
    done
    echo $((($(date +%s%N) - $2) / 1000000)) >>"$folder/answers"
}
of_fleet() { sed -n "s/.*\"$1\": *\(-*[0-9]*\).*/\1/p" "$folder/fleet.json"; }

primary=a
cluster_make a
start a
cluster_office a
if [ -z "$lose" ]; then
    ask a "ALTER SYSTEM SET synchronous_standby_names = 'standby'"
    ask a "SELECT pg_reload_conf()" >/dev/null
fi
make_standby_of a

url="postgresql://office@$CLUSTERS_HOST:5432,$CLUSTERS_HOST:5433/hailong"
mkdir "$folder/keys"
"$build/hailong-server" --db "$url" --keys "$folder/keys" --listen 127.0.0.1:0 --port-file "$folder/port" \
    --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0 --log-level warn >"$folder/server.log" 2>&1 &
server=$!
tries=600
while [ ! -s "$folder/port" ]; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || fail "the server does not start"
    sleep 0.1
done

cycle=0
held=0
acknowledged=0
lost=0
twice=0
while [ "$cycle" -lt "$cycles" ]; do
    cycle=$((cycle + 1))
    wait_for 60 "the standby" "$primary" "SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'$(
        [ -n "$lose" ] || echo " AND sync_state = 'sync'")"
    "$build/hailong-fleet" --server "http://127.0.0.1:$(cat "$folder/port")" --db "$url" --keys "$folder/keys" \
        --devices $devices --records "$lines" --seed "$cycle" --batch 10 >"$folder/fleet.json" 2>"$folder/fleet.log" &
    fleet=$!
    wait_for 300 "the load" "$primary" \
        "SELECT count(*) > $((held + devices * lines / 4)) FROM main.lines" hailong
    said=
    if [ -n "$lose" ] || [ $((cycle % 2)) -eq 0 ]; then
        cut_off "$primary"
        said=", its standby cut off before"
    fi
    kill -0 "$fleet" 2>/dev/null || fail "the load was over before the kill: give more LINES"
    kill_hard "$primary"
    began=$(date +%s%N)
    primary=$(other_of "$primary")
    clusters_run pg_ctl -D "$folder/$primary" -w -t 60 promote >/dev/null || fail "no promotion"
    answers "$primary" "$began" &
    answering=$!
    make_standby_of "$primary"
    rebuilt=$((($(date +%s%N) - began) / 1000000))
    good=yes
    wait "$fleet" || good=
    fleet=
    wait $answering || true
    acknowledged=$((acknowledged + $(of_fleet acknowledged)))
    lost=$((lost + $(of_fleet lost)))
    twice=$((twice + $(of_fleet twice)))
    took=$((($(date +%s%N) - began) / 1000000))
    if [ -n "$lose" ]; then
        cat "$folder/fleet.json"
        grep -q '"lost":[^0,]*[1-9]' "$folder/fleet.json" || fail "nothing is lost without a standby that is waited for"
        echo "passed: loss is seen where no standby is waited for"
        continue
    fi
    [ -n "$good" ] || { cat "$folder/fleet.json"; fail "cycle $cycle: the devices' lines are not there once"; }
    held=$((held + devices * lines))
    [ "$(lines_at "$primary")" = "$held" ] || fail "cycle $cycle: $(lines_at "$primary") lines, not $held"
    "$build/hailong" verify --db "$url" --keys "$folder/keys" >"$folder/verify.log" 2>&1 ||
        fail "cycle $cycle: the evidence does not hold"
    echo "passed: cycle $cycle, primary killed$said; promoted and rebuilt in $rebuilt ms, answers again after $(tail -n 1 "$folder/answers") ms, all lines there after $took ms: $held"
done
if [ -z "$lose" ]; then
    sort -n "$folder/answers" | awk -v cycles="$cycles" -v held="$held" -v acknowledged="$acknowledged" -v lost="$lost" -v twice="$twice" '
        { ms[NR] = $1 }
        END {
            printf "%d cycles: %d lines, %d acknowledged, %d lost, %d twice; answers again after %.1f s (median), %.1f s (worst)\n",
                cycles, held, acknowledged, lost, twice, ms[int((NR + 1) / 2)] / 1000, ms[NR] / 1000
        }'
fi
