-- What the kiosk keeps for itself between two starts: the staff's PIN and its
-- tries, the pause. Nothing of a visit.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
