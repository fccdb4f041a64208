// Opened and masked comments for the report that lists them.
#pragma once
#include "report/comments_document.h"

struct server;

struct comments_source comment_source(struct server *server);
