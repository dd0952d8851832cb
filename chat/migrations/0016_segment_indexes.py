"""Indexes of the segments of a recording by speaker and by time: its page no longer reads all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0015_segment_words")]

    operations = [
        migrations.AddIndex(
            model_name="segment",
            index=models.Index(fields=["recording", "speaker", "number"], name="segment_speaker"),
        ),
        migrations.AddIndex(
            model_name="segment",
            index=models.Index(fields=["recording", "start"], name="segment_start"),
        ),
    ]
