-- Takes away a tenant's own roles: who has one is a guest from then on, which is the least; grants in conversations end.
DROP INDEX member_granted;
ALTER TABLE member DROP COLUMN granted_role;
UPDATE account SET role = 'guest'
    WHERE EXISTS (SELECT 1 FROM custom_role c WHERE c.tenant = account.tenant AND c.name = account.role);
DROP TABLE custom_role;
