"""Whether an answer names a passage, or its model only got it. So far answers had only passages that they name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0012_terms_version")]

    operations = [
        migrations.AddField(
            model_name="citation",
            name="cited",
            field=models.BooleanField(default=True, db_default=True),
        ),
    ]
