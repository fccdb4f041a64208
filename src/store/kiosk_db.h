// kiosk.db and its statements, inside this room.
#pragma once
#include "sql/sql.h"

enum kiosk_statement {
    KIOSK_PUT_DRAFT,
    KIOSK_DROP_DRAFT,
    KIOSK_NEXT_DRAFT,
    KIOSK_COUNT_DRAFTS,
    KIOSK_SET_ASIDE,
    KIOSK_PUT_LINE,
    KIOSK_FIND_LINE,
    KIOSK_END,
    KIOSK_END_OF,
    KIOSK_NEXT_GEN,
    KIOSK_HASH,
    KIOSK_WALK,
    KIOSK_COUNTS,
    KIOSK_WRITTEN_AT,
    KIOSK_STATEMENT_COUNT
};

extern const char *const kiosk_statements[KIOSK_STATEMENT_COUNT];
extern const struct sql_migration kiosk_migrations[];
