// What the machine can do with ledger lines when nothing of them is checked:
// the floor under verifying a chain. SHA-256 of each line that comes on
// standard input and nothing else, with the library that the ledger uses; all
// are read before the clock runs. Prints "plain_hash_per_s N".
#include "bench/family.h"
#include "ledger/digest.h"
#include <stdio.h>
#include <stdlib.h>

struct lines {
    struct buf bytes;
    size_t *ends; // of each line, before its newline
    size_t count;
};

static bool read_lines(struct lines *out)
{
    char piece[65536];
    size_t count = 0;
    for (size_t size; (size = fread(piece, 1, sizeof piece, stdin)) > 0;)
        buf_append(&out->bytes, piece, size);
    for (size_t i = 0; i < out->bytes.size; i++)
        count += out->bytes.data[i] == '\n';
    out->ends = calloc(count + 1, sizeof *out->ends);
    for (size_t i = 0; out->ends && i < out->bytes.size; i++)
        if (out->bytes.data[i] == '\n')
            out->ends[out->count++] = i;
    return buf_ok(&out->bytes) && out->count > 0;
}

static const char *line_at(const struct lines *lines, size_t i,
                           size_t *out_size)
{
    size_t from = i > 0 ? lines->ends[i - 1] + 1 : 0;
    *out_size = lines->ends[i] - from;
    return lines->bytes.data + from;
}

static void hash_all(const struct lines *lines)
{
    unsigned char digest[DIGEST_BYTES];
    for (size_t i = 0; i < lines->count; i++) {
        size_t size;
        const char *line = line_at(lines, i, &size);
        digest_of(line, size, digest);
    }
}

int main(void)
{
    struct lines lines = {0};
    bool ok = ledger_init() && read_lines(&lines);
    if (ok) {
        int64_t began = monotonic_us();
        hash_all(&lines);
        printf("plain_hash_per_s %.0f\n",
               (double)lines.count * 1e6 / (double)(monotonic_us() - began));
    } else {
        fputs("plain_lines: the lines cannot be read\n", stderr);
    }
    free(lines.ends);
    buf_free(&lines.bytes);
    return ok ? 0 : 1;
}
