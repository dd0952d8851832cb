"""The passages that the search found for a streaming turn, with the rule that no other turn has any.

The rule is a trigger and no constraint, because SQLite would copy the whole table to add one.
"""

from django.db import migrations, models

NAME = "turn_passages_while_streaming"
CONDITION = "NEW.passages IS NOT NULL AND NEW.state <> 'streaming'"
MESSAGE = "only a streaming turn has passages"
STATEMENTS = {
    "sqlite": [
        f"CREATE TRIGGER {NAME} BEFORE UPDATE OF passages, state ON chat_turn FOR EACH ROW WHEN {CONDITION}"
        f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    ],
    "postgresql": [
        f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {CONDITION} THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF;"
        " RETURN NEW; END $$",
        f"CREATE OR REPLACE TRIGGER {NAME} BEFORE UPDATE OF passages, state ON chat_turn"
        f" FOR EACH ROW EXECUTE FUNCTION {NAME}()",
    ],
}


def create(apps, schema_editor):
    for statement in STATEMENTS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    on_table = " ON chat_turn" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {NAME}{on_table}")


class Migration(migrations.Migration):
    dependencies = [("chat", "0009_password_offer")]

    operations = [
        migrations.AddField(
            model_name="turn",
            name="passages",
            field=models.JSONField(null=True),
        ),
        migrations.RunPython(create, remove),
    ]
