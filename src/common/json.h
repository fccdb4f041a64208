// JSON through jansson, with the rules that foreign bytes need. This header is
// the one place that includes <jansson.h>; others use json_t through it.
#pragma once
#include "common/buf.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The caller owns `message`, at least this large.
enum { JSON_MESSAGE_SIZE = 200, JSON_DEPTH_MAX = 8 };

// Reads one JSON object or array out of exactly `size` bytes. Refuses NUL
// bytes, invalid UTF-8, duplicate keys, nesting deeper than JSON_DEPTH_MAX and
// trailing bytes. NULL with a `message`, in UTF-8, that names line, column and
// reason; else a new reference that the caller gives back with json_decref().
json_t *json_read(const char *bytes, size_t size, char *message);

// Appends the value on one line, keys in the order in which they were set,
// UTF-8 kept as it is. False when memory ran out.
bool json_write(const json_t *value, struct buf *out);

// Members of an object. Each returns false when the key is missing or of
// another type, and leaves out_* untouched. A text is borrowed from `object`.
bool json_get_text(const json_t *object, const char *key,
                   const char **out_text);
bool json_get_int(const json_t *object, const char *key, int64_t *out_number);
bool json_get_bool(const json_t *object, const char *key, bool *out_value);
// A local day, "2026-11-23", as in date.h.
bool json_get_day(const json_t *object, const char *key, int32_t *out_day);
// Copies a text into a fixed field; false also when it does not fit.
bool json_copy_text(const json_t *object, const char *key, char *out,
                    size_t size);
