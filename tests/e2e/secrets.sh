#!/bin/sh
# Every program with the most talkative log, with secrets that are known here:
# none of them is in a log, in a list of processes or in a file that others can
# read.
set -eu
cd "$(dirname "$0")/../.."
umask 022 # what is for its owner alone is so by the programs' own doing
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/secrets"
export SDL_VIDEODRIVER=dummy SDL_AUDIODRIVER=dummy
mkdir -p "$STAGE_DIR/relay"
printf 'mat khau bi mat 4410\n' >"$STAGE_DIR/relay/password"
chmod 600 "$STAGE_DIR/relay/password"
# A relay that is not there: the server tries, and tells why it could not.
cat >"$STAGE_DIR/server.ini" <<INI
[server]
log_level = debug
[mail]
mail_host = 127.0.0.1
mail_port = 9
mail_tls = none
mail_user = hailong
mail_password_file = $STAGE_DIR/relay/password
mail_from = hailong@phuong.example
mail_to = van-phong@phuong.example
INI

# The database is made by the operator's command, before the server's first start.
mkdir -m 755 "$STAGE_DIR/server"
stage_hailong key add --data "$STAGE_DIR/server" --role office --name 'Văn phòng' >/dev/null
chmod 700 "$STAGE_DIR/server"
stage_server --config "$STAGE_DIR/server.ini" --mode transaction
stage_device kiosk 3 --name 'Quầy 3' >"$STAGE_DIR/enrol.out"
stage_start kiosk-sync.log "$STAGE_BUILD/hailong-sync" --data "$STAGE_DIR/kiosk" \
    --poll-ms 200 --log-level debug
stage_kiosk kiosk --window 1280x800 --log-level debug
export STAGE_DIR SERVER BUILD STAGE_CODE="$stage_code" STAGE_PIDS
python3 tests/e2e/secrets.py
