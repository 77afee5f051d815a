"""The tree of the records: places, keys, checkpoints; and the one door by which a record may be erased.

Records written before get their salts as the column is added, and wait for their places like any other.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models
from django.db.models.functions import Cast, Now

from caimera.audit.models import NewSalt, TransactionId

GUARD = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_record'
        AND current_setting('caimera.audit_erasing', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The trail is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION audit_refuse_leaf() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('caimera.audit_erasing', true) = 'yes' AND NEW.text IS NULL
        AND (NEW.position, NEW.record_id, NEW.hash) = (OLD.position, OLD.record_id, OLD.hash) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The trail is append-only: UPDATE on audit_leaf is refused.'
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_append_only BEFORE DELETE OR TRUNCATE ON audit_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_append_only_leaf BEFORE UPDATE ON audit_leaf
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_leaf();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE FUNCTION audit_erase(records bigint[], with_leaves boolean, actor text, why text) RETURNS bigint
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
"""

UNGUARD = """
DROP FUNCTION audit_erase(bigint[], boolean, text, text);
DROP TRIGGER audit_append_only ON audit_cosignature;
DROP TRIGGER audit_append_only ON audit_checkpoint;
DROP TRIGGER audit_append_only_leaf ON audit_leaf;
DROP TRIGGER audit_append_only ON audit_leaf;
DROP FUNCTION audit_refuse_leaf();
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The trail is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = (("audit", "0001_records"),)

    operations = (
        migrations.AddField("record", "salt", models.BinaryField(db_default=NewSalt(), editable=False)),
        migrations.AddField(
            "record",
            "txid",
            models.BigIntegerField(
                db_default=Cast(Cast(TransactionId(), models.TextField()), models.BigIntegerField()),
                editable=False,
            ),
        ),
        migrations.AddIndex("record", models.Index(fields=["txid"], name="audit_by_txid")),
        migrations.AddIndex("record", BrinIndex(autosummarize=True, fields=["at"], name="audit_by_time")),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("record_id", models.BigIntegerField(unique=True)),
                ("text", models.TextField(null=True)),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                ("name", models.CharField(max_length=300, primary_key=True, serialize=False)),
                ("key", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=Now(), editable=False)),
                ("note", models.TextField()),
                ("frontier", models.BinaryField()),
            ],
            options={"ordering": ("size",)},
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("site", models.CharField(max_length=41)),
                ("line", models.TextField()),
                ("at", models.DateTimeField(db_default=Now(), editable=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("size", "site"), name="audit_one_cosignature")
                ],
            },
        ),
        migrations.CreateModel(
            name="Witness",
            fields=[
                ("site", models.CharField(max_length=41, primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("known_size", models.BigIntegerField(default=0)),
                ("doubted_size", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Witnessed",
            fields=[
                ("site", models.CharField(max_length=41, primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("size", models.BigIntegerField()),
                ("note", models.TextField()),
                ("refused", models.TextField(blank=True)),
            ],
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    )
