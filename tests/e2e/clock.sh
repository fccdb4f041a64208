#!/bin/sh
# A counter whose clock is lost, ten years ahead, set in the middle of a visit,
# and a machine that starts in 1970 each time, through screen, courier and server
# into the report: what is wrong with the device's clock moves no visit into
# another month. The true time is the server's; it starts before the end of an
# official month.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/clock"
stage_leave_to_plain_programs
bad=0
passed() { echo "passed: $1"; }
failed() {
    echo "failed: $1: $2"
    bad=1
}
holds() { # holds NAME TEXT WANTED
    case $2 in
    *"$3"*) passed "$1" ;;
    *) failed "$1" "no $3 in $2" ;;
    esac
}

fake=$(dpkg -L libfaketime | grep '/libfaketimeMT.so.1$')
machine=$BUILD/tests/e2e/machine.so
cat >"$STAGE_DIR/kiosk.ini" <<'INI'
[times]
reasons_ms = 60000
thanks_ms = 1500
INI

# A clock is a file: by how many seconds it is off the real one. The clocks that
# only run are left alone.
set_clock() { # set_clock NAME TIME
    printf '%+d\n' $(($(date -u -d "$2" +%s) - $(date +%s))) >"$STAGE_DIR/$1.clock.new"
    mv "$STAGE_DIR/$1.clock.new" "$STAGE_DIR/$1.clock"
}
by_clock() { # by_clock NAME COMMAND…
    export LD_PRELOAD="$fake" FAKETIME_TIMESTAMP_FILE="$STAGE_DIR/$1.clock" FAKETIME_NO_CACHE=1 \
        FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1
    if [ "$1" = device ]; then LD_PRELOAD="$machine $fake"; fi
    shift
    "$@"
    unset LD_PRELOAD FAKETIME_TIMESTAMP_FILE
}
start_machine() { # start_machine BOOT
    MACHINE_BOOT=$1
    MACHINE_UP=$(awk '{printf "%d", $1 * 1000 - 20000}' /proc/uptime)
    export MACHINE_BOOT MACHINE_UP
}
start_kiosk() {
    by_clock device stage_kiosk kiosk --window 1280x800 --config "$STAGE_DIR/kiosk.ini"
    kiosk=$STAGE_PID
}
start_courier() {
    by_clock device stage_courier kiosk
    courier=$STAGE_PID
}
rate() { # rate LEVEL
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
}
# The levels of a month, and how many of its times are estimates.
month() {
    by_clock true stage_hailong report --data "$STAGE_DIR/server" --format json \
        --period "hanh-chinh:$1" | tr -d ' \n' |
        sed 's/.*"unanchored":\([0-9]*\).*"total":{[^}]*"levels":\(\[[0-9,]*\]\).*/\2 \1/'
}

set_clock true '2026-12-14 16:30:00'   # 23:30 of the 14th in Vietnam
set_clock device '1970-01-01 00:05:00'
stage_screen 1280 1000
by_clock true stage_server
by_clock true stage_device kiosk 3 --name 'Quầy 3' --field chung-thuc
start_machine 11111111-1111-4111-8111-111111111111
start_courier
start_kiosk

rate 5
stage_drain kiosk
# Ten years ahead between the answer and the end.
stage_tap kiosk <<'TXT'
wait attract
tap attract.button
wait rating
tap level.4
wait reasons
TXT
set_clock device '2036-12-14 09:00:00'
stage_tap kiosk <<'TXT'
wait reasons
tap reason.skip
wait thanks
saved
TXT
stage_drain kiosk

# The month ends; nobody needs to wait for it.
set_clock true '2026-12-14 17:00:30'
rate 1
stage_drain kiosk
status=$(by_clock device stage_hailong status --english --data "$STAGE_DIR/kiosk")
holds "the status calls the clock unsure" "$status" "unsure: not synchronised"
holds "and tells how far it is from the server's" "$status" " s ahead of the server's"

# Without network, and switched off twice. The battery is dead.
stage_stop "$courier"
stage_stop "$kiosk"
set_clock device '1970-01-01 00:00:30'
start_machine 22222222-2222-4222-8222-222222222222
start_kiosk
rate 2
stage_stop "$kiosk"
sleep 1
set_clock device '1970-01-01 00:00:30'
start_machine 33333333-3333-4333-8333-333333333333
MACHINE_UP=$(awk '{printf "%d", $1 * 1000}' /proc/uptime)
start_kiosk
start_courier
rate 3
stage_drain kiosk

holds "the month before midnight" "$(month 2026-12)" '[0,0,0,1,1] 0'
holds "the month after it, one of its times an estimate" "$(month 2027-01)" '[1,1,1,0,0] 1'
text=$(by_clock true stage_hailong report --data "$STAGE_DIR/server" --period hanh-chinh:2027-01)
holds "the report says so in words" "$text" 'thời điểm của 1 lượt chỉ là ước tính'

# By sequence, with both times: the device's, and the one that counts.
rows=$(sqlite3 "$STAGE_DIR/server/office.db" \
    "SELECT group_concat(level || substr('ABCD', quality + 1, 1) || strftime('%Y', device_at / 1000, 'unixepoch'), ' ')
     FROM (SELECT * FROM visits ORDER BY seq)")
holds "order by sequence, both times kept" "$rows" '5A1970 4A2036 1A2036 2B1970 3A1970'
turned=$(sqlite3 "$STAGE_DIR/server/office.db" \
    'SELECT count(*) FROM visits a JOIN visits b ON b.seq > a.seq AND b.at < a.at')
if [ "$turned" = 0 ]; then passed "nothing stands before what came before it"; else failed "nothing stands before what came before it" "$turned"; fi
lines=$(sqlite3 "$STAGE_DIR/kiosk/kiosk.db" \
    "SELECT group_concat(coalesce(line ->> 'event', 'visit') || ':' || (line ->> 'clock'), ' ')
     FROM (SELECT * FROM lines ORDER BY gen, seq)")
holds "the step stands before its visit, the clock is unsure" "$lines" \
    'start:unsure visit:unsure clock:unsure visit:unsure visit:unsure stop:unsure start:unsure visit:unsure'
if by_clock true stage_hailong verify --data "$STAGE_DIR/server" && by_clock true stage_hailong verify --data "$STAGE_DIR/kiosk"; then
    passed "both ledgers verify"
else
    failed "both ledgers verify" "see above"
fi
exit $bad
