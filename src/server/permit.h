// Who may ask for what. Each looks at the headers alone; false: the reply is
// set.
#pragma once
#include <stdbool.h>

struct request;

bool permit_anybody(struct request *request);
// A device by its token, within its rate. Fills request->device.
bool permit_device(struct request *request);
// As permit_device(), and a revoked one too: what it sends is quarantined.
bool permit_sender(struct request *request);
// An API key of the roles office or leader. Fills request->role.
bool permit_report_reader(struct request *request);
// The token of admin.json.
bool permit_admin(struct request *request);
