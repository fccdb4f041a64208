#!/bin/sh
# A city's pages in a real browser: three wards side by side in groups, at a desk
# and on a telephone, one ward's own figures, a cluster's leader who sees the
# cluster alone, and a ward's own pages below its path.
set -eu
cd "$(dirname "$0")/../.."
. tools/stage.sh
stage_begin "$BUILD" "$BUILD/e2e/city"
city=$STAGE_DIR/city
password='mật khẩu để thử'

unit() { # unit COMMAND [OPTION…]
    command=$1
    shift
    stage_hailong unit "$command" --city "$city" "$@" >/dev/null
}
person() { # person DIR NAME ROLE DISPLAY
    echo "$password" | stage_hailong user add --data "$1" --name "$2" --role "$3" --display "$4" >/dev/null
}
# The tree began long ago; the third ward got another name lately.
unit add --code H24 --kind city --name 'Thành phố Mẫu' --from 2024-01-01
unit add --code H24.A --kind cluster --parent H24 --name 'Cụm phía Bắc' --from 2024-01-01
unit add --code H24.12 --parent H24.A --people 18000 --name 'Phường Bình Minh' --from 2024-01-01
unit add --code H24.13 --parent H24 --people 19500 --name 'Phường Mẫu Một' --from 2024-01-01
unit add --code H24.14 --kind commune --parent H24 --people 31000 --name 'Xã Mẫu Hai' --from 2024-01-01
unit rename --name 'Xã Mẫu Mới' --from "$(TZ=UTC-7 date -d '-1 day' +%Y-%m-%d)" H24.14
unit person --unit H24 an
unit person --unit H24.A lan

stage_start server.log "$STAGE_BUILD/hailong-server" --city "$city" --mode transaction \
    --listen 127.0.0.1:0 --port-file "$STAGE_DIR/port"
stage_wait_file "$STAGE_DIR/port"
port=$(cat "$STAGE_DIR/port")
for ward in H24.12 H24.13 H24.14; do stage_wait_file "$city/wards/$ward/admin.json"; done
person "$city" an leader 'Nguyễn Thị An'
person "$city" lan leader 'Lê Thị Lan'
person "$city/wards/H24.12" binh office 'Trần Văn Bình'
# One has much to tell, one a little, one nearly nothing.
for ward in H24.12:12 H24.13:5 H24.14:1; do
    "$STAGE_BUILD/tests/e2e/history" "$city/wards/${ward%:*}" "$port" "${ward#*:}" \
        </dev/null >"$STAGE_DIR/history-${ward%:*}.log"
done
FROM=$(TZ=UTC-7 date -d '-40 days' +%Y-%m-%d) TO=$(TZ=UTC-7 date +%Y-%m-%d) \
    SERVER=http://127.0.0.1:$port STAGE_DIR=$STAGE_DIR WARD_PASSWORD=$password \
    /usr/bin/python3 tests/e2e/city.py
