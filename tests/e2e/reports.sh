#!/bin/sh
# The Office takes reports along in a real browser, every form opened by another
# program; issues one, enters a paper form and issues it again. What was issued
# is counted again from the ledger.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
. tools/ward.sh
stage_begin "$BUILD" "$BUILD/e2e/reports"
stage_server
ward_person an office 'Nguyễn Thị An'
ward_person lan leader 'Trần Thị Lan'

bad=0
SERVER=$SERVER STAGE_DIR=$STAGE_DIR WARD_PASSWORD=$WARD_PASSWORD /usr/bin/python3 tests/e2e/reports.py || bad=1
for file in "$STAGE_DIR"/issued-*.json; do
    if stage_hailong verify --data "$STAGE_DIR/server" --report "$file"; then
        echo "passed: what was issued is what the lines give"
    else
        echo "failed: $file is not what the lines give"
        bad=1
    fi
done
if stage_hailong verify --data "$STAGE_DIR/server"; then
    echo 'passed: the server verifies'
else
    echo 'failed: the server does not verify'
    bad=1
fi
exit "$bad"
