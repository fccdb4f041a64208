-- Version 2: invitations, and who did what.

-- A transaction's work at a counter is done: its citizen is asked. What the
-- citizen answered stands in the ledger alone; here stands only whether.
CREATE TABLE invitations (
    invitation_no  INTEGER PRIMARY KEY, -- the order in which they came
    id             TEXT NOT NULL UNIQUE,
    unit           TEXT NOT NULL,
    counter        TEXT NOT NULL,
    code           TEXT NOT NULL, -- of the transaction; '' : none
    procedure      TEXT NOT NULL,
    field          TEXT NOT NULL,
    step           TEXT NOT NULL,
    officer        TEXT NOT NULL,
    queued_at      INTEGER NOT NULL, -- 0: not told
    called_at      INTEGER NOT NULL,
    done_at        INTEGER NOT NULL,
    result         TEXT NOT NULL,
    made_at        INTEGER NOT NULL,
    made_by        TEXT NOT NULL,
    expires_at     INTEGER NOT NULL,
    state          INTEGER NOT NULL DEFAULT 0, -- enum invitation_state
    state_at       INTEGER NOT NULL,
    reason         TEXT NOT NULL DEFAULT '' -- of a withdrawal
) STRICT;
CREATE INDEX invitations_open ON invitations (counter, invitation_no)
    WHERE state < 2;
CREATE INDEX invitations_by_code ON invitations (code, step)
    WHERE code <> '';
-- One open invitation a transaction and step, wherever it was made.
CREATE UNIQUE INDEX invitations_once ON invitations (code, step)
    WHERE code <> '' AND state < 2;

-- Rows are added, never changed or deleted.
CREATE TABLE audit (
    audit_no  INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL, -- "key 3", "admin", a person's name
    action    TEXT NOT NULL, -- "invitation-withdrawn"
    target    TEXT NOT NULL, -- an id
    detail    TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail never changes'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail never changes'); END;
