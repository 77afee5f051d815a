"""The trail's functions look for tables in the site's own schema, before those a session made for itself.

They run with the rights of the trail's owner. A temporary table called audit_leaf would have let whoever may
only add records erase those that have no place in the tree yet.
"""

from django.db import migrations

PIN = """
DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY['audit_take_away(bigint[], boolean, text, text)',
        'audit_erase(bigint[], text, text)', 'audit_retire(bigint[], text, text)'] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', signature, current_schema());
    END LOOP;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = (("audit", "0003_finding_and_retiring"),)

    operations = (migrations.RunSQL(PIN, migrations.RunSQL.noop),)
