"""What a user prefers, and in which browser a login is used. Of logins from before, it is not known when."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('chat', '0031_earlier_title'),
    ]

    operations = [
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='preference', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('zone', models.CharField(blank=True, max_length=64)),
                ('theme', models.CharField(blank=True, choices=[('light', 'Light'), ('dark', 'Dark')], max_length=5)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('theme__in', ['', 'light', 'dark'])), name='theme_is_known')],
            },
        ),
        migrations.AddField(
            model_name='loginsession',
            name='agent',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name='loginsession',
            name='seen_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='loginsession',
            name='seen_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, null=True),
        ),
    ]
