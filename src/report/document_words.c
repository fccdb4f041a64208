#include "report/document_words.h"
#include "report/remarks.h"
#include "report/words.h"
#include "vietnamese/number.h"

enum { PLACES = 3 };

// A sentence on a line of its own; its places are emptied.
static void say(const struct i18n *texts, const char *id,
                struct buf places[PLACES], struct buf *out)
{
    const char *values[PLACES + 1] = {NULL};
    struct buf text = {0};
    for (int i = 0; i < PLACES; i++)
        values[i] = buf_text(&places[i]);
    words_fill(texts, id, values, &text);
    if (out->size > 0)
        buf_append_char(out, '\n');
    words_append_plain(buf_text(&text), out);
    out->failed |= !buf_ok(&text);
    buf_free(&text);
    for (int i = 0; i < PLACES; i++) {
        out->failed |= !buf_ok(&places[i]);
        buf_free(&places[i]);
    }
}

static void say_restated(const struct report_document *document,
                         const struct i18n *texts, struct buf *out)
{
    struct buf places[PLACES] = {0};
    number_append(document->restates, &places[0]);
    words_moment(texts, document->restated_ms, &places[1]);
    say(texts, "report.say.restated.document", places, out);
    if (!document->changed) {
        say(texts, "report.say.restated.same", places, out);
        return;
    }
    buf_append_text(&places[0], document->changed);
    say(texts, "report.say.restated.tables", places, out);
}

void report_document_say_method(const struct report_document *document,
                                const struct i18n *texts, struct buf *out)
{
    struct buf places[PLACES] = {0};
    if (document->restates > 0)
        say_restated(document, texts, out);
    buf_append_text(&places[0], document->method_id);
    buf_printf(&places[1], "%lld", (long long)document->method_version);
    say(texts, "report.say.rules", places, out);
    if (document->method.size > 0)
        buf_printf(out, "\n%s", buf_text(&document->method));
    remarks_frame(&document->period, &document->complete, texts, out);
}

void report_document_say_trust(const struct report_document *document,
                               const struct i18n *texts, struct buf *out)
{
    struct buf places[PLACES] = {0};
    remarks_state(&document->complete, document->period.last, texts, out);
    if (document->counted == DOCUMENT_UNKNOWN ||
        document->flagged == DOCUMENT_UNKNOWN)
        return;
    number_append(document->counted, &places[0]);
    number_append(document->flagged, &places[1]);
    words_percent(texts,
                  figures_percent(document->flagged, document->counted, 1), 1,
                  &places[2]);
    say(texts, "report.say.flagged", places, out);
}
