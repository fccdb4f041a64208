#include "report/csv.h"
#include <string.h>

// Spreadsheets run a cell that begins so as a formula, quoted or not; the
// last four are the wide forms that some of them accept.
static bool is_formula(const char *text)
{
    static const char *const STARTS[] = {"=",      "+",      "-",     "@",
                                         "\t",     "\r",     "\n",    "\uff1d",
                                         "\uff0b", "\uff0d", "\uff20"};
    for (size_t i = 0; i < sizeof STARTS / sizeof STARTS[0]; i++) {
        if (strncmp(text, STARTS[i], strlen(STARTS[i])) == 0)
            return true;
    }
    return false;
}

void csv_add(const char *text, struct buf *out)
{
    bool formula = is_formula(text);
    if (!formula && !strpbrk(text, ",\"\r\n")) {
        buf_append_text(out, text);
        return;
    }
    buf_append_text(out, formula ? "\"'" : "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_append_char(out, '"');
        buf_append_char(out, *text);
    }
    buf_append_char(out, '"');
}
