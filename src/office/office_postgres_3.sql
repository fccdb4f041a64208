-- The server's database on PostgreSQL, version 3: a line goes where lines went
-- lately. A page holds eight or nine lines and keeps a rest that the next one
-- did not fit into; a shorter one later would, and PostgreSQL remembers all of
-- these rests. So each new line went into a page of its own, of years ago, which
-- had to be read from the disk. What a page leaves free now is more than such a
-- rest. Partitions of their own, where there are any.
DO $room$
DECLARE part REGCLASS;
BEGIN
    FOR part IN SELECT oid FROM pg_class
        WHERE relkind = 'r' AND (oid = CAST('lines' AS REGCLASS)
            OR oid IN (SELECT relid FROM pg_partition_tree('lines')))
    LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 90)', part);
    END LOOP;
END
$room$;
