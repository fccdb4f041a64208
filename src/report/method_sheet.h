// The sheet "Phương pháp" of a workbook: how its figures were made, how
// complete the data is, and the ledger's heads that they rest on. Internal to
// the room.
#pragma once
#include "i18n/i18n.h"
#include "report/book.h"
#include "report/report.h"

struct method_sheet {
    const char *subject;
    const struct period *period;
    const struct buf *method; // sentences, a line each
    const struct buf *trust;  // phrases, a line each
    const char *note;         // NULL: none
    const struct report_complete *complete;
    int64_t flagged, marked; // ratings; FIGURES_UNKNOWN: not told
    const struct report_head *heads;
    size_t head_count;
};

void method_sheet_write(struct book *book, const struct i18n *texts,
                        const struct method_sheet *sheet);

// The three lines on top of every sheet.
void method_sheet_head(struct book *book, const struct i18n *texts,
                       const char *subject, const struct period *period);
