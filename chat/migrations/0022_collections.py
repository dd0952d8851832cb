"""Collections: everyone goes on hearing all recordings, which are in the default collection."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

REFUSED = "the default collection cannot be deleted"
CREATE = {
    "sqlite": [
        "CREATE TRIGGER collection_default_stays BEFORE DELETE ON chat_collection FOR EACH ROW WHEN OLD.is_default"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION collection_default_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'check_violation'; END $$",
        "CREATE OR REPLACE TRIGGER collection_default_stays BEFORE DELETE ON chat_collection"
        " FOR EACH ROW WHEN (OLD.is_default) EXECUTE FUNCTION collection_default_stays()",
    ],
}
REMOVE = {
    "sqlite": ["DROP TRIGGER collection_default_stays"],
    "postgresql": [
        "DROP TRIGGER collection_default_stays ON chat_collection",
        "DROP FUNCTION collection_default_stays()",
    ],
}


def create(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def add_the_default(apps, schema_editor):
    """Add the first collection. Its key is 1, with which the recordings that there are get it."""
    team = apps.get_model("chat", "Collection").objects.create(name="Team", everyone=True, is_default=True)
    assert team.pk == 1, "the table of collections was not empty"


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("chat", "0021_found_by_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Collection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=80, unique=True)),
                ("description", models.CharField(blank=True, max_length=500)),
                ("everyone", models.BooleanField(default=False)),
                ("is_default", models.BooleanField(default=False, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(is_default=True), fields=["is_default"], name="one_default_collection"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="collection_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("listen", "listens"), ("manage", "manages")], default="listen", max_length=6
                    ),
                ),
                (
                    "collection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="chat.collection",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="auth.group",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("collection", "user"), name="one_membership_of_a_user"),
                    models.UniqueConstraint(fields=("collection", "group"), name="one_membership_of_a_group"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("group__isnull", False), ("user", None)),
                            models.Q(("group", None), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="member_is_a_user_or_a_group",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["listen", "manage"])), name="role_is_known"
                    ),
                ],
            },
        ),
        migrations.RunPython(add_the_default, migrations.RunPython.noop),
        migrations.AddField(
            model_name="recording",
            name="collection",
            field=models.ForeignKey(
                default=1,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recordings",
                to="chat.collection",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(create, remove),
    ]
