"""Which keys of passages belong to which recording, on SQLite: what a search asks of thousands of matches.

The passages of a recording are stored together, so a row of ``chat_passagerange`` says it of all of them. Of the keys
from ``first`` to ``last`` each belongs to this recording or to no passage. Triggers keep it so: they refuse a key that
would belong to two, which only a statement that names keys can ask for, since SQLite gives no key twice. The triggers
are on chat_indexedpassage, of which 0003 says what a migration must do.
"""

from django.db import migrations

FORWARDS = [
    "CREATE TABLE chat_passagerange"
    " (first integer PRIMARY KEY, last integer NOT NULL CHECK (last >= first), recording_id bigint NOT NULL)",
    "CREATE INDEX passage_ranges_of_recording ON chat_passagerange (recording_id)",
    # Neighbouring keys have the same difference to their place among those of the recording.
    "INSERT INTO chat_passagerange SELECT MIN(id), MAX(id), recording_id FROM ("
    " SELECT id, recording_id, id - ROW_NUMBER() OVER (PARTITION BY recording_id ORDER BY id) AS neighbours"
    " FROM chat_indexedpassage) GROUP BY recording_id, neighbours",
    "CREATE TRIGGER passage_in_range AFTER INSERT ON chat_indexedpassage BEGIN"
    " SELECT RAISE(ABORT, 'the key of this passage lies among those of another recording')"
    " WHERE NEW.id < 1 OR EXISTS ("
    "  SELECT 1 FROM chat_passagerange"
    "  WHERE first = (SELECT MAX(first) FROM chat_passagerange WHERE first <= NEW.id)"
    "  AND last >= NEW.id AND recording_id <> NEW.recording_id);"
    " UPDATE chat_passagerange SET last = NEW.id WHERE recording_id = NEW.recording_id AND last = NEW.id - 1;"
    " INSERT INTO chat_passagerange SELECT NEW.id, NEW.id, NEW.recording_id WHERE NOT EXISTS ("
    "  SELECT 1 FROM chat_passagerange WHERE recording_id = NEW.recording_id AND NEW.id BETWEEN first AND last); END",
    "CREATE TRIGGER passage_out_of_range AFTER DELETE ON chat_indexedpassage BEGIN"
    " DELETE FROM chat_passagerange WHERE recording_id = OLD.recording_id AND NOT EXISTS ("
    "  SELECT 1 FROM chat_indexedpassage WHERE recording_id = OLD.recording_id); END",
    "CREATE TRIGGER passage_stays_in_range BEFORE UPDATE OF id, recording_id ON chat_indexedpassage"
    " WHEN NEW.id <> OLD.id OR NEW.recording_id <> OLD.recording_id BEGIN"
    " SELECT RAISE(ABORT, 'a passage keeps its key and its recording'); END",
]
BACKWARDS = [
    "DROP TRIGGER passage_stays_in_range",
    "DROP TRIGGER passage_out_of_range",
    "DROP TRIGGER passage_in_range",
    "DROP TABLE chat_passagerange",
]


def change(apps, schema_editor):
    _execute(FORWARDS, schema_editor)


def change_back(apps, schema_editor):
    _execute(BACKWARDS, schema_editor)


def _execute(statements, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("chat", "0047_language")]

    operations = [migrations.RunPython(change, change_back)]
