#include "sync/gone.h"
#include "common/json.h"

enum sql_result gone_upto(struct ledger_reader *ledger, int64_t gen,
                          int64_t *out_upto)
{
    struct ledger_mark mark;
    enum sql_result result = ledger_reader_mark(ledger, gen, &mark);
    if (result == SQL_OK || result == SQL_NONE)
        *out_upto = result == SQL_OK ? mark.upto : 0;
    return result == SQL_NONE ? SQL_OK : result;
}

struct search {
    int64_t gen, first, last;
    bool found;
};

// [generation, first, last]
static bool covers(const json_t *run, const struct search *s)
{
    int64_t numbers[3];
    for (size_t i = 0; i < 3; i++)
        numbers[i] = json_integer_value(json_array_get(run, i));
    return numbers[0] == s->gen && numbers[1] <= s->first &&
           numbers[2] >= s->last;
}

static bool read_first_line(void *ctx, int64_t seq, const char *id,
                            const char *line, size_t size)
{
    struct search *s = ctx;
    char why[JSON_MESSAGE_SIZE];
    json_t *object = seq == 1 ? json_read(line, size, why) : NULL;
    const json_t *missing =
        json_object_get(json_object_get(object, "detail"), "missing");
    (void)id;
    for (size_t i = 0; i < json_array_size(missing); i++)
        s->found |= covers(json_array_get(missing, i), s);
    json_decref(object);
    return false;
}

bool gone_is_declared(struct ledger_reader *ledger, int64_t teller, int64_t gen,
                      int64_t first, int64_t last)
{
    struct search search = {.gen = gen, .first = first, .last = last};
    return ledger_reader_walk(ledger, teller, 1, read_first_line, &search) ==
               SQL_OK &&
           search.found;
}
