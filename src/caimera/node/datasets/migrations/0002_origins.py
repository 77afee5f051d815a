from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [('datasets', '0001_initial')]

    operations = [
        migrations.RenameField(model_name='release', old_name='crate_path', new_name='location'),
        migrations.AddField(
            model_name='release',
            name='origin',
            field=models.CharField(
                choices=[('crate', 'crate'), ('database', 'database')], default='crate', max_length=20
            ),
        ),
        migrations.AddField(model_name='release', name='key', field=models.TextField(blank=True, default=''), preserve_default=False),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(
                condition=Q(('key', ''), ('origin', 'crate')) | Q(('origin', 'database'), Q(('key', ''), _negated=True)),
                name='release_origin_known',
            ),
        ),
    ]
