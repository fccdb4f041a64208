// Text that stands in a page: nothing in it can be markup.
#pragma once
#include "common/buf.h"

void html_append(struct buf *out, const char *text);
