#!/bin/sh
# Two servers on one database of PostgreSQL behind nginx, by the sample that is
# brought along: a fleet sends through nginx while each server in turn is
# restarted. Every line must be there once, and the database verify.
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

start() { # start NAME [PORT]
    rm -f "$STAGE_DIR/$1.port"
    stage_start "$1.log" "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/$1" \
        --listen "127.0.0.1:${2:-0}" --port-file "$STAGE_DIR/$1.port" \
        --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0
    stage_wait_file "$STAGE_DIR/$1.port"
    eval "pid_$1=$STAGE_PID port_$1=$(cat "$STAGE_DIR/$1.port")"
}
start one
mkdir -m 700 "$STAGE_DIR/two"
cp -p "$STAGE_DIR/one/server.key" "$STAGE_DIR/one/box.key" "$STAGE_DIR/two"
start two

front=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
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
tries=100
until curl -so /dev/null "http://127.0.0.1:$front/health" || [ $tries -eq 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done

"$BUILD/hailong-fleet" --server "http://127.0.0.1:$front" --db "$url" --keys "$STAGE_DIR/one" \
    --devices "${SEVERAL_DEVICES:-12}" --records "${SEVERAL_RECORDS:-2000}" \
    --connections 8 --batch 10 >"$STAGE_DIR/fleet.json" &
fleet=$!
enrolled() {
    psql -qAt "$url" -c 'SELECT count(*) FROM main.devices WHERE enrolled_at > 0'
}
# The fleet needs the first server's own door until its last device is there.
tries=300
while [ "$(enrolled)" -lt "${SEVERAL_DEVICES:-12}" ] && [ $tries -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done
restarts=0
while [ $restarts -lt $((2 * ${SEVERAL_ROUNDS:-2})) ] && kill -0 $fleet 2>/dev/null; do
    if [ $((restarts % 2)) -eq 0 ]; then
        stage_stop "$pid_one"
        start one "$port_one"
    else
        stage_stop "$pid_two"
        start two "$port_two"
    fi
    restarts=$((restarts + 1))
    sleep 0.3
done
status=0
wait $fleet || status=$?
cat "$STAGE_DIR/fleet.json"
bad=0
say() { # say RC WHAT
    if [ "$1" -eq 0 ]; then echo "passed: $2"; else echo "failed: $2"; bad=1; fi
}
say $status "every line is there once after $restarts restarts, one server after the other"
[ $restarts -gt 1 ] && each=0 || each=1
say $each "both servers were restarted while the fleet sent"
each=0
stage_hailong verify --db "$url" --keys "$STAGE_DIR/one" >"$STAGE_DIR/verify" || each=$?
say $each "the database verifies"
exit $bad
