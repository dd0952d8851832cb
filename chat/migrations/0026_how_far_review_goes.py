"""Thumbs and requests for a check, labels that come back to the owner, and the random share of the review.

The owners have not seen earlier labels as new ones: those count as seen.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

CHANGED = "COALESCE(OLD.is_drawn, FALSE) <> COALESCE(NEW.is_drawn, FALSE)"
REFUSED = "what reviewers read of their own accord is drawn when a question is asked"
CREATE = {
    "sqlite": [
        "CREATE TRIGGER turn_is_drawn_once BEFORE UPDATE OF is_drawn ON chat_turn FOR EACH ROW"
        f" WHEN {CHANGED} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION turn_is_drawn_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {CHANGED} THEN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'check_violation'; END IF;"
        " RETURN NEW; END $$",
        "CREATE OR REPLACE TRIGGER turn_is_drawn_once BEFORE UPDATE OF is_drawn ON chat_turn"
        " FOR EACH ROW EXECUTE FUNCTION turn_is_drawn_once()",
    ],
}
REMOVE = {
    "sqlite": ["DROP TRIGGER turn_is_drawn_once"],
    "postgresql": ["DROP TRIGGER turn_is_drawn_once ON chat_turn", "DROP FUNCTION turn_is_drawn_once()"],
}
OWNERS = """
    UPDATE chat_reviewlabel SET seen_at = labelled_at,
        owner_id = (SELECT user_id FROM chat_turn WHERE chat_turn.id = chat_reviewlabel.turn_id)
"""
REASONS = ["wrong", "invented", "sources", "incomplete", "unclear", "other"]


def create(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("chat", "0025_reviewers"),
    ]

    operations = [
        migrations.AddField(model_name="turn", name="is_drawn", field=models.BooleanField(null=True)),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(
                condition=models.Q(("is_drawn", True)), fields=["conversation"], name="turn_drawn"
            ),
        ),
        migrations.RunPython(create, remove),
        migrations.CreateModel(
            name="CheckRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "turn",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="check_request", to="chat.turn"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("opened_at__isnull", True)), fields=["turn"], name="check_request_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opened_by__isnull", True), ("opened_at__isnull", False), _connector="OR"
                        ),
                        name="a_reviewer_has_opened_it",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("claimed_until", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("exported_at", models.DateTimeField(null=True)),
                (
                    "thumb",
                    models.CharField(blank=True, choices=[("up", "Thumbs up"), ("down", "Thumbs down")], max_length=4),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wrong", "It is wrong"),
                            ("invented", "It is not in the recordings"),
                            ("sources", "The sources do not fit"),
                            ("incomplete", "Something is missing"),
                            ("unclear", "It is hard to understand"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000)),
                ("given_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "turn",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="feedback", to="chat.turn"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("exported_at__isnull", True)),
                        fields=["claimed_until"],
                        name="feedback_waiting",
                    ),
                    models.Index(fields=["thumb", "turn"], name="feedback_thumb"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("thumb__in", ["up", "down", ""])), name="thumb_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", ""),
                            models.Q(("reason__in", REASONS), ("thumb", "down")),
                            _connector="OR",
                        ),
                        name="thumbs_down_has_a_known_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("thumb", ""), _negated=True), ("text", ""), _connector="OR"),
                        name="withdrawn_feedback_says_nothing",
                    ),
                ],
            },
        ),
        migrations.AddField(model_name="reviewlabel", name="seen_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="reviewlabel",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(OWNERS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="reviewlabel",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="reviewlabel",
            index=models.Index(
                condition=models.Q(("seen_at__isnull", True)), fields=["owner", "turn"], name="review_label_unseen"
            ),
        ),
    ]
