"""Records found by whom they name and by request; and two doors out of the trail, one for each reason.

Forgetting a person takes records and leaves leaves; what was kept long enough goes with its leaf, and never
before a year is over, whoever asks. So the role that serves can be given the first door alone.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import Q

DOORS = """
DROP FUNCTION audit_erase(bigint[], boolean, text, text);

CREATE FUNCTION audit_take_away(records bigint[], with_leaves boolean, actor text, why text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    erased bigint;
    positions jsonb;
BEGIN
    IF EXISTS (SELECT FROM unnest(records) AS wanted(id)
               WHERE NOT EXISTS (SELECT FROM audit_leaf WHERE record_id = wanted.id)) THEN
        RAISE EXCEPTION 'A record without a place in the tree cannot be erased.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT jsonb_agg(jsonb_build_array(first, last) ORDER BY first) INTO positions FROM (
        SELECT min(position) AS first, max(position) AS last FROM (
            SELECT position, position - row_number() OVER (ORDER BY position) AS island
            FROM audit_leaf WHERE record_id = ANY(records)
        ) AS numbered GROUP BY island
    ) AS ranges;
    IF positions IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO audit_record (act, actor, object, detail, request_id) VALUES ('trail.erased', actor, '',
        jsonb_build_object('why', why, 'leaves', with_leaves, 'positions', positions), '');
    PERFORM set_config('caimera.audit_erasing', 'yes', true);
    DELETE FROM audit_record WHERE id = ANY(records);
    GET DIAGNOSTICS erased = ROW_COUNT;
    IF with_leaves THEN
        UPDATE audit_leaf SET text = NULL WHERE record_id = ANY(records);
    END IF;
    PERFORM set_config('caimera.audit_erasing', '', true);
    RETURN erased;
END
$$;
REVOKE ALL ON FUNCTION audit_take_away(bigint[], boolean, text, text) FROM PUBLIC;

CREATE FUNCTION audit_erase(records bigint[], actor text, why text) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT audit_take_away(records, false, actor, why)
$$;

CREATE FUNCTION audit_retire(records bigint[], actor text, why text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM audit_record WHERE id = ANY(records) AND at > now() - interval '365 days') THEN
        RAISE EXCEPTION 'A record is kept for a year at least.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN audit_take_away(records, true, actor, why);
END
$$;
"""

ONE_DOOR = """
DROP FUNCTION audit_retire(bigint[], text, text);
DROP FUNCTION audit_erase(bigint[], text, text);
ALTER FUNCTION audit_take_away(bigint[], boolean, text, text) RENAME TO audit_erase;
GRANT EXECUTE ON FUNCTION audit_erase(bigint[], boolean, text, text) TO PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = (("audit", "0002_tree"),)

    operations = (
        migrations.AddIndex("record", GinIndex(fields=["detail"], name="audit_by_detail")),
        migrations.AddIndex(
            "record",
            models.Index(condition=~Q(request_id=""), fields=["request_id", "-id"], name="audit_by_request"),
        ),
        migrations.RunSQL(DOORS, ONE_DOOR),
    )
