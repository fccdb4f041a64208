#include "office/waits.h"
#include <stdlib.h>
#include <string.h>

enum { TENTHS_MOST = (int)(WAITS_MOST_MS / WAITS_TENTH_MS) };

// Where the cell of these tenths is, or has to go.
static size_t place_of(const struct waits *waits, int32_t tenths)
{
    size_t low = 0, high = waits->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (waits->cells[middle].tenths < tenths) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool make_room(struct waits *waits, size_t count)
{
    size_t capacity = waits->capacity ? waits->capacity : 16;
    while (capacity < count) {
        capacity *= 2;
    }
    if (capacity == waits->capacity) {
        return true;
    }
    struct wait_cell *cells = realloc(waits->cells, capacity * sizeof *cells);
    if (!cells) {
        waits->failed = true;
        return false;
    }
    waits->cells = cells;
    waits->capacity = capacity;
    return true;
}

static void add_to_cell(struct waits *waits, int32_t tenths, int64_t count)
{
    size_t at = place_of(waits, tenths);
    struct wait_cell *cell = waits->cells + at;
    size_t after = waits->count - at;
    if (after > 0 && cell->tenths == tenths) {
        cell->count += count;
        if (cell->count == 0) {
            memmove(cell, cell + 1, (after - 1) * sizeof *cell);
            waits->count--;
        }
    } else if (count != 0 && make_room(waits, waits->count + 1)) {
        cell = waits->cells + at;
        memmove(cell + 1, cell, after * sizeof *cell);
        *cell = (struct wait_cell){tenths, count};
        waits->count++;
    }
}

// Behind all that are there.
static void add_longest(struct waits *waits, int32_t tenths, int64_t count)
{
    if (make_room(waits, waits->count + 1)) {
        waits->cells[waits->count++] = (struct wait_cell){tenths, count};
    }
}

void waits_add(struct waits *waits, int64_t ms, int sign)
{
    waits->known += sign;
    waits->ms += sign * ms;
    waits->within += ms <= WAITS_WITHIN_MS ? sign : 0;
    add_to_cell(waits, (int32_t)((ms + WAITS_TENTH_MS / 2) / WAITS_TENTH_MS),
                sign);
}

// How many cells of `add` have none in `into`.
static size_t count_missing(const struct waits *into, const struct waits *add)
{
    size_t missing = 0, i = 0;
    for (size_t j = 0; j < add->count; j++) {
        while (i < into->count &&
               into->cells[i].tenths < add->cells[j].tenths) {
            i++;
        }
        missing +=
            i == into->count || into->cells[i].tenths != add->cells[j].tenths;
    }
    return missing;
}

// Both are in order: from the longest wait down, each cell moves at most once.
// There is room.
static void merge_cells(struct waits *into, const struct waits *add)
{
    size_t i = into->count, j = add->count;
    size_t at = into->count + count_missing(into, add);
    into->count = at;
    while (j > 0) {
        const struct wait_cell *next = &add->cells[j - 1];
        if (i > 0 && into->cells[i - 1].tenths > next->tenths) {
            into->cells[--at] = into->cells[--i];
            continue;
        }
        struct wait_cell cell = *next;
        if (i > 0 && into->cells[i - 1].tenths == next->tenths) {
            cell.count += into->cells[--i].count;
        }
        into->cells[--at] = cell;
        j--;
    }
}

static void drop_empty_cells(struct waits *waits)
{
    size_t kept = 0;
    for (size_t i = 0; i < waits->count; i++) {
        if (waits->cells[i].count != 0) {
            waits->cells[kept++] = waits->cells[i];
        }
    }
    waits->count = kept;
}

void waits_merge(struct waits *into, const struct waits *add)
{
    into->known += add->known;
    into->ms += add->ms;
    into->within += add->within;
    into->failed |= add->failed;
    if (add->count > 0 &&
        make_room(into, into->count + count_missing(into, add))) {
        merge_cells(into, add);
        drop_empty_cells(into);
    }
}

bool waits_equal(const struct waits *a, const struct waits *b)
{
    if (a->known != b->known || a->ms != b->ms || a->within != b->within ||
        a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (a->cells[i].tenths != b->cells[i].tenths ||
            a->cells[i].count != b->cells[i].count) {
            return false;
        }
    }
    return true;
}

// The tenths of the wait at this place in the order of length, from 0.
static int64_t tenths_at(const struct waits *waits, int64_t place)
{
    size_t i = 0;
    while (i + 1 < waits->count && place >= waits->cells[i].count) {
        place -= waits->cells[i++].count;
    }
    return waits->cells[i].tenths;
}

int64_t waits_median(const struct waits *waits)
{
    if (waits->known <= 0 || waits->count == 0) {
        return -1;
    }
    return (tenths_at(waits, (waits->known - 1) / 2) +
            tenths_at(waits, waits->known / 2)) *
           5;
}

void waits_clear(struct waits *waits)
{
    *waits = (struct waits){.cells = waits->cells, .capacity = waits->capacity};
}

void waits_free(struct waits *waits)
{
    free(waits->cells);
    *waits = (struct waits){0};
}

static void append_number(struct buf *out, uint64_t number)
{
    while (number >= 0x80) {
        buf_append_char(out, (char)(number | 0x80));
        number >>= 7;
    }
    buf_append_char(out, (char)number);
}

bool waits_write(const struct waits *waits, struct buf *out)
{
    int32_t before = 0;
    for (size_t i = 0; i < waits->count; i++) {
        const struct wait_cell *cell = &waits->cells[i];
        out->failed |= cell->count < 0;
        append_number(out, (uint64_t)(cell->tenths - before));
        append_number(out, (uint64_t)cell->count);
        before = cell->tenths;
    }
    out->failed |= waits->failed;
    return buf_ok(out);
}

struct reading {
    const unsigned char *at, *end;
    bool failed;
};

// Numbers here fit in 63 bits, and their last byte says something.
static int64_t read_number(struct reading *reading)
{
    uint64_t number = 0;
    for (int shift = 0; shift < 63 && reading->at < reading->end; shift += 7) {
        unsigned char byte = *reading->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            reading->failed |= byte == 0 && shift > 0;
            return (int64_t)number;
        }
    }
    reading->failed = true;
    return 0;
}

bool waits_read(const void *bytes, size_t size, struct waits *waits)
{
    static const unsigned char nothing;
    struct reading reading = {.at = size > 0 ? bytes : &nothing};
    int64_t tenths = 0, known = 0;
    reading.end = reading.at + size;
    while (reading.at < reading.end && !reading.failed) {
        int64_t distance = read_number(&reading);
        int64_t count = read_number(&reading);
        bool is_sound = distance <= TENTHS_MOST - tenths && count > 0 &&
                        count <= waits->known - known &&
                        (distance > 0 || waits->count == 0);
        reading.failed |= !is_sound;
        if (!reading.failed) {
            tenths += distance;
            known += count;
            add_longest(waits, (int32_t)tenths, count);
        }
    }
    return !reading.failed && !waits->failed && known == waits->known;
}
