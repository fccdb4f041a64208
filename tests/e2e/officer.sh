#!/bin/sh
# The officer's page in a real browser, beside a real screen: invited by
# keyboard, shown, answered, withdrawn, declined, and still there after a restart
# of the server. The level is nowhere on the officer's side.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/officer"
cat >"$STAGE_DIR/kiosk.ini" <<'INI'
[times]
rating_ms = 600000
reasons_ms = 60000
thanks_ms = 1000
declined_ms = 1000
INI

stage_screen 1280 800
stage_server --mode transaction
server=$STAGE_PID
stage_device kiosk 3 --name 'Quầy 3' --field chung-thuc
key=$(stage_hailong key add --data "$STAGE_DIR/server" --role feed --name 'Mot cua' --json |
    sed -n 's/.*"key": *"\([^"]*\)".*/\1/p')
echo 'mật khẩu để thử' | stage_hailong user add --data "$STAGE_DIR/server" \
    --name binh --role officer --officer cb-07 --display 'Trần Văn Bình'
stage_courier kiosk
stage_kiosk kiosk --window 1280x800 --config "$STAGE_DIR/kiosk.ini"

# The officer says by two files when the server is to go and to come back.
until_file() { while [ ! -e "$STAGE_DIR/$1" ]; do sleep 0.1; done; }
KEY=$key SERVER=$SERVER STAGE_DIR=$STAGE_DIR TAPPER=$STAGE_BUILD/tools/tapper \
    python3 tests/e2e/officer.py &
officer=$!
until_file away
stage_stop "$server"
until_file back
stage_server --mode transaction --listen "127.0.0.1:${SERVER##*:}"
bad=0
wait "$officer" || bad=1

holds() { # holds NAME TEXT WANTED
    case $2 in
    *"$3"*) echo "passed: $1" ;;
    *)
        echo "failed: $1: no $3 in $2"
        bad=1
        ;;
    esac
}
trail() { # trail ACTION
    sqlite3 "$STAGE_DIR/server/office.db" "SELECT who || ': ' || detail FROM audit
        WHERE action = '$1' ORDER BY audit_no"
}
stage_drain kiosk
holds "the trail has who took the seat" "$(trail seat-taken)" 'user binh: counter 3'
holds "the trail has who invited" "$(trail invitation-made)" 'user binh: counter 3'
holds "the trail has who withdrew, and why" "$(trail invitation-withdrawn)" 'user binh: Nhầm hồ sơ'
visits=$(sqlite3 "$STAGE_DIR/kiosk/kiosk.db" "SELECT group_concat(json_extract(line, '\$.outcome') || ' '
    || json_extract(line, '\$.officer')) FROM (SELECT CAST(line AS TEXT) AS line FROM lines
    WHERE outcome IS NOT NULL ORDER BY gen, seq)")
holds "the ledger has each visit and who served" "$visits" \
    'rated cb-07,withdrawn cb-07,declined cb-07,declined cb-07'
if grep -rqa '261123-44' "$STAGE_DIR" --include='*.db*' --include='*.ring' --include='*.log' --include='*.trace'; then
    echo "failed: no code is on a disk: $(grep -rla '261123-44' "$STAGE_DIR")"
    bad=1
else
    echo 'passed: no code is on a disk'
fi
exit $bad
