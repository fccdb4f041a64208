// A body that is made while its peer takes it (struct reply_stream), for the
// HTTP library.
#pragma once
#include "server/connections.h"
#include "server/reply.h"

struct MHD_Response;

// The stream is emptied into the response, which frees it. With each piece the
// peer's time to take it begins anew. NULL on no memory: the stream is as it
// was.
struct MHD_Response *stream_response(struct reply_stream *stream,
                                     struct connections *all,
                                     struct connection *peer);
