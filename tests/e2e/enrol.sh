#!/bin/sh
# Two bare machines become counters of a ward whose certificate nobody else knows:
# one by a stick with everybody's codes, one by a scanner at its screen. Real
# programs, real keys, TLS; and the table and the sheets that they come from.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/enrol"
passed() { echo "passed: $1"; }
tls=$(pwd)/tests/operator/tls
stage_screen 1280 800
stage_server --tls-cert "$tls/server.pem" --tls-key "$tls/server.key"
server=https://127.0.0.1:$(cat "$STAGE_DIR/port")

printf 'Quầy;Tên;Lĩnh vực;Điểm\r\n1;Quầy số 1;chung-thuc;tru-so\r\n2;Quầy số 2;;\r\n' >"$STAGE_DIR/table.csv"
stage_hailong device add --data "$STAGE_DIR/server" --csv "$STAGE_DIR/table.csv" --server "$server" \
    --file "$STAGE_DIR/hailong-enrol.txt" --sheets "$STAGE_DIR/sheets.pdf" --json >"$STAGE_DIR/added.json"
pdftotext -raw "$STAGE_DIR/sheets.pdf" - >"$STAGE_DIR/sheets.txt"
for words in 'Quầy 1' 'Quầy 2' 'Quầy số 2' 'chung-thuc' "$(sed -n 's/.*"code": *"\([^"]*\)".*/\1/p' "$STAGE_DIR/added.json" | head -1)"; do
    grep -qF "$words" "$STAGE_DIR/sheets.txt" || stage_fail "the sheets do not say $words"
done
passed "the sheets say what they have to"

machine() { # machine NAME: an empty directory, a screen, a courier, a place for sticks
    mkdir -p "$STAGE_DIR/$1" "$STAGE_DIR/$1-stick"
    stage_start "$1-sync.log" "$STAGE_BUILD/hailong-sync" --data "$STAGE_DIR/$1" --stick "$STAGE_DIR/$1-stick"
    stage_kiosk "$1" --window 1280x800
    stage_tap "$1" <<TXT
wait out-of-service
TXT
}
counter_of() { sed -n 's/.*"counter": *"\([^"]*\)".*/\1/p' "$STAGE_DIR/$1/device.json" | head -1; }

# Nobody touches anything.
machine first
start=$(date +%s%N)
cp "$STAGE_DIR/hailong-enrol.txt" "$STAGE_DIR/first-stick/"
stage_tap first <<TXT
wait attract
shot $STAGE_DIR/shots/by-stick.png
TXT
echo "by stick: $((($(date +%s%N) - start) / 1000000)) ms from the plug to the counter's screen"
[ "$(counter_of first)" = 1 ] || stage_fail "the stick's first code is not counter 1's"
passed "a stick enrols a machine by itself"
stage_stop "$STAGE_PID" # its screen; the window is the second's now

# The first code is used; the second one is on paper, for a scanner.
voucher=$(sed -n 's/^\(HAILONG[^ ]*\) .*/\1/p' "$STAGE_DIR/hailong-enrol.txt" | tail -1)
machine second
# A machine that is busy with other tests may not see the keys as fast as a scanner
# sends them; then it takes them for somebody's typing, and one scans again.
scan() {
    "$STAGE_BUILD/tools/tapper" --trace "$STAGE_DIR/second.trace" --patience 5000 2>"$STAGE_DIR/scan.log" <<TXT
type $voucher
wait enrolment
TXT
}
tries=10
start=$(date +%s%N)
until scan; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || stage_fail "the scanned code opens no form: $(cat "$STAGE_DIR/scan.log")"
    start=$(date +%s%N)
done
stage_tap second <<TXT
rest 300
shot $STAGE_DIR/shots/scanned.png
tap key.2
rest 250
tap key.4
rest 250
tap key.6
rest 250
tap key.8
rest 250
tap key.1
rest 250
tap key.0
rest 250
tap enrol.submit
wait attract
shot $STAGE_DIR/shots/by-scanner.png
TXT
echo "by scanner: $((($(date +%s%N) - start) / 1000000)) ms from the scan to the counter's screen"
[ "$(counter_of second)" = 2 ] || stage_fail "the scanned code is not counter 2's"
passed "a scanned code enrols a machine"

# Whoever comes third is told that nothing is left, and what to do.
stage_stop "$STAGE_PID"
machine third
cp "$STAGE_DIR/hailong-enrol.txt" "$STAGE_DIR/third-stick/"
stage_tap third <<TXT
wait enrolment
rest 1500
shot $STAGE_DIR/shots/used-up.png
TXT
tries=600
until grep -q 'enrolment from the stick: no code of the file works any more (2 used' "$STAGE_DIR/third-sync.log"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] ||
        stage_fail "the courier's log does not say that the codes are used"
    sleep 0.1
done
[ ! -e "$STAGE_DIR/third/device.json" ] || stage_fail "the third machine enrolled"
passed "a stick without a code that works says so"
