"""Who may go on seeing what was quoted of deleted recordings: those who heard their collections; so far, of Team."""

import django.db.models.deletion
from django.db import migrations, models

STORE = """
        INSERT INTO chat_deletedrecording (uuid, collection_id) VALUES (OLD.uuid, OLD.collection_id)
        ON CONFLICT (uuid) DO UPDATE SET collection_id = excluded.collection_id;"""
CREATE = {
    "sqlite": [
        f"CREATE TRIGGER recording_is_deleted AFTER DELETE ON chat_recording FOR EACH ROW BEGIN{STORE} END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION recording_is_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f"{STORE} RETURN OLD; END $$",
        "CREATE OR REPLACE TRIGGER recording_is_deleted AFTER DELETE ON chat_recording"
        " FOR EACH ROW EXECUTE FUNCTION recording_is_deleted()",
    ],
}
REMOVE = {
    "sqlite": ["DROP TRIGGER recording_is_deleted"],
    "postgresql": ["DROP TRIGGER recording_is_deleted ON chat_recording", "DROP FUNCTION recording_is_deleted()"],
}
FAILURES = [
    ("RETRIEVAL_FAILED", "The recordings could not be searched. Please try again."),
    ("GENERATION_FAILED", "The model could not finish this answer. Please try again."),
    (
        "MODEL_UNREACHABLE",
        "The model of this site cannot be reached. Please try again in a few minutes. If it stays so, tell whoever runs"
        " this site.",
    ),
    (
        "MODEL_DENIED",
        "The model of this site refuses its key. Asking again does not help: please tell whoever runs this site.",
    ),
    (
        "MODEL_UNKNOWN",
        "The model of this site does not exist where it is looked for. Asking again does not help: please tell whoever"
        " runs this site.",
    ),
    ("TIMEOUT", "The model took too long to answer. Please try again."),
    ("INTERNAL_ERROR", "Something went wrong on our side. Please try again."),
    (
        "WITHDRAWN",
        "This answer has ended because you may no longer hear one of its recordings. Asking again searches those that"
        " you hear.",
    ),
    ("INTERRUPTED", "The answer was interrupted because the server restarted. What came is kept."),
]
FILTERED = {
    "sqlite": "SELECT REPLACE(json_extract(value, '$.id'), '-', '') FROM chat_turn, json_each(chat_turn.recordings)",
    "postgresql": "SELECT (value ->> 'id')::uuid FROM chat_turn, jsonb_array_elements(chat_turn.recordings)",
}
FILL = """
    INSERT INTO chat_deletedrecording (uuid, collection_id)
    SELECT DISTINCT named.uuid, (SELECT id FROM chat_collection WHERE is_default) FROM (
        SELECT recording_uuid AS uuid FROM chat_citation WHERE recording_id IS NULL UNION {filtered}
    ) AS named WHERE named.uuid NOT IN (SELECT uuid FROM chat_recording)
"""


def create(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def add_those_that_were_deleted(apps, schema_editor):
    """Add what answers cite and filters name although it is gone: everyone heard it."""
    schema_editor.execute(FILL.format(filtered=FILTERED[schema_editor.connection.vendor]))


class Migration(migrations.Migration):
    dependencies = [("chat", "0026_how_far_review_goes")]

    operations = [
        migrations.CreateModel(
            name="DeletedRecording",
            fields=[
                ("uuid", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "collection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="chat.collection",
                    ),
                ),
            ],
        ),
        migrations.RunPython(add_those_that_were_deleted, migrations.RunPython.noop),
        migrations.RunPython(create, remove),
        migrations.AlterField(
            model_name="turn",
            name="failure",
            field=models.CharField(blank=True, choices=FAILURES, max_length=20),
        ),
    ]
