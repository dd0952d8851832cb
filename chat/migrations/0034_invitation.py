"""Invitations, with the triggers that let each be used once."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models

TRIGGERS = [
    (
        "invitation_is_used_once",
        "UPDATE OF used_at, revoked_at, expires_at, digest, email",
        "OLD.used_at IS NOT NULL",
        "an invitation that was used does not change",
    ),
    (
        "invitation_stays_revoked",
        "UPDATE OF used_at, revoked_at, expires_at, digest",
        "OLD.revoked_at IS NOT NULL",
        "an invitation that was revoked does not come back",
    ),
]


def create(apps, schema_editor):
    for name, event, condition, message in TRIGGERS:
        for statement in _statements(schema_editor.connection.vendor, name, event, condition, message):
            schema_editor.execute(statement)


def _statements(vendor, name, event, condition, message):
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON chat_invitation FOR EACH ROW WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
        " RETURN NEW; END $$",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON chat_invitation FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, *_ in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER {name} ON chat_invitation")
            schema_editor.execute(f"DROP FUNCTION {name}()")
    else:
        for name, *_ in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('chat', '0033_data_export'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=150)),
                ('email', models.EmailField(max_length=254)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField()),
                ('delivery', models.CharField(blank=True, choices=[('', 'not sent by e-mail'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'not sent')], default='', max_length=7)),
                ('delivery_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('collections', models.ManyToManyField(related_name='+', to='chat.collection')),
                ('groups', models.ManyToManyField(related_name='+', to='auth.group')),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('revoked_at', None), ('used_at', None)), name='one_open_invitation_of_an_address'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='invitation_works_for_a_time'), models.CheckConstraint(condition=models.Q(('used_at', None), ('used_at__lte', models.F('expires_at')), _connector='OR'), name='invitation_is_used_in_time'), models.CheckConstraint(condition=models.Q(('used_at', None), ('revoked_at', None), _connector='OR'), name='invitation_is_used_or_revoked'), models.CheckConstraint(condition=models.Q(models.Q(('used_at', None), ('user', None)), models.Q(('used_at__isnull', False), ('user__isnull', False)), _connector='OR'), name='used_invitation_has_an_account'), models.CheckConstraint(condition=models.Q(('delivery__in', ['', 'sending', 'sent', 'failed'])), name='delivery_is_known')],
            },
        ),
        migrations.RunPython(create, remove),
    ]
