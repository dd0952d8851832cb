"""Links for a new password, with the trigger that lets each be used once."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQLITE = (
    "CREATE TRIGGER password_reset_is_used_once BEFORE UPDATE ON chat_passwordreset FOR EACH ROW WHEN OLD.used_at IS NOT NULL"
    " BEGIN SELECT RAISE(ABORT, 'a link that was used does not change'); END"
)
FUNCTION = (
    "CREATE OR REPLACE FUNCTION password_reset_is_used_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF OLD.used_at IS NOT NULL THEN RAISE EXCEPTION 'a link that was used does not change' USING ERRCODE = 'check_violation'; END IF;"
    " RETURN NEW; END $$"
)
TRIGGER = (
    "CREATE OR REPLACE TRIGGER password_reset_is_used_once BEFORE UPDATE ON chat_passwordreset"
    " FOR EACH ROW EXECUTE FUNCTION password_reset_is_used_once()"
)
CREATE = {"sqlite": [SQLITE], "postgresql": [FUNCTION, TRIGGER]}
REMOVE = {
    "sqlite": ["DROP TRIGGER password_reset_is_used_once"],
    "postgresql": ["DROP TRIGGER password_reset_is_used_once ON chat_passwordreset", "DROP FUNCTION password_reset_is_used_once()"],
}


def create(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0034_invitation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PasswordReset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('account_digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='password_reset_works_for_a_time'), models.CheckConstraint(condition=models.Q(('used_at', None), ('used_at__lte', models.F('expires_at')), _connector='OR'), name='password_reset_is_used_in_time')],
            },
        ),
        migrations.RunPython(create, remove),
    ]
