#include "store/kiosk_db.h"
#include <stddef.h>

const char *const kiosk_statements[KIOSK_STATEMENT_COUNT] = {
    [KIOSK_PUT_DRAFT] = "INSERT INTO drafts (id, body) VALUES (?1, ?2)"
                        " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
    [KIOSK_DROP_DRAFT] = "DELETE FROM drafts WHERE id = ?1",
    [KIOSK_NEXT_DRAFT] = "SELECT id, body FROM drafts WHERE id > ?1"
                         " ORDER BY id LIMIT 1",
    [KIOSK_COUNT_DRAFTS] = "SELECT count(*) FROM drafts",
    [KIOSK_SET_ASIDE] = "INSERT OR REPLACE INTO aside (id, body)"
                        " SELECT id, body FROM drafts WHERE id = ?1",
    [KIOSK_PUT_LINE] =
        "INSERT INTO lines (gen, seq, id, hash, closed_at, outcome, line)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [KIOSK_FIND_LINE] = "SELECT gen, seq FROM lines WHERE id = ?1",
    [KIOSK_END] = "SELECT gen, seq, hash FROM lines"
                  " ORDER BY gen DESC, seq DESC LIMIT 1",
    [KIOSK_END_OF] = "SELECT gen, seq, hash FROM lines WHERE gen = ?1"
                     " ORDER BY seq DESC LIMIT 1",
    [KIOSK_NEXT_GEN] = "SELECT min(gen) FROM lines WHERE gen > ?1",
    [KIOSK_HASH] = "SELECT hash FROM lines WHERE gen = ?1 AND seq = ?2",
    [KIOSK_WALK] = "SELECT seq, id, line FROM lines"
                   " WHERE gen = ?1 AND seq >= ?2 ORDER BY seq",
    [KIOSK_COUNTS] = "SELECT name, n FROM counts",
    [KIOSK_WRITTEN_AT] = "SELECT closed_at FROM lines"
                         " WHERE gen = ?1 AND seq > ?2 ORDER BY seq LIMIT 1",
};

static const char version_1[] =
#include "store/kiosk_1.sql.h"
    ;

const struct sql_migration kiosk_migrations[] = {{1, version_1}, {0, NULL}};
