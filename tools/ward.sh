# A server with the past of an invented ward and with people of every role, for
# browsers to look at. Sourced after tools/stage.sh.
#
#   ward_begin DAYS [OPTION…]   of hailong-server; sets SERVER and MONTH, the
#                               newest official month that is whole
#   ward_tap LEVEL              one more visit, at counter 1, now
#
# The people are called an (office), lan (leader), binh (officer) and khoa
# (admin), with WARD_PASSWORD.

export WARD_PASSWORD='mật khẩu để thử'

ward_person() { # ward_person NAME ROLE DISPLAY [OPTION…]
    ward_name=$1
    ward_role=$2
    ward_display=$3
    shift 3
    echo "$WARD_PASSWORD" | stage_hailong user add --data "$STAGE_DIR/server" \
        --name "$ward_name" --role "$ward_role" --display "$ward_display" "$@" >/dev/null
}

ward_begin() {
    ward_days=$1
    shift
    # Today's figures begin anew at midnight in Vietnam: not while they are looked at.
    ward_left=$((86400 - ($(date +%s) + 25200) % 86400))
    [ $ward_left -gt 240 ] || sleep $((ward_left + 1))
    stage_server --mode transaction "$@"
    ward_person an office 'Nguyễn Thị An'
    ward_person lan leader 'Lê Thị Lan'
    ward_person binh officer 'Trần Văn Bình' --officer cb-01
    ward_person khoa admin 'Phạm Minh Khoa'
    mkfifo "$STAGE_DIR/taps"
    # shellcheck disable=SC2016 # for the inner shell
    stage_start history.log sh -c 'exec "$1" "$2" "$3" "$4" <"$5"' history \
        "$STAGE_BUILD/tests/e2e/history" "$STAGE_DIR/server" \
        "${SERVER##*:}" "$ward_days" "$STAGE_DIR/taps"
    # Held open, so that the player waits for more.
    exec 7>"$STAGE_DIR/taps"
    ward_tries=1800
    until [ -s "$STAGE_DIR/history.log" ] || [ $ward_tries -eq 0 ]; do
        sleep 0.1
        ward_tries=$((ward_tries - 1))
    done
    grep -qx ready "$STAGE_DIR/history.log" || stage_fail "no history; see $STAGE_DIR/history.log"
    # shellcheck disable=SC2034 # for the caller
    if [ "$(TZ=UTC-7 date +%-d)" -ge 15 ]; then
        MONTH=hanh-chinh:$(TZ=UTC-7 date +%Y-%m)
    else
        MONTH=hanh-chinh:$(TZ=UTC-7 date -d "$(TZ=UTC-7 date +%Y-%m-15) -1 month" +%Y-%m)
    fi
}

ward_tap() {
    echo "$1" >&7
}
