// Handles for reading the database, shared by the threads that answer
// requests: each is used by one thread at a time. Any thread.
#pragma once
#include "office/office.h"
#include <stddef.h>

struct readers;

// Opens `count` handles. What is not OFFICE_OK was logged.
enum office_result readers_open(const char *address, size_t count,
                                struct readers **out_readers);
void readers_close(struct readers *readers); // accepts NULL

// Waits for a free handle. With as many handles as threads it never waits.
struct office *readers_take(struct readers *readers);
void readers_give(struct readers *readers, struct office *office);
