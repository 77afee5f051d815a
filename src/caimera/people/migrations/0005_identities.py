"""The logins of a person, the sessions they opened, logouts that were heard."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_tokens_and_organisations'),
    ]

    operations = [
        migrations.CreateModel(
            name='HeardLogout',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('until', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='person',
            name='recheck_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('issuer', models.CharField(max_length=255)),
                ('sub', models.CharField(max_length=255)),
                ('name', models.TextField(blank=True)),
                ('email', models.TextField(blank=True)),
                ('entitlements', models.JSONField(blank=True, default=list)),
                ('sealed', models.TextField(blank=True)),
                ('linked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('checked_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('linked_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_key', models.CharField(max_length=40, unique=True)),
                ('sid', models.CharField(blank=True, max_length=255)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_ins', to='people.identity')),
            ],
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(fields=('issuer', 'sub'), name='identity_known_by_issuer_and_sub'),
        ),
        migrations.AddIndex(
            model_name='signin',
            index=models.Index(fields=['at'], name='sign_in_at'),
        ),
    ]
