#!/bin/sh
# A screen that is set up from the office, all the way: the page shows what will
# change, the screen changes between two visits without a restart; a question set
# that it does not have is refused, told to the office, and taken back; a revoked
# screen takes no more, and its successor has the counter.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/fleet"
cat >"$STAGE_DIR/kiosk.ini" <<'INI'
[times]
rating_ms = 600000
reasons_ms = 60000
thanks_ms = 1000
trial_ms = 1500
INI

# The server has a question set that the counters do not have yet.
own=$HAILONG_ASSETS
mkdir "$STAGE_DIR/assets"
for each in "$own"/*; do ln -s "$each" "$STAGE_DIR/assets/"; done
rm "$STAGE_DIR/assets/surveys"
cp -r "$own/surveys" "$STAGE_DIR/assets/surveys"
sed 's/"id": *"quay"/"id": "moi"/' "$own/surveys/quay.json" >"$STAGE_DIR/assets/surveys/moi.json"

stage_screen 1280 800
HAILONG_ASSETS=$STAGE_DIR/assets
stage_server --heartbeat-s 5 --first-contact-s 0
HAILONG_ASSETS=$own
echo 'mật khẩu để thử' | stage_hailong user add --data "$STAGE_DIR/server" \
    --name quan --role admin --display 'Ông Quân'
stage_device kiosk 3 --name 'Quầy 3' --point tru-so
stage_device other 4 --name 'Quầy 4' --point chi-nhanh
stage_courier kiosk
stage_kiosk kiosk --window 1280x800 --config "$STAGE_DIR/kiosk.ini"
SERVER=$SERVER STAGE_DIR=$STAGE_DIR STAGE_BUILD=$STAGE_BUILD KIOSK=$STAGE_PID \
    python3 tests/e2e/fleet.py
