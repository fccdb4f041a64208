// hailong retotal: the totals of a span counted again from its visits.
#include "common/date.h"
#include "operator/admin_client.h"
#include "operator/command.h"
#include "operator/server_data.h"

static const char FIRST_DAY[] = "1970-01-01", LAST_DAY[] = "9999-12-31";

static const struct config_key KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory; the server may run"),
    {"hailong", "from", CONFIG_TEXT, FIRST_DAY, 0, 0,
     "first day; whole quarters of the calendar are counted"},
    {"hailong", "to", CONFIG_TEXT, LAST_DAY, 0, 0, "last day"},
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};

static bool read_days(const struct config *config, int32_t *out_from,
                      int32_t *out_to, struct console *console)
{
    bool read = date_parse_iso(config_text(config, "from"), out_from) &&
                date_parse_iso(config_text(config, "to"), out_to) &&
                *out_from <= *out_to;
    if (!read)
        console_complain(console, "--from, --to: give two days, the earlier "
                                  "one first, such as 2026-01-01");
    return read;
}

static void say(const struct retotal_facts *facts, bool as_json,
                struct console *console)
{
    char first[DATE_ISO_SIZE], last[DATE_ISO_SIZE];
    date_format_iso(facts->first_day, first);
    date_format_iso(facts->last_day, last);
    if (as_json)
        buf_printf(&console->out,
                   "{\"from\":\"%s\",\"to\":\"%s\",\"visits\":%lld,"
                   "\"wrong\":%lld}\n",
                   first, last, (long long)facts->visits,
                   (long long)facts->wrong);
    else
        buf_printf(&console->out,
                   "%s to %s: %lld visits counted, %lld totals were wrong%s\n",
                   first, last, (long long)facts->visits,
                   (long long)facts->wrong,
                   facts->wrong > 0 ? " and are right now" : "");
}

static int run(const struct config *config, struct console *console)
{
    struct server_place place;
    struct admin admin;
    struct retotal_facts facts;
    int32_t from_day, to_day;
    if (!server_place_read(config, &place, console) ||
        !read_days(config, &from_day, &to_day, console))
        return COMMAND_MISUSED;
    if (!admin_open(&place, &admin, console))
        return COMMAND_FAILED;
    bool done = admin_retotal(&admin, from_day, to_day, &facts, console);
    admin_close(&admin);
    if (done)
        say(&facts, config_flag(config, "json"), console);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_RETOTAL = {
    "retotal", "count a server's totals again from its visits", NULL, KEYS,
    run};
