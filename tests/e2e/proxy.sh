#!/bin/sh
# A proxy on another machine: who asks is believed from the address that --proxy
# names and from no other, over IPv4 and IPv6, and it is the client that is
# counted, not the proxy. In a network of its own, where this script may give
# the loopback any address; nothing leaves it.
set -eu
cd "$(dirname "$0")/../.."
if [ -z "${PROXY_INSIDE:-}" ]; then
    if ! unshare -rn true 2>/dev/null; then
        echo "passed: left out, no network of its own can be had here (unshare -rn)"
        exit 0
    fi
    PROXY_INSIDE=1 exec unshare -rn "$0"
fi
. tools/stage.sh
ip link set lo up
for each in 10.9.0.1/32 10.9.0.5/32 10.9.0.6/32; do ip address add "$each" dev lo; done
for each in fd00:9:1::1/128 fd00:9:5::5/128 fd00:9:6::6/128; do ip address add "$each" dev lo nodad; done
stage_begin "$BUILD" "$BUILD/e2e/proxy"
password='mật khẩu để thử'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ward \
    -keyout "$STAGE_DIR/key.pem" -out "$STAGE_DIR/cert.pem" 2>/dev/null
bad=0
for listen in '10.9.0.1:0 10.9.0.5' '[fd00:9:1::1]:0 fd00:9:5::5'; do
    stage_server --listen "${listen% *}" --tls-cert "$STAGE_DIR/cert.pem" --tls-key "$STAGE_DIR/key.pem" \
        --proxy "${listen#* }" --connections-per-address 4
    echo "$password" | stage_hailong user add --data "$STAGE_DIR/server" --name an --role office --display 'Nguyễn Thị An' >/dev/null
    host=${listen%:0 *}
    PROXY_SERVER=https://$host:$(cat "$STAGE_DIR/port") WARD_PASSWORD=$password /usr/bin/python3 tests/e2e/proxy.py || bad=1
    stage_stop "$STAGE_PID"
    rm -rf "$STAGE_DIR/server" "$STAGE_DIR/port"
done
exit $bad
