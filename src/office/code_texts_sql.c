#include "common/log.h"
#include "office/code_texts.h"
#include "office/statements.h"
#include <inttypes.h>

void code_texts_add(struct buf *numbers, int64_t no)
{
    buf_printf(numbers, "%c%" PRId64, numbers->size > 0 ? ',' : '[', no);
}

static enum sql_result out_of_memory(void)
{
    log_error("office", "out of memory");
    return SQL_ERROR;
}

static enum sql_result find(struct sql *sql, const char *numbers,
                            code_text_taker *take, void *ctx)
{
    struct sql_statement *s = sql_use(sql, CODE_TEXTS);
    enum sql_result result;
    sql_bind_text(s, 1, numbers);
    while ((result = sql_step(s)) == SQL_OK) {
        if (!take(ctx, (size_t)sql_int(s, 0), sql_text(s, 1))) {
            result = out_of_memory();
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result code_texts_find(struct sql *sql, struct buf *numbers,
                                code_text_taker *take, void *ctx)
{
    enum sql_result result = SQL_OK;
    bool is_empty = numbers->size == 0;
    buf_append_char(numbers, ']');
    if (!buf_ok(numbers)) {
        result = out_of_memory();
    } else if (!is_empty) {
        result = find(sql, buf_text(numbers), take, ctx);
    }
    buf_free(numbers);
    return result;
}
