"""Applications and roles that wait are found in the order they wait."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_identities'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(condition=models.Q(('state', 'submitted')), fields=['state_since', 'id'], name='membership_waits_since'),
        ),
        migrations.AddIndex(
            model_name='rolegrant',
            index=models.Index(condition=models.Q(('confirmed_at', None), ('ended_at', None)), fields=['asked_at', 'id'], name='role_waits_since'),
        ),
    ]
