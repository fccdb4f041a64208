// hailong doctor: whether a device can do its work, and what to do about what
// it cannot.
#include "common/file.h"
#include "common/json.h"
#include "operator/command.h"
#include "operator/doctor_server.h"
#include "operator/listing.h"
#include "operator/server_data.h"
#include <string.h>

static const struct config_key KEYS[] = {
    {"hailong", "data", CONFIG_TEXT, NULL, 0, 0, "the device's directory"},
    {"hailong", "proxy", CONFIG_TEXT, NULL, 0, 0,
     "http://HOST:PORT to go through, as the courier does"},
    {"hailong", "plain_http", CONFIG_FLAG, "no", 0, 0,
     "allow a server without TLS beyond this machine"},
    {"hailong", "english", CONFIG_FLAG, "no", 0, 0, "English, not Vietnamese"},
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};

static json_t *line_object(const struct doctor_line *line)
{
    return json_pack("{s:s, s:s, s:s, s:s?}", "check",
                     doctor_check_name(line->check), "verdict",
                     doctor_verdict_name(line->verdict), "says",
                     buf_text(&line->says), "do",
                     line->advice.size > 0 ? buf_text(&line->advice) : NULL);
}

static void print_json(const struct doctor_line *lines, struct buf *out)
{
    json_t *list = json_array();
    for (int i = 0; i < DOCTOR_CHECK_COUNT; i++)
        json_array_append_new(list, line_object(&lines[i]));
    listing_print_object(json_pack("{s:o}", "checks", list), out);
}

static void print_text(const struct doctor_line *lines,
                       const struct i18n *texts, enum i18n_language language,
                       struct buf *out)
{
    for (int i = 0; i < DOCTOR_CHECK_COUNT; i++) {
        struct buf id = {0};
        buf_printf(&id, "doctor.name.%s", doctor_check_name(lines[i].check));
        buf_printf(out, "%s  %s: %s\n", doctor_verdict_name(lines[i].verdict),
                   i18n_text(texts, language, buf_text(&id)),
                   buf_text(&lines[i].says));
        if (lines[i].advice.size > 0)
            buf_printf(out, "      → %s\n", buf_text(&lines[i].advice));
        buf_free(&id);
    }
}

static bool is_device(const char *data, struct console *console)
{
    char database[PATH_MAX];
    if (!file_exists(data)) {
        console_complain(console, "%s: there is no such directory", data);
        return false;
    }
    if (file_join(database, sizeof database, data, SERVER_DATABASE) &&
        file_exists(database)) {
        console_complain(console,
                         "%s is a server's directory; hailong doctor looks at "
                         "a device's",
                         data);
        return false;
    }
    return true;
}

static int examine(const struct config *config, const char *data,
                   const struct i18n *texts, struct console *console)
{
    const struct transport_params way = {.proxy = config_text(config, "proxy"),
                                         .plain_http =
                                             config_flag(config, "plain_http")};
    enum i18n_language language =
        config_flag(config, "english") ? I18N_EN : I18N_VI;
    struct doctor_line lines[DOCTOR_CHECK_COUNT];
    struct doctor_facts facts;
    int status = COMMAND_DONE;
    doctor_look(data, &facts);
    doctor_ask(data, &way, &facts);
    doctor_judge(&facts, texts, language, lines);
    if (config_flag(config, "json"))
        print_json(lines, &console->out);
    else
        print_text(lines, texts, language, &console->out);
    for (int i = 0; i < DOCTOR_CHECK_COUNT; i++)
        if (lines[i].verdict == DOCTOR_FAIL)
            status = COMMAND_FAILED;
    doctor_free(lines);
    return status;
}

static int run(const struct config *config, struct console *console)
{
    const char *data = command_need(config, "data", console);
    struct buf message = {0};
    char path[PATH_MAX];
    if (!data)
        return COMMAND_MISUSED;
    if (!is_device(data, console))
        return COMMAND_FAILED;
    struct i18n *texts = NULL;
    if (file_find_asset("i18n", path, sizeof path))
        texts = i18n_open(path, &message);
    if (!texts) {
        console_complain(console, "the program's texts are not there: %s",
                         message.size > 0 ? buf_text(&message) : "i18n");
        buf_free(&message);
        return COMMAND_FAILED;
    }
    int status = examine(config, data, texts, console);
    i18n_close(texts);
    buf_free(&message);
    return status;
}

const struct command COMMAND_DOCTOR = {
    "doctor", "what is well with a device, what is not, and what to do", NULL,
    KEYS, run};
