// A server's directory as the doctor finds it (doctor/ward.h). The server may
// run meanwhile.
#pragma once
#include "doctor/ward.h"
#include "operator/server_data.h"

void doctor_look_at_ward(const struct server_place *place,
                         struct ward_facts *out);
