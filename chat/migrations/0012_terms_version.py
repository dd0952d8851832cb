"""Note which version of ``chat.terms`` has made the text of a passage; ``chat.retrieval.index_again`` uses it.

The column may be NULL, because SQLite then adds it without rebuilding the table, which would drop its triggers.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0011_conversation_search")]

    operations = [migrations.AddField("indexedpassage", "terms_version", models.SmallIntegerField(null=True))]
