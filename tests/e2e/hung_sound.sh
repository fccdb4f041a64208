#!/bin/sh
# A loudspeaker that hangs while the counter is switched off: it takes a second to close,
# or an hour. The screen ends by itself all the same, and has written that it did.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/hung_sound"
export SDL_VIDEODRIVER=dummy SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILE="$STAGE_DIR/heard"
ENOUGH_S=60 # the two seconds of its patience, on a slow machine

stage_server
stage_device counter 3 >/dev/null

saved() { [ "$(grep -c '"ev":"saved"' "$STAGE_DIR/counter.trace")" -ge 1 ]; }
ended() { ! kill -0 "$STAGE_PID" 2>/dev/null; }

# One second is within its patience, an hour is not.
for close_ms in 1000 3600000; do
    each=0
    rm -f "$SDL_DISKAUDIOFILE"
    SDL_DISKAUDIODELAY=$close_ms stage_kiosk counter --window 1280x800
    within 60 test -e "$SDL_DISKAUDIOFILE" # the device is open
    within 60 saved
    kill "$STAGE_PID"
    must within $ENOUGH_S ended
    status=0
    ended || kill -9 "$STAGE_PID"
    stage_wait "$STAGE_PID" || status=$?
    must [ $status -eq 0 ]
    [ $close_ms -eq 1000 ] || must grep -q 'the sound device hangs' "$STAGE_DIR/counter-kiosk.log"
    # Its start and its stop.
    must [ "$(stage_pending counter)" -ge 2 ]
    say $each "a loudspeaker that takes $close_ms ms to close does not hold the end"
done
exit $bad
