"""Legal holds, with the triggers that refuse to delete what they keep; and how long collections keep recordings."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

STANDS = "EXISTS (SELECT 1 FROM chat_hold WHERE released_at IS NULL AND {0} = OLD.{1})"
KEPT = "a legal hold keeps this"
HISTORY = "a legal hold stays as it was placed and released"
TRIGGERS = [
    ("hold_keeps_collection", "chat_collection", "DELETE", STANDS.format("collection_id", "id"), KEPT),
    ("hold_keeps_recording", "chat_recording", "DELETE", STANDS.format("collection_id", "collection_id"), KEPT),
    (
        "hold_keeps_recording_in_place",
        "chat_recording",
        "UPDATE OF collection_id",
        "OLD.collection_id <> NEW.collection_id AND " + STANDS.format("collection_id", "collection_id"),
        KEPT,
    ),
    ("hold_keeps_user", "auth_user", "DELETE", STANDS.format("user_id", "id"), KEPT),
    ("hold_keeps_conversation", "chat_conversation", "DELETE", STANDS.format("user_id", "user_id"), KEPT),
    (
        "hold_keeps_conversation_in_sight",
        "chat_conversation",
        "UPDATE OF deleted_at",
        "OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL AND " + STANDS.format("user_id", "user_id"),
        KEPT,
    ),
    ("hold_keeps_turn", "chat_turn", "DELETE", STANDS.format("user_id", "user_id"), KEPT),
    ("hold_is_kept", "chat_hold", "DELETE", "TRUE", HISTORY),
    (
        "hold_stays_as_placed",
        "chat_hold",
        "UPDATE OF id, uuid, name, reason, collection_id, user_id, subject, placed_by, placed_at",
        "TRUE",
        HISTORY,
    ),
    (
        "hold_is_released_once",
        "chat_hold",
        "UPDATE OF released_by, released_at",
        "OLD.released_at IS NOT NULL",
        HISTORY,
    ),
]


def create(apps, schema_editor):
    for trigger in TRIGGERS:
        for statement in _statements(schema_editor.connection.vendor, *trigger):
            schema_editor.execute(statement)


def _statements(vendor, name, table, event, condition, message):
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    row = "OLD" if event == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
        f" RETURN {row}; END $$",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def remove(apps, schema_editor):
    for name, table, *_ in TRIGGERS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('chat', '0037_daily_budgets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('reason', models.CharField(max_length=500)),
                ('subject', models.CharField(max_length=150)),
                ('placed_by', models.CharField(blank=True, max_length=150)),
                ('placed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('released_by', models.CharField(blank=True, max_length=150)),
                ('released_at', models.DateTimeField(null=True)),
                ('collection', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='chat.collection')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'legal hold',
                'default_permissions': ('change',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('collection', 'name'), name='one_standing_hold_of_a_collection'), models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('user', 'name'), name='one_standing_hold_of_a_user'), models.CheckConstraint(condition=models.Q(models.Q(('collection__isnull', False), ('user', None)), models.Q(('collection', None), ('user__isnull', False)), _connector='OR'), name='hold_is_on_a_collection_or_a_user'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='hold_has_a_name_and_a_reason'), models.CheckConstraint(condition=models.Q(('released_by', ''), ('released_at__isnull', False), _connector='OR'), name='hold_is_released')],
            },
        ),
        migrations.CreateModel(
            name='Retention',
            fields=[
                ('collection', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='retention', serialize=False, to='chat.collection')),
                ('recording_days', models.PositiveIntegerField(null=True)),
                ('conversation_days', models.PositiveIntegerField(null=True)),
                ('confirmed_by', models.CharField(max_length=150)),
                ('confirmed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('recording_days', None), ('recording_days__gte', 1), _connector='OR'), name='recordings_are_kept_a_day'), models.CheckConstraint(condition=models.Q(('conversation_days', None), ('conversation_days__gte', 1), _connector='OR'), name='conversations_are_kept_a_day')],
            },
        ),
        migrations.RunPython(create, remove),
    ]
