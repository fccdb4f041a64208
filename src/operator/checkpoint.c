// hailong checkpoint: one short signed text about all that a server holds, to
// print or to send to another body.
#include "common/file.h"
#include "operator/admin_client.h"
#include "operator/command.h"
#include "operator/server_data.h"
#include <errno.h>
#include <string.h>

static const struct config_key KEYS[] = {
    SERVER_PLACE_OPTIONS("the server's directory; the server may run"),
    {"hailong", "out", CONFIG_TEXT, NULL, 0, 0,
     "the file to make; else the text is printed"},
    {0}};

static bool write_file(const char *path, const struct buf *text,
                       struct console *console)
{
    if (file_exists(path)) {
        console_complain(console, "%s is there; give another name", path);
        return false;
    }
    if (!file_replace(path, text->data, text->size, 0644)) {
        console_complain(console, "%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

static int run(const struct config *config, struct console *console)
{
    struct server_place place;
    const char *out = config_text(config, "out");
    bool to_file = out && out[0] != '\0';
    struct admin admin;
    struct buf text = {0};
    if (!server_place_read(config, &place, console))
        return COMMAND_MISUSED;
    if (!admin_open(&place, &admin, console))
        return COMMAND_FAILED;
    bool done = admin_add_checkpoint(&admin, &text, console) && buf_ok(&text);
    admin_close(&admin);
    if (done && to_file)
        done = write_file(out, &text, console);
    // A checkpoint that was made and could not be written is not lost.
    if (buf_ok(&text) && (!to_file || !done))
        buf_append(&console->out, buf_text(&text), text.size);
    buf_free(&text);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_CHECKPOINT = {
    "checkpoint", "sign what a server holds now, to keep elsewhere", NULL, KEYS,
    run};
