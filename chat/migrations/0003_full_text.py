"""The full text of the database over the passages; see docs/retrieval.md.

SQLite drops a table's triggers when a migration rebuilds the table: one that alters IndexedPassage there must create
these again (the retrieval tests notice).
"""

from django.db import migrations

CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE chat_fulltext USING fts5"
        " (text, content='chat_indexedpassage', content_rowid='id', tokenize='porter unicode61')",
        "CREATE VIRTUAL TABLE chat_vocabulary USING fts5vocab(chat_fulltext, row)",
        "CREATE VIRTUAL TABLE chat_occurrence USING fts5vocab(chat_fulltext, instance)",
        "CREATE TRIGGER passage_added AFTER INSERT ON chat_indexedpassage BEGIN"
        " INSERT INTO chat_fulltext (rowid, text) VALUES (NEW.id, NEW.text); END",
        "CREATE TRIGGER passage_removed AFTER DELETE ON chat_indexedpassage BEGIN"
        " INSERT INTO chat_fulltext (chat_fulltext, rowid, text) VALUES ('delete', OLD.id, OLD.text); END",
        "CREATE TRIGGER passage_changed AFTER UPDATE OF id, text ON chat_indexedpassage BEGIN"
        " INSERT INTO chat_fulltext (chat_fulltext, rowid, text) VALUES ('delete', OLD.id, OLD.text);"
        " INSERT INTO chat_fulltext (rowid, text) VALUES (NEW.id, NEW.text); END",
        "INSERT INTO chat_fulltext (chat_fulltext) VALUES ('rebuild')",
    ],
    "postgresql": [
        "ALTER TABLE chat_indexedpassage"
        " ADD COLUMN terms tsvector GENERATED ALWAYS AS (to_tsvector('pg_catalog.english', text)) STORED",
        # Without fastupdate: a search would have to read all that was added since the last vacuum.
        "CREATE INDEX passage_terms ON chat_indexedpassage USING gin (terms) WITH (fastupdate = off)",
    ],
}
REMOVE = {
    "sqlite": [
        "DROP TRIGGER passage_changed",
        "DROP TRIGGER passage_removed",
        "DROP TRIGGER passage_added",
        "DROP TABLE chat_occurrence",
        "DROP TABLE chat_vocabulary",
        "DROP TABLE chat_fulltext",
    ],
    "postgresql": ["DROP INDEX passage_terms", "ALTER TABLE chat_indexedpassage DROP COLUMN terms"],
}


def create(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("chat", "0002_triggers")]

    operations = [migrations.RunPython(create, remove)]
