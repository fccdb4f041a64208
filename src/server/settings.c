#include "server/settings.h"
#include "ledger/record.h"
#include "office/devices.h"
#include "server/token_link.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

const struct config_key SERVER_KEYS[] = {
    {"server", "data", CONFIG_TEXT, NULL, 0, 0,
     "directory of the database and the keys"},
    {"server", "db", CONFIG_TEXT, NULL, 0, 0,
     "postgresql://… instead of a file in --data; with --keys"},
    {"server", "keys", CONFIG_TEXT, NULL, 0, 0,
     "directory of the keys, beside --db"},
    {"server", "city", CONFIG_TEXT, NULL, 0, 0,
     "instead of --data: directory of a city, whose wards are all served"},
    {"server", "listen", CONFIG_TEXT, "127.0.0.1:8650", 0, 0,
     "address:port; port 0 picks a free one"},
    {"server", "port_file", CONFIG_TEXT, NULL, 0, 0,
     "write the port here once it is open"},
    {"server", "tls_cert", CONFIG_TEXT, NULL, 0, 0,
     "certificate chain (PEM); with --tls-key"},
    {"server", "tls_key", CONFIG_TEXT, NULL, 0, 0, "its private key (PEM)"},
    {"server", "public_url", CONFIG_TEXT, NULL, 0, 0,
     "address that citizens' telephones reach, such as "
     "https://hailong.example"},
    {"server", "plain_http", CONFIG_FLAG, "no", 0, 0,
     "allow HTTP without TLS beyond this machine"},
    {"server", "proxy", CONFIG_TEXT, NULL, 0, 0,
     "addresses of proxies on other machines, with commas: they are believed "
     "who asks"},
    {"server", "log_level", CONFIG_TEXT, "info", 0, 0,
     "debug, info, warn or error"},
    {"server", "log_format", CONFIG_TEXT, "text", 0, 0,
     "text, or logfmt or json for programs that read the log"},
    {"server", "slow_ms", CONFIG_INTEGER, "2000", 0, 600000,
     "answers that take longer are logged; 0: none"},
    {"server", "threads", CONFIG_INTEGER, "4", 1, 64,
     "threads that read requests"},
    {"server", "connections", CONFIG_INTEGER, "4096", 16, 100000,
     "connections at once"},
    {"server", "connections_per_address", CONFIG_INTEGER, "256", 1, 100000,
     "of one address other than this machine"},
    {"server", "request_s", CONFIG_INTEGER, "15", 1, 600,
     "seconds for one whole request to arrive"},
    {"server", "body_memory_mib", CONFIG_INTEGER, "64", 5, 4096,
     "MiB for all request bodies together"},
    {"server", "device_rate", CONFIG_INTEGER, "20", 0, 100000,
     "requests a second of one device; 0: any"},
    {"server", "phone_rate", CONFIG_INTEGER, "20", 0, 100000,
     "requests a second of one address for the phone pages; 0: any"},
    {"server", "device_burst", CONFIG_INTEGER, "200", 1, 100000,
     "of these at once"},
    {"server", "db_connections", CONFIG_INTEGER, "32", 0, 1000,
     "of a city, to one database of PostgreSQL: half write, half read; 0: five "
     "for each ward"},
    {"server", "session_idle_min", CONFIG_INTEGER, "30", 1, 1440,
     "minutes without a request until a person is signed out"},
    {"server", "session_hours", CONFIG_INTEGER, "12", 1, 168,
     "hours from the sign-in until it has to be done again"},
    {"server", "chart_js", CONFIG_TEXT,
     "/usr/share/javascript/chart.js/chart.min.js", 0, 0,
     "Chart.js 3, which draws the charts of the pages"},
    {"server", "reports_dir", CONFIG_TEXT, NULL, 0, 0,
     "folder of the digests and monthly reports; default: reports in --data"},
    {"mail", "mail_host", CONFIG_TEXT, NULL, 0, 0,
     "SMTP relay that takes them; without it they are files only"},
    {"mail", "mail_port", CONFIG_INTEGER, "587", 1, 65535, "its port"},
    {"mail", "mail_tls", CONFIG_TEXT, "starttls", 0, 0,
     "starttls, tls, or none for a relay on this machine"},
    {"mail", "mail_ca", CONFIG_TEXT, NULL, 0, 0,
     "certificate authority of the relay (PEM); default: the system's"},
    {"mail", "mail_user", CONFIG_TEXT, NULL, 0, 0, "who signs in there"},
    {"mail", "mail_password_file", CONFIG_TEXT, NULL, 0, 0,
     "file that holds the password alone"},
    {"mail", "mail_from", CONFIG_TEXT, NULL, 0, 0, "address that sends"},
    {"mail", "mail_to", CONFIG_TEXT, NULL, 0, 0,
     "addresses that get them, with commas between them"},
    {"mail", "mail_retry_s", CONFIG_INTEGER, "60", 1, 3600,
     "seconds to the second try; each later one takes twice as long"},
    {"board", "frame_ancestors", CONFIG_TEXT, NULL, 0, 0,
     "sites that may show /cong-khai?embed=1 in a frame"},
    {"unit", "unit_code", CONFIG_TEXT, "00.00", 0, 0,
     "code of the unit, such as H24.12"},
    {"unit", "unit_name", CONFIG_TEXT, NULL, 0, 0,
     "its name, as citizens read it"},
    {"unit", "hotline", CONFIG_TEXT, NULL, 0, 0, "its telephone for citizens"},
    {"unit", "fields", CONFIG_TEXT, NULL, 0, 0,
     "JSON file of the fields' names"},
    {"unit", "privacy", CONFIG_TEXT, "anonymous", 0, 0,
     "of dossiers' codes: anonymous or linked"},
    {"kiosk", "mode", CONFIG_TEXT, "walk-up", 0, 0, "walk-up or transaction"},
    {"kiosk", "walk_up", CONFIG_TEXT, NULL, 0, 0,
     "visits without a transaction: off, on or fields"},
    {"kiosk", "walk_up_fields", CONFIG_TEXT, NULL, 0, 0,
     "with fields: up to 8 codes, a comma between two"},
    {"kiosk", "contact_s", CONFIG_INTEGER, "120", 30, 3600,
     "seconds without the server until walk-up"},
    {"kiosk", "survey", CONFIG_TEXT, "quay", 0, 0, "the question set"},
    {"kiosk", "levels", CONFIG_INTEGER, "5", 3, 5, "faces: 5 or 3"},
    {"kiosk", "order", CONFIG_TEXT, "best-first", 0, 0,
     "best-first or worst-first"},
    {"kiosk", "reasons", CONFIG_TEXT, "all", 0, 0,
     "who is asked for reasons: all or low"},
    {"kiosk", "rating_s", CONFIG_INTEGER, "60", 20, 180,
     "seconds until an untouched rating screen ends"},
    {"kiosk", "first_contact_s", CONFIG_INTEGER, "5", 0, 900,
     "devices spread their first contact over this"},
    {"kiosk", "heartbeat_s", CONFIG_INTEGER, "60", 5, 60,
     "seconds between two contacts at most"},
    {"kiosk", "hours", CONFIG_TEXT, NULL, 0, 0,
     "JSON file of opening hours and holidays, until they are changed on "
     "the page"},
    {"kiosk", "volume", CONFIG_INTEGER, "45", 0, 100,
     "percent, of sounds and voice"},
    {"kiosk", "typing", CONFIG_TEXT, "telex", 0, 0,
     "of comments: telex, telex-new, vni or vni-new"},
    {"kiosk", "test", CONFIG_FLAG, "no", 0, 0,
     "mark all visits as tests, which never count"},
    {"report", "parent", CONFIG_TEXT, NULL, 0, 0,
     "pdf reports: the higher body, in capitals as it is to stand"},
    {"report", "issuer", CONFIG_TEXT, NULL, 0, 0,
     "pdf reports: the body that issues them, in capitals"},
    {"report", "symbol", CONFIG_TEXT, "BC-UBND", 0, 0,
     "pdf reports: the symbol behind the number"},
    {"report", "place", CONFIG_TEXT, NULL, 0, 0,
     "pdf reports: the place before the date"},
    {"report", "signer_title", CONFIG_TEXT, NULL, 0, 0,
     "pdf reports: who signs, a | between two lines"},
    {"report", "signer", CONFIG_TEXT, NULL, 0, 0,
     "pdf reports: the signer's name"},
    {"report", "recipients", CONFIG_TEXT, NULL, 0, 0,
     "pdf reports: who receives them, a semicolon between two"},
    {0}};

static bool parse_port(const char *text, in_port_t *out)
{
    char *end;
    if (*text < '0' || *text > '9') {
        return false;
    }
    long port = strtol(text, &end, 10);
    if (*end || port > 65535) {
        return false;
    }
    *out = htons((uint16_t)port);
    return true;
}

static bool parse_ip6(const char *host, in_port_t port,
                      struct server_address *out)
{
    struct sockaddr_in6 *socket = &out->socket.ip6;
    if (inet_pton(AF_INET6, host, &socket->sin6_addr) != 1) {
        return false;
    }
    socket->sin6_family = AF_INET6;
    socket->sin6_port = port;
    out->size = sizeof *socket;
    out->is_loopback = IN6_IS_ADDR_LOOPBACK(&socket->sin6_addr);
    return true;
}

static bool parse_ip4(const char *host, in_port_t port,
                      struct server_address *out)
{
    struct sockaddr_in *socket = &out->socket.ip4;
    if (inet_pton(AF_INET, host, &socket->sin_addr) != 1) {
        return false;
    }
    socket->sin_family = AF_INET;
    socket->sin_port = port;
    out->size = sizeof *socket;
    out->is_loopback = ntohl(socket->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return true;
}

bool server_address_parse(const char *text, struct server_address *out)
{
    char host[INET6_ADDRSTRLEN];
    struct server_address address = {0};
    in_port_t port;
    const char *colon = strrchr(text, ':');
    bool bracketed = text[0] == '[';
    if (!colon || !parse_port(colon + 1, &port)) {
        return false;
    }
    size_t size = (size_t)(colon - text);
    if (bracketed) {
        if (size < 2 || colon[-1] != ']') {
            return false;
        }
        text++;
        size -= 2;
    }
    if (size >= sizeof host) {
        return false;
    }
    memcpy(host, text, size);
    host[size] = '\0';
    if (bracketed
            ? !parse_ip6(host, port, &address)
            : !parse_ip4(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
                         port, &address)) {
        return false;
    }
    *out = address;
    return true;
}

static bool is_one_of(const char *text, const char *a, const char *b)
{
    return strcmp(text, a) == 0 || strcmp(text, b) == 0;
}

static bool read_listener(const struct config *config,
                          struct server_settings *out, struct buf *message)
{
    const char *listen = config_text(config, "listen");
    if (!server_address_parse(listen, &out->address)) {
        buf_printf(message,
                   "listen: \"%s\" is no address and port; give for example "
                   "127.0.0.1:8650, 0.0.0.0:8650 or [::]:8650",
                   listen);
        return false;
    }
    out->tls_cert = config_text(config, "tls_cert");
    out->tls_key = config_text(config, "tls_key");
    if (!out->tls_cert != !out->tls_key) {
        buf_append_text(message, out->tls_cert
                                     ? "tls_key: is missing beside tls_cert"
                                     : "tls_cert: is missing beside tls_key");
        return false;
    }
    out->public_url = config_text(config, "public_url");
    if (out->public_url && !public_url_is_valid(out->public_url)) {
        buf_printf(message,
                   "public_url: \"%s\" is no address; give for example "
                   "https://hailong.example",
                   out->public_url);
        return false;
    }
    if (!out->tls_cert && !out->address.is_loopback &&
        !config_flag(config, "plain_http")) {
        buf_printf(
            message,
            "listen: %s is reached from other machines, and plain HTTP "
            "shows tokens and ratings to all on the way; give --tls-cert "
            "and --tls-key, or listen on 127.0.0.1 behind a proxy that "
            "speaks TLS, or say --plain-http on a network that you trust",
            listen);
        return false;
    }
    return true;
}

static bool read_unit(const struct config *config, struct server_settings *out,
                      struct buf *message)
{
    const char *code = config_text(config, "unit_code");
    const char *name = config_text(config, "unit_name");
    if (!out->city && (!name || name[0] == '\0')) {
        buf_append_text(message,
                        "unit_name: is missing; citizens read it on every "
                        "screen: give --unit-name, or name in [unit]");
        return false;
    }
    if (code[0] == '\0' || strlen(code) >= RECORD_CODE_SIZE) {
        buf_printf(message, "unit_code: must have 1 to %d bytes",
                   RECORD_CODE_SIZE - 1);
        return false;
    }
    out->unit_code = code;
    out->defaults.unit_name = name;
    out->defaults.hotline = config_text(config, "hotline");
    out->fields_file = config_text(config, "fields");
    out->chart_file = config_text(config, "chart_js");
    const char *privacy = config_text(config, "privacy");
    if (!is_one_of(privacy, "anonymous", "linked")) {
        buf_printf(message, "privacy: \"%s\" is neither anonymous nor linked",
                   privacy);
        return false;
    }
    out->defaults.linked = strcmp(privacy, "linked") == 0;
    return true;
}

// Without a word: where transactions come, only they open the screen.
static bool read_walk_up(const struct config *config,
                         struct server_settings *out, struct buf *message)
{
    struct office_defaults *kiosk = &out->defaults;
    bool walks = strcmp(kiosk->mode, "walk-up") == 0;
    kiosk->walk_up = config_text(config, "walk_up");
    out->walk_up_fields = config_text(config, "walk_up_fields");
    kiosk->contact_s = (int)config_integer(config, "contact_s");
    if (!kiosk->walk_up) {
        kiosk->walk_up = walks ? "on" : "off";
    }
    bool by_fields = strcmp(kiosk->walk_up, "fields") == 0;
    if (!by_fields && !is_one_of(kiosk->walk_up, "off", "on")) {
        buf_printf(message, "walk_up: \"%s\" is none of off, on, fields",
                   kiosk->walk_up);
    } else if (walks && strcmp(kiosk->walk_up, "off") == 0) {
        buf_append_text(message, "walk_up: off would leave the counter without "
                                 "a way to rate; say mode transaction with it");
    } else if (out->walk_up_fields && !by_fields) {
        buf_append_text(message, "walk_up_fields: is only for walk_up fields");
    } else {
        return true;
    }
    return false;
}

// "https://phuong.example https://*.example:8443", as a Content-Security-Policy
// takes them. Nothing else gets into the header.
static bool is_origin(const char *text, size_t size)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-.*:";
    static const char *const schemes[] = {"https://", "http://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t skip = strlen(schemes[i]);
        if (size > skip && strncmp(text, schemes[i], skip) == 0) {
            return strspn(text + skip, plain) >= size - skip;
        }
    }
    return false;
}

static bool read_ancestors(const struct config *config,
                           struct server_settings *out, struct buf *message)
{
    const char *text = config_text(config, "frame_ancestors");
    bool fits = !text || strlen(text) < SERVER_ANCESTORS_SIZE;
    out->frame_ancestors = text && text[0] != '\0' ? text : NULL;
    for (const char *from = text; fits && from && *from;) {
        size_t size = strcspn(from, " ");
        fits = size > 0 && is_origin(from, size);
        from += size + (from[size] == ' ');
    }
    if (!fits) {
        buf_printf(message,
                   "frame_ancestors: \"%s\": give the sites that may show the "
                   "board, such as https://phuong.example, one blank between "
                   "two, lower case, without a path",
                   text);
    }
    return fits;
}

static bool read_mail(const struct config *config, struct server_settings *out,
                      struct buf *message)
{
    static const char *const ways[] = {[MAIL_STARTTLS] = "starttls",
                                       [MAIL_TLS] = "tls",
                                       [MAIL_PLAIN] = "none"};
    const char *tls = config_text(config, "mail_tls");
    int way = MAIL_STARTTLS;
    while (way <= MAIL_PLAIN && strcmp(ways[way], tls) != 0) {
        way++;
    }
    out->reports_dir = config_text(config, "reports_dir");
    out->mail_retry_s = (int)config_integer(config, "mail_retry_s");
    out->mail = (struct mail_relay){
        .host = config_text(config, "mail_host"),
        .port = (int)config_integer(config, "mail_port"),
        .tls = (enum mail_tls)way,
        .ca = config_text(config, "mail_ca"),
        .user = config_text(config, "mail_user"),
        .password_file = config_text(config, "mail_password_file"),
        .from = config_text(config, "mail_from"),
        .recipients = config_text(config, "mail_to")};
    if (way > MAIL_PLAIN) {
        buf_printf(message, "mail_tls: \"%s\" is none of starttls, tls, none",
                   tls);
        return false;
    }
    return !out->mail.host || mail_relay_check(&out->mail, message);
}

// What is not given stands as a dotted place; a number is given by hand.
static void read_letter(const struct config *config,
                        struct server_settings *out)
{
    out->letter = (struct report_letter){
        .parent = config_text(config, "parent"),
        .issuer = config_text(config, "issuer"),
        .symbol = config_text(config, "symbol"),
        .place = config_text(config, "place"),
        .signer_title = config_text(config, "signer_title"),
        .signer = config_text(config, "signer"),
        .recipients = config_text(config, "recipients"),
    };
}

static bool read_kiosk(const struct config *config, struct server_settings *out,
                       struct buf *message)
{
    struct office_defaults *kiosk = &out->defaults;
    kiosk->mode = config_text(config, "mode");
    kiosk->survey = config_text(config, "survey");
    kiosk->levels = (int)config_integer(config, "levels");
    kiosk->order = config_text(config, "order");
    kiosk->reasons = config_text(config, "reasons");
    kiosk->rating_s = (int)config_integer(config, "rating_s");
    kiosk->first_contact_s = (int)config_integer(config, "first_contact_s");
    kiosk->heartbeat_s = (int)config_integer(config, "heartbeat_s");
    kiosk->typing = config_text(config, "typing");
    kiosk->volume = (int)config_integer(config, "volume");
    out->hours_file = config_text(config, "hours");
    kiosk->test = config_flag(config, "test");
    if (!is_one_of(kiosk->mode, "walk-up", "transaction")) {
        buf_printf(message, "mode: \"%s\" is neither walk-up nor transaction",
                   kiosk->mode);
    } else if (kiosk->levels == 4) {
        buf_append_text(message, "levels: give 5 or 3");
    } else if (!is_one_of(kiosk->order, "best-first", "worst-first")) {
        buf_printf(message,
                   "order: \"%s\" is neither best-first nor worst-first",
                   kiosk->order);
    } else if (!is_one_of(kiosk->reasons, "all", "low")) {
        buf_printf(message, "reasons: \"%s\" is neither all nor low",
                   kiosk->reasons);
    } else if (!is_one_of(kiosk->typing, "telex", "telex-new") &&
               !is_one_of(kiosk->typing, "vni", "vni-new")) {
        buf_printf(message,
                   "typing: \"%s\" is none of telex, telex-new, vni, vni-new",
                   kiosk->typing);
    } else {
        return read_walk_up(config, out, message);
    }
    return false;
}

static bool read_proxy(const char *text, struct in6_addr *out)
{
    char mapped[INET6_ADDRSTRLEN + 8];
    struct in_addr ip4;
    if (inet_pton(AF_INET6, text, out) == 1) {
        return true;
    }
    snprintf(mapped, sizeof mapped, "::ffff:%s", text);
    return inet_pton(AF_INET, text, &ip4) == 1 &&
           inet_pton(AF_INET6, mapped, out) == 1;
}

static bool read_proxies(const struct config *config,
                         struct server_settings *out, struct buf *message)
{
    const char *at = config_text(config, "proxy");
    while (at && *at) {
        char text[INET6_ADDRSTRLEN] = "";
        at += strspn(at, ", ");
        size_t size = strcspn(at, ", ");
        if (size > 0 && size < sizeof text) {
            memcpy(text, at, size);
        }
        if (size > 0 && out->proxy_count == SERVER_PROXIES_MAX) {
            buf_printf(message, "proxy: give at most %d addresses",
                       SERVER_PROXIES_MAX);
            return false;
        }
        if (size > 0 && !read_proxy(text, &out->proxies[out->proxy_count++])) {
            buf_printf(message,
                       "proxy: \"%.*s\" is no address; give for example "
                       "192.0.2.5 or 2001:db8::5",
                       (int)size, at);
            return false;
        }
        at += size;
    }
    return true;
}

static bool read_limits(const struct config *config,
                        struct server_settings *out, struct buf *message)
{
    const char *level = config_text(config, "log_level");
    const char *format = config_text(config, "log_format");
    out->threads = (int)config_integer(config, "threads");
    out->connections = (int)config_integer(config, "connections");
    out->connections_per_address =
        (int)config_integer(config, "connections_per_address");
    out->db_connections = (unsigned)config_integer(config, "db_connections");
    out->request_ms = config_integer(config, "request_s") * 1000;
    out->body_memory = (size_t)config_integer(config, "body_memory_mib") << 20;
    out->phone_rate = config_integer(config, "phone_rate");
    out->device_rate = config_integer(config, "device_rate");
    out->device_burst = config_integer(config, "device_burst");
    out->session.idle_ms = config_integer(config, "session_idle_min") * 60000;
    out->session.whole_ms = config_integer(config, "session_hours") * 3600000;
    if (!log_parse_level(level, &out->log_level)) {
        buf_printf(message,
                   "log_level: \"%s\" is none of debug, info, warn, error",
                   level);
        return false;
    }
    if (!log_parse_format(format, &out->log_format)) {
        buf_printf(message, "log_format: \"%s\" is none of text, logfmt, json",
                   format);
        return false;
    }
    // Whoever reads the log of one ward knows which.
    out->log_ward = out->log_format != LOG_TEXT &&
                            config_is_set(config, "unit_code") && !out->city
                        ? config_text(config, "unit_code")
                        : "";
    out->slow_ms = config_integer(config, "slow_ms");
    return true;
}

// On PostgreSQL the city's own people stand beside its registry.
static bool read_city(struct server_settings *out, const char *keys,
                      struct buf *message)
{
    bool is_url = office_is_url(out->city);
    if (out->data || out->db) {
        buf_append_text(message, "city: stands alone; its wards have their "
                                 "data and db in its registry");
        return false;
    }
    if (out->city[0] == '\0' || is_url != (keys && keys[0] != '\0')) {
        buf_append_text(message,
                        is_url ? "city: give --keys DIR with it, the directory "
                                 "of the city's and the wards' keys"
                               : "city: give the city's directory, and no "
                                 "--keys");
        return false;
    }
    out->data = is_url ? keys : out->city;
    out->db = is_url ? out->city : NULL;
    return true;
}

static bool read_place(const struct config *config, struct server_settings *out,
                       struct buf *message)
{
    const char *keys = config_text(config, "keys");
    out->data = config_text(config, "data");
    out->db = config_text(config, "db");
    out->city = config_text(config, "city");
    if (out->city) {
        return read_city(out, keys, message);
    }
    if (out->db && !office_is_url(out->db)) {
        buf_append_text(message, "db: is no address; give --db "
                                 "postgresql://USER@HOST/DATABASE, or --data "
                                 "DIR alone for a file in that directory");
        return false;
    }
    if (out->db && (!keys || keys[0] == '\0' || out->data)) {
        buf_append_text(message, "db: give --keys DIR with it, the directory "
                                 "of the keys, and no --data");
        return false;
    }
    if (!out->db && keys) {
        buf_append_text(message, "keys: stands beside --db; --data DIR holds "
                                 "the keys and the database");
        return false;
    }
    out->data = out->db ? keys : out->data;
    if (!out->data || out->data[0] == '\0') {
        buf_append_text(message, "data: is missing; give --data DIR, the "
                                 "directory of the database and the keys");
        return false;
    }
    return true;
}

bool server_settings_read(const struct config *config,
                          struct server_settings *out, struct buf *message)
{
    struct server_settings settings = {0};
    settings.config = config;
    settings.port_file = config_text(config, "port_file");
    if (!read_place(config, &settings, message) ||
        !read_listener(config, &settings, message) ||
        !read_proxies(config, &settings, message) ||
        !read_unit(config, &settings, message) ||
        !read_kiosk(config, &settings, message) ||
        !read_limits(config, &settings, message)) {
        return false;
    }
    if (!read_ancestors(config, &settings, message) ||
        !read_mail(config, &settings, message)) {
        return false;
    }
    read_letter(config, &settings);
    *out = settings;
    return true;
}
