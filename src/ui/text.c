#include "ui/text.h"
#include "common/file.h"
#include "common/log.h"
#include <limits.h>
#include <math.h>
#include <SDL_ttf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FONTS_MAX = 32, WIDTHS_MAX = 512 };

static const char module[] = "text";

// Of each weight, the best first. Ours lie among the assets; the others where
// Debian's packages put them.
static const char *const files[TEXT_WEIGHT_COUNT][3] = {
    {"fonts/BeVietnamPro-Medium.ttf",
     "/usr/share/fonts/opentype/inter/Inter-Medium.otf",
     "/usr/share/fonts/truetype/noto/NotoSans-Medium.ttf"},
    {"fonts/BeVietnamPro-SemiBold.ttf",
     "/usr/share/fonts/opentype/inter/Inter-SemiBold.otf",
     "/usr/share/fonts/truetype/noto/NotoSans-SemiBold.ttf"},
    {"fonts/BeVietnamPro-Bold.ttf",
     "/usr/share/fonts/opentype/inter/Inter-Bold.otf",
     "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf"}};

struct font {
    enum text_weight weight;
    int px;
    TTF_Font *handle;
    unsigned used; // tick of the last use
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
// the same few words again and again. A slot is known by 64 bits of hash.
struct measured {
    uint64_t hash; // 0: empty
    int width;
};

struct text {
    struct measured widths[WIDTHS_MAX];
    struct font fonts[FONTS_MAX];
    size_t font_count;
    struct line lines[TEXT_CACHE_MAX];
    size_t line_count;
    int chosen[TEXT_WEIGHT_COUNT]; // index into files
    unsigned tick;
};

static TTF_Font *open_file(const char *name, int px)
{
    char path[PATH_MAX];
    if (name[0] == '/')
        snprintf(path, sizeof path, "%s", name);
    else if (!file_find_asset(name, path, sizeof path))
        return NULL;
    return TTF_OpenFont(path, px);
}

// Falls back along the list; what does not open is not tried again.
static TTF_Font *open_font(struct text *text, enum text_weight weight, int px)
{
    for (int *i = &text->chosen[weight]; *i < 3; ++*i) {
        TTF_Font *handle = open_file(files[weight][*i], px);
        if (handle) {
            TTF_SetFontHinting(handle, TTF_HINTING_NONE);
            TTF_SetFontKerning(handle, 1);
            return handle;
        }
        log_error(module, "%s cannot be used (%s); trying the next font",
                  files[weight][*i], SDL_GetError());
    }
    return NULL;
}

static TTF_Font *get_font(struct text *text, struct text_style style)
{
    struct font *place = NULL;
    text->tick++;
    for (size_t i = 0; i < text->font_count; i++) {
        struct font *font = &text->fonts[i];
        if (font->weight == style.weight && font->px == style.px) {
            font->used = text->tick;
            return font->handle;
        }
        if (!place || font->used < place->used)
            place = font;
    }
    TTF_Font *handle = open_font(text, style.weight, style.px);
    if (!handle)
        return NULL;
    if (text->font_count < FONTS_MAX)
        place = &text->fonts[text->font_count++];
    else
        TTF_CloseFont(place->handle);
    *place = (struct font){style.weight, style.px, handle, text->tick};
    return handle;
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
    for (size_t i = 0; i < text->font_count; i++)
        TTF_CloseFont(text->fonts[i].handle);
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
    struct measured *slot = &text->widths[hash % WIDTHS_MAX];
    if (slot->hash == hash)
        return slot->width;
    TTF_Font *font = get_font(text, style);
    if (!font || TTF_SizeUTF8(font, line, &width, NULL) != 0)
        return 0;
    *slot = (struct measured){hash, width};
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

// Fills lines greedily, none wider than `width`; false when a word is wider, or
// the lines do not do.
static bool fill_lines(struct text *text, struct text_style style,
                       const char *words, int width, size_t most_lines,
                       struct text_lines *out)
{
    out->count = 0;
    out->width = 0;
    out->fits = true;
    while (*words && out->count < most_lines) {
        char *line = out->line[out->count++];
        size_t size = 0;
        int line_width = 0;
        line[0] = '\0';
        while (*words && *words != '\n') {
            size_t length = strcspn(words, " \n");
            size_t gap = size ? 1 : 0;
            char grown[TEXT_LINE_SIZE];
            snprintf(grown, sizeof grown, "%.*s%s%.*s", (int)size, line,
                     gap ? " " : "", (int)length, words);
            int grown_width = text_width(text, style, grown);
            if (size && grown_width > width)
                break;
            memcpy(line, grown, sizeof grown);
            size = strlen(line);
            line_width = grown_width;
            words += length;
            while (*words == ' ')
                words++;
        }
        if (*words == '\n')
            words++;
        if (line_width > out->width)
            out->width = line_width;
        if (line_width > width)
            out->fits = false;
    }
    if (*words)
        out->fits = false;
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
    return least_px;
}
