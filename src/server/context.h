// What every handler can reach.
#pragma once
#include "i18n/i18n.h"
#include "office/configuration.h"
#include "report/report.h"
#include "server/alerts.h"
#include "server/certificate.h"
#include "server/chores.h"
#include "server/connections.h"
#include "server/documents.h"
#include "server/fields.h"
#include "server/hub.h"
#include "server/identity.h"
#include "server/limits.h"
#include "server/live.h"
#include "server/metrics.h"
#include "server/neighbours.h"
#include "server/papers.h"
#include "server/phone.h"
#include "server/phone_looks.h"
#include "server/readers.h"
#include "server/recent.h"
#include "server/retention.h"
#include "server/retotal.h"
#include "server/settings.h"
#include "server/unit_name.h"
#include "server/wards.h"
#include "server/writer.h"
#include <stdatomic.h>

struct crowd;
struct http;

// Why every request is answered with 503.
enum shut {
    SHUT_NOT,
    SHUT_AWAY,    // a door (door.h): nothing is behind it
    SHUT_OUTDATED, // a newer program has changed the database's tables
    SHUT_REPLACED  // others took the place of its keys in the book
};

// Everything but the figures, the documents and the unit's name stands still
// while requests are served.
struct server {
    struct server_settings settings;
    struct fields *fields; // names of the unit's fields, behind the defaults
    struct office_field tiles[FIELDS_TILES]; // likewise
    struct identity identity;
    char pin[CERTIFICATE_PIN_SIZE]; // of its certificate; "": none is needed
    int64_t certificate_until;      // 0: it serves without one
    int64_t started_at;             // wall milliseconds
    unsigned char admin_hash[DIGEST_BYTES]; // of the admin listener's token
    struct documents *documents;
    struct office_defaults base; // the defaults of the options alone
    json_t *apart;               // behind the defaults' apart, as below
    json_t *hours; // behind the defaults' hours and holidays: all three, and
                   // the defaults' unit_name, are the writer's thread's
    bool borrows;  // texts and pages are the city's
    struct i18n *texts;
    struct pages *pages;
    struct unit_name *name;
    struct report_method method;
    struct readers *readers;
    struct writer *writer;
    struct chore chores[CHORES_MAX]; // the caretaker's
    struct alerts *alerts;
    struct retention retention; // the caretaker's
    struct caretaker *caretaker;
    struct papers *papers;
    struct retotaling *retotaling;
    struct chore slow_chores[SLOW_CHORES]; // the postman's
    struct caretaker *postman;
    struct neighbours *neighbours; // NULL: the database is its own
    atomic_bool is_cut_off; // the neighbours' last look found no database
    int32_t keys_day; // the local day whose keys were made at the start; 0
    bool keys_left;   // by keys_turn(); the writer's, read when its job is done
    struct limits *limits;
    struct limits *poll_limits; // of long polls, apart
    struct hub *hub;
    struct live *live;
    struct recent *recent;
    struct budget bodies;
    struct budget passwords; // that are being checked, in their number
    struct metrics metrics;
    struct crowd *crowd; // at the phone channel's pages
    struct phone_looks *phone_looks;
    struct phone *phone; // NULL: the phone channel is shut
    bool has_admin_file;
    struct wards *wards; // of a city; NULL: one ward alone
    // The unit's last local day, when it has become a part of another; else
    // CITY_NO_END. From then on its book is only read.
    _Atomic int32_t until;
    _Atomic enum shut shut;
    struct http *public_http;
    struct http *admin_http;
};
