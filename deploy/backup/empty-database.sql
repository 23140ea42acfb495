-- Drops everything that does not belong to an extension or to PostgreSQL. Read by restore.sh inside its transaction.
DO $$
DECLARE
  statements text[];
  one text;
BEGIN
  WITH mine AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
  ), extended AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
  ), found AS (
    SELECT 1 AS place, format('DROP %s IF EXISTS %I.%I CASCADE', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, nspname, relname) AS statement
    FROM pg_class c JOIN mine ON mine.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT relispartition AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM extended)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i') AND relkind = 'S')
    UNION ALL
    SELECT 2, format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
    FROM pg_proc p JOIN mine ON mine.oid = pronamespace WHERE ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM extended)
    UNION ALL
    SELECT 3, format('DROP TYPE IF EXISTS %I.%I CASCADE', nspname, typname)
    FROM pg_type t JOIN mine ON mine.oid = typnamespace
    WHERE typtype IN ('d', 'e', 'r') AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM extended)
    UNION ALL
    SELECT 4, format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM mine WHERE nspname <> 'public' AND NOT EXISTS (SELECT FROM pg_extension WHERE extnamespace = mine.oid)
  )
  SELECT array_agg(statement ORDER BY place) INTO statements FROM found;
  FOREACH one IN ARRAY coalesce(statements, '{}') LOOP
    EXECUTE one;
  END LOOP;
END
$$;
