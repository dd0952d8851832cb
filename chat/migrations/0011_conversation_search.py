"""The full text over the turns that have ended, for the search in own conversations; see docs/retrieval.md.

SQLite drops a table's triggers when a migration rebuilds the table: one that alters IndexedTurn there must create
these again (the tests of the search notice).
"""

import re

import django.db.models.deletion
from django.db import migrations, models

from chat.terms import words

TERMINAL = ["complete", "stopped", "failed", "interrupted", "cancelled"]
TURNS_AT_ONCE = 200
TEXT_LIMIT = 256 * 1024
MARKER = re.compile(r"\[\d{1,4}\]|[*`~]+")
BLOCK = re.compile(r"[#|>]+")

CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE chat_turnfulltext USING fts5"
        " (text, content='chat_indexedturn', content_rowid='turn_id', tokenize='porter unicode61')",
        "CREATE TRIGGER turn_indexed AFTER INSERT ON chat_indexedturn BEGIN"
        " INSERT INTO chat_turnfulltext (rowid, text) VALUES (NEW.turn_id, NEW.text); END",
        "CREATE TRIGGER turn_unindexed AFTER DELETE ON chat_indexedturn BEGIN"
        " INSERT INTO chat_turnfulltext (chat_turnfulltext, rowid, text) VALUES ('delete', OLD.turn_id, OLD.text); END",
        "CREATE TRIGGER turn_reindexed AFTER UPDATE ON chat_indexedturn BEGIN"
        " INSERT INTO chat_turnfulltext (chat_turnfulltext, rowid, text) VALUES ('delete', OLD.turn_id, OLD.text);"
        " INSERT INTO chat_turnfulltext (rowid, text) VALUES (NEW.turn_id, NEW.text); END",
    ],
    "postgresql": [
        "ALTER TABLE chat_indexedturn"
        " ADD COLUMN terms tsvector GENERATED ALWAYS AS (to_tsvector('pg_catalog.english', text)) STORED",
        # Without fastupdate: a search would have to read all that was added since the last vacuum.
        "CREATE INDEX turn_terms ON chat_indexedturn USING gin (terms) WITH (fastupdate = off)",
    ],
}
REMOVE = {
    "sqlite": [
        "DROP TRIGGER turn_reindexed",
        "DROP TRIGGER turn_unindexed",
        "DROP TRIGGER turn_indexed",
        "DROP TABLE chat_turnfulltext",
    ],
    "postgresql": ["DROP INDEX turn_terms", "ALTER TABLE chat_indexedturn DROP COLUMN terms"],
}


def create(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def indexed_text(turn, citations):
    """Return the words of a turn, as ``IndexedTurn.of`` did when this migration was written."""
    sources = (f"{citation.recording_title} {citation.speaker} {citation.excerpt}" for citation in citations)
    texts = [turn.question, BLOCK.sub(" ", MARKER.sub("", turn.answer)), *sources]
    encoded = " ".join(word for text in texts for word in words(text)).encode()
    if len(encoded) <= TEXT_LIMIT:
        return encoded.decode()
    return encoded[:TEXT_LIMIT].decode(errors="ignore").rpartition(" ")[0]


def index_ended_turns(apps, schema_editor):
    """Index the turns that ended before this migration."""
    Turn, Citation, IndexedTurn = (apps.get_model("chat", name) for name in ("Turn", "Citation", "IndexedTurn"))
    last = 0
    while turns := list(
        Turn.objects.filter(state__in=TERMINAL, pk__gt=last).order_by("pk").only("question", "answer")[:TURNS_AT_ONCE]
    ):
        last = turns[-1].pk
        citations = {}
        for citation in Citation.objects.filter(turn__in=turns).order_by("turn_id", "number"):
            citations.setdefault(citation.turn_id, []).append(citation)
        IndexedTurn.objects.bulk_create(
            IndexedTurn(turn_id=turn.pk, text=indexed_text(turn, citations.get(turn.pk, []))) for turn in turns
        )


class Migration(migrations.Migration):
    dependencies = [("chat", "0010_turn_passages")]

    operations = [
        migrations.CreateModel(
            name="IndexedTurn",
            fields=[
                (
                    "turn",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="indexed",
                        serialize=False,
                        to="chat.turn",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(create, remove),
        migrations.RunPython(index_ended_turns, migrations.RunPython.noop),
    ]
