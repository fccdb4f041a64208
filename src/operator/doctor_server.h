// The server as a device finds it: facts for the doctor.
#pragma once
#include "doctor/doctor.h"
#include "sync/transport.h"

// Asks the server of the device in `directory`; after doctor_look(). Does
// nothing before the enrolment.
void doctor_ask(const char *directory, const struct transport_params *way,
                struct doctor_facts *out);
