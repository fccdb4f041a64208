#!/bin/sh
# A counter whose clock was lost, before a server with TLS: its certificate is
# not valid yet in 1970, nor any more in 2126, and still everything arrives. A
# certificate that really is out of date stays refused.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/lost_clock"
stage_leave_to_plain_programs
export SDL_VIDEODRIVER=dummy
passed() { echo "passed: $1"; }
failed() {
    echo "failed: $1: $2"
    bad=1
}

# The monotonic clock stays true, as it does on such a machine. Not by the
# command faketime: it refuses to start where one that was killed left the name
# of its process behind, and its library is not made for threads.
fake=$(dpkg -L libfaketime | grep '/libfaketimeMT.so.1$')
at() { # at TIME COMMAND…
    export LD_PRELOAD="$fake" FAKETIME="@$1" FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1
    shift
    at_status=0
    "$@" || at_status=$?
    unset LD_PRELOAD FAKETIME
    return $at_status
}
# A start and a stop of the screen: two lines of the ledger.
saved() { grep -qs '"ev":"saved"' "$STAGE_DIR/kiosk.trace"; }
two_lines() { # two_lines TIME
    at "$1" stage_kiosk kiosk --window 1280x800
    within 60 saved || stage_fail "the screen wrote nothing at $1"
    stage_stop "$STAGE_PID"
}
send() { # send TIME
    at "$1" "$BUILD/hailong-sync" --data "$STAGE_DIR/kiosk" --once >>"$STAGE_DIR/sync.log" 2>&1
}

certificate() { # certificate NAME DAYS
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$2" \
        -subj /CN=ward -addext subjectAltName=IP:127.0.0.1 -keyout "$STAGE_DIR/$1.key" \
        -out "$STAGE_DIR/$1.pem" 2>/dev/null
}
certificate good 30
stage_server --tls-cert "$STAGE_DIR/good.pem" --tls-key "$STAGE_DIR/good.key"
server=$STAGE_PID
port=$(cat "$STAGE_DIR/port")
code=$(stage_hailong device add --data "$STAGE_DIR/server" --counter 3 --json |
    sed -n 's/.*"code": *"\([^"]*\)".*/\1/p')
stage_hailong enrol --server "https://127.0.0.1:$port" --code "$code" \
    --data "$STAGE_DIR/kiosk" --ca "$STAGE_DIR/good.pem" >/dev/null

pending() { stage_pending kiosk; }
for when in '1970-01-02 00:00:00' '2126-11-23 09:00:00'; do
    two_lines "$when"
    [ "$(pending)" -ge 2 ] || stage_fail "the screen kept no two lines at $when"
    if send "$when" && [ "$(pending)" = 0 ]; then
        passed "all is sent by a clock of $when"
    else
        failed "all is sent by a clock of $when" "$(tail -n 2 "$STAGE_DIR/sync.log")"
    fi
done

# The same key, but a certificate that ended yesterday: the server's own time
# says so too.
stage_stop "$server"
at '2021-01-01 00:00:00' openssl req -x509 -key "$STAGE_DIR/good.key" -days 1 -subj /CN=ward \
    -addext subjectAltName=IP:127.0.0.1 -out "$STAGE_DIR/ended.pem"
cp "$STAGE_DIR/ended.pem" "$STAGE_DIR/good.pem"
rm -f "$STAGE_DIR/port"
stage_server --tls-cert "$STAGE_DIR/ended.pem" --tls-key "$STAGE_DIR/good.key" --listen "127.0.0.1:$port"
two_lines '1970-01-02 00:00:00'
status=0
send '1970-01-02 00:00:00' || status=$?
if [ $status -eq 3 ] && [ "$(pending)" -ge 2 ]; then
    passed "a certificate that has ended is refused"
else
    failed "a certificate that has ended is refused" "exit $status, $(pending) waiting"
fi
exit $bad
