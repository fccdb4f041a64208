#include "ledger/protocol.h"

enum { NUMBERS_MOST = 1000000 };

const struct protocol_range PROTOCOL_OWN = {PROTOCOL_OLDEST, PROTOCOL_NEWEST};

int protocol_common(const struct protocol_range *a,
                    const struct protocol_range *b)
{
    int newest = a->newest < b->newest ? a->newest : b->newest;
    int oldest = a->oldest > b->oldest ? a->oldest : b->oldest;
    return newest >= oldest ? newest : 0;
}

json_t *protocol_write(const struct protocol_range *range)
{
    return json_pack("[i, i]", range->oldest, range->newest);
}

static bool read_number(const json_t *array, size_t index, int *out)
{
    const json_t *item = json_array_get(array, index);
    json_int_t number = json_integer_value(item);
    if (!json_is_integer(item) || number < 1 || number > NUMBERS_MOST)
        return false;
    *out = (int)number;
    return true;
}

bool protocol_read(const json_t *answer, struct protocol_range *out)
{
    const json_t *array = json_object_get(answer, "protocols");
    struct protocol_range range;
    if (json_array_size(array) != 2 || !read_number(array, 0, &range.oldest) ||
        !read_number(array, 1, &range.newest) || range.oldest > range.newest)
        return false;
    *out = range;
    return true;
}
