#include "report/paper.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <limits.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "report";
static const char FAMILY[] = "Liberation Serif";
static const char *const FONTS[] = {
    "fonts/LiberationSerif-Regular.ttf", "fonts/LiberationSerif-Bold.ttf",
    "fonts/LiberationSerif-Italic.ttf", "fonts/LiberationSerif-BoldItalic.ttf"};
#define PAGE_WIDTH (210 * PAPER_MM)
#define PAGE_HEIGHT (297 * PAPER_MM)
#define MARGIN_TOP (20 * PAPER_MM)
#define MARGIN_BOTTOM (20 * PAPER_MM)
#define MARGIN_LEFT (30 * PAPER_MM)
#define MARGIN_RIGHT (18 * PAPER_MM)
#define NUMBER_TOP (10 * PAPER_MM)
static const double LINE_WIDTH = 0.5, CELL_PADDING = 3, CELL_ROOM = 4;
static const struct paper_style PAGE_NUMBER = {.size = 13,
                                               .align = PAPER_CENTRE};

struct table {
    size_t count;
    double x[PAPER_COLUMNS_MAX + 1]; // edges, from the left margin
    enum paper_align align[PAPER_COLUMNS_MAX];
    double size;
    char *head[PAPER_COLUMNS_MAX];
};

// The fonts, opened once for the life of the program: Pango keeps what it made
// of a font map for good. Neither map nor fonts may be used by two threads, so
// who fills a paper holds them from paper_open() to paper_close().
static pthread_mutex_t fonts_mutex = PTHREAD_MUTEX_INITIALIZER;
static PangoFontMap *shared_fonts;

struct paper {
    PangoContext *context;
    cairo_surface_t *surface;
    cairo_t *cairo;
    struct buf bytes;
    int page;
    double y; // from the top of the page
    struct table table;
};

// --- Opening and closing ----------------------------------------------------

static cairo_status_t take(void *ctx, const unsigned char *bytes,
                           unsigned int size)
{
    struct buf *out = ctx;
    buf_append(out, bytes, size);
    return buf_ok(out) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

// Only the program's own fonts, so that a document looks the same wherever it
// is made.
static bool add_fonts(FcConfig *config, struct buf *message)
{
    for (size_t i = 0; i < sizeof FONTS / sizeof FONTS[0]; i++) {
        char path[PATH_MAX];
        if (!file_find_asset(FONTS[i], path, sizeof path) ||
            !FcConfigAppFontAddFile(config, (const FcChar8 *)path)) {
            buf_printf(message,
                       "%s: is not among the program's files; install the "
                       "program again, or set HAILONG_ASSETS",
                       FONTS[i]);
            return false;
        }
    }
    return true;
}

static bool open_fonts(struct buf *message)
{
    FcConfig *config = FcConfigCreate();
    PangoFontMap *fonts =
        pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    bool done = config && fonts;
    if (!done)
        buf_append_text(message, "out of memory for fonts");
    else
        done = add_fonts(config, message);
    if (done) {
        pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts), config);
        pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts), 72);
        shared_fonts = fonts;
    } else if (fonts) {
        g_object_unref(fonts);
    }
    if (config)
        FcConfigDestroy(config); // the map has its own reference
    return done;
}

static bool open_context(struct paper *paper, struct buf *message)
{
    if (!shared_fonts && !open_fonts(message))
        return false;
    paper->context = pango_font_map_create_context(shared_fonts);
    // Places of letters to the point of the outline, not to a screen's grid.
    pango_context_set_round_glyph_positions(paper->context, FALSE);
    return true;
}

static void set_properties(struct paper *paper, const char *title,
                           const char *author, int64_t made_ms)
{
    char moment[CLOCK_ISO_SIZE];
    clock_format(made_ms, moment);
    // "2026-11-23T09:15:02.120+07:00" without the thousandths.
    memmove(moment + 19, moment + 23, strlen(moment + 23) + 1);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_TITLE,
                                   title);
    if (author && *author != '\0')
        cairo_pdf_surface_set_metadata(paper->surface,
                                       CAIRO_PDF_METADATA_AUTHOR, author);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATOR,
                                   "hailong " HAILONG_VERSION);
    if (made_ms > 0)
        cairo_pdf_surface_set_metadata(paper->surface,
                                       CAIRO_PDF_METADATA_CREATE_DATE, moment);
}

static void free_paper(struct paper *paper)
{
    if (paper->cairo)
        cairo_destroy(paper->cairo);
    if (paper->surface)
        cairo_surface_destroy(paper->surface);
    if (paper->context)
        g_object_unref(paper->context);
    buf_free(&paper->bytes);
    free(paper);
    pthread_mutex_unlock(&fonts_mutex);
}

struct paper *paper_open(const char *title, const char *author, int64_t made_ms,
                         struct buf *message)
{
    struct paper *paper = calloc(1, sizeof *paper);
    if (!paper) {
        buf_append_text(message, "out of memory");
        return NULL;
    }
    pthread_mutex_lock(&fonts_mutex);
    if (!open_context(paper, message)) {
        free_paper(paper);
        return NULL;
    }
    paper->surface = cairo_pdf_surface_create_for_stream(
        take, &paper->bytes, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_pdf_surface_restrict_to_version(paper->surface,
                                          CAIRO_PDF_VERSION_1_5);
    set_properties(paper, title, author, made_ms);
    paper->cairo = cairo_create(paper->surface);
    pango_cairo_update_context(paper->cairo, paper->context);
    paper->page = 1;
    paper->y = MARGIN_TOP;
    return paper;
}

bool paper_close(struct paper *paper, struct buf *out)
{
    cairo_show_page(paper->cairo);
    cairo_surface_finish(paper->surface);
    cairo_status_t status = cairo_status(paper->cairo);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(paper->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        buf_append(out, paper->bytes.data, paper->bytes.size);
    else
        log_error(MODULE, "a document cannot be written: %s",
                  cairo_status_to_string(status));
    free_paper(paper);
    return status == CAIRO_STATUS_SUCCESS && buf_ok(out);
}

// --- Places -----------------------------------------------------------------

double paper_width(const struct paper *paper)
{
    (void)paper;
    return PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT;
}

double paper_y(const struct paper *paper)
{
    return paper->y;
}

void paper_move(struct paper *paper, double y)
{
    paper->y = y;
}

void paper_new_page(struct paper *paper)
{
    char number[16];
    cairo_show_page(paper->cairo);
    paper->page++;
    snprintf(number, sizeof number, "%d", paper->page);
    paper_box(paper, 0, NUMBER_TOP, paper_width(paper), &PAGE_NUMBER, number);
    paper->y = MARGIN_TOP;
}

static double space_left(const struct paper *paper)
{
    return PAGE_HEIGHT - MARGIN_BOTTOM - paper->y;
}

void paper_need(struct paper *paper, double height)
{
    if (space_left(paper) < height)
        paper_new_page(paper);
}

// --- Text -------------------------------------------------------------------

// A number and its sign stay on one line: no break before " %". A word that is
// too long breaks without a hyphen, so that a code is copied as it is.
static void hold_signs(PangoAttrList *list, const char *text)
{
    pango_attr_list_insert(list, pango_attr_insert_hyphens_new(FALSE));
    for (const char *sign = text; (sign = strstr(sign, " %")) != NULL; sign++) {
        PangoAttribute *attribute = pango_attr_allow_breaks_new(FALSE);
        attribute->start_index = (guint)(sign - text);
        attribute->end_index = attribute->start_index + 2;
        pango_attr_list_insert(list, attribute);
    }
}

// The caller unrefs it.
static PangoLayout *lay_out(struct paper *paper, double width,
                            const struct paper_style *style, const char *text)
{
    static const PangoAlignment ALIGN[] = {[PAPER_LEFT] = PANGO_ALIGN_LEFT,
                                           [PAPER_CENTRE] = PANGO_ALIGN_CENTER,
                                           [PAPER_RIGHT] = PANGO_ALIGN_RIGHT,
                                           [PAPER_BOTH] = PANGO_ALIGN_LEFT};
    PangoLayout *layout = pango_layout_new(paper->context);
    PangoFontDescription *font = pango_font_description_new();
    PangoAttrList *list = pango_attr_list_new();
    pango_font_description_set_family_static(font, FAMILY);
    pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD
                                                        : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(font, style->italic ? PANGO_STYLE_ITALIC
                                                         : PANGO_STYLE_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    hold_signs(list, text);
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
    if (width > 0)
        pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, ALIGN[style->align]);
    pango_layout_set_justify(layout, style->align == PAPER_BOTH);
    pango_layout_set_indent(layout, (int)(style->indent * PANGO_SCALE));
    if (style->leading > 0)
        pango_layout_set_line_spacing(layout, (float)style->leading);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

static double height_of(PangoLayout *layout)
{
    int width, height;
    pango_layout_get_size(layout, &width, &height);
    return (double)height / PANGO_SCALE;
}

double paper_height(struct paper *paper, double width,
                    const struct paper_style *style, const char *text)
{
    PangoLayout *layout = lay_out(paper, width, style, text);
    double height = height_of(layout);
    g_object_unref(layout);
    return height;
}

double paper_measure(struct paper *paper, const struct paper_style *style,
                     const char *text)
{
    int width, height;
    PangoLayout *layout = lay_out(paper, 0, style, text);
    pango_layout_get_size(layout, &width, &height);
    g_object_unref(layout);
    return (double)width / PANGO_SCALE;
}

double paper_box(struct paper *paper, double x, double y, double width,
                 const struct paper_style *style, const char *text)
{
    PangoLayout *layout = lay_out(paper, width, style, text);
    double height = height_of(layout);
    cairo_move_to(paper->cairo, MARGIN_LEFT + x, y);
    pango_cairo_show_layout(paper->cairo, layout);
    g_object_unref(layout);
    return height;
}

void paper_text(struct paper *paper, const struct paper_style *style,
                const char *text)
{
    PangoLayout *layout = lay_out(paper, paper_width(paper), style, text);
    PangoLayoutIter *lines = pango_layout_get_iter(layout);
    double from = 0; // of the layout, where this page's part begins
    paper->y += style->before;
    do {
        PangoRectangle ink, box;
        int top, bottom;
        pango_layout_iter_get_line_extents(lines, &ink, &box);
        pango_layout_iter_get_line_yrange(lines, &top, &bottom);
        double end = (double)bottom / PANGO_SCALE;
        if (space_left(paper) < end - from) {
            double begin = (double)top / PANGO_SCALE;
            paper->y += begin - from;
            paper_new_page(paper);
            from = begin;
        }
        double line = (double)pango_layout_iter_get_baseline(lines);
        cairo_move_to(paper->cairo, MARGIN_LEFT + (double)box.x / PANGO_SCALE,
                      paper->y + line / PANGO_SCALE - from);
        pango_cairo_show_layout_line(
            paper->cairo, pango_layout_iter_get_line_readonly(lines));
    } while (pango_layout_iter_next_line(lines));
    paper->y += height_of(layout) - from + style->after;
    pango_layout_iter_free(lines);
    g_object_unref(layout);
}

// --- Lines and tables -------------------------------------------------------

static void draw_line(struct paper *paper, double x1, double y1, double x2,
                      double y2)
{
    cairo_set_line_width(paper->cairo, LINE_WIDTH);
    cairo_move_to(paper->cairo, MARGIN_LEFT + x1, y1);
    cairo_line_to(paper->cairo, MARGIN_LEFT + x2, y2);
    cairo_stroke(paper->cairo);
}

void paper_rule(struct paper *paper, double x, double y, double width)
{
    draw_line(paper, x, y, x + width, y);
}

void paper_fill(struct paper *paper, double x, double y, double width,
                double height)
{
    cairo_rectangle(paper->cairo, MARGIN_LEFT + x, y, width, height);
    cairo_fill(paper->cairo);
}

static struct paper_style cell_style(const struct table *table, size_t column,
                                     bool is_head, bool bold)
{
    return (struct paper_style){.size = table->size,
                                .bold = bold || is_head,
                                .align = is_head ? PAPER_CENTRE
                                                 : table->align[column]};
}

static double cell_width(const struct table *table, size_t column)
{
    return table->x[column + 1] - table->x[column] - 2 * CELL_PADDING;
}

static double row_height(struct paper *paper, const char *const *cells,
                         bool is_head, bool bold)
{
    const struct table *table = &paper->table;
    double most = 0;
    for (size_t i = 0; i < table->count; i++) {
        struct paper_style style = cell_style(table, i, is_head, bold);
        most = fmax(
            most, paper_height(paper, cell_width(table, i), &style, cells[i]));
    }
    return most + 2 * CELL_ROOM;
}

// A row on this page. Numbers and names stand in the middle of its height.
static void draw_row(struct paper *paper, const char *const *cells,
                     double height, bool is_head, bool bold)
{
    const struct table *table = &paper->table;
    for (size_t i = 0; i < table->count; i++) {
        struct paper_style style = cell_style(table, i, is_head, bold);
        PangoLayout *layout =
            lay_out(paper, cell_width(table, i), &style, cells[i]);
        cairo_move_to(paper->cairo, MARGIN_LEFT + table->x[i] + CELL_PADDING,
                      paper->y + (height - height_of(layout)) / 2);
        pango_cairo_show_layout(paper->cairo, layout);
        g_object_unref(layout);
    }
    double right = table->x[table->count];
    for (size_t i = 0; i <= table->count; i++)
        draw_line(paper, table->x[i], paper->y, table->x[i], paper->y + height);
    paper_rule(paper, 0, paper->y, right);
    paper_rule(paper, 0, paper->y + height, right);
    paper->y += height;
}

static void draw_head(struct paper *paper)
{
    const char *const *head = (const char *const *)paper->table.head;
    draw_row(paper, head, row_height(paper, head, true, true), true, true);
}

void paper_table_begin(struct paper *paper, const struct paper_column *columns,
                       size_t count, double size, const char *const *head)
{
    struct table *table = &paper->table;
    double all = 0, before = 0;
    *table = (struct table){.count = count, .size = size};
    for (size_t i = 0; i < count; i++)
        all += columns[i].share;
    for (size_t i = 0; i < count; i++) {
        table->align[i] = columns[i].align;
        table->head[i] = g_strdup(head[i]);
        before += columns[i].share;
        table->x[i + 1] = paper_width(paper) * before / all;
    }
    // A head alone at the foot of a page says nothing.
    double row = row_height(paper, head, true, true);
    paper_need(paper, row * 2);
    draw_head(paper);
}

void paper_table_row(struct paper *paper, const char *const *cells, bool bold)
{
    double height = row_height(paper, cells, false, bold);
    if (space_left(paper) < height) {
        paper_new_page(paper);
        draw_head(paper);
    }
    draw_row(paper, cells, height, false, bold);
}

void paper_table_end(struct paper *paper)
{
    for (size_t i = 0; i < paper->table.count; i++)
        g_free(paper->table.head[i]);
    paper->table = (struct table){0};
}
