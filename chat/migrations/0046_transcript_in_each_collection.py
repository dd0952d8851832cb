"""The same transcript may be in several collections, once in each: whoever brings it may not hear the others.

SQLite makes the table anew for that, without its triggers: they are kept, and created again as they were.
"""

from django.db import migrations, models

OF_THE_TABLE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'chat_recording'"
kept = {}


def keep_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        with schema_editor.connection.cursor() as cursor:
            kept.update(cursor.execute(OF_THE_TABLE).fetchall())


def create_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        with schema_editor.connection.cursor() as cursor:
            there = dict(cursor.execute(OF_THE_TABLE).fetchall())
            for name in kept.keys() - there.keys():
                cursor.execute(kept[name])


class Migration(migrations.Migration):

    dependencies = [
        ("chat", "0045_quotation"),
    ]

    operations = [
        migrations.RunPython(keep_triggers, create_triggers),
        migrations.AlterField(
            model_name="recording",
            name="digest",
            field=models.CharField(editable=False, max_length=64),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.UniqueConstraint(fields=("digest", "collection"), name="transcript_once_in_a_collection"),
        ),
        migrations.RunPython(create_triggers, keep_triggers),
    ]
