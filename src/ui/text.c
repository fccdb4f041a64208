#include "ui/text.h"
#include "common/file.h"
#include "common/log.h"
#include <errno.h>
#include <math.h>
#include <SDL_ttf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTHS_MAX = 512,
    WIDTHS_WAYS = 4, // slots that a line may take
    FILES_MAX = 4,
    PATH_SIZE = 4096,
    FONT_BYTES_MAX = 32 << 20
};

static const char module[] = "text";

// Of each weight, the best first. Ours lie among the assets; the others in the
// system's font folders, under the names that Debian's packages give them.
static const char *const files[TEXT_WEIGHT_COUNT][FILES_MAX] = {
    {"BeVietnamPro-Medium.ttf", "opentype/inter/Inter-Medium.otf",
     "truetype/noto/NotoSans-Medium.ttf", "truetype/noto/NotoSans-Regular.ttf"},
    {"BeVietnamPro-SemiBold.ttf", "opentype/inter/Inter-SemiBold.otf",
     "truetype/noto/NotoSans-SemiBold.ttf", "truetype/noto/NotoSans-Bold.ttf"},
    {"BeVietnamPro-Bold.ttf", "opentype/inter/Inter-Bold.otf",
     "truetype/noto/NotoSans-Bold.ttf", "truetype/noto/NotoSans-Regular.ttf"}};

// One handle a weight, set to the size that is wanted: lines and widths are
// kept, glyphs need not be.
struct font {
    TTF_Font *handle; // NULL: not opened yet, or nothing can be
    struct buf bytes; // of the file; the handle reads them as long as it lives
    bool tried;
    int px;
};

struct line {
    char *words;
    struct text_style style;
    uint8_t *coverage;
    int width, height; // of the picture
    int ascent;        // rows above the baseline
    unsigned used;
};

// A line that was measured: shaping is dear, and the search for breaks asks for
// the same few words again and again. A line is known by 64 bits of hash.
struct measured {
    uint64_t hash; // 0: empty
    int width;
};

struct text {
    struct measured widths[WIDTHS_MAX];
    struct font fonts[TEXT_WEIGHT_COUNT];
    struct line lines[TEXT_CACHE_MAX];
    size_t line_count;
    unsigned tick;
    struct text_tally tally;
};

// In the system's font folders, as the XDG base directories name them.
static bool find_system_font(const char *name, char *out)
{
    const char *folders = getenv("XDG_DATA_DIRS");
    if (!folders || !*folders)
        folders = "/usr/local/share:/usr/share";
    while (*folders) {
        size_t length = strcspn(folders, ":");
        int size = snprintf(out, PATH_SIZE, "%.*s/fonts/%s", (int)length,
                            folders, name);
        if (size > 0 && size < PATH_SIZE && file_exists(out))
            return true;
        folders += length + (folders[length] == ':');
    }
    return false;
}

static bool find_own_font(const char *name, char *out)
{
    char asset[PATH_SIZE];
    snprintf(asset, sizeof asset, "fonts/%s", name);
    return file_find_asset(asset, out, PATH_SIZE);
}

// A file cut short may open and then lack its letters; a font for the web may
// hold half of the alphabet.
static bool is_whole(TTF_Font *font)
{
    static const uint32_t letters[] = {'a', 0x01b0, 0x0111, 0x1eb2, 0x1ef1};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
        int min_x, max_x, min_y, max_y, advance;
        if (!TTF_GlyphIsProvided32(font, letters[i]) ||
            TTF_GlyphMetrics32(font, letters[i], &min_x, &max_x, &min_y, &max_y,
                               &advance) != 0 ||
            max_y <= 0)
            return false;
    }
    return true;
}

static void close_font(struct font *font)
{
    if (font->handle)
        TTF_CloseFont(font->handle);
    font->handle = NULL;
    buf_free(&font->bytes);
}

// The file is read whole: from the disk SDL_ttf would fetch each glyph with
// system calls of its own, thousands until the first picture stands.
static void open_file(struct font *font, const char *name, bool own, int px)
{
    char path[PATH_SIZE];
    if (own ? !find_own_font(name, path) : !find_system_font(name, path)) {
        log_warn(module, "%s: not found; trying the next font", name);
        return;
    }
    const char *fault = NULL;
    if (!file_read(path, FONT_BYTES_MAX, &font->bytes))
        fault = strerror(errno);
    else if (!(font->handle = TTF_OpenFontRW(
                   SDL_RWFromConstMem(font->bytes.data, (int)font->bytes.size),
                   1, px)))
        fault = TTF_GetError();
    else if (!is_whole(font->handle))
        fault = "letters are missing";
    if (!fault)
        return;
    log_warn(module, "%s: %s; trying the next font", path, fault);
    close_font(font);
}

static struct font *open_font(struct text *text, enum text_weight weight,
                              int px)
{
    struct font *font = &text->fonts[weight];
    for (int i = 0; i < FILES_MAX && !font->handle && !font->tried; i++)
        open_file(font, files[weight][i], i == 0, px);
    if (!font->tried && font->handle) {
        // Stems stay upright on the pixels, widths stay those of the design.
        TTF_SetFontHinting(font->handle, TTF_HINTING_LIGHT_SUBPIXEL);
        TTF_SetFontKerning(font->handle, 1);
        font->px = px;
    }
    font->tried = true;
    return font->handle ? font : NULL;
}

// Words in the wrong weight are better than none.
static TTF_Font *get_font(struct text *text, struct text_style style)
{
    struct font *font = open_font(text, style.weight, style.px);
    for (int i = 0; i < TEXT_WEIGHT_COUNT && !font; i++)
        font = open_font(text, (enum text_weight)i, style.px);
    if (!font)
        return NULL;
    if (font->px != style.px && TTF_SetFontSize(font->handle, style.px) != 0)
        return NULL;
    font->px = style.px;
    return font->handle;
}

struct text *text_open(void)
{
    if (TTF_Init() != 0) {
        log_error(module, "SDL_ttf: %s", TTF_GetError());
        return NULL;
    }
    struct text *text = calloc(1, sizeof *text);
    struct text_style first = {TEXT_MEDIUM, 30};
    if (text && get_font(text, first))
        return text;
    log_error(module, "no font can be opened; install the program again, or "
                      "fonts-noto-core");
    free(text);
    TTF_Quit();
    return NULL;
}

static void free_line(struct line *line)
{
    // It may be of a comment.
    if (line->words)
        explicit_bzero(line->words, strlen(line->words));
    if (line->coverage)
        explicit_bzero(line->coverage,
                       (size_t)line->width * (size_t)line->height);
    free(line->words);
    free(line->coverage);
}

void text_forget(struct text *text)
{
    for (size_t i = 0; i < text->line_count; i++)
        free_line(&text->lines[i]);
    text->line_count = 0;
}

void text_close(struct text *text)
{
    if (!text)
        return;
    text_forget(text);
    for (int i = 0; i < TEXT_WEIGHT_COUNT; i++)
        close_font(&text->fonts[i]);
    free(text);
    TTF_Quit();
}

size_t text_cached(const struct text *text)
{
    return text->line_count;
}

// FNV-1a over the style and the words.
static uint64_t hash_of(struct text_style style, const char *words)
{
    const uint64_t prime = 0x100000001b3;
    uint64_t hash = 0xcbf29ce484222325;
    hash = (hash ^ (uint64_t)style.weight) * prime;
    hash = (hash ^ (uint64_t)style.px) * prime;
    for (; *words; words++)
        hash = (hash ^ (unsigned char)*words) * prime;
    return hash ? hash : 1;
}

int text_width(struct text *text, struct text_style style, const char *line)
{
    int width = 0;
    if (!*line)
        return 0;
    uint64_t hash = hash_of(style, line);
    struct measured *slots =
        &text->widths[hash % (WIDTHS_MAX / WIDTHS_WAYS) * WIDTHS_WAYS];
    for (int i = 0; i < WIDTHS_WAYS; i++)
        if (slots[i].hash == hash)
            return slots[i].width;
    TTF_Font *font = get_font(text, style);
    if (!font || TTF_SizeUTF8(font, line, &width, NULL) != 0)
        return 0;
    // The oldest of its slots is given up.
    memmove(slots + 1, slots, (WIDTHS_WAYS - 1) * sizeof *slots);
    slots[0] = (struct measured){hash, width};
    return width;
}

double text_capital(struct text_style style)
{
    return 0.74 * style.px;
}

double text_leading(struct text_style style, bool tight)
{
    return (tight ? 1.29 : 1.42) * style.px;
}

static uint32_t next_code_point(const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    int more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
    uint32_t code_point = more ? *p & (0x3fu >> more) : *p;
    int i = 1;
    for (; i <= more && (p[i] & 0xc0) == 0x80; i++)
        code_point = code_point << 6 | (p[i] & 0x3fu);
    *at += i;
    return code_point;
}

// SDL_ttf moves a line down when a glyph rises above the font's ascent; the
// baseline then lies at that glyph's height.
static int baseline_of(TTF_Font *font, const char *words)
{
    int ascent = TTF_FontAscent(font);
    while (*words) {
        int min_x, max_x, min_y, max_y, advance;
        uint32_t code_point = next_code_point(&words);
        if (TTF_GlyphMetrics32(font, code_point, &min_x, &max_x, &min_y, &max_y,
                               &advance) == 0 &&
            max_y > ascent)
            ascent = max_y;
    }
    return ascent;
}

// The alpha of the rendered line; its colour is chosen when it is stamped.
static bool render(TTF_Font *font, const char *words, struct line *out)
{
    static const SDL_Color white = {255, 255, 255, 255};
    SDL_Surface *surface = TTF_RenderUTF8_Blended(font, words, white);
    if (!surface)
        return false;
    size_t width = (size_t)surface->w, height = (size_t)surface->h;
    uint8_t *coverage = malloc(width * height + 1);
    for (size_t y = 0; coverage && y < height; y++) {
        const uint32_t *row = (const uint32_t *)((const char *)surface->pixels +
                                                 y * (size_t)surface->pitch);
        for (size_t x = 0; x < width; x++)
            coverage[y * width + x] = (uint8_t)(row[x] >> 24);
    }
    SDL_FreeSurface(surface);
    out->coverage = coverage;
    out->width = (int)width;
    out->height = (int)height;
    out->ascent = baseline_of(font, words);
    return coverage != NULL;
}

static struct line *find_line(struct text *text, struct text_style style,
                              const char *words)
{
    for (size_t i = 0; i < text->line_count; i++) {
        struct line *line = &text->lines[i];
        if (line->style.px == style.px && line->style.weight == style.weight &&
            strcmp(line->words, words) == 0)
            return line;
    }
    return NULL;
}

static struct line *get_line(struct text *text, struct text_style style,
                             const char *words)
{
    struct line *line = find_line(text, style, words);
    text->tick++;
    if (line) {
        line->used = text->tick;
        return line;
    }
    TTF_Font *font = get_font(text, style);
    struct line made = {.style = style, .used = text->tick};
    if (!font || !render(font, words, &made))
        return NULL;
    made.words = strdup(words);
    if (!made.words) {
        free_line(&made);
        return NULL;
    }
    line = &text->lines[0];
    for (size_t i = 1; i < text->line_count; i++)
        if (text->lines[i].used < line->used)
            line = &text->lines[i];
    if (text->line_count < TEXT_CACHE_MAX)
        line = &text->lines[text->line_count++];
    else
        free_line(line);
    *line = made;
    return line;
}

void text_draw(struct text *text, struct canvas *canvas,
               struct text_style style, color c, const char *line, double x,
               double baseline, enum text_align align)
{
    struct line *l = *line ? get_line(text, style, line) : NULL;
    if (!l)
        return;
    if (text->tally.smallest_px == 0 || style.px < text->tally.smallest_px)
        text->tally.smallest_px = style.px;
    double left = align == TEXT_LEFT     ? x
                  : align == TEXT_CENTRE ? x - l->width / 2.0
                                         : x - l->width;
    canvas_stamp(canvas, l->coverage, l->width, l->height, (int)lround(left),
                 (int)lround(baseline) - l->ascent, c);
}

void text_draw_middle(struct text *text, struct canvas *canvas,
                      struct text_style style, color c, const char *line,
                      double x, double y, enum text_align align)
{
    text_draw(text, canvas, style, c, line, x, y + text_capital(style) / 2,
              align);
}

// --- Breaking ------------------------------------------------------------

// Takes as many words as one line holds, at least one, and returns the rest.
static const char *fill_line(struct text *text, struct text_style style,
                             const char *words, int width, char *line,
                             int *out_width)
{
    size_t size = 0;
    *out_width = 0;
    line[0] = '\0';
    while (*words && *words != '\n') {
        size_t length = strcspn(words, " \n");
        char grown[TEXT_LINE_SIZE];
        int grown_size = snprintf(grown, sizeof grown, "%s%s%.*s", line,
                                  size ? " " : "", (int)length, words);
        if (grown_size >= TEXT_LINE_SIZE)
            return words;
        int grown_width = text_width(text, style, grown);
        if (size && grown_width > width)
            return words;
        size = (size_t)grown_size;
        memcpy(line, grown, size + 1);
        *out_width = grown_width;
        words += length;
        words += strspn(words, " ");
    }
    return *words ? words + 1 : words;
}

// Fills lines greedily; false when one is wider than `width`, or the lines do
// not do.
static bool fill_lines(struct text *text, struct text_style style,
                       const char *words, int width, size_t most_lines,
                       struct text_lines *out)
{
    out->count = 0;
    out->width = 0;
    while (*words && out->count < most_lines) {
        int line_width;
        words = fill_line(text, style, words, width, out->line[out->count++],
                          &line_width);
        if (line_width > out->width)
            out->width = line_width;
    }
    out->fits = !*words && out->width <= width;
    return out->fits;
}

void text_break(struct text *text, struct text_style style, const char *words,
                int width, size_t most_lines, struct text_lines *out)
{
    size_t most = most_lines < TEXT_LINES_MAX ? most_lines : TEXT_LINES_MAX;
    if (!fill_lines(text, style, words, width, most, out) || out->count == 1)
        return;
    // The narrowest width that still does with as many lines.
    size_t count = out->count;
    int low = 0, high = out->width;
    while (low + 1 < high) {
        struct text_lines trial;
        int middle = (low + high) / 2;
        if (fill_lines(text, style, words, middle, count, &trial)) {
            high = middle;
            *out = trial;
        } else {
            low = middle;
        }
    }
}

void text_draw_lines(struct text *text, struct canvas *canvas,
                     struct text_style style, color c,
                     const struct text_lines *lines, double x, double y,
                     double leading, enum text_align align)
{
    double first = y - leading * ((double)lines->count - 1) / 2;
    for (size_t i = 0; i < lines->count; i++)
        text_draw_middle(text, canvas, style, c, lines->line[i], x,
                         first + leading * (double)i, align);
}

int text_fit(struct text *text, struct text_style style, int least_px,
             int step_px, const char *const *labels, size_t count, int width,
             size_t most_lines)
{
    size_t most = most_lines < TEXT_LINES_MAX ? most_lines : TEXT_LINES_MAX;
    for (; style.px > least_px; style.px -= step_px) {
        bool all = true;
        for (size_t i = 0; i < count && all; i++) {
            struct text_lines lines;
            all = fill_lines(text, style, labels[i], width, most, &lines);
        }
        if (all)
            return style.px;
    }
    for (size_t i = 0; i < count; i++) {
        struct text_lines lines;
        style.px = least_px;
        text->tally.misfits +=
            !fill_lines(text, style, labels[i], width, most, &lines);
    }
    return least_px;
}

struct text_tally text_take_tally(struct text *text)
{
    struct text_tally tally = text->tally;
    text->tally = (struct text_tally){0};
    return tally;
}
