"""The log of accesses, which only grows, and the group of reviewers: at first those who are staff."""

import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

TABLES = ("chat_accessevent", "chat_accessseal")
REFUSED = "the log of accesses does not change"
SQLITE = (
    "CREATE TRIGGER {table}_refuses_{name} BEFORE {event} ON {table} FOR EACH ROW WHEN TRUE"
    " BEGIN SELECT RAISE(ABORT, '{message}'); END"
)
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION {table}_refuses_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TRUE THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
    " RETURN NEW; END $$",
    "CREATE OR REPLACE TRIGGER {table}_refuses_{name} BEFORE {event} ON {table}"
    " FOR EACH {each} EXECUTE FUNCTION {table}_refuses_{name}()",
]
CREATE = {
    "sqlite": [(SQLITE, event, "ROW") for event in ("UPDATE", "DELETE")],
    "postgresql": [
        (statement, event, each)
        for event, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT"))
        for statement in POSTGRESQL
    ],
}


def create(apps, schema_editor):
    for table in TABLES:
        for statement, event, each in CREATE[schema_editor.connection.vendor]:
            name = event.lower()
            schema_editor.execute(statement.format(table=table, name=name, event=event, each=each, message=REFUSED))


def remove(apps, schema_editor):
    """Remove the functions of the triggers, which PostgreSQL keeps when it drops their tables, and so the triggers."""
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            for event in ("update", "delete", "truncate"):
                schema_editor.execute(f"DROP FUNCTION {table}_refuses_{event}() CASCADE")


def make_staff_reviewers(apps, schema_editor):
    """Let those go on reviewing who do so today, by their accounts or by a setting, and record it."""
    User, Group = apps.get_model("auth", "User"), apps.get_model("auth", "Group")
    AccessEvent = apps.get_model("chat", "AccessEvent")
    staff = models.Q(is_staff=True)
    if settings.TRUSTED_PROXY and settings.ADMIN_EMAILS:
        staff |= models.Q(email__in=settings.ADMIN_EMAILS)
    reviewers, _ = Group.objects.get_or_create(name="Reviewers")
    members = list(User.objects.filter(staff | models.Q(groups=reviewers)).distinct().order_by("pk"))
    reviewers.user_set.add(*members)
    AccessEvent.objects.bulk_create(
        AccessEvent(kind="reviewer-added", how="upgrade", member_id=user.pk, member_name=user.username)
        for user in members
        if user.is_active
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("chat", "0022_collections"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_name", models.CharField(blank=True, max_length=150)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("conversation", models.UUIDField(null=True)),
                ("turns", models.JSONField(default=list)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("how", models.CharField(max_length=20)),
                ("member_id", models.BigIntegerField(null=True)),
                ("member_name", models.CharField(blank=True, max_length=150)),
                ("collection", models.UUIDField(null=True)),
                ("details", models.JSONField(default=dict)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("owner_id__isnull", False)),
                        fields=["owner_id", "-id"],
                        name="access_of_owner",
                    ),
                    models.Index(
                        condition=models.Q(("conversation__isnull", False)),
                        fields=["conversation", "-id"],
                        name="access_of_conversation",
                    ),
                    models.Index(
                        condition=models.Q(("collection__isnull", False)),
                        fields=["collection", "-id"],
                        name="access_of_collection",
                    ),
                    models.Index(
                        condition=models.Q(("kind__in", ("reviewer-added", "reviewer-removed", "reviewers-changed"))),
                        fields=["member_id", "-id"],
                        name="access_of_reviewers",
                    ),
                    models.Index(fields=["at"], name="access_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ("read", "found", "exported", "unmasked")), _negated=True),
                            ("owner_id__isnull", False),
                            _connector="OR",
                        ),
                        name="access_to_content_has_owner",
                    ),
                    models.CheckConstraint(condition=models.Q(("how", ""), _negated=True), name="access_has_way"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_id", models.BigIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="access_seal_number_from_1")
                ],
            },
        ),
        migrations.CreateModel(
            name="SealLease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.CharField(blank=True, max_length=200)),
                ("expires_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_seal_lease")],
            },
        ),
        migrations.RunPython(create, remove),
        migrations.RunPython(make_staff_reviewers, migrations.RunPython.noop),
    ]
