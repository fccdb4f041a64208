#include "report/method_sheet.h"
#include "report/figures.h"
#include "report/words.h"

// A wrapped line of prose holds about so many letters.
enum { LAST = 3, LETTERS = 130 };

void method_sheet_head(struct book *book, const struct i18n *texts,
                       const char *subject, const struct period *period)
{
    struct buf line = {0};
    words_period(texts, period, &line);
    book_text(book, 0, BOOK_TITLE, words(texts, "report.title"));
    book_next_row(book);
    book_text(book, 0, BOOK_SUBTITLE, subject);
    book_next_row(book);
    book_text(book, 0, BOOK_SUBTITLE, buf_text(&line));
    book_next_row(book);
    book->failed |= !buf_ok(&line);
    buf_free(&line);
}

// The state of the data in numbers.
static void put_trust(struct book *book, const struct i18n *texts,
                      const struct method_sheet *sheet)
{
    const struct report_complete *complete = sheet->complete;
    const struct {
        const char *id;
        int64_t count;
    } lines[] = {{"report.trust.devices", complete->devices},
                 {"report.trust.silent", complete->silent},
                 {"report.trust.never", complete->never_seen},
                 {"report.trust.missing", complete->missing},
                 {"report.trust.flagged", complete->flagged},
                 {"report.trust.duplicates", complete->duplicates},
                 {"report.trust.unanchored", complete->unanchored},
                 {"report.flagged", sheet->flagged},
                 {"report.appealed", sheet->marked}};
    book_section(book, words(texts, "report.table.trust"));
    book_text(book, 0, BOOK_HEAD, words(texts, "report.column.item"));
    book_text(book, 1, BOOK_HEAD, words(texts, "report.column.value"));
    book_next_row(book);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (lines[i].count == FIGURES_UNKNOWN)
            continue;
        book_text(book, 0, BOOK_TEXT, words(texts, lines[i].id));
        book_count(book, 1, lines[i].count);
        book_next_row(book);
    }
}

static void put_heads(struct book *book, const struct i18n *texts,
                      const struct method_sheet *sheet)
{
    static const char *const COLUMNS[] = {"report.by.device",
                                          "report.heads.gen", "report.heads.to",
                                          "report.heads.head"};
    book_section(book, words(texts, "report.letter.annex.heads"));
    for (int i = 0; i <= LAST; i++)
        book_text(book, i, BOOK_HEAD, words(texts, COLUMNS[i]));
    book_next_row(book);
    for (size_t i = 0; i < sheet->head_count; i++) {
        const struct report_head *head = &sheet->heads[i];
        book_text(book, 0, BOOK_TEXT, head->device);
        book_count(book, 1, head->gen);
        book_count(book, 2, head->to);
        book_text(book, 3, BOOK_TEXT, head->head);
        book_next_row(book);
    }
}

void method_sheet_write(struct book *book, const struct i18n *texts,
                        const struct method_sheet *sheet)
{
    static const double WIDTHS[] = {40, 12, 14, 70};
    book_sheet(book, words(texts, "report.sheet.method"), true);
    for (int i = 0; i <= LAST; i++)
        book_width(book, i, WIDTHS[i]);
    method_sheet_head(book, texts, sheet->subject, sheet->period);
    book_freeze(book, 0);
    book_section(book, words(texts, "report.part.method"));
    book_prose(book, LAST, LETTERS, sheet->method);
    book_section(book, words(texts, "report.part.trust"));
    book_prose(book, LAST, LETTERS, sheet->trust);
    if (sheet->note) {
        book_text(book, 0, BOOK_SUBTITLE, sheet->note);
        book_next_row(book);
    }
    put_trust(book, texts, sheet);
    if (sheet->head_count > 0)
        put_heads(book, texts, sheet);
}
