#!/bin/sh
# PostgreSQL away for long while everybody goes on: devices of a fleet, by the
# courier's own pauses, and a real screen with its courier, at which somebody
# rates every few seconds. The server must neither grow nor fill its log, no
# visit may be lost or come twice, and all must be there some time after
# the database is, without anybody's hand.
#   BUILD=build tests/outage/outage.sh [SECONDS]
# Each minute is a line of figures; a courier that was refused for an hour may
# wait a quarter of one until it asks again.
set -eu
cd "$(dirname "$0")/../.."
away=${1:-720}
before=60
. tools/stage.sh
. tools/clusters.sh
stage_begin "${BUILD:-build}" "${BUILD:-build}/outage"
helpers=
leave() {
    # shellcheck disable=SC2086
    [ -z "$helpers" ] || kill $helpers 2>/dev/null
    clusters_end
}
stage_finally leave
clusters_begin outage

ask() { cluster_ask data hailong "$1"; }
cluster_make data
cluster_start data
cluster_office data
url=postgresql://office@$CLUSTERS_HOST/hailong

stage_start server.log "$STAGE_BUILD/hailong-server" --db "$url" --keys "$STAGE_DIR/server" --listen 127.0.0.1:0 \
    --port-file "$STAGE_DIR/port" --unit-code H24.12 --unit-name 'Bình Minh' --device-rate 0
server=$STAGE_PID
stage_wait_file "$STAGE_DIR/port"
SERVER=http://127.0.0.1:$(cat "$STAGE_DIR/port")

# --- A real counter
cat >"$STAGE_DIR/kiosk.ini" <<'INI'
[times]
reasons_ms = 2000
thanks_ms = 1500
INI
code=$(stage_hailong device add --db "$url" --keys "$STAGE_DIR/server" --counter 77 --field chung-thuc --json |
    sed -n 's/.*"code": *"\([^"]*\)".*/\1/p')
stage_hailong enrol --server "$SERVER" --code "$code" --data "$STAGE_DIR/kiosk" >/dev/null
stage_screen 1280 1000
stage_courier kiosk
stage_kiosk kiosk --window 1280x800 --config "$STAGE_DIR/kiosk.ini"
: >"$STAGE_DIR/rated"
# A visit every ten seconds, until somebody ends it. Pressed for longer than a
# machine that does all this may let the screen wait for its turn; and who was
# not noticed all the same comes again.
: >"$STAGE_DIR/missed"
rate_on() {
    while :; do
        if (stage_tap kiosk) <<'TXT'; then echo rated >>"$STAGE_DIR/rated"; else echo missed >>"$STAGE_DIR/missed"; fi
wait attract
press attract.button 400
wait rating
press level.4 400
wait reasons
press reason.skip 400
wait thanks
saved
TXT
        sleep 6
    done
}
rate_on &
rating=$!
helpers=$rating

# --- Devices: a visit each a quarter of a minute, until the database is there again.
minutes=$((9 * 60 + (before + away + 59) / 60))
"$BUILD/hailong-fleet" --server "$SERVER" --db "$url" --keys "$STAGE_DIR/server" --devices 8 --scene steady-day \
    --visits 2000 --from 9:00 --to "$((minutes / 60)):$(printf %02d $((minutes % 60)))" >"$STAGE_DIR/fleet.json" 2>"$STAGE_DIR/fleet.log" &
fleet=$!
helpers="$helpers $fleet"

# --- What is looked at
ticks() { awk '{print $14 + $15}' "/proc/$server/stat"; }
memory() { awk '/^VmRSS/ {print $2}' "/proc/$server/status"; }
files() { ls "/proc/$server/fd" | wc -l; }
logged() { wc -l <"$STAGE_DIR/server.log"; }
look() { # look WHEN: a line of figures
    printf '%s: %s kB, %s files, %s lines logged, %s ticks; answers %s; %s visits at the counter\n' "$1" "$(memory)" "$(files)" \
        "$(logged)" "$(ticks)" "$(curl -so /dev/null -m 30 -w '%{http_code} after %{time_total} s' "$SERVER/healthz" || true)" \
        "$(wc -l <"$STAGE_DIR/rated")"
}

of_fleet() { sed -n "s/.*\"$1\": *\(-*[0-9]*\).*/\1/p" "$STAGE_DIR/fleet.json"; }

sleep $before
look "before"
[ "$(ask 'SELECT count(*) FROM main.lines')" -gt 20 ] || stage_fail "no line comes: $(tail -n 1 "$STAGE_DIR/fleet.log")"
cluster_stop data immediate
began=$(date +%s)
sleep 30
look "away for 30 s"
first_memory=$(memory) first_files=$(files) first_logged=$(logged) first_ticks=$(ticks)
first_rated=$(wc -l <"$STAGE_DIR/rated")
while [ $(($(date +%s) - began)) -lt "$away" ]; do
    left=$((away - $(date +%s) + began))
    sleep $((left < 60 ? left : 60))
    look "away for $(($(date +%s) - began)) s"
done
last_memory=$(memory) last_files=$(files) last_logged=$(logged) last_ticks=$(ticks)
last_rated=$(wc -l <"$STAGE_DIR/rated")
curl -si -m 20 "$SERVER/healthz" >"$STAGE_DIR/refusal" || true

each=0
[ "$last_memory" -lt $((first_memory + 4096)) ] && [ "$last_files" -lt $((first_files + 8)) ] || each=1
say $each "the server does not grow: $first_memory kB and $first_files files, then $last_memory kB and $last_files"
span=$((away - 30))
each=0
[ $(((last_logged - first_logged) * 60 / span)) -le 30 ] || each=1
say $each "its log is quiet: $((last_logged - first_logged)) lines in $span s"
each=0
[ $((last_ticks - first_ticks)) -lt $((span * $(getconf CLK_TCK) / 20)) ] || each=1
say $each "it does not spin: $(((last_ticks - first_ticks) * 1000 / $(getconf CLK_TCK))) ms of a processor"
each=0
head -n 1 "$STAGE_DIR/refusal" | grep -q 503 && grep -qi '^Retry-After: [1-9]' "$STAGE_DIR/refusal" || each=1
say $each "to the end it answers 503 with Retry-After"
each=0
[ "$last_rated" -gt $((first_rated + span / 30)) ] || each=1
say $each "the counter went on: $((last_rated - first_rated)) visits rated meanwhile, $(wc -l <"$STAGE_DIR/missed") missed"

cluster_start data
back=$(date +%s%N)
tries=600
until [ "$(curl -so /dev/null -m 30 -w '%{http_code}' "$SERVER/healthz")" = 200 ] || [ $tries -eq 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done
[ $tries -gt 0 ] && each=0 || each=1
say $each "it serves $((($(date +%s%N) - back) / 1000000)) ms after the database is there"
wait $fleet || true # its sums are the book's, in which the counter writes too
cat "$STAGE_DIR/fleet.json"
written=$(of_fleet records)
there=$(ask "SELECT count(*) FROM main.lines JOIN main.devices USING (device_no) WHERE kind = 0 AND counter <> '77'")
[ "$written" = "$there" ] && [ "$written" = "$(of_fleet acknowledged)" ] && each=0 || each=1
say $each "every line of the devices is there once: $there of $written, $((($(date +%s%N) - back) / 1000000000)) s after the database"
kill $rating 2>/dev/null || true
wait $rating 2>/dev/null || true
helpers=
tries=1200
while [ "$(stage_pending kiosk)" != 0 ] && [ $tries -gt 0 ]; do
    sleep 1
    tries=$((tries - 1))
done
held=$(sqlite3 "$STAGE_DIR/kiosk/kiosk.db" 'SELECT count(*) FROM lines')
there=$(ask "SELECT count(*) FROM main.lines JOIN main.devices USING (device_no) WHERE counter = '77'")
[ "$held" = "$there" ] && [ "$held" -gt "$last_rated" ] && each=0 || each=1
say $each "every line of the counter is there once: $there of $held, $((($(date +%s%N) - back) / 1000000000)) s after the database"
each=0
stage_hailong verify --db "$url" --keys "$STAGE_DIR/server" >"$STAGE_DIR/verify" || each=$?
say $each "the database verifies"
look "afterwards"
exit $bad
