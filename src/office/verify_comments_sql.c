#include "office/comments_sql.h"
#include "office/verify_sql.h"

enum sql_result verify_comment(struct verifying *v, const char *device,
                               const struct comment_place *place)
{
    enum sql_result result = comment_place_find(v->sql, place);
    v->commented++;
    if (result == SQL_NONE) {
        verify_find(v, device, place->gen, place->seq,
                    "its comment is not listed, or not as the line has it");
        result = SQL_OK;
    }
    return result;
}

static void check_row(struct verifying *v, struct sql_statement *s,
                      const char *device, int64_t gen)
{
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    size_t size = 0;
    const char *line = sql_bytes(s, 4, &size);
    if (sql_int(s, 3) != 1 || !line || !record_read(line, size, &record, why) ||
        record.comment_hash[0] == '\0') {
        verify_find(v, device, gen, sql_int(s, 2),
                    "a comment is listed for it, and it has none there");
    }
}

enum sql_result verify_comment_rows(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_COMMENT_COUNT);
    enum sql_result result = sql_step(s);
    bool has_strays = result == SQL_OK && sql_int(s, 0) != v->commented;
    sql_done(s);
    return has_strays ? verify_rows(v, VERIFY_COMMENT_PLACES, check_row)
                      : result;
}
