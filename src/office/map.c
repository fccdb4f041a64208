#include "office/map.h"
#include "common/ids.h"
#include <stdlib.h>
#include <string.h>

static uint32_t mix_key(const struct map *map, const void *key, size_t size)
{
    const unsigned char *bytes = key;
    uint64_t mix = map->seed ^ (size * 0x9E3779B97F4A7C15u);
    while (size > 0) {
        uint64_t word = 0;
        size_t step = size < sizeof word ? size : sizeof word;
        memcpy(&word, bytes, step);
        // The folded product spreads every bit over all.
        unsigned __int128 product =
            (unsigned __int128)(mix ^ word) * 0xD6E8FEB86659FD93u;
        mix = (uint64_t)product ^ (uint64_t)(product >> 64) ^ map->seed;
        bytes += step;
        size -= step;
    }
    uint32_t folded = (uint32_t)(mix ^ (mix >> 32));
    return folded != 0 ? folded : 1;
}

// The key's slot, or the empty one where it would stand.
static struct map_slot *find_slot(const struct map *map, uint32_t mix,
                                  const void *key, size_t size)
{
    size_t i = mix & (map->capacity - 1);
    for (;;) {
        struct map_slot *slot = &map->slots[i];
        if (slot->mix == 0 ||
            (slot->mix == mix && slot->size == size &&
             memcmp(map->keys + slot->offset, key, size) == 0)) {
            return slot;
        }
        i = (i + 1) & (map->capacity - 1);
    }
}

bool map_get(const struct map *map, const void *key, size_t size,
             int64_t *out_value)
{
    if (map->count == 0) {
        return false;
    }
    const struct map_slot *slot =
        find_slot(map, mix_key(map, key, size), key, size);
    if (slot->mix == 0) {
        return false;
    }
    *out_value = slot->value;
    return true;
}

static bool grow_slots(struct map *map)
{
    size_t capacity = map->capacity ? map->capacity * 2 : 64;
    struct map_slot *slots = calloc(capacity, sizeof *slots);
    if (!slots) {
        return false;
    }
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->slots[i].mix == 0) {
            continue;
        }
        size_t at = map->slots[i].mix & (capacity - 1);
        while (slots[at].mix != 0) {
            at = (at + 1) & (capacity - 1);
        }
        slots[at] = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
    return true;
}

static bool keep_key(struct map *map, const void *key, size_t size)
{
    if (map->keys_capacity - map->keys_size < size) {
        size_t capacity = map->keys_capacity * 2 + size + 1024;
        char *keys = realloc(map->keys, capacity);
        if (!keys) {
            return false;
        }
        map->keys = keys;
        map->keys_capacity = capacity;
    }
    memcpy(map->keys + map->keys_size, key, size);
    map->keys_size += size;
    return true;
}

bool map_put(struct map *map, const void *key, size_t size, int64_t value)
{
    if (map->seed == 0) {
        map->seed = id_random_u64() | 1;
    }
    if (map->count * 2 >= map->capacity && !grow_slots(map)) {
        return false;
    }
    uint32_t mix = mix_key(map, key, size);
    struct map_slot *slot = find_slot(map, mix, key, size);
    if (slot->mix == 0) {
        size_t offset = map->keys_size;
        if (!keep_key(map, key, size)) {
            return false;
        }
        slot->mix = mix;
        slot->size = (uint32_t)size;
        slot->offset = offset;
        map->count++;
    }
    slot->value = value;
    return true;
}

void map_clear(struct map *map)
{
    if (map->slots) {
        memset(map->slots, 0, map->capacity * sizeof *map->slots);
    }
    map->count = 0;
    map->keys_size = 0;
}

void map_free(struct map *map)
{
    free(map->slots);
    free(map->keys);
    *map = (struct map){0};
}
