#!/bin/sh
# The whole road of tests/e2e/road.sh with each program under valgrind's
# memcheck. Needs valgrind; takes some minutes. BUILD is the folder of the
# programs; reports stay in BUILD/valgrind.
set -eu
cd "$(dirname "$0")/../.."
programs=$(cd "$BUILD" && pwd)
here=$programs/valgrind
rm -rf "$here"
mkdir -p "$here/tools" "$here/reports"
# A citizen who has patience and a slow hand: a frame takes half a second here.
cat >"$here/tools/tapper" <<TXT
#!/bin/sh
awk '/^tap [a-z]/ { print (n++ ? "rest 2500" : "rest 12000"); print "press " \$2 " 1200"; next } { print }' |
    exec "$programs/tools/tapper" --patience 60000 "\$@"
TXT
chmod +x "$here/tools/tapper"
for program in hailong-kiosk hailong-sync hailong-server hailong; do
    # Leaks of libraries that keep their own to the end are not ours.
    cat >"$here/$program" <<TXT
#!/bin/sh
exec valgrind --quiet --trace-children=no --leak-check=full \\
    --errors-for-leak-kinds=definite --show-leak-kinds=definite \\
    --suppressions="$(pwd)/tests/faults/valgrind.supp" \\
    --log-file="$here/reports/$program.%p" "$programs/$program" "\$@"
TXT
    chmod +x "$here/$program"
done
status=0
ROAD_SLOW=${ROAD_SLOW:-8} BUILD=$here sh tests/e2e/road.sh || status=1
runs=$(find "$here/reports" -type f | wc -l)
said=$(find "$here/reports" -type f -size +0 | sort)
if [ -z "$said" ] && [ "$runs" -gt 0 ]; then
    echo "passed: $runs runs of the programs, nothing found"
else
    echo "failed: $runs runs of the programs, memcheck reports:"
    # shellcheck disable=SC2086
    [ -z "$said" ] || cat $said
    status=1
fi
exit $status
