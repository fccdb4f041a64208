#!/bin/sh
# Citizens write on their telephones, in a real browser; the Office reads why
# they rated so and what they wrote, on the pages and as files that other
# programs open. An officer is shown none of it.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
. tools/ward.sh
stage_begin "$BUILD" "$BUILD/e2e/voices"
stage_server
ward_person an office 'Nguyễn Thị An'
ward_person binh officer 'Trần Văn Bình' --officer cb-07

bad=0
SERVER=$SERVER STAGE_DIR=$STAGE_DIR python3 tests/e2e/voices.py || bad=1
if stage_hailong verify --data "$STAGE_DIR/server"; then
    echo 'passed: the server verifies'
else
    echo 'failed: the server does not verify'
    bad=1
fi
exit "$bad"
