// What is asked about counters by more than one handler.
#pragma once
#include "office/devices.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

struct request;
struct server;

// The counter that the path names, where a device works. False: the reply is
// set.
bool counter_find(struct request *request, char out[RECORD_CODE_SIZE]);

// A device counts as in contact for so long after it was heard of: until it
// takes walk-up visits by itself, and never less than its heartbeat needs.
int64_t contact_patience_ms(const struct server *server);
// When a device of the counter was heard of last; 0: never.
enum office_result counter_seen_at(struct office *office, const char *unit,
                                   const char *counter, int64_t *out_at);
// What others call the officer of this code: "" when nobody in force has it.
enum office_result officer_display(struct office *office, const char *officer,
                                   char out[OFFICE_NAME_SIZE]);
