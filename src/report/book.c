#include "report/book.h"
#include "common/date.h"
#include "common/log.h"
#include "report/words.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char MODULE[] = "report";
enum {
    COLOUR_PRIMARY = 0x0B4A63,
    COLOUR_INK = 0x16233A,
    COLOUR_FAINT = 0x7A8496,
    COLOUR_LINE = 0xBFC7D1,
    PATH_SIZE = 64,
    PIECE = 65536
};
static const char FONT[] = "Times New Roman";

static void note(struct book *book, lxw_error error)
{
    if (error == LXW_NO_ERROR)
        return;
    if (!book->failed)
        log_error(MODULE, "a workbook cannot be written: %s",
                  lxw_strerror(error));
    book->failed = true;
}

// --- Looks ------------------------------------------------------------------

static const struct {
    double size;
    bool bold, border, wrap;
    int colour;
    int align;
    const char *number; // the number's form; "@" keeps text a text
} LOOKS[BOOK_LOOKS] = {
    [BOOK_TITLE] = {16, true, false, false, COLOUR_PRIMARY, 0, "@"},
    [BOOK_SUBTITLE] = {12, false, false, false, COLOUR_INK, 0, "@"},
    [BOOK_SECTION] = {13, true, false, false, COLOUR_PRIMARY, 0, "@"},
    [BOOK_HEAD] = {12, true, true, true, 0xFFFFFF, LXW_ALIGN_CENTER, "@"},
    [BOOK_TEXT] = {12, false, true, true, COLOUR_INK, LXW_ALIGN_LEFT, "@"},
    [BOOK_STRONG] = {12, true, true, true, COLOUR_INK, LXW_ALIGN_LEFT, "@"},
    [BOOK_PROSE] = {12, false, false, true, COLOUR_INK, LXW_ALIGN_LEFT, "@"},
    [BOOK_COUNT_CELL] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                         "#,##0"},
    [BOOK_PERCENT] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                      "0 %"},
    [BOOK_PERCENT_1] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                        "0.0 %"},
    [BOOK_PERCENT_2] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                        "0.00 %"},
    [BOOK_PERCENT_3] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                        "0.000 %"},
    [BOOK_PERCENT_4] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                        "0.0000 %"},
    [BOOK_POINTS] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT, "0"},
    [BOOK_POINTS_1] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                       "0.0"},
    [BOOK_POINTS_2] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                       "0.00"},
    [BOOK_POINTS_3] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                       "0.000"},
    [BOOK_POINTS_4] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_RIGHT,
                       "0.0000"},
    [BOOK_DAY] = {12, false, true, false, COLOUR_INK, LXW_ALIGN_LEFT,
                  "dd/mm/yyyy"},
    [BOOK_CENTRED] = {12, false, true, true, COLOUR_INK, LXW_ALIGN_CENTER, "@"},
    [BOOK_FAINT] = {12, false, true, false, COLOUR_FAINT, LXW_ALIGN_RIGHT, "@"},
};

static void make_look(struct book *book, enum book_look look)
{
    lxw_format *format = workbook_add_format(book->workbook);
    book->looks[look] = format;
    if (!format) {
        note(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    format_set_font_name(format, FONT);
    format_set_font_size(format, LOOKS[look].size);
    format_set_font_color(format, (lxw_color_t)LOOKS[look].colour);
    format_set_num_format(format, LOOKS[look].number);
    format_set_align(format, look == BOOK_PROSE ? LXW_ALIGN_VERTICAL_TOP
                                                : LXW_ALIGN_VERTICAL_CENTER);
    if (LOOKS[look].align != 0)
        format_set_align(format, (uint8_t)LOOKS[look].align);
    if (LOOKS[look].bold)
        format_set_bold(format);
    if (LOOKS[look].wrap)
        format_set_text_wrap(format);
    if (LOOKS[look].border) {
        format_set_border(format, LXW_BORDER_THIN);
        format_set_border_color(format, COLOUR_LINE);
    }
    if (look == BOOK_HEAD)
        format_set_bg_color(format, COLOUR_PRIMARY);
}

// --- The whole --------------------------------------------------------------

bool book_start(struct book *book, const char *title, int64_t made_ms)
{
    char path[PATH_SIZE];
    lxw_doc_properties properties = {
        .title = (char *)title,
        .created = (time_t)(made_ms / 1000),
    };
    *book = (struct book){.fd = memfd_create("xlsx", MFD_CLOEXEC)};
    if (book->fd < 0) {
        log_error(MODULE, "a file in memory: %s", strerror(errno));
        return false;
    }
    // The library writes to a name only.
    snprintf(path, sizeof path, "/proc/self/fd/%d", book->fd);
    book->workbook = workbook_new(path);
    if (!book->workbook) {
        log_error(MODULE, "out of memory for a workbook");
        close(book->fd);
        return false;
    }
    note(book, workbook_set_properties(book->workbook, &properties));
    for (int look = 0; look < BOOK_LOOKS; look++)
        make_look(book, (enum book_look)look);
    return true;
}

static bool read_back(int fd, struct buf *out)
{
    ssize_t got;
    if (lseek(fd, 0, SEEK_SET) < 0)
        return false;
    do {
        char *to = buf_reserve(out, PIECE);
        if (!to) {
            errno = ENOMEM;
            return false;
        }
        got = read(fd, to, PIECE);
        if (got > 0)
            buf_commit(out, (size_t)got);
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got == 0;
}

bool book_finish(struct book *book, struct buf *out)
{
    note(book, workbook_close(book->workbook));
    bool done = !book->failed;
    if (done && !read_back(book->fd, out)) {
        log_error(MODULE, "a workbook cannot be read back: %s",
                  strerror(errno));
        done = false;
    }
    close(book->fd);
    return done;
}

// --- Sheets and cells -------------------------------------------------------

void book_sheet(struct book *book, const char *name, bool landscape)
{
    book->sheet = workbook_add_worksheet(book->workbook, name);
    book->row = 0;
    if (!book->sheet) {
        note(book, LXW_ERROR_SHEETNAME_ALREADY_USED);
        return;
    }
    enum { PAPER_A4 = 9 };
    worksheet_set_paper(book->sheet, PAPER_A4);
    if (landscape)
        worksheet_set_landscape(book->sheet);
    worksheet_fit_to_pages(book->sheet, 1, 0);
    worksheet_gridlines(book->sheet, LXW_HIDE_ALL_GRIDLINES);
    note(book, worksheet_set_footer(book->sheet, "&C&P/&N"));
}

void book_width(struct book *book, int column, double characters)
{
    if (book->sheet)
        note(book, worksheet_set_column(book->sheet, (lxw_col_t)column,
                                        (lxw_col_t)column, characters, NULL));
}

void book_freeze(struct book *book, int columns)
{
    if (book->sheet)
        worksheet_freeze_panes(book->sheet, book->row, (lxw_col_t)columns);
}

void book_text(struct book *book, int column, enum book_look look,
               const char *text)
{
    struct buf plain = {0};
    words_append_plain(text, &plain);
    if (book->sheet)
        note(book,
             worksheet_write_string(book->sheet, book->row, (lxw_col_t)column,
                                    buf_text(&plain), book->looks[look]));
    book->failed |= !buf_ok(&plain);
    buf_free(&plain);
}

static void write_number(struct book *book, int column, enum book_look look,
                         double value)
{
    if (book->sheet)
        note(book,
             worksheet_write_number(book->sheet, book->row, (lxw_col_t)column,
                                    value, book->looks[look]));
}

void book_count(struct book *book, int column, int64_t value)
{
    write_number(book, column, BOOK_COUNT_CELL, (double)value);
}

void book_percent(struct book *book, int column, int64_t value, int decimals)
{
    double unit = 100;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    write_number(book, column, (enum book_look)(BOOK_PERCENT + decimals),
                 (double)value / unit);
}

void book_points(struct book *book, int column, int64_t value, int decimals)
{
    double unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    write_number(book, column, (enum book_look)(BOOK_POINTS + decimals),
                 (double)value / unit);
}

void book_minutes(struct book *book, int column, int64_t tenths)
{
    book_points(book, column, tenths, 1);
}

void book_day(struct book *book, int column, int32_t day)
{
    struct date date = date_from_day(day);
    lxw_datetime moment = {
        .year = date.year, .month = date.month, .day = date.day};
    if (book->sheet)
        note(book,
             worksheet_write_datetime(book->sheet, book->row, (lxw_col_t)column,
                                      &moment, book->looks[BOOK_DAY]));
}

void book_height(struct book *book, double height)
{
    if (book->sheet)
        note(book, worksheet_set_row(book->sheet, book->row, height, NULL));
}

void book_wide(struct book *book, int last, enum book_look look, double height,
               const char *text)
{
    if (!book->sheet)
        return;
    note(book, worksheet_merge_range(book->sheet, book->row, 0, book->row,
                                     (lxw_col_t)last, text, book->looks[look]));
    if (height > 0)
        book_height(book, height);
    book->row++;
}

void book_next_row(struct book *book)
{
    book->row++;
}

void book_section(struct book *book, const char *title)
{
    book_next_row(book);
    book_text(book, 0, BOOK_SECTION, title);
    book_next_row(book);
}

void book_prose(struct book *book, int last, int letters,
                const struct buf *lines)
{
    const char *line = buf_text(lines);
    book->failed |= !buf_ok(lines);
    for (const char *end; *line != '\0'; line = end + (*end == '\n')) {
        struct buf one = {0};
        end = strchrnul(line, '\n');
        buf_append(&one, line, (size_t)(end - line));
        int count = 0;
        for (size_t i = 0; i < one.size; i++)
            count += (one.data[i] & 0xc0) != 0x80; // begins a letter
        int high = 1 + count / letters;
        book_wide(book, last, BOOK_PROSE, BOOK_LINE_HEIGHT * high,
                  buf_text(&one));
        book->failed |= !buf_ok(&one);
        buf_free(&one);
    }
}

void book_end_head(struct book *book, int last, size_t rows)
{
    lxw_row_t head = book->row;
    book_next_row(book);
    book_freeze(book, 1);
    if (!book->sheet)
        return;
    note(book, worksheet_repeat_rows(book->sheet, head, head));
    if (rows > 0)
        note(book,
             worksheet_autofilter(book->sheet, head, 0, head + (lxw_row_t)rows,
                                  (lxw_col_t)last));
}

// --- Charts -----------------------------------------------------------------

static void dress_chart(lxw_chart *chart, lxw_chart_series *series,
                        const struct book_chart *of)
{
    lxw_chart_font font = {.size = 12, .bold = LXW_TRUE};
    lxw_chart_line line = {.color = COLOUR_PRIMARY, .width = 2.25};
    lxw_chart_line grid = {.color = 0xD9DEE5, .width = 0.75};
    lxw_chart_fill fill = {.color = COLOUR_PRIMARY};
    chart_title_set_name(chart, of->title);
    chart_title_set_name_font(chart, &font);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    chart_show_hidden_data(chart);
    chart_series_set_name(series, of->series);
    if (of->is_line) {
        chart_series_set_line(series, &line);
        chart_series_set_marker_type(series, LXW_CHART_MARKER_CIRCLE);
        chart_series_set_marker_fill(series, &fill);
        chart_axis_major_gridlines_set_line(chart->y_axis, &grid);
        return;
    }
    // Each bar has its number: an axis and a grid would only repeat it. The
    // first row stands on top.
    chart_series_set_fill(series, &fill);
    chart_series_set_labels(series);
    chart_axis_set_reverse(chart->y_axis);
    chart_axis_set_label_position(chart->x_axis,
                                  LXW_CHART_AXIS_LABEL_POSITION_NONE);
    chart_axis_major_gridlines_set_visible(chart->x_axis, LXW_FALSE);
    chart_axis_set_min(chart->x_axis, 0);
}

static void hide_columns(struct book *book, const struct book_chart *chart)
{
    lxw_row_col_options options = {.hidden = LXW_TRUE};
    note(book, worksheet_set_column_opt(book->sheet, (lxw_col_t)chart->label,
                                        (lxw_col_t)chart->value,
                                        LXW_DEF_COL_WIDTH, NULL, &options));
}

void book_chart(struct book *book, const struct book_chart *of)
{
    const double row_room = 0.07; // of a bar, in the chart's usual height
    int rows = of->last - of->first + 1;
    lxw_chart *chart = workbook_add_chart(
        book->workbook, of->is_line ? LXW_CHART_LINE : LXW_CHART_BAR);
    lxw_chart_series *series =
        chart ? chart_add_series(chart, NULL, NULL) : NULL;
    if (!series || !book->sheet) {
        note(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    const char *name = book->sheet->name;
    chart_series_set_categories(series, name, (lxw_row_t)of->first,
                                (lxw_col_t)of->label, (lxw_row_t)of->last,
                                (lxw_col_t)of->label);
    chart_series_set_values(series, name, (lxw_row_t)of->first,
                            (lxw_col_t)of->value, (lxw_row_t)of->last,
                            (lxw_col_t)of->value);
    dress_chart(chart, series, of);
    hide_columns(book, of);
    double high = of->is_line ? 1.1 : 0.5 + row_room * rows;
    lxw_chart_options options = {.x_scale = 1.6,
                                 .y_scale = high > 3 ? 3 : high,
                                 .description = (char *)of->title};
    note(book, worksheet_insert_chart_opt(
                   book->sheet, 4, (lxw_col_t)of->at_column, chart, &options));
}
