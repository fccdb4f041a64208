-- Version 21: a password that somebody else chose is to be changed at the first
-- sign-in. Those who are there already chose their own.
ALTER TABLE people ADD COLUMN password_due INTEGER NOT NULL DEFAULT 0
    CHECK (password_due IN (0, 1));
