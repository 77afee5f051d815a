"""Roles given by an act; membership that a group says is called so."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now


def somebody(related_name: str = "+") -> models.ForeignKey:
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name=related_name,
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = (("people", "0001_person"),)

    operations = (
        migrations.RenameField("person", "is_member", "in_membership_group"),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("role", models.CharField(max_length=40)),
                ("reason", models.TextField()),
                ("until", models.DateTimeField()),
                ("asked_at", models.DateTimeField(db_default=Now(), editable=False)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("asked_by", somebody()),
                ("confirmed_by", somebody()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("role", "asked_at"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "role"), condition=Q(ended_at=None), name="role_given_once"
                    ),
                    models.CheckConstraint(condition=~Q(reason=""), name="role_given_for_a_reason"),
                    models.CheckConstraint(
                        condition=~Q(role="operator")
                        | Q(confirmed_at=None)
                        | Q(asked_by=None)
                        | (Q(confirmed_by__isnull=False) & ~Q(asked_by=F("confirmed_by"))),
                        name="role_operator_by_four_eyes",
                    ),
                ],
            },
        ),
    )
