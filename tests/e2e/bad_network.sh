#!/bin/sh
# The network between the server and PostgreSQL that says nothing: packets
# vanish, nobody refuses, nothing is reset, as when a switch or a firewall in
# between dies. Server and database are in networks of their own, which one veth
# joins; they send to nobody's address while it is cut. Devices must hear 503
# within seconds, however many ask, what was acknowledged must be there once,
# and the server must come back by itself.
set -eu
cd "$(dirname "$0")/../.."
if [ -z "${IN_A_NETWORK:-}" ]; then
    if [ "$(id -u)" -ne 0 ] || ! unshare --net true 2>/dev/null; then
        echo "passed: left out, no network of its own can be made here"
        exit 0
    fi
    IN_A_NETWORK=yes exec unshare --net "$0"
fi
PATH=$PATH:/usr/sbin:/sbin
. tools/stage.sh
. tools/clusters.sh
stage_begin "$BUILD" "$BUILD/e2e/bad_network"
stage_finally clusters_end
clusters_begin network

# --- Two networks: the database's belongs to a process that does nothing else.
ip link set lo up
stage_start far.log unshare --net sleep 3600
far=$STAGE_PID
tries=100
while [ "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/self/ns/net)" ] && [ $tries -gt 0 ]; do
    sleep 0.05
    tries=$((tries - 1))
done
there() { nsenter -t $far -n "$@"; }
ip link add near type veth peer name far netns $far
ip link set near address 02:00:00:00:00:01
ip address add 192.0.2.1/24 dev near
ip link set near up
there ip link set far address 02:00:00:00:00:02
there ip address add 192.0.2.2/24 dev far
there ip link set far up
join() {
    ip neighbour replace 192.0.2.2 dev near lladdr 02:00:00:00:00:02 nud permanent
    there ip neighbour replace 192.0.2.1 dev far lladdr 02:00:00:00:00:01 nud permanent
}
part() { # nobody has this address
    ip neighbour replace 192.0.2.2 dev near lladdr 02:00:00:00:00:99 nud permanent
    there ip neighbour replace 192.0.2.1 dev far lladdr 02:00:00:00:00:99 nud permanent
}
join

cluster_make data
echo "host all office 192.0.2.0/24 trust" >>"$CLUSTERS/data/pg_hba.conf"
(CLUSTERS_AS="nsenter -t $far -n $CLUSTERS_AS" && cluster_start data 5432 -c listen_addresses=192.0.2.2)
cluster_office data
url=postgresql://office@192.0.2.2/hailong
lines() { cluster_ask data hailong 'SELECT count(*) FROM main.lines'; }

serve() { # serve NAME
    rm -f "$STAGE_DIR/port"
    stage_start "$1.log" "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/$1" --listen 127.0.0.1:0 \
        --port-file "$STAGE_DIR/port" --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0
    stage_wait_file "$STAGE_DIR/port"
    SERVER=http://127.0.0.1:$(cat "$STAGE_DIR/port")
}
share_keys() { # share_keys NAME: the first server's
    mkdir -m 700 "$STAGE_DIR/$1"
    cp -p "$STAGE_DIR/server/server.key" "$STAGE_DIR/server/box.key" "$STAGE_DIR/$1"
}
hears() { # hears STATUS: at /healthz
    [ "$(curl -so /dev/null -m 60 -w '%{http_code}' "$SERVER/healthz" || true)" = "$1" ]
}
# As many as a ward's devices at once; what each of them hears, and when.
crowd() { # crowd COUNT
    crowd_pids=
    rm -f "$STAGE_DIR/asked"
    for _ in $(seq "$1"); do
        curl -so /dev/null -m 120 -w '%{http_code} %{time_total}\n' -H "Authorization: Bearer $key" \
            "$SERVER/api/v1/reports/live" >>"$STAGE_DIR/asked" &
        crowd_pids="$crowd_pids $!"
    done
    # shellcheck disable=SC2086
    wait $crowd_pids || true
    [ "$(grep -c '^503 ' "$STAGE_DIR/asked")" -eq "$1" ]
}
slowest() { sort -k2 -n "$STAGE_DIR/asked" | tail -n 1 | cut -d' ' -f2; }

load() { # load SEED LINES: of each of 8 devices
    "$BUILD/hailong-fleet" --server "$SERVER" --db "$near_db" --keys "$STAGE_DIR/server" --devices 8 --records "$2" \
        --batch 10 --seed "$1" >"$STAGE_DIR/fleet.json" 2>"$STAGE_DIR/fleet.log" &
    fleet=$!
    stage_mine $fleet
}
over() { ! kill -0 $fleet 2>/dev/null; }
all_there() { # all_there SECONDS: within them, each line once
    within "$1" over || kill $fleet
    stage_wait $fleet
}

# --- Cut while devices send
serve server
first=$STAGE_PID
near_db=postgresql://office@$CLUSTERS_HOST/hailong
key=$(stage_hailong key add --db "$near_db" --keys "$STAGE_DIR/server" --role office --name 'Bang so lieu' --json |
    sed -n 's/.*"key": *"\([^"]*\)".*/\1/p')
load 1 600
under_way() { [ "$(lines)" -ge 600 ]; }
within 120 under_way || stage_fail "no line comes"
! over || stage_fail "the load was over before the cut"
part
began=$(date +%s%N)
within 60 hears 503 && each=0 || each=1
say $each "cut in the middle: 503 after $((($(date +%s%N) - began) / 1000000)) ms"
for many in 24 96; do
    crowd $many && [ "$(slowest | cut -d. -f1)" -lt 25 ] && each=0 || each=1
    say $each "$many who ask at once hear 503, the last one after $(slowest) s"
done
first_server=$SERVER
share_keys late
serve late
late=$STAGE_PID
within 60 hears 503 && each=0 || each=1
say $each "a server that is started meanwhile answers 503"
join
back=$(date +%s%N)
within 60 hears 200 && SERVER=$first_server && within 60 hears 200 && each=0 || each=1
say $each "joined again: both serve after $((($(date +%s%N) - back) / 1000000)) ms"
all_there 180 && each=0 || each=1
cat "$STAGE_DIR/fleet.json"
say $each "every line is there once, $((($(date +%s%N) - back) / 1000000000)) s later"
stage_stop "$late"

# --- A server whose machine is gone while it has the turn to write
holds() { # whether somebody over there has the turn, and is in no hurry
    [ "$(cluster_ask data hailong "SELECT count(*) FROM pg_stat_activity
        JOIN pg_locks USING (pid) WHERE client_addr IS NOT NULL AND state LIKE 'idle in transaction%'
        AND relation = 'main.writing'::regclass AND mode = 'RowExclusiveLock'")" != 0 ]
}
load 2 5000
tries=60
part
sleep 0.5
while ! holds && [ $tries -gt 0 ]; do
    join
    sleep 1
    part
    sleep 0.5
    tries=$((tries - 1))
done
[ $tries -gt 0 ] || stage_fail "it was never its turn"
gone=$(date +%s)
kill -9 $first
stage_stop $fleet
url=$near_db # another way to the same database
share_keys other
serve other
each=1
seed=3
while [ $each -ne 0 ] && [ $(($(date +%s) - gone)) -lt 120 ]; do
    load $seed 10
    all_there 60 && each=0 || sleep 1 # it cannot even add its devices
    seed=$((seed + 1))
done
! holds || each=1
say $each "another server writes, $(($(date +%s) - gone)) s after the first one was gone"
join

# --- The first of two hosts is switched off
ip neighbour replace 192.0.2.3 dev near lladdr 02:00:00:00:00:99 nud permanent
url=postgresql://office@192.0.2.3,192.0.2.2/hailong
share_keys second
serve second # it has many connections, and waits for that host at one
within 20 hears 200 && each=0 || each=1
say $each "the first host's machine is off: a server finds the second"

each=0
stage_hailong verify --db "$near_db" --keys "$STAGE_DIR/server" >"$STAGE_DIR/verify" || each=$?
say $each "the database verifies"
[ "$(wc -l <"$STAGE_DIR/server.log")" -lt 400 ] && each=0 || each=1
say $each "the log of all that is not long"
exit $bad
