# The ways in which a ward's citizens are asked, each used as its people use it:
# the one-stop software with its key, the officer's page by what it asks the
# server, a receipt's token, a telephone's forms. Sourced after tools/stage.sh,
# when the server runs; curl does what they would do.
#
#   channels_open             people, passwords and the software's key
#   dossier NUMBER            a code of today: H24.12-261123-0101
#   invite COUNTER CODE FIELD OFFICER     by the software; prints the answer
#   becomes ID STATE          until the server says so, at most a minute
#   receipt CODE FIELD        a printed receipt's token and address; the answer
#   completed CODE COUNTER FIELD WAITED LASTED TIMELINESS   done now; minutes
#   officer_sign_in COUNTER   Trần Văn Bình sits down
#   officer METHOD PATH [BODY]            what his page asks
#   phone_open URL            the page; sets PHONE_FORM, "" when it does not ask
#   phone_answer URL LEVEL [REASON [COMMENT]]
#   value KEY                 of the JSON on standard input

value() {
    sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"
}

channels_open() {
    # Of the demonstration alone: ten signs that nobody else knows.
    PASSWORD=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
    for person in 'an office Nguyễn_Thị_An' 'binh officer Trần_Văn_Bình'; do
        # shellcheck disable=SC2086
        set -- $person
        [ "$2" != officer ] || set -- "$1" "$2" "$3" --officer cb-07
        name=$1 role=$2 display=$(echo "$3" | tr _ ' ')
        shift 3
        echo "$PASSWORD" | stage_hailong user add --data "$STAGE_DIR/server" \
            --name "$name" --role "$role" --display "$display" "$@" >/dev/null ||
            stage_fail "no user $name"
    done
    FEED_KEY=$(stage_hailong key add --data "$STAGE_DIR/server" --role feed \
        --name 'Một cửa' --json | value key)
    [ -n "$FEED_KEY" ] || stage_fail "no key"
}

feed() { # feed METHOD PATH [BODY]: as the one-stop software
    curl -sS --max-time 90 -X "$1" -H "Authorization: Bearer $FEED_KEY" \
        -H 'Content-Type: application/json' ${3:+--data "$3"} "$SERVER/api/v1/$2"
}

dossier() {
    echo "H24.12-$(TZ=UTC-7 date +%y%m%d)-$1"
}

invite() {
    feed POST invitations "{\"counter\":\"$1\",\"transaction\":\"$2\",\"field\":\"$3\",
        \"procedure\":\"2.000815\",\"step\":\"tra-ket-qua\",\"officer\":\"$4\"}"
}

becomes() {
    stage_tries=600
    while channels_state=$(feed GET "invitations/$1" | value state) &&
        [ "$channels_state" != "$2" ]; do
        [ $stage_tries -gt 0 ] || stage_fail "an invitation is $channels_state, not $2"
        sleep 0.1
        stage_tries=$((stage_tries - 1))
    done
}

receipt() {
    feed POST tokens "{\"transaction\":\"$1\",\"field\":\"$2\",
        \"procedure\":\"2.000815\",\"step\":\"tra-ket-qua\"}"
}

ago() { # ago MINUTES
    TZ=UTC-7 date -d "-$1 minutes" +%Y-%m-%dT%H:%M:%S+07:00
}

completed() {
    feed POST transactions "{\"transaction\":\"$1\",\"counter\":\"$2\",\"field\":\"$3\",
        \"procedure\":\"2.000815\",\"step\":\"tra-ket-qua\",
        \"queued_at\":\"$(ago $(($4 + $5)))\",\"called_at\":\"$(ago "$5")\",
        \"done_at\":\"$(ago 0)\",\"timeliness\":\"$6\"}" | grep -q '"stored":1' ||
        stage_fail "the transaction $1 was not taken"
}

officer_sign_in() {
    CSRF=$(curl -sS --max-time 90 -c "$STAGE_DIR/officer.cookies" \
        -H 'Content-Type: application/json' \
        --data "{\"name\":\"binh\",\"password\":\"$PASSWORD\"}" \
        "$SERVER/api/v1/sessions" | value csrf)
    [ -n "$CSRF" ] || stage_fail "the officer cannot sign in"
    officer POST "counters/$1/seat" '{"action":"take"}' >/dev/null
}

officer() {
    curl -sS --max-time 90 -X "$1" -b "$STAGE_DIR/officer.cookies" \
        -H "X-CSRF-Token: $CSRF" -H 'Content-Type: application/json' \
        ${3:+--data "$3"} "$SERVER/api/v1/$2"
}

phone_open() {
    PHONE_FORM=$(curl -sS --max-time 90 "$1" | tee "$STAGE_DIR/shots/phone.html" |
        sed -n 's/.*name="page" value="\([^"]*\)".*/\1/p' | head -1)
}

phone_answer() {
    phone_open "$1"
    [ -n "$PHONE_FORM" ] || stage_fail "the telephone's page does not ask"
    # The touch of a face, then what comes after it.
    curl -sS --max-time 90 -o /dev/null --data "page=$PHONE_FORM&level=$2" "$1"
    curl -sS --max-time 90 --data "page=$PHONE_FORM&chosen=$2&send=1" \
        ${3:+--data "reason=$3"} ${4:+--data-urlencode "comment=$4"} "$1" |
        grep -q 'class="face mark done"' ||
        stage_fail "the telephone's answer was not taken"
}
