"""Add the times of the words of a segment.

The column may be NULL, because SQLite then adds it without rebuilding the table, which would drop its triggers.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0014_purge_lease")]

    operations = [migrations.AddField("segment", "words", models.BinaryField(null=True))]
