"""Organisations that nobody speaks for, those first that wait longest."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("people", "0008_revocation"),)

    operations = (
        migrations.AddIndex(
            "organisation",
            models.Index(fields=["taken_on_at", "id"], name="organisation_waits_since"),
        ),
    )
