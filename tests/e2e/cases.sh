#!/bin/sh
# A dissatisfied citizen at a real screen, and what becomes of it: a case, two
# people who close it in a real browser, and a notice that the counter's device
# is told of.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/cases"
stage_screen 1280 800
stage_server
stage_device kiosk 3 --name 'Quầy 3' --field chung-thuc
for person in 'an office Nguyễn Thị An' 'chi office Lê Thị Chi' 'binh leader Trần Văn Bình' \
    'dung admin Phạm Dung'; do
    # shellcheck disable=SC2086
    set -- $person
    name=$1 role=$2
    shift 2
    echo 'mật khẩu để thử' | stage_hailong user add --data "$STAGE_DIR/server" \
        --name "$name" --role "$role" --display "$*"
done
stage_courier kiosk
stage_kiosk kiosk --window 1280x800
stage_tap kiosk <<'TXT'
wait attract
tap attract.button
wait rating
tap level.1
wait reasons
tap reason.skip
wait thanks
saved
TXT
stage_drain kiosk
# A quarter of an hour passes.
sqlite3 -cmd ".timeout 90000" "$STAGE_DIR/server/office.db" "DROP TRIGGER cases_keep;
    UPDATE cases SET quarter = quarter - 1"
SERVER=$SERVER STAGE_DIR=$STAGE_DIR python3 tests/e2e/cases.py
