"""Baskets of persons, and the ages of a dataset's subjects."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_AGE = models.PositiveSmallIntegerField


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0003_seen_by_source"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("record", "minimum_age", _AGE(blank=True, null=True)),
        migrations.AddField("record", "maximum_age", _AGE(blank=True, null=True)),
        migrations.AddField("entry", "minimum_age", _AGE(blank=True, null=True)),
        migrations.AddField("entry", "maximum_age", _AGE(blank=True, null=True)),
        migrations.CreateModel(
            name="BasketItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.TextField(blank=True)),
                ("digest", models.CharField(max_length=64)),
                ("search", models.TextField(blank=True)),
                ("question", models.TextField(blank=True)),
                ("question_id", models.UUIDField(blank=True, null=True)),
                ("added_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="basket_items",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.record",
                    ),
                ),
            ],
            options={
                "ordering": ("added_at", "id"),
                "constraints": (
                    models.UniqueConstraint(fields=("owner", "record"), name="catalogue_basket_once"),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="catalogue_basket_digest",
                    ),
                ),
            },
        ),
    ]
