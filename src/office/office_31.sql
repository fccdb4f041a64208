-- Version 31: a device stands at a point of the unit, a place where files are
-- taken in; '' : the unit has one alone, or nobody said.
ALTER TABLE devices ADD COLUMN point TEXT NOT NULL DEFAULT '';
