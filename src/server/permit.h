// Who may ask for what. Each looks at the headers alone; false: the reply is
// set.
#pragma once
#include <stdbool.h>

struct request;

bool permit_anybody(struct request *request);
// A device by its token, within its rate. Fills request->device.
bool permit_device(struct request *request);
// As permit_device(), for a request that waits: these have a rate of their own.
bool permit_listener(struct request *request);
// As permit_device(), and a revoked one too: what it sends is quarantined.
bool permit_sender(struct request *request);
// An API key or a person's session, of a role that the route's `callers` name.
// Fills request->caller and request->who, and of a session request->person,
// request->session and request->csrf. What changes something by a session must
// be asked by this server's own page: it sends that csrf back. Whose password
// is due may do nothing before it is changed.
bool permit_caller(struct request *request);
// This machine itself, or as permit_caller().
bool permit_watcher(struct request *request);
// Once more, when the request has waited: meanwhile the key may have been
// revoked, or the session have ended.
bool permit_caller_still(struct request *request);
// For pages: as permit_caller(), but who is not signed in is sent to where one
// signs in, and from there back; and whose password is due to where it is
// changed.
bool permit_page(struct request *request);
// Anybody, but no page of another site.
bool permit_own_page(struct request *request);
// Anybody, within the rate of an address.
bool permit_phone(struct request *request);
// The token of admin.json.
bool permit_admin(struct request *request);
