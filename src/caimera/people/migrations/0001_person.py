"""Persons, known by issuer and sub."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    operations = (
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("issuer", models.CharField(max_length=255)),
                ("sub", models.CharField(max_length=255)),
                ("name", models.TextField(blank=True)),
                ("email", models.TextField(blank=True)),
                ("entitlements", models.JSONField(blank=True, default=list)),
                ("is_member", models.BooleanField(default=False)),
                ("checked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer", "sub"), name="person_known_by_issuer_and_sub"
                    )
                ],
            },
        ),
    )
