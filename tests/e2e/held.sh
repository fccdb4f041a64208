#!/bin/sh
# A server that hangs in its turn to write, beside another one on the same
# database of PostgreSQL: the other says so, to who asks and in its log, with
# which session it is; PostgreSQL ends that session after a minute, and all goes
# on. The one that hung does its turn again when it wakes up.
set -eu
cd "$(dirname "$0")/../.."
[ -n "${HAILONG_TEST_POSTGRES:-}" ] || exec tools/on-postgres "$0"
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/held"

database=held_$$
psql -q "${HAILONG_TEST_POSTGRES}postgres" -c "CREATE DATABASE $database"
url=$HAILONG_TEST_POSTGRES$database
query() {
    psql -qAt "$url" -c "$1"
}

start() { # start NAME: sets pid_NAME and at_NAME
    stage_start "$1.log" "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/$1" --listen 127.0.0.1:0 \
        --port-file "$STAGE_DIR/$1.port" --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0
    stage_wait_file "$STAGE_DIR/$1.port"
    eval "pid_$1=$STAGE_PID at_$1=http://127.0.0.1:$(cat "$STAGE_DIR/$1.port")"
}
start one
mkdir -m 700 "$STAGE_DIR/two"
cp -p "$STAGE_DIR/one/server.key" "$STAGE_DIR/one/box.key" "$STAGE_DIR/two"
start two

# Whoever takes a batch in rests in the middle of its turn, for as long as it
# takes to stop it there.
query "CREATE TABLE main.resting (seconds INTEGER);
    INSERT INTO main.resting VALUES (10);
    CREATE FUNCTION main.rest() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
        PERFORM pg_sleep(seconds) FROM main.resting;
        RETURN NULL;
    END \$\$;
    CREATE TRIGGER rest BEFORE INSERT ON main.lines FOR EACH STATEMENT EXECUTE FUNCTION main.rest()"
rests() {
    [ "$(query "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")" -gt 0 ]
}
holds() {
    [ "$(query "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")" -gt 0 ]
}
health() { # health URL STATUS
    [ "$(curl -s -m 10 -o "$STAGE_DIR/health" -w '%{http_code}' "$1/healthz")" = "$2" ]
}
told() { # told URL NAME VALUE: by /metrics
    curl -s -m 10 "$1/metrics" | grep -qx "$2 $3"
}
add_key() { # add_key: something to write, at the second server
    stage_hailong key add --db "$url" --keys "$STAGE_DIR/two" --role office --name 'Bang so lieu' >"$STAGE_DIR/key" 2>&1
}

# --- It hangs
each=0
"$BUILD/hailong-fleet" --server "$at_one" --db "$url" --keys "$STAGE_DIR/one" --devices 1 --records 5 \
    >"$STAGE_DIR/fleet.json" 2>"$STAGE_DIR/fleet.log" &
fleet=$!
stage_mine $fleet
must within 60 rests
kill -STOP "$pid_one"
query "DELETE FROM main.resting"
must within 60 holds
hangs=$(query "SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction'")
! add_key || each=1
must within 30 health "$at_two" 503
must grep -q 'holds the turn to write' "$STAGE_DIR/health"
must told "$at_two" hailong_turn_held 1
must told "$at_two" hailong_database_reachable 1
must grep -q "the turn to write is held .* held by pid $hangs, user .*, hailong, idle in transaction" "$STAGE_DIR/two.log"
say $each "a server that hangs in its turn is told by the other one: in the log, /healthz and /metrics"

# --- It is ended
each=0
must within 120 health "$at_two" 200
must told "$at_two" hailong_turn_held 0
must add_key
say $each "after a minute the other one writes again, by itself"

# --- It wakes up
each=0
kill -CONT "$pid_one"
wait $fleet || each=1
must grep -q '"acknowledged":5' "$STAGE_DIR/fleet.json"
must within 60 health "$at_one" 200
cat "$STAGE_DIR/fleet.json"
say $each "the one that hung does its turn again, and every line is there once"

each=0
query "DROP TRIGGER rest ON main.lines; DROP FUNCTION main.rest; DROP TABLE main.resting"
stage_hailong verify --db "$url" --keys "$STAGE_DIR/one" >"$STAGE_DIR/verify" || each=$?
say $each "the database verifies"
exit $bad
