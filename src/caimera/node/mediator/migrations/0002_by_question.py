"""What a question got of all datasets becomes one row, and so does what a person spent in a day."""

import django.db.models.functions.datetime
from django.db import migrations, models

SETTLED = """
INSERT INTO mediator_settledquestion (question, answers, settled_at)
SELECT question, jsonb_object_agg(dataset_id, jsonb_build_array(digest, subjects, studies, series)), max(settled_at)
FROM mediator_settledanswer GROUP BY question, digest ORDER BY min(id)"""

SPENT = """
INSERT INTO mediator_spending (day, person, questions)
SELECT day, person, jsonb_object_agg(dataset_id, questions)
FROM mediator_spentbefore GROUP BY day, person"""


class Migration(migrations.Migration):
    dependencies = [("mediator", "0001_memory")]

    operations = [
        migrations.CreateModel(
            name="SettledQuestion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("question", models.BinaryField(db_index=True)),
                ("answers", models.JSONField()),
                (
                    "settled_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
        ),
        migrations.RunSQL(SETTLED, migrations.RunSQL.noop),
        migrations.DeleteModel(name="SettledAnswer"),
        migrations.RenameModel("Spending", "SpentBefore"),
        migrations.CreateModel(
            name="Spending",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("person", models.CharField(blank=True, max_length=255)),
                ("questions", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "day"), name="spending_once_a_day")
                ],
            },
        ),
        migrations.RunSQL(SPENT, migrations.RunSQL.noop),
        migrations.DeleteModel(name="SpentBefore"),
    ]
