"""Erasing a speaker: ended turns may lose words while that happens, as the changed trigger says, and nothing else."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


NAME = "turn_terminal_is_final"
MESSAGE = "a turn that has ended does not change"
COLUMNS = "question, recordings, answer, chunk_lengths, seq, finish_reason, failure, ended_at, fence"
TERMINAL = "('complete', 'stopped', 'failed', 'interrupted', 'cancelled')"
LOSES_WORDS = (
    "(NEW.{0} = OLD.{0} OR (REPLACE(NEW.{0}, '[removed]', '') <> NEW.{0}"
    " AND LENGTH(REPLACE(NEW.{0}, '[removed]', '')) < LENGTH(OLD.{0})))"
)
IS_ERASED = (
    "NEW.erased_at IS NOT NULL AND EXISTS (SELECT 1 FROM chat_speakererasure"
    " WHERE finished_at IS NULL AND owner <> '' AND lease_expires_at > CURRENT_TIMESTAMP)"
    f" AND {LOSES_WORDS.format('question')} AND {LOSES_WORDS.format('answer')}"
    " AND (NEW.answer <> OLD.answer OR NEW.chunk_lengths = OLD.chunk_lengths)"
    " AND NEW.recordings = OLD.recordings AND NEW.seq = OLD.seq AND NEW.finish_reason = OLD.finish_reason"
    " AND NEW.failure = OLD.failure AND NEW.ended_at = OLD.ended_at AND NEW.fence = OLD.fence"
)
CONDITION = (
    f"(OLD.state IN {TERMINAL} AND NOT ({IS_ERASED})) OR (OLD.state NOT IN {TERMINAL} AND NEW.erased_at IS NOT NULL)"
)
STATEMENTS = {
    "sqlite": [
        "DROP TRIGGER {name}",
        "CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON chat_turn FOR EACH ROW WHEN {condition}"
        " BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
        " RETURN NEW; END $$",
        "CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE OF {columns} ON chat_turn"
        " FOR EACH ROW EXECUTE FUNCTION {name}()",
    ],
}


def _create(schema_editor, columns, condition):
    for statement in STATEMENTS[schema_editor.connection.vendor]:
        schema_editor.execute(statement.format(name=NAME, columns=columns, condition=condition, message=MESSAGE))


def open_the_door(apps, schema_editor):
    _create(schema_editor, f"{COLUMNS}, erased_at", CONDITION)


def close_the_door(apps, schema_editor):
    _create(schema_editor, COLUMNS, f"OLD.state IN {TERMINAL}")


class Migration(migrations.Migration):

    dependencies = [
        ("chat", "0040_withdrawn_audio"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ErasedSpeaker',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('replaces_name', models.BooleanField(default=False)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='recording',
            name='erased_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='turn',
            name='erased_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='SpeakerErasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('replaces_name', models.BooleanField(default=False)),
                ('recordings', models.JSONField(default=list)),
                ('uuids', models.JSONField(default=list)),
                ('segments', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('owner', models.CharField(blank=True, max_length=200)),
                ('lease_expires_at', models.DateTimeField(null=True)),
                ('refusal', models.CharField(blank=True, max_length=500)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('finished_at', models.DateTimeField(null=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ErasedRuns',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recording', models.BigIntegerField()),
                ('hashes', models.BinaryField()),
                ('erasure', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='chat.speakererasure')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ChangedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('places', models.PositiveIntegerField()),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('turn', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='erasures', to='chat.turn')),
                ('erasure', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='chat.speakererasure')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='speakererasure',
            index=models.Index(condition=models.Q(('finished_at', None)), fields=['id'], name='erasure_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='erasedruns',
            constraint=models.UniqueConstraint(fields=('erasure', 'recording'), name='erased_once'),
        ),
        migrations.AddConstraint(
            model_name='changedanswer',
            constraint=models.UniqueConstraint(fields=('erasure', 'turn'), name='answer_changed_once'),
        ),
        migrations.RunPython(open_the_door, close_the_door),
    ]
