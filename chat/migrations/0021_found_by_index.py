"""The lists of conversations by index, and the words of their titles."""

import django.db.models.deletion
from django.db import migrations, models

from chat.terms import root, words

TITLES_AT_ONCE = 1_000
CREATE = {
    "sqlite": "CREATE INDEX title_word ON chat_titleword (word, conversation_id)",
    # By bytes, so that it finds beginnings whatever the collation of the database.
    "postgresql": 'CREATE INDEX title_word ON chat_titleword (word COLLATE "C", conversation_id)',
}


def create(apps, schema_editor):
    schema_editor.execute(CREATE[schema_editor.connection.vendor])


def remove(apps, schema_editor):
    schema_editor.execute("DROP INDEX title_word")


def index_titles(apps, schema_editor):
    """Index the titles that there are."""
    Conversation, TitleWord = (apps.get_model("chat", name) for name in ("Conversation", "TitleWord"))
    last = 0
    while titles := list(
        Conversation.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "title")[:TITLES_AT_ONCE]
    ):
        last = titles[-1][0]
        TitleWord.objects.bulk_create(
            TitleWord(conversation_id=pk, word=word)
            for pk, title in titles
            for word in {*words(title), *map(root, words(title))}
        )


class Migration(migrations.Migration):
    dependencies = [("chat", "0020_login_password")]

    operations = [
        migrations.CreateModel(
            name="TitleWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=64)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="title_words", to="chat.conversation"
                    ),
                ),
            ],
        ),
        migrations.RemoveIndex(model_name="conversation", name="conversation_recent"),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["user", "-asked_at", "-id"], name="conversation_of_user"),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["-asked_at", "-id"], condition=models.Q(deleted_at=None), name="conversation_kept"
            ),
        ),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(
                fields=["state", "failure", "conversation"],
                condition=models.Q(state__in=("stopped", "failed", "interrupted", "cancelled")),
                name="turn_ended_early",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewlabel",
            index=models.Index(fields=["verdict", "turn"], name="review_label_verdict"),
        ),
        migrations.RunPython(create, remove),
        migrations.RunPython(index_titles, migrations.RunPython.noop),
    ]
