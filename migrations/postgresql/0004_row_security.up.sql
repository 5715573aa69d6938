-- A second wall between tenants: a query sees and writes the rows of the tenants that its transaction was begun for,
-- also when the query itself forgets to ask for its tenant. The setting parley.tenants holds their numbers with commas
-- between, or * for work that is no tenant's; without it there are no rows. The role that Parley connects as must not
-- be a superuser and not have BYPASSRLS, as nothing is held back from those; FORCE is for the owner of the tables.
--
-- A table that a later step makes needs the same three statements.

DO $$
DECLARE
    one RECORD;
    -- NULLIF, because * is no number. The rows are compared with the answer of a subquery, which is read once for a
    -- query and not once for a row; what is written is mostly one row, for which that would cost more.
    list CONSTANT TEXT := 'string_to_array(NULLIF(current_setting(''parley.tenants'', true), ''*''), '','')::bigint[]';
    whole CONSTANT TEXT := 'COALESCE(current_setting(''parley.tenants'', true) = ''*'', false)';
BEGIN
    FOR one IN
        SELECT c.relname AS name, a.attname AS owner
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND NOT a.attisdropped
            AND (a.attname = 'tenant' OR (c.relname = 'tenant' AND a.attname = 'id'))
        ORDER BY c.relname
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', one.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', one.name);
        EXECUTE format('CREATE POLICY own_tenant ON %I USING (%I = ANY ((SELECT %s)::bigint[]) OR (SELECT %s))'
            ' WITH CHECK (%I = ANY (%s) OR %s)', one.name, one.owner, list, whole, one.owner, list, whole);
    END LOOP;
END
$$;
