#!/bin/sh
# Two servers on one database of PostgreSQL behind nginx, by the sample that is
# brought along. Who waits through nginx for an invitation, or for a change of
# the day's figures, hears of it whichever server was told; a fleet sends
# through nginx while each server in turn is restarted, and nobody notices.
# Every line must be there once, and the database verify.
# SEVERAL_DEVICES, SEVERAL_RECORDS, SEVERAL_ROUNDS make it longer.
set -eu
cd "$(dirname "$0")/../.."
[ -n "${HAILONG_TEST_POSTGRES:-}" ] || exec tools/on-postgres "$0"
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/several"
command -v nginx >/dev/null || PATH=$PATH:/usr/sbin

database=several_$$
psql -q "${HAILONG_TEST_POSTGRES}postgres" -c "CREATE DATABASE $database"
url=$HAILONG_TEST_POSTGRES$database

starts=0
start() { # start NAME [PORT]
    rm -f "$STAGE_DIR/$1.port"
    starts=$((starts + 1))
    stage_start "$starts-$1.log" "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/$1" \
        --listen "127.0.0.1:${2:-0}" --port-file "$STAGE_DIR/$1.port" \
        --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0 --mode transaction
    stage_wait_file "$STAGE_DIR/$1.port"
    eval "pid_$1=$STAGE_PID port_$1=$(cat "$STAGE_DIR/$1.port")"
}
start one
mkdir -m 700 "$STAGE_DIR/two"
cp -p "$STAGE_DIR/one/server.key" "$STAGE_DIR/one/box.key" "$STAGE_DIR/two"
start two

# nginx must be told its port: one that the system gives to nobody meanwhile.
front=$(python3 -c 'import random, socket
while True:
    try:
        s = socket.socket()
        s.bind(("127.0.0.1", random.randrange(20000, 32000)))
        print(s.getsockname()[1])
        break
    except OSError:
        pass')
mkdir "$STAGE_DIR/nginx"
{
    echo "daemon off; pid nginx.pid; error_log error.log;"
    [ "$(id -u)" -ne 0 ] || echo "user root;"
    echo "events { worker_connections 1024; } http { access_log off;"
    for each in client_body proxy fastcgi uwsgi scgi; do echo "${each}_temp_path $each;"; done
    sed -e "s/192\.0\.2\.11:8650/127.0.0.1:$port_one/; s/192\.0\.2\.12:8650/127.0.0.1:$port_two/" \
        -e "s/listen 443 ssl/listen 127.0.0.1:$front/; /ssl_certificate/d" tools/nginx/several.conf
    echo "}"
} >"$STAGE_DIR/nginx/nginx.conf"
stage_start nginx.log nginx -p "$STAGE_DIR/nginx/" -c nginx.conf -e error.log
tries=600
until curl -so /dev/null "http://127.0.0.1:$front/health" || [ $tries -eq 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done

front=http://127.0.0.1:$front
hailong() { # hailong WORDS…, at the database and the first server's keys
    stage_hailong "$@" --db "$url" --keys "$STAGE_DIR/one" --json
}
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

# --- Who waits
feed=$(hailong key add --role feed --name 'Mot cua' | field key)
office=$(hailong key add --role office --name 'Bang so lieu' | field key)
code=$(hailong device add --counter 3 | field code)
stage_hailong enrol --server "$front" --code "$code" --data "$STAGE_DIR/desk" >/dev/null
stage_courier desk
heard() { # heard COUNT: so many invitations are at the counter, within a minute
    tries=600
    until [ "$(sqlite3 "$STAGE_DIR/desk/courier.db" 'SELECT count(*) FROM invitations' 2>/dev/null)" = "$1" ]; do
        [ $tries -gt 0 ] || return 1
        sleep 0.1
        tries=$((tries - 1))
    done
}
# Half of them are told to the server at which nobody waits.
each=0
began=$(date +%s%N)
for i in 1 2 3 4; do
    curl -sf -o /dev/null -H "Authorization: Bearer $feed" -H 'Content-Type: application/json' \
        --data "{\"counter\":\"3\",\"procedure\":\"2.00081$i\"}" "$front/api/v1/invitations" || each=1
    heard $i || each=1
done
say $each "four invitations are heard through nginx, after $((($(date +%s%N) - began) / 4000000)) ms each"

live() { # live ETAG SECONDS: what the live page asks, and its answer's head
    curl -s -m 28 -D - -o /dev/null -H "Authorization: Bearer $office" ${1:+-H "If-None-Match: $1"} \
        "$front/api/v1/reports/live?wait=$2" | tr -d '\r'
}
fleet() { # fleet DEVICES RECORDS SEED
    "$BUILD/hailong-fleet" --server "$front" --db "$url" --keys "$STAGE_DIR/one" --devices "$1" --records "$2" \
        --connections 8 --batch 10 --seed "$3"
}
tag=$(live '' 0 | sed -n 's/^[Ee][Tt]ag: //p')
# Longer than curl waits: what is heard was said because something changed.
live "$tag" 30 >"$STAGE_DIR/live" &
waiting=$!
sleep 0.5
fleet 1 1 1 >"$STAGE_DIR/one.json"
told=$(date +%s%N)
each=0
wait $waiting || each=1
[ -n "$tag" ] && head -n 1 "$STAGE_DIR/live" | grep -q ' 200' || each=1
say $each "who watches the day's figures through nginx sees the rating, $((($(date +%s%N) - told) / 1000000)) ms later"

# --- One restarted after the other
enrolled() {
    psql -qAt "$url" -c 'SELECT count(*) FROM main.devices WHERE enrolled_at > 0'
}
restart_under_a_fleet() { # restart_under_a_fleet SEED RECORDS: sets status and restarts
    others=$(enrolled)
    fleet "${SEVERAL_DEVICES:-12}" "$2" "$1" >"$STAGE_DIR/fleet.json" &
    fleet=$!
    # The fleet needs the first server's own door until its last device is there,
    # beside those of before.
    tries=1200
    while [ "$(enrolled)" -lt $((others + ${SEVERAL_DEVICES:-12})) ] && [ $tries -gt 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    restarts=0
    while [ $restarts -lt $((2 * ${SEVERAL_ROUNDS:-2})) ] && kill -0 $fleet 2>/dev/null; do
        if [ $((restarts % 2)) -eq 0 ]; then
            stage_stop "$pid_one"
            start one "${port_one}"
        else
            stage_stop "$pid_two"
            start two "${port_two}"
        fi
        restarts=$((restarts + 1))
        # nginx leaves out one that was away for up to two seconds.
        sleep 3
    done
    status=0
    wait $fleet || status=$?
}
nobody_was_told() {
    grep -q '"http":{"200":[0-9]*}' "$STAGE_DIR/fleet.json"
}
# Where the machine is so busy that a writer waits for its turn in vain, a device
# is told of that: then the next fleet shows what restarts do.
seed=2
restart_under_a_fleet $seed "${SEVERAL_RECORDS:-2000}"
while [ $status -eq 0 ] && [ $seed -lt 5 ] && ! nobody_was_told &&
    grep -q 'no turn to write was had' "$STAGE_DIR"/*-one.log "$STAGE_DIR"/*-two.log; do
    seed=$((seed + 1))
    # On such a machine a quarter lasts as long as the whole elsewhere.
    restart_under_a_fleet $seed $((${SEVERAL_RECORDS:-2000} / 4))
done
cat "$STAGE_DIR/fleet.json"
say $status "every line is there once after $restarts restarts, one server after the other"
[ $restarts -gt 1 ] && each=0 || each=1
say $each "both servers were restarted while the fleet sent"
nobody_was_told && each=0 || each=1
say $each "no device was told of a restart"
each=0
stage_hailong verify --db "$url" --keys "$STAGE_DIR/one" >"$STAGE_DIR/verify" || each=$?
say $each "the database verifies"
exit $bad
