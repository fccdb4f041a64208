// Suspicious ratings are judged beside the requests: by what rules, out of the
// settings "integrity" and "hours", and a few days at a time as a chore.
#pragma once
#include "office/office.h"
#include "server/caretaker.h"
#include <stdbool.h>

struct server;

// Hands the settings of now to the office, on the writer's thread: call it when
// the settings changed, or a device's place. Not OFFICE_OK: those of before
// hold; logged.
enum office_result judging_set_rules(struct server *server,
                                     struct office *office);
// Looks for days that are due.
struct chore judging_chore(struct server *server);
