#include "ui/layout.h"
#include <math.h>

enum {
    LONG_SIDE = 1280,
    SHORT_SIDE = 800,
    TOOL_GAP = 16,
    TOOL_HEIGHT = 80,
    TOOL_SLOTS = 4,      // side by side, landscape
    TOOL_ROW_SLOTS = 3,  // side by side, portrait
    DECLINE_WIDTH = 256, // landscape
    DECLINE_SLOTS = 2    // portrait: as wide as two tools
};

struct layout layout_make(int width, int height)
{
    struct layout l = {.width = width < 1 ? 1 : width,
                       .height = height < 1 ? 1 : height};
    l.portrait = l.height > l.width;
    double least_w = l.portrait ? SHORT_SIDE : LONG_SIDE;
    double least_h = l.portrait ? LONG_SIDE : SHORT_SIDE;
    l.scale = fmin(l.width / least_w, l.height / least_h);
    l.w = l.width / l.scale;
    l.h = l.height / l.scale;
    l.drop = fmax(0, l.h - least_h);
    return l;
}

int layout_px(const struct layout *layout, double u)
{
    return (int)lround(u * layout->scale);
}

static double inner_width(const struct layout *layout)
{
    return layout->w - 2 * LAYOUT_MARGIN;
}

// `count` boxes of equal width in a row that starts at (x, y).
static void spread(size_t count, double x, double y, double w, double h,
                   double gap, struct box *out)
{
    double each = (w - gap * (double)(count - 1)) / (double)count;
    for (size_t i = 0; i < count; i++)
        out[i] = (struct box){x + (double)i * (each + gap), y, each, h};
}

void layout_levels(const struct layout *layout, size_t count, struct box *out)
{
    if (count == 0)
        return;
    double w = inner_width(layout);
    if (!layout->portrait) {
        spread(count, LAYOUT_MARGIN, 252 + layout->drop, w, 408, 20, out);
        return;
    }
    const double gap = 16, all = 744;
    double h =
        count == 3 ? 236 : (all - gap * (double)(count - 1)) / (double)count;
    for (size_t i = 0; i < count; i++)
        out[i] = (struct box){LAYOUT_MARGIN,
                              308 + layout->drop + (double)i * (h + gap), w, h};
}

void layout_rows(const struct layout *layout, size_t count, bool notice,
                 struct box *out)
{
    bool portrait = layout->portrait;
    const double lower = !notice ? 0 : portrait ? 42 : 28;
    const double top = (portrait ? 258 : 194) + lower;
    const double gap = portrait ? 16 : 15;
    const double all = (portrait ? 774 : 480) - lower;
    if (count == 0)
        return;
    double h = (all - gap * (double)(count - 1)) / (double)count;
    for (size_t i = 0; i < count; i++)
        out[i] = (struct box){LAYOUT_MARGIN,
                              top + layout->drop + (double)i * (h + gap),
                              inner_width(layout), h};
}

bool layout_share(const double *needs, size_t count, struct box *boxes)
{
    double room = 0, needed = 0;
    bool narrow = false;
    for (size_t i = 0; i < count; i++) {
        room += boxes[i].w;
        needed += needs[i];
        narrow |= boxes[i].w < needs[i];
    }
    if (!narrow)
        return true;
    double moved = 0; // of the left edge
    for (size_t i = 0; i < count; i++) {
        double before = boxes[i].w;
        boxes[i].x += moved;
        boxes[i].w = needed <= room ? needs[i] + (room - needed) / (double)count
                                    : needs[i] * room / needed;
        moved += boxes[i].w - before;
    }
    return needed <= room;
}

static void tools_in_one_row(const struct layout *layout, size_t count,
                             struct box *out, struct box *out_decline)
{
    double w = inner_width(layout), x = LAYOUT_MARGIN;
    double y = 694 + layout->drop;
    if (out_decline) {
        w -= DECLINE_WIDTH + TOOL_GAP;
        *out_decline =
            (struct box){x + w + TOOL_GAP, y, DECLINE_WIDTH, TOOL_HEIGHT};
    }
    size_t slots = count > TOOL_SLOTS ? count : TOOL_SLOTS;
    double each = (w - TOOL_GAP * (double)(slots - 1)) / (double)slots;
    double used = (double)count * (each + TOOL_GAP) - TOOL_GAP;
    if (!out_decline)
        x += (w - used) / 2;
    spread(count, x, y, used, TOOL_HEIGHT, TOOL_GAP, out);
}

// Four tools and nothing else: two and two.
static void tools_in_square(const struct layout *layout, struct box *out)
{
    const double pitch = TOOL_HEIGHT + TOOL_GAP, w = inner_width(layout);
    for (size_t row = 0; row < 2; row++)
        spread(2, LAYOUT_MARGIN, 1072 + layout->drop + (double)row * pitch, w,
               TOOL_HEIGHT, TOOL_GAP, out + 2 * row);
}

static void tools_in_rows(const struct layout *layout, size_t count,
                          struct box *out, struct box *out_decline)
{
    const double pitch = TOOL_HEIGHT + TOOL_GAP, w = inner_width(layout);
    double slot = (w - TOOL_GAP * (TOOL_ROW_SLOTS - 1)) / TOOL_ROW_SLOTS;
    size_t needed = count + (out_decline ? DECLINE_SLOTS : 0);
    size_t rows = (needed + TOOL_ROW_SLOTS - 1) / TOOL_ROW_SLOTS;
    // Two rows of room; a single row stands in the middle of it.
    double y = 1072 + layout->drop + (rows == 1 ? pitch / 2 : 0);
    for (size_t i = 0; i < count; i++) {
        size_t row = i / TOOL_ROW_SLOTS, column = i % TOOL_ROW_SLOTS;
        out[i] =
            (struct box){LAYOUT_MARGIN + (double)column * (slot + TOOL_GAP),
                         y + (double)row * pitch, slot, TOOL_HEIGHT};
    }
    size_t last = count ? (count - 1) / TOOL_ROW_SLOTS : 0;
    size_t in_last = count - last * TOOL_ROW_SLOTS;
    if (out_decline) {
        // Beside the last tools when two slots are free there, else below.
        bool below = in_last > TOOL_ROW_SLOTS - DECLINE_SLOTS;
        double x = below ? 0 : (double)in_last * (slot + TOOL_GAP);
        *out_decline = (struct box){
            LAYOUT_MARGIN + x, y + (double)(last + (below ? 1 : 0)) * pitch,
            w - x, TOOL_HEIGHT};
    } else if (count > 0) {
        // A row that is not full is centred.
        double used = (double)in_last * (slot + TOOL_GAP) - TOOL_GAP;
        for (size_t i = count - in_last; i < count; i++)
            out[i].x += (w - used) / 2;
    }
}

void layout_tools(const struct layout *layout, size_t count, struct box *out,
                  struct box *out_decline)
{
    if (layout->portrait && count == TOOL_SLOTS && !out_decline)
        tools_in_square(layout, out);
    else if (layout->portrait)
        tools_in_rows(layout, count, out, out_decline);
    else
        tools_in_one_row(layout, count, out, out_decline);
}

void layout_chips(const struct layout *layout, size_t count, struct box *out)
{
    double w = inner_width(layout);
    size_t columns = layout->portrait ? 2 : 3;
    double gap_x = layout->portrait ? 16 : 20;
    double gap_y = layout->portrait ? 16 : 18;
    double y = (layout->portrait ? 306 : 244) + layout->drop;
    double h = layout->portrait ? 118 : 122;
    double each = (w - gap_x * (double)(columns - 1)) / (double)columns;
    for (size_t i = 0; i < count; i++) {
        size_t row = i / columns, column = i % columns;
        out[i] = (struct box){LAYOUT_MARGIN + (double)column * (each + gap_x),
                              y + (double)row * (h + gap_y), each, h};
    }
    if (layout->portrait && count % 2 == 1) {
        out[count - 1].w = w;
        out[count - 1].h = 104;
    }
}

struct layout_buttons layout_reason_buttons(const struct layout *layout)
{
    double w = inner_width(layout);
    if (layout->portrait) {
        double half = (w - 16) / 2, y = 1024 + layout->drop;
        return (struct layout_buttons){
            {LAYOUT_MARGIN, y, half, 104},
            {LAYOUT_MARGIN + half + 16, y, half, 104},
            {LAYOUT_MARGIN, y + 120, w, 104}};
    }
    double wider = w / 1200, y = 678 + layout->drop;
    return (struct layout_buttons){
        {LAYOUT_MARGIN, y, 300 * wider, 96},
        {LAYOUT_MARGIN + 320 * wider, y, 340 * wider, 96},
        {LAYOUT_MARGIN + 700 * wider, y, 500 * wider, 96}};
}

double layout_smallest_mm(const struct layout *layout, double px_per_mm)
{
    return TOOL_HEIGHT * layout->scale / px_per_mm;
}
