#!/bin/sh
# The server's own clock an hour ahead, and then an hour behind, while the
# counter's is right. What the server says counts: a visit of that hour gets its
# time by the wrong clock, and may be taken for one out of hours. Nothing is
# refused or lost, both times are kept, the counter and the watcher see the hour
# between them, and what comes after the clock was set right is right at once.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/server_clock"
stage_leave_to_plain_programs
bad=0
holds() { # holds NAME TEXT WANTED
    case $2 in
    *"$3"*) echo "passed: $1" ;;
    *)
        echo "failed: $1: no $3 in $2"
        bad=1
        ;;
    esac
}

# Clocks are files, which programs read once a second: by how many seconds each
# is off.
fake=$(dpkg -L libfaketime | grep '/libfaketimeMT.so.1$')
right=$(($(date -u -d '2026-12-14 09:40:00' +%s) - $(date +%s))) # a Monday, 16:40 in Vietnam
set_clock() { # set_clock NAME SECONDS: ahead of the right one
    printf '%+d\n' $((right + $2)) >"$STAGE_DIR/$1.clock.new"
    mv "$STAGE_DIR/$1.clock.new" "$STAGE_DIR/$1.clock"
    sleep 1.2
}
by_clock() { # by_clock NAME COMMAND…
    export LD_PRELOAD="$fake" FAKETIME_TIMESTAMP_FILE="$STAGE_DIR/$1.clock" FAKETIME_CACHE_DURATION=1 \
        FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1
    shift
    "$@"
    unset LD_PRELOAD FAKETIME_TIMESTAMP_FILE
}
rate() { # rate LEVEL, and it is sent
    stage_tap kiosk <<TXT
wait attract
tap attract.button
wait rating
tap level.$1
wait reasons
tap reason.skip
wait thanks
saved
TXT
    stage_drain kiosk
}
offset() { # as a watcher reads it, in hours; what is added keeps 0 from being -0
    curl -s "$SERVER/metrics" | awk '/^hailong_device_clock_offset_seconds/ && /counter="3"/ {printf "%.1f", $NF / 3600 + 0.001}'
}
settled() { # settled HOURS: what the last contact said, which may still come
    tries=900
    while [ "$(offset)" != "$1" ] && [ $tries -gt 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    offset
}

cat >"$STAGE_DIR/kiosk.ini" <<'INI'
[times]
reasons_ms = 60000
thanks_ms = 1500
INI
# With the half hour's grace a visit is in hours until 17:30.
echo '{"hours":{"mon":["07:30-17:00"]}}' >"$STAGE_DIR/hours.json"
set_clock device 0
set_clock server 0
stage_screen 1280 1000
by_clock server stage_server --hours "$STAGE_DIR/hours.json" --heartbeat-s 10
by_clock server stage_device kiosk 3 --name 'Quầy 3' --field chung-thuc
by_clock device stage_courier kiosk
by_clock device stage_kiosk kiosk --window 1280x800 --config "$STAGE_DIR/kiosk.ini"

rate 5
set_clock server 3600
rate 1
holds "the watcher sees the counter an hour behind an hour ahead" "$(settled -1.0)" "-1.0"
holds "the counter's status tells of it" "$(by_clock device stage_hailong status --english --data "$STAGE_DIR/kiosk")" \
    "behind the server's"
set_clock server 0
rate 4
set_clock server -3600
rate 3
holds "and an hour ahead of one that is behind" "$(settled 1.0)" "1.0"
set_clock server 0
rate 2
holds "and none when it is right" "$(settled 0.0)" "0.0"

# The hours in Vietnam by the counter's clock, and those that count, in order.
row=$(sqlite3 "$STAGE_DIR/server/office.db" \
    "SELECT group_concat(level || ':' || strftime('%H', device_at / 1000, 'unixepoch', '+7 hours')
                         || strftime('%H', at / 1000, 'unixepoch', '+7 hours'), ' ')
     FROM (SELECT * FROM visits ORDER BY seq)")
holds "by the counter's clock and by the server's" "$row" '5:1616 1:1617 4:1616 3:1615 2:1616'
flagged() {
    # 3: outside-hours
    sqlite3 "$STAGE_DIR/server/office.db" \
        'SELECT group_concat(v.level) FROM visit_flags f JOIN flag_visits USING (flag_no)
         JOIN visits v USING (device_no, gen, seq) WHERE f.rule = 3 AND f.lifted_at = 0'
}
tries=900
while [ -z "$(flagged)" ] && [ $tries -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done
holds "the one that seems to be of 17:40 alone is taken for one out of hours" "=$(flagged)=" "=1="
text=$(by_clock server stage_hailong report --data "$STAGE_DIR/server" --format json --period hanh-chinh:2026-12 | tr -d ' \n')
holds "all five are in the report" "$text" '"levels":[1,1,1,1,1]'
if by_clock server stage_hailong verify --data "$STAGE_DIR/server" >"$STAGE_DIR/verify"; then
    echo "passed: the database verifies"
else
    echo "failed: the database verifies: $(cat "$STAGE_DIR/verify")"
    bad=1
fi
exit $bad
