-- Gives the trail to a role of its own, so that the application can only add to it.
--
--   psql --variable=app=ROLE --file=deploy/audit-owner.sql DATABASE
--
-- Run it as a superuser after `caimera hub migrate` or `caimera node migrate`, and again after each that changes the
-- trail's tables. ROLE is the one in the site's database_url; it must be neither a superuser nor a member of
-- caimera_trail. Later migrations of the trail are run by a role that is a member.

SELECT 'CREATE ROLE caimera_trail NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'caimera_trail')
\gexec

ALTER TABLE audit_record OWNER TO caimera_trail;
ALTER TABLE audit_leaf OWNER TO caimera_trail;
ALTER TABLE audit_checkpoint OWNER TO caimera_trail;
ALTER TABLE audit_cosignature OWNER TO caimera_trail;
ALTER FUNCTION audit_refuse() OWNER TO caimera_trail;
ALTER FUNCTION audit_refuse_leaf() OWNER TO caimera_trail;
ALTER FUNCTION audit_erase(bigint[], boolean, text, text) OWNER TO caimera_trail;

REVOKE ALL ON audit_record, audit_leaf, audit_checkpoint, audit_cosignature FROM :"app", PUBLIC;
GRANT SELECT, INSERT ON audit_record, audit_leaf, audit_checkpoint, audit_cosignature TO :"app";
REVOKE ALL ON FUNCTION audit_erase(bigint[], boolean, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_erase(bigint[], boolean, text, text) TO :"app";
