#!/bin/sh
# The server's own papers: made once as files, mailed through a relay that is
# away, turns them down, asks for TLS and a password, and is slow; and nothing of
# the password is ever in a log or a list of processes.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/post"
mkdir -p "$STAGE_DIR/relay"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$STAGE_DIR/relay/key.pem" -out "$STAGE_DIR/relay/cert.pem" 2>/dev/null
printf 'mat khau bi mat 7319\n' >"$STAGE_DIR/relay/password"
chmod 600 "$STAGE_DIR/relay/password"

# Once, for the database; its days are filled in then.
stage_server
stage_stop "$STAGE_PID"
export STAGE_DIR BUILD
python3 tests/e2e/post.py
