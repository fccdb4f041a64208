#include "server/peer.h"
#include "server/context.h"
#include "server/request.h"
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct sockaddr *socket_address(const struct request *request)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

static void write_ip4(const void *bytes, char out[PEER_ADDRESS_SIZE])
{
    inet_ntop(AF_INET, bytes, out, PEER_ADDRESS_SIZE);
}

static void write_ip6(const struct in6_addr *address,
                      char out[PEER_ADDRESS_SIZE])
{
    struct in6_addr network = *address;
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        write_ip4(&address->s6_addr[12], out);
        return;
    }
    memset(&network.s6_addr[8], 0, 8);
    inet_ntop(AF_INET6, &network, out, PEER_ADDRESS_SIZE - 4);
    strncat(out, "/64", 4);
}

static bool is_this_machine(const struct sockaddr *address)
{
    if (address && address->sa_family == AF_INET) {
        const struct sockaddr_in *ip4 = (const void *)address;
        return ntohl(ip4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (address && address->sa_family == AF_INET6) {
        const struct in6_addr *ip6 =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        return IN6_IS_ADDR_LOOPBACK(ip6) ||
               (IN6_IS_ADDR_V4MAPPED(ip6) && ip6->s6_addr[12] == 127);
    }
    return false;
}

static bool is_listed(const struct server_settings *settings,
                      const struct sockaddr *address)
{
    struct in6_addr asked = IN6ADDR_ANY_INIT;
    if (address && address->sa_family == AF_INET) {
        memset(&asked.s6_addr[10], 0xff, 2);
        memcpy(&asked.s6_addr[12],
               &((const struct sockaddr_in *)(const void *)address)->sin_addr,
               4);
    } else if (address && address->sa_family == AF_INET6) {
        asked = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    } else {
        return false;
    }
    for (size_t i = 0; i < settings->proxy_count; i++) {
        if (memcmp(&settings->proxies[i], &asked, sizeof asked) == 0) {
            return true;
        }
    }
    return false;
}

// One on this machine, or of the list.
static bool is_proxy(const struct request *request,
                     const struct sockaddr *address)
{
    return is_this_machine(address) ||
           is_listed(&request->server->settings, address);
}

// The last address that the proxy wrote down: the ones before it may be lies.
static void read_forwarded(const char *list, char out[PEER_ADDRESS_SIZE])
{
    char text[PEER_ADDRESS_SIZE];
    struct in_addr ip4;
    struct in6_addr ip6;
    const char *last = strrchr(list, ',');
    last = last ? last + 1 : list;
    last += strspn(last, " ");
    if (snprintf(text, sizeof text, "%s", last) >= (int)sizeof text) {
        return;
    }
    if (inet_pton(AF_INET, text, &ip4) == 1) {
        write_ip4(&ip4, out);
    } else if (inet_pton(AF_INET6, text, &ip6) == 1) {
        write_ip6(&ip6, out);
    }
}

void peer_address(const struct request *request, char out[PEER_ADDRESS_SIZE])
{
    const struct sockaddr *address = socket_address(request);
    out[0] = '\0';
    if (request->headers.forwarded_for && is_proxy(request, address)) {
        read_forwarded(request->headers.forwarded_for, out);
    } else if (is_this_machine(address)) {
        return;
    } else if (address && address->sa_family == AF_INET) {
        write_ip4(
            &((const struct sockaddr_in *)(const void *)address)->sin_addr,
            out);
    } else if (address && address->sa_family == AF_INET6) {
        write_ip6(
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
            out);
    }
}

bool peer_is_secure(const struct request *request)
{
    const char *proto = request->headers.forwarded_proto;
    return request->server->settings.tls_cert ||
           (proto && strcasecmp(proto, "https") == 0 &&
            is_proxy(request, socket_address(request)));
}
