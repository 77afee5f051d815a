-- Gives the trail to a role of its own, so that the application can only add to it.
--
--   psql --variable=app=ROLE --variable=job=ROLE --file=deploy/audit-owner.sql DATABASE
--
-- Run it as a superuser after `caimera hub migrate` or `caimera node migrate`, and again after each that changes the
-- trail's tables. `app` is the role in the site's database_url, `job` the one in retention_database_url, which only the
-- worker or agent is told: it alone may retire what was kept long enough, and nothing else. Neither may be a superuser or
-- a member of caimera_trail. Later migrations of the trail are run by a role that is a member.

SELECT 'CREATE ROLE caimera_trail NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'caimera_trail')
\gexec

ALTER TABLE audit_record OWNER TO caimera_trail;
ALTER TABLE audit_leaf OWNER TO caimera_trail;
ALTER TABLE audit_checkpoint OWNER TO caimera_trail;
ALTER TABLE audit_cosignature OWNER TO caimera_trail;
ALTER FUNCTION audit_refuse() OWNER TO caimera_trail;
ALTER FUNCTION audit_refuse_leaf() OWNER TO caimera_trail;
ALTER FUNCTION audit_take_away(bigint[], boolean, text, text) OWNER TO caimera_trail;
ALTER FUNCTION audit_erase(bigint[], text, text) OWNER TO caimera_trail;
ALTER FUNCTION audit_retire(bigint[], text, text) OWNER TO caimera_trail;

REVOKE ALL ON audit_record, audit_leaf, audit_checkpoint, audit_cosignature FROM :"app", :"job", PUBLIC;
GRANT SELECT, INSERT ON audit_record, audit_leaf, audit_checkpoint, audit_cosignature TO :"app";
GRANT SELECT ON audit_record, audit_leaf TO :"job";
REVOKE ALL ON FUNCTION audit_take_away(bigint[], boolean, text, text) FROM :"app", :"job", PUBLIC;
REVOKE ALL ON FUNCTION audit_erase(bigint[], text, text) FROM :"job", PUBLIC;
GRANT EXECUTE ON FUNCTION audit_erase(bigint[], text, text) TO :"app";
REVOKE ALL ON FUNCTION audit_retire(bigint[], text, text) FROM :"app", PUBLIC;
GRANT EXECUTE ON FUNCTION audit_retire(bigint[], text, text) TO :"job";
