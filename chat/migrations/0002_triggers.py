"""The rules that constraints cannot say, frozen as they were when this migration was written.

``models/turns/triggers.py`` has today's triggers; a test compares them with what a migrated database has.
"""

from django.db import migrations

TERMINAL = "('complete', 'stopped', 'failed', 'interrupted', 'cancelled')"
TRIGGERS = [
    (
        "turn_transition",
        "BEFORE UPDATE OF state ON chat_turn",
        f"OLD.state <> NEW.state AND (OLD.state IN {TERMINAL}"
        " OR (OLD.state = 'queued' AND NEW.state NOT IN ('streaming', 'cancelled'))"
        " OR (OLD.state = 'streaming' AND NEW.state NOT IN ('complete', 'stopped', 'failed', 'interrupted')))",
        "a turn cannot go to this state from the one it is in",
    ),
    (
        "turn_terminal_is_final",
        "BEFORE UPDATE OF question, recordings, answer, chunk_lengths, seq, finish_reason, failure, ended_at, fence"
        " ON chat_turn",
        f"OLD.state IN {TERMINAL}",
        "a turn that has ended does not change",
    ),
    (
        "turn_queue_limit",
        "BEFORE INSERT ON chat_turn",
        "NEW.state IN ('queued', 'streaming') AND (SELECT COUNT(*) FROM chat_turn"
        " WHERE login_session_id = NEW.login_session_id AND state IN ('queued', 'streaming')) >= 6",
        "five questions wait in this login session already",
    ),
    (
        "chunk_follows",
        "BEFORE INSERT ON chat_chunk",
        "NEW.seq <> 1 + COALESCE((SELECT MAX(seq) FROM chat_chunk WHERE turn_id = NEW.turn_id), 0)"
        " OR NOT EXISTS (SELECT 1 FROM chat_turn WHERE id = NEW.turn_id AND state = 'streaming')",
        "a chunk must follow the last one of a streaming turn",
    ),
]
SQLITE = "CREATE TRIGGER {name} {event} FOR EACH ROW WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
POSTGRESQL = [  # where a WHEN may not contain a SELECT
    "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
    " RETURN NEW; END $$",
    "CREATE OR REPLACE TRIGGER {name} {event} FOR EACH ROW EXECUTE FUNCTION {name}()",
]
STATEMENTS = {"sqlite": [SQLITE], "postgresql": POSTGRESQL}


def create(apps, schema_editor):
    for name, event, condition, message in TRIGGERS:
        for statement in STATEMENTS[schema_editor.connection.vendor]:
            schema_editor.execute(statement.format(name=name, event=event, condition=condition, message=message))


def remove(apps, schema_editor):
    for name, event, _, _ in TRIGGERS:
        table = event.rpartition(" ")[2]
        on_table = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]

    operations = [migrations.RunPython(create, remove)]
