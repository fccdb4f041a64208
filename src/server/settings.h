// What the server was told, by its INI file and its command line, checked.
#pragma once
#include "common/buf.h"
#include "common/config.h"
#include "common/log.h"
#include "mail/mail.h"
#include "office/configuration.h"
#include "office/sessions.h"
#include "report/report.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    SERVER_ANCESTORS_SIZE = 512,
    SERVER_BASE_SIZE = 40,
    SERVER_PROXIES_MAX = 8
};

// All options, for config_open() and --help.
extern const struct config_key SERVER_KEYS[];

struct server_address {
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } socket;
    socklen_t size;
    bool is_loopback;
};
// "127.0.0.1:8650", "[::1]:8650", "localhost:0": a number for the address, so
// that starting never waits for a name server.
bool server_address_parse(const char *text, struct server_address *out);

// Texts belong to the config it was read from, which must outlive it.
struct server_settings {
    const struct config *config; // it was read from
    const char *city; // directory or registry of a city; NULL: one ward alone
    char base[SERVER_BASE_SIZE]; // before each path of the unit, "/w/H24.12";
                                 // "": nothing
    const char *data;            // the server's directory
    const char *db;              // an address of PostgreSQL; NULL: a file in it
    struct server_address address;
    struct in6_addr proxies[SERVER_PROXIES_MAX]; // on other machines; IPv4
    size_t proxy_count;                          // ones are mapped
    const char *port_file;                       // NULL: none
    const char *tls_cert, *tls_key;              // NULL: plain HTTP
    const char *public_url;     // for citizens; NULL: as they come
    const char *fields_file;    // NULL: the program's own, if there is one
    const char *chart_file;     // Chart.js, of the pages
    const char *walk_up_fields; // codes of tiles; NULL: the file's first
    const char *reports_dir;    // of papers that come by themselves; NULL
    struct mail_relay mail;     // host NULL: none
    int mail_retry_s;
    const char *frame_ancestors; // sites that may show the board; NULL
    const char *hours_file;      // NULL: counters are always open
    enum log_level log_level;
    enum log_format log_format;
    const char *log_ward; // told with each line; "": nothing to tell apart
    int64_t slow_ms;      // an answer that takes longer is logged; 0: none

    const char *unit_code;
    struct office_defaults defaults; // without fields, tiles and hours
    struct report_letter letter;

    int threads;
    int connections;             // in all
    int connections_per_address; // but for the loopback and proxies
    unsigned db_connections;     // of a city, to one database; 0: any
    int64_t request_ms;          // for one whole request to arrive
    size_t body_memory;          // bytes of all bodies together
    int64_t device_rate, device_burst;
    int64_t phone_rate; // of one address
    struct session_rules session;
};

// False when something is missing or does not fit; `message` says what to do.
bool server_settings_read(const struct config *config,
                          struct server_settings *out, struct buf *message);
