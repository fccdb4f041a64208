// A table from short byte keys to numbers, in memory: codes to their numbers,
// devices and cells of totals to their index. Start with `struct map map =
// {0};`. A failed allocation makes map_put() return false and leaves what was
// there.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
    uint32_t mix; // of the key; 0: empty
    uint32_t size;
    size_t offset; // of the key in `keys`
    int64_t value;
};

struct map {
    struct map_slot *slots;
    size_t count, capacity;
    char *keys;
    size_t keys_size, keys_capacity;
    uint64_t seed; // so that nobody can choose keys that collide
};

bool map_get(const struct map *map, const void *key, size_t size,
             int64_t *out_value);
// Sets or replaces.
bool map_put(struct map *map, const void *key, size_t size, int64_t value);
// Empties without giving memory back.
void map_clear(struct map *map);
void map_free(struct map *map);
