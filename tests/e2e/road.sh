#!/bin/sh
# The whole road: real clicks in a real window, through store, courier and
# server, into the report. ROAD_SLOW=4: so many times longer on each screen, for
# programs that something slows down.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/road"

slow=${ROAD_SLOW:-1}
cat >"$STAGE_DIR/kiosk.ini" <<INI
[times]
rating_ms = $((6000 * slow))
reasons_ms = $((6000 * slow))
thanks_ms = $((1500 * slow))
INI

bad=0
passed() { echo "passed: $1"; }
failed() {
    echo "failed: $1: $2"
    bad=1
}
# The figures since this began as JSON, on one line.
first_day=$(TZ=UTC-7 date +%Y-%m-%d)
summary() {
    stage_hailong report --data "$STAGE_DIR/server" --format json "$@" \
        --from "$first_day" --to "$(TZ=UTC-7 date +%Y-%m-%d)" | tr -d ' \n'
}
holds() { # holds NAME TEXT WANTED
    case $2 in
    *"$3"*) passed "$1" ;;
    *) failed "$1" "no $3 in $2" ;;
    esac
}
total() { # the "total" row of a summary
    printf '%s' "$1" | sed 's/.*"total":{//; s/"rows":.*//'
}

# Tall enough for the window where it stands, landscape and portrait.
stage_screen 1280 2200
stage_server
stage_device kiosk 3 --name 'Quầy 3' --field chung-thuc
stage_courier kiosk
stage_kiosk kiosk --window 1280x800 --config "$STAGE_DIR/kiosk.ini"
kiosk=$STAGE_PID

visit() { # visit LEVEL [REASON…]
    printf 'wait attract\ntap attract.button\nwait rating\ntap level.%s\nwait reasons\n' "$1"
    shift
    for reason in "$@"; do printf 'tap %s\n' "$reason"; done
    if [ $# -gt 0 ]; then echo 'tap reason.send'; else echo 'tap reason.skip'; fi
    printf 'wait thanks\nsaved\n'
}

# Two 5, one 4, one 3, one 1; one level changed from 2 to 4; one walked away
# after a 5; one walked away without a level. Landscape, then portrait.
stage_tap kiosk <<TXT
wait attract
$(visit 5)
$(visit 5 reason.high.1 reason.high.2)
$(visit 4)
$(visit 3 reason.low.1)
resize 800 1280
rest 500
$(visit 1 reason.low.3)
wait attract
tap attract.button
wait rating
tap level.2
wait reasons
tap reason.change
wait rating
tap level.4
wait reasons
tap reason.skip
wait thanks
saved
wait attract
tap attract.button
wait rating
tap level.5
wait reasons
wait thanks
saved
wait attract
tap attract.button
wait rating
wait attract
saved
TXT
stage_drain kiosk
row=$(total "$(summary)")
holds "the clicks are in the report" "$row" '"levels":[1,0,1,2,3]'
holds "who walked away is counted apart" "$row" '"timeout":1'
holds "5 of 7 satisfied prints 71,4" "$row" '71,4'

# Killed between the tap and the end of the visit: the level stays, without
# anything else, and the next start closes it.
stage_tap kiosk <<TXT
wait attract
tap attract.button
wait rating
tap level.4
draft
wait reasons
tap reason.high.1
TXT
kill -9 "$kiosk"
wait "$kiosk" 2>/dev/null || true
stage_kiosk kiosk --window 1280x800 --config "$STAGE_DIR/kiosk.ini"
kiosk=$STAGE_PID
stage_tap kiosk <<TXT
wait attract
rest 500
TXT
stage_drain kiosk
row=$(total "$(summary)")
holds "a visit that the power cut ended keeps its level" "$row" '"levels":[1,0,1,3,3]'
drafts=$(sqlite3 "$STAGE_DIR/kiosk/kiosk.db" 'SELECT count(*) FROM drafts')
if [ "$drafts" = 0 ]; then passed "no half visit is left"; else failed "no half visit is left" "$drafts drafts"; fi

# The server is away: the screen goes on, and all comes in later.
server=$(cat "$STAGE_DIR/port")
stage_hailong status --data "$STAGE_DIR/kiosk" >/dev/null
for pid in $STAGE_PIDS; do
    if grep -qa hailong-server "/proc/$pid/cmdline" 2>/dev/null; then stage_stop "$pid"; fi
done
stage_tap kiosk <<TXT
$(visit 2)
$(visit 5)
TXT
waiting=$(stage_pending kiosk)
if [ "$waiting" -ge 2 ]; then passed "offline visits wait on the device"; else failed "offline visits wait on the device" "$waiting"; fi
stage_server --listen "127.0.0.1:$server"
stage_drain kiosk
row=$(total "$(summary)")
holds "they are counted when the server is back" "$row" '"levels":[1,1,1,3,4]'

rows=$(summary --by counter)
holds "the counter's row" "$rows" '"key":"3"'
if stage_hailong verify --data "$STAGE_DIR/server" && stage_hailong verify --data "$STAGE_DIR/kiosk"; then
    passed "both ledgers verify"
else
    failed "both ledgers verify" "see above"
fi

# The chain with nothing but sha256sum, as anybody can check it.
sqlite3 "$STAGE_DIR/kiosk/kiosk.db" 'SELECT line FROM lines ORDER BY gen, seq' >"$STAGE_DIR/lines"
prev=0000000000000000000000000000000000000000000000000000000000000000
chain=whole
while IFS= read -r line; do
    case $line in
    *"\"prev\":\"$prev\""*) ;;
    *) chain=broken ;;
    esac
    prev=$(printf '%s' "$line" | sha256sum | cut -d' ' -f1)
done <"$STAGE_DIR/lines"
if [ $chain = whole ]; then passed "sha256sum follows the chain"; else failed "sha256sum follows the chain" "$STAGE_DIR/lines"; fi

# SIGTERM in the middle of a visit ends it as its draft says.
kill "$kiosk"
if wait "$kiosk"; then passed "the screen ends cleanly"; else failed "the screen ends cleanly" "exit $?"; fi
exit $bad
