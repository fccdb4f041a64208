// hailong doctor: whether a device, or a ward's server, can do its work, and
// what to do about what it cannot.
#include "common/file.h"
#include "common/json.h"
#include "operator/command.h"
#include "operator/doctor_server.h"
#include "operator/doctor_ward.h"
#include "operator/listing.h"
#include "operator/server_data.h"

static const struct config_key KEYS[] = {
    SERVER_PLACE_OPTIONS("the device's directory, or the server's"),
    {"hailong", "proxy", CONFIG_TEXT, NULL, 0, 0,
     "http://HOST:PORT to go through, as the courier does"},
    {"hailong", "plain_http", CONFIG_FLAG, "no", 0, 0,
     "allow a server without TLS beyond this machine"},
    {"hailong", "english", CONFIG_FLAG, "no", 0, 0, "English, not Vietnamese"},
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};

// A finding as it is told, of a device or of a server.
struct finding {
    const char *name;
    const char *title; // id of its name for people
    enum doctor_verdict verdict;
    const char *says, *advice; // advice "": there is nothing to do
};

static void print_json(const struct finding *findings, int count,
                       struct buf *out)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        const struct finding *f = &findings[i];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s?}", "check", f->name,
                            "verdict", doctor_verdict_name(f->verdict), "says",
                            f->says, "do", f->advice[0] ? f->advice : NULL));
    }
    listing_print_object(json_pack("{s:o}", "checks", list), out);
}

static void print_text(const struct finding *findings, int count,
                       const struct i18n *texts, enum i18n_language language,
                       struct buf *out)
{
    for (int i = 0; i < count; i++) {
        const struct finding *f = &findings[i];
        struct buf id = {0};
        buf_printf(&id, "doctor.%s%s", f->title, f->name);
        buf_printf(out, "%s  %s: %s\n", doctor_verdict_name(f->verdict),
                   i18n_text(texts, language, buf_text(&id)), f->says);
        if (f->advice[0])
            buf_printf(out, "      → %s\n", f->advice);
        buf_free(&id);
    }
}

// Failed when one of them is.
static int tell(const struct finding *findings, int count,
                const struct config *config, const struct i18n *texts,
                enum i18n_language language, struct console *console)
{
    int status = COMMAND_DONE;
    if (config_flag(config, "json"))
        print_json(findings, count, &console->out);
    else
        print_text(findings, count, texts, language, &console->out);
    for (int i = 0; i < count; i++)
        if (findings[i].verdict == DOCTOR_FAIL)
            status = COMMAND_FAILED;
    return status;
}

static int examine_server(const struct config *config,
                          const struct server_place *place,
                          const struct i18n *texts, enum i18n_language language,
                          struct console *console)
{
    struct ward_line lines[WARD_CHECK_COUNT];
    struct finding findings[WARD_CHECK_COUNT];
    struct ward_facts facts;
    doctor_look_at_ward(place, &facts);
    ward_judge(&facts, texts, language, lines);
    for (int i = 0; i < WARD_CHECK_COUNT; i++)
        findings[i] = (struct finding){
            ward_check_name(lines[i].check), "ward.name.", lines[i].verdict,
            buf_text(&lines[i].says), buf_text(&lines[i].advice)};
    int status =
        tell(findings, WARD_CHECK_COUNT, config, texts, language, console);
    ward_free(lines);
    return status;
}

static int examine_device(const struct config *config, const char *data,
                          const struct i18n *texts, enum i18n_language language,
                          struct console *console)
{
    const struct transport_params way = {.proxy = config_text(config, "proxy"),
                                         .plain_http =
                                             config_flag(config, "plain_http")};
    struct doctor_line lines[DOCTOR_CHECK_COUNT];
    struct finding findings[DOCTOR_CHECK_COUNT];
    struct doctor_facts facts;
    doctor_look(data, &facts);
    doctor_ask(data, &way, &facts);
    doctor_judge(&facts, texts, language, lines);
    for (int i = 0; i < DOCTOR_CHECK_COUNT; i++)
        findings[i] = (struct finding){
            doctor_check_name(lines[i].check), "name.", lines[i].verdict,
            buf_text(&lines[i].says), buf_text(&lines[i].advice)};
    int status =
        tell(findings, DOCTOR_CHECK_COUNT, config, texts, language, console);
    doctor_free(lines);
    return status;
}

static struct i18n *open_texts(struct console *console)
{
    struct buf message = {0};
    char path[PATH_MAX];
    struct i18n *texts = file_find_asset("i18n", path, sizeof path)
                             ? i18n_open(path, &message)
                             : NULL;
    if (!texts)
        console_complain(console, "the program's texts are not there: %s",
                         message.size > 0 ? buf_text(&message) : "i18n");
    buf_free(&message);
    return texts;
}

static int examine(const struct config *config, const char *data,
                   const struct server_place *place, struct console *console)
{
    struct i18n *texts = open_texts(console);
    if (!texts)
        return COMMAND_FAILED;
    enum i18n_language language =
        config_flag(config, "english") ? I18N_EN : I18N_VI;
    int status = place ? examine_server(config, place, texts, language, console)
                       : examine_device(config, data, texts, language, console);
    i18n_close(texts);
    return status;
}

static int run(const struct config *config, struct console *console)
{
    struct server_place place;
    const char *data = config_text(config, "data");
    bool is_server = server_place_is_server(config);
    if (is_server && !server_place_read(config, &place, console))
        return COMMAND_MISUSED;
    if (!is_server && !command_need(config, "data", console))
        return COMMAND_MISUSED;
    if (!is_server && !file_exists(data)) {
        console_complain(console, "%s: there is no such directory", data);
        return COMMAND_FAILED;
    }
    if (!is_server && server_place_lies_elsewhere(data, console))
        return COMMAND_FAILED;
    return examine(config, data, is_server ? &place : NULL, console);
}

const struct command COMMAND_DOCTOR = {
    "doctor",
    "what is well with a device or a server, what is not, and what to do; "
    "ends with 1 when something fails",
    NULL, KEYS, run};
