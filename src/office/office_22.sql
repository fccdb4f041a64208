-- Version 22: what the Office is alarmed about (alerts.h). One condition has one
-- open alert at most.
CREATE TABLE alerts (
    alert_no         INTEGER PRIMARY KEY,
    kind             INTEGER NOT NULL,
    subject          TEXT NOT NULL,
    label            TEXT NOT NULL,
    detail           TEXT NOT NULL, -- JSON
    opened_at        INTEGER NOT NULL,
    ended_at         INTEGER NOT NULL DEFAULT 0,
    acknowledged_at  INTEGER NOT NULL DEFAULT 0,
    acknowledged_by  TEXT NOT NULL DEFAULT '',
    comment          TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE ended_at = 0;
