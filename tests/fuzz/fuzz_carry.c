// A carry file: its batches are the file, byte by byte, after its first line.
#include "common/json.h"
#include "fuzz/fuzz.h"
#include "sync/carry.h"
#include <string.h>

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *batch = NULL;
    size_t at = 0, before = 0, batch_size = 0, batches = 0;
    char device[ID_SIZE] = "";
    enum carry_result result;
    fuzz_start();
    while ((result = carry_next(text, size, &at, &batch, &batch_size,
                                device)) == CARRY_DONE) {
        HOLDS(id_is_valid(device, strlen(device)));
        HOLDS(batch_size > 0 && batch + batch_size == text + at);
        HOLDS(memcmp(batch, "{\"batch\":", 9) == 0);
        if (batches == 0)
            HOLDS(batch > text && batch[-1] == '\n');
        else
            HOLDS(batch == text + before);
        HOLDS(at > before && at <= size);
        before = at;
        batches++;
    }
    HOLDS(result == CARRY_NOTHING || result == CARRY_UNREADABLE ||
          result == CARRY_CUT);
    HOLDS(result != CARRY_NOTHING ||
          (size - at > 13 && memcmp(text + at, "{\"carry_end\":", 13) == 0));
    HOLDS(batches <= size / 9);
    return 0;
}
