"""The language of each recording, and the full text of stems that are made by the site instead of the database.

SQLite adds a column with a constraint by a statement of its own: Django would rebuild the table, which drops its
triggers. Passages get their stems when the site is prepared, by ``chat.retrieval.index_again``; until then PostgreSQL
keeps the English ones that it has made, which is why its column only stops being generated.
"""

import django.db.models.functions.text
from django.db import migrations, models

CONSTRAINT = models.CheckConstraint(
    condition=models.Q(language=django.db.models.functions.text.Lower("language"), language__length__in=[0, 2]),
    name="recording_language_code",
)
FORWARDS = {
    "sqlite": [
        "ALTER TABLE chat_recording ADD COLUMN language varchar(2) NOT NULL DEFAULT ''"
        " CONSTRAINT recording_language_code CHECK (language = LOWER(language) AND LENGTH(language) IN (0, 2))",
        "ALTER TABLE chat_indexedpassage ADD COLUMN stems text NULL",
        "DROP TRIGGER passage_changed",
        "DROP TRIGGER passage_removed",
        "DROP TRIGGER passage_added",
        "DROP TABLE chat_occurrence",
        "DROP TABLE chat_vocabulary",
        "DROP TABLE chat_fulltext",
        "CREATE VIRTUAL TABLE chat_fulltext USING fts5"
        " (stems, content='chat_indexedpassage', content_rowid='id', tokenize='unicode61')",
        "CREATE VIRTUAL TABLE chat_vocabulary USING fts5vocab(chat_fulltext, row)",
        "CREATE TRIGGER passage_added AFTER INSERT ON chat_indexedpassage BEGIN"
        " INSERT INTO chat_fulltext (rowid, stems) VALUES (NEW.id, NEW.stems); END",
        "CREATE TRIGGER passage_removed AFTER DELETE ON chat_indexedpassage BEGIN"
        " INSERT INTO chat_fulltext (chat_fulltext, rowid, stems) VALUES ('delete', OLD.id, OLD.stems); END",
        "CREATE TRIGGER passage_changed AFTER UPDATE OF id, stems ON chat_indexedpassage BEGIN"
        " INSERT INTO chat_fulltext (chat_fulltext, rowid, stems) VALUES ('delete', OLD.id, OLD.stems);"
        " INSERT INTO chat_fulltext (rowid, stems) VALUES (NEW.id, NEW.stems); END",
        "INSERT INTO chat_fulltext (chat_fulltext) VALUES ('rebuild')",
    ],
    "postgresql": [
        "ALTER TABLE chat_recording ADD COLUMN language varchar(2) NOT NULL DEFAULT ''"
        " CONSTRAINT recording_language_code CHECK (language = LOWER(language) AND LENGTH(language) IN (0, 2))",
        "ALTER TABLE chat_indexedpassage ADD COLUMN stems text NULL, ALTER COLUMN terms DROP EXPRESSION",
        "CREATE FUNCTION chat_passage_terms() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " NEW.terms := to_tsvector('pg_catalog.simple', COALESCE(NEW.stems, '')); RETURN NEW; END $$",
        "CREATE TRIGGER passage_terms BEFORE INSERT OR UPDATE OF stems ON chat_indexedpassage FOR EACH ROW"
        " EXECUTE FUNCTION chat_passage_terms()",
    ],
}
BACKWARDS = {
    "sqlite": [
        "DROP TRIGGER passage_changed",
        "DROP TRIGGER passage_removed",
        "DROP TRIGGER passage_added",
        "DROP TABLE chat_vocabulary",
        "DROP TABLE chat_fulltext",
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
        "ALTER TABLE chat_indexedpassage DROP COLUMN stems",
        "ALTER TABLE chat_recording DROP COLUMN language",
    ],
    "postgresql": [
        "DROP TRIGGER passage_terms ON chat_indexedpassage",
        "DROP FUNCTION chat_passage_terms()",
        "ALTER TABLE chat_indexedpassage DROP COLUMN terms, DROP COLUMN stems",
        "ALTER TABLE chat_indexedpassage"
        " ADD COLUMN terms tsvector GENERATED ALWAYS AS (to_tsvector('pg_catalog.english', text)) STORED",
        "CREATE INDEX passage_terms ON chat_indexedpassage USING gin (terms) WITH (fastupdate = off)",
        "ALTER TABLE chat_recording DROP COLUMN language",
    ],
}


def change(apps, schema_editor):
    for statement in FORWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def change_back(apps, schema_editor):
    for statement in BACKWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("chat", "0046_transcript_in_each_collection")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(change, change_back)],
            state_operations=[
                migrations.AddField("recording", "language", models.CharField(blank=True, db_default="", max_length=2)),
                migrations.AddConstraint("recording", CONSTRAINT),
                migrations.AddField("indexedpassage", "stems", models.TextField(null=True)),
            ],
        )
    ]
