#include "operator/listing.h"
#include "operator/server_data.h"
#include "vietnamese/text.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void listing_start(struct listing *listing, const char *const *head,
                   size_t columns)
{
    assert(columns <= LISTING_COLUMNS_MAX);
    *listing = (struct listing){.columns = columns};
    for (size_t i = 0; i < columns; i++)
        listing_add(listing, head[i]);
}

void listing_add(struct listing *listing, const char *text)
{
    const char *cell = text && text[0] != '\0' ? text : "-";
    buf_append(&listing->cells, cell, strlen(cell) + 1);
    listing->count++;
}

void listing_add_count(struct listing *listing, int64_t count)
{
    char text[24] = "?";
    if (count >= 0)
        snprintf(text, sizeof text, "%" PRId64, count);
    listing_add(listing, text);
}

static size_t width_of(const char *cell)
{
    return text_letters(cell, strlen(cell));
}

void listing_print(struct listing *listing, struct buf *out)
{
    size_t widths[LISTING_COLUMNS_MAX] = {0};
    const char *cell = buf_text(&listing->cells);
    if (!buf_ok(&listing->cells)) {
        out->failed = true;
        listing->count = 0;
    }
    for (size_t i = 0; i < listing->count; i++) {
        size_t width = width_of(cell);
        if (width > widths[i % listing->columns])
            widths[i % listing->columns] = width;
        cell += strlen(cell) + 1;
    }
    cell = buf_text(&listing->cells);
    for (size_t i = 0; i < listing->count; i++) {
        size_t column = i % listing->columns;
        bool last = column + 1 == listing->columns;
        size_t blanks = last ? 0 : widths[column] - width_of(cell) + 2;
        buf_append_text(out, cell);
        while (blanks-- > 0)
            buf_append_char(out, ' ');
        if (last)
            buf_append_char(out, '\n');
        cell += strlen(cell) + 1;
    }
    buf_free(&listing->cells);
    listing->count = 0;
}

void listing_print_object(json_t *value, struct buf *out)
{
    if (!value || !json_write(value, out))
        out->failed = true;
    buf_append_char(out, '\n');
    json_decref(value);
}

int listing_run(const struct config *config, const struct listing_kind *kind,
                struct console *console)
{
    struct server_place place;
    if (!server_place_read(config, &place, console))
        return COMMAND_MISUSED;
    struct office *office = server_data_read(&place, console);
    if (!office)
        return COMMAND_FAILED;
    enum office_result result;
    if (config_flag(config, "json")) {
        json_t *rows = json_array();
        result = kind->as_json(office, rows);
        listing_print_object(rows, &console->out);
    } else {
        struct listing listing;
        listing_start(&listing, kind->head, kind->columns);
        result = kind->as_text(office, &listing);
        listing_print(&listing, &console->out);
    }
    office_close(office);
    if (result == OFFICE_OK || result == OFFICE_NONE)
        return COMMAND_DONE;
    server_data_complain(console, server_place_name(&place), result);
    return COMMAND_FAILED;
}
