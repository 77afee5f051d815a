"""The trail, and the trigger that keeps it append-only."""

from django.db import migrations, models
from django.db.models.functions import Now

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The trail is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

ALLOW = """
DROP TRIGGER audit_append_only ON audit_record;
DROP FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    initial = True

    operations = (
        migrations.CreateModel(
            name="Record",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=Now(), editable=False)),
                ("act", models.CharField(max_length=100)),
                ("actor", models.CharField(max_length=300)),
                ("object", models.CharField(blank=True, max_length=300)),
                ("detail", models.JSONField(blank=True, default=dict)),
                ("request_id", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["actor", "-id"], name="audit_by_actor"),
                    models.Index(fields=["object", "-id"], name="audit_by_object"),
                    models.Index(fields=["act", "-id"], name="audit_by_act"),
                ],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    )
