// What a document says in sentences of itself. Internal to the room.
#pragma once
#include "report/document.h"

// How it was made, what it replaces, its period and its state, a line each.
void report_document_say_method(const struct report_document *document,
                                const struct i18n *texts, struct buf *out);
// How complete the data is, a phrase a line.
void report_document_say_trust(const struct report_document *document,
                               const struct i18n *texts, struct buf *out);
