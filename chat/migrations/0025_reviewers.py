"""The reviewers whom a setting names, and indexes for the changes of who may review."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0024_collection_of_everyone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedReviewer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RemoveIndex(
            model_name="accessevent",
            name="access_of_reviewers",
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(
                condition=models.Q(("member_id__isnull", False)), fields=["member_id", "-id"], name="access_of_member"
            ),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(condition=models.Q(("owner_id__isnull", True)), fields=["-id"], name="access_of_rights"),
        ),
        migrations.AddField(
            model_name="listedreviewer",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
