#!/bin/sh
# The demonstration without a display: it plays a morning through all five
# channels, and fails by itself when the report does not say exactly that.
set -u
cd "$(dirname "$0")/../.."
if env -u DISPLAY tools/demo "$BUILD"; then
    echo 'passed: the report says what was played'
else
    echo 'failed: the demonstration'
    exit 1
fi
if [ -s "$BUILD/demo/shots/2-invited.png" ] && [ -s "$BUILD/demo/shots/5-fields.png" ]; then
    echo 'passed: the pictures are there'
else
    echo 'failed: no pictures in build/demo/shots'
    exit 1
fi
