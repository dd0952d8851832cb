import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('chat', '0036_scim'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DailyUse',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='daily_use', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('day', models.DateField()),
                ('questions', models.PositiveIntegerField()),
                ('tokens', models.PositiveBigIntegerField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='GroupBudget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('questions', models.PositiveIntegerField(blank=True, help_text='Of each member. Empty: as for the site. 0: no limit.', null=True, verbose_name='questions per day')),
                ('tokens', models.PositiveBigIntegerField(blank=True, help_text='Of each member. Empty: as for the site. 0: no limit.', null=True, verbose_name='tokens per day')),
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='budget', to='auth.group')),
            ],
            options={
                'verbose_name': 'budget',
                'default_permissions': (),
            },
        ),
    ]
