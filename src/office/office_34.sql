-- Version 34: a device may take the place of another one, which keeps its
-- history and is revoked when the new one enrols.
ALTER TABLE devices ADD COLUMN replaces INTEGER REFERENCES devices;
CREATE INDEX devices_replaced ON devices (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX devices_at ON devices (counter);
