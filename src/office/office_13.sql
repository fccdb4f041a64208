-- Whose key made a transaction's token, by the name of its official month; '':
-- the code stands there itself, or nothing of it, or a token that came as one.
ALTER TABLE transactions ADD COLUMN key_period TEXT NOT NULL DEFAULT '';
