#!/bin/sh
# The same screen by each way of SDL onto the glass: the window's surface, its
# software renderer, and OpenGL. A visit runs on each, and the pictures are
# alike.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/renderers"
cat >"$STAGE_DIR/kiosk.ini" <<'INI'
[kiosk]
reduce_motion = yes
INI

stage_screen 1280 800
stage_server
stage_device counter 3 --name 'Quầy 3' >/dev/null

look() { # look NAME: one visit, a picture of its question
    stage_kiosk counter --window 1280x800 --config "$STAGE_DIR/kiosk.ini"
    stage_tap counter <<TXT
wait attract
rest 400
TXT
    # The machine leaves the screen without a turn while it is touched.
    kill -STOP "$STAGE_PID"
    echo 'tap attract.button' | stage_tap counter
    kill -CONT "$STAGE_PID"
    stage_tap counter <<TXT
wait rating
rest 1500
shot $STAGE_DIR/$1.png
tap level.4
wait reasons
tap reason.skip
wait thanks
TXT
    stage_stop "$STAGE_PID"
}

bad=0
look surface
for driver in software opengl; do
    SDL_RENDER_DRIVER=$driver
    export SDL_RENDER_DRIVER
    look "$driver"
    unset SDL_RENDER_DRIVER
    # Pixels that differ by more than a rounding.
    far=$(compare -metric AE -fuzz 2% "$STAGE_DIR/surface.png" "$STAGE_DIR/$driver.png" null: 2>&1 || true)
    grep -q "renderer $driver" "$STAGE_DIR/counter-kiosk.log" || far="another renderer ran; all"
    if [ "$far" = 0 ]; then
        echo "passed: $driver shows what the surface shows"
    else
        echo "failed: $driver: $far pixels differ from the surface"
        bad=1
    fi
done
exit $bad
