"""Where organisations are, for the map of the network."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_what_waits'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='latitude',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='organisation',
            name='longitude',
            field=models.FloatField(null=True),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(
                condition=models.Q(('latitude', None), ('longitude', None))
                | models.Q(('latitude__gte', -90), ('latitude__isnull', False), ('latitude__lte', 90))
                & models.Q(('longitude__gte', -180), ('longitude__isnull', False), ('longitude__lte', 180)),
                name='organisation_position',
            ),
        ),
    ]
