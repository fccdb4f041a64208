#!/bin/sh
# A real browser of a telephone's size, its scripts turned off, answers at the
# real server; then both ledgers verify.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/phone"
stage_server
first_day=$(TZ=UTC-7 date +%Y-%m-%d)

SERVER=$SERVER STAGE_DIR=$STAGE_DIR python3 tests/e2e/phone.py

# What was answered is in the report, and both directories are sound.
bad=0
rated() {
    stage_hailong report --data "$STAGE_DIR/server" --format json \
        --from "$first_day" --to "$(TZ=UTC-7 date +%Y-%m-%d)" | tr -d ' \n' |
        sed 's/.*"total":{//; s/"rows":.*//; s/.*"levels":\(\[[0-9,]*\]\).*/\1/'
}
tries=600
while [ "$(rated)" != '[0,2,0,0,1]' ] && [ $tries -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done
if [ $tries -gt 0 ]; then
    echo 'passed: the report counts two of level 2 and one of level 5'
else
    echo "failed: the report: levels $(rated)"
    bad=1
fi
for directory in server server/phone; do
    if stage_hailong verify --data "$STAGE_DIR/$directory"; then
        echo "passed: $directory verifies"
    else
        echo "failed: $directory does not verify"
        bad=1
    fi
done
exit $bad
