"""An index of the collections that everyone hears: who hears what is found without reading all collections."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0023_access_events")]

    operations = [
        migrations.AddIndex(
            model_name="collection",
            index=models.Index(
                fields=["everyone"], condition=models.Q(everyone=True), name="collection_of_everyone"
            ),
        ),
    ]
