#!/bin/sh
# pgbouncer between the server and PostgreSQL, where there is one: lending by the
# session it serves; lending by the transaction it is refused at once, with what
# to do, by the server and by commands.
set -eu
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin
if ! command -v pgbouncer >/dev/null; then
    echo "passed: left out, there is no pgbouncer"
    exit 0
fi
[ -n "${HAILONG_TEST_POSTGRES:-}" ] || exec tools/on-postgres "$0"
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/pool"

database=pool_$$
psql -q "${HAILONG_TEST_POSTGRES}postgres" -c "CREATE DATABASE $database"
socket=$(printf '%s' "$HAILONG_TEST_POSTGRES" | sed 's,.*@,,; s,/$,,; s,%2F,/,g')

# It refuses to run as root, and stays away from the cluster's folder.
folder=$(mktemp -d /tmp/hailong-pool-XXXXXX)
as=
if [ "$(id -u)" -eq 0 ]; then
    chown nobody "$folder"
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
fi
stage_finally rm -rf "$folder"

pool() { # pool NAME MODE SIZE: sets url and STAGE_PID
    mkdir "$folder/$1"
    [ -z "$as" ] || chown nobody "$folder/$1"
    echo '"office" ""' >"$folder/$1/users"
    cat >"$folder/$1/ini" <<INI
[databases]
$database = host=$socket dbname=$database
[pgbouncer]
listen_addr =
unix_socket_dir = $folder/$1
auth_type = trust
auth_file = $folder/$1/users
pool_mode = $2
default_pool_size = $3
INI
    stage_start "pool-$1.log" $as pgbouncer "$folder/$1/ini"
    tries=600
    until [ -S "$folder/$1/.s.PGSQL.6432" ] || [ $tries -eq 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    url="postgresql://office@$(printf '%s' "$folder/$1" | sed 's,/,%2F,g'):6432/$database"
}

pool session session 20
stage_start server.log "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/server" --listen 127.0.0.1:0 \
    --port-file "$STAGE_DIR/port" --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0
stage_wait_file "$STAGE_DIR/port"
each=0
"$BUILD/hailong-fleet" --server "http://127.0.0.1:$(cat "$STAGE_DIR/port")" --db "$url" --keys "$STAGE_DIR/server" \
    --devices 4 --records 50 --connections 4 | grep -q '"acknowledged":200,"lost":0,"twice":0' || each=1
stage_hailong verify --db "$url" --keys "$STAGE_DIR/server" >/dev/null || each=1
say $each "a pool that lends by the session serves"

pool small session 1
each=0
timeout 120 "$STAGE_BUILD/hailong" device list --db "$url" --keys "$STAGE_DIR/server" >"$STAGE_DIR/small.log" 2>&1 || each=1
say $each "one with a single session has nobody wait for a second"

pool transaction transaction 20
each=0 status=0
timeout 120 "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/other" --listen 127.0.0.1:0 \
    --unit-name 'Bình Minh' 2>"$STAGE_DIR/refused.log" || status=$?
[ $status -eq 1 ] && grep -q 'pool_mode = session' "$STAGE_DIR/refused.log" || each=1
status=0
stage_hailong device list --db "$url" --keys "$STAGE_DIR/server" >"$STAGE_DIR/list.log" 2>&1 || status=$?
[ $status -eq 1 ] && grep -q 'pool_mode = session' "$STAGE_DIR/list.log" || each=1
say $each "one that lends by the transaction is refused, with what to do"
exit $bad
