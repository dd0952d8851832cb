"""Titles of before are shown to those alone who hear what they may tell of: a model may have made them of answers.

Everybody else sees a title that is made of the first question, as new conversations have.
"""

import re

from django.db import migrations, models
from django.db.models import OuterRef, Subquery

from chat.terms import root, words

AT_ONCE = 1_000
TITLE_LIMIT = 80
# Polite beginnings, which most questions share; "Do you know what…" asks "what…".
_FILLERS = re.compile(
    r"""(?:
        (?:hi|hello|hey|good\ (?:morning|afternoon|evening)|ok(?:ay)?|so|well|please|now|thanks|thank\ you)\b[\s,.!:–-]*
      | (?:can|could|would|will)\ you\ (?:please\ |kindly\ |perhaps\ |maybe\ )*
        (?:tell|show|explain|remind|give|say|find(?:\ out)?|look\ up)\b(?:\ to)?(?:\ (?:me|us))?(?:\ about)?[\s,:]+
      | (?:please\ )?(?:tell|show|remind|explain\ to)\ (?:me|us)(?:\ about)?[\s,:]+
      | (?:do|would)\ you\ (?:happen\ to\ )?know[\s,:]+
      | (?:i|we)(?:\ would|[’']d)?\ (?:want|like|need)\ to\ (?:know|see|find\ out|understand|hear|ask(?:\ you)?)
        (?:\ about)?[\s,:]+
      | i(?:\ am|[’']m|\ was)\ wondering[\s,:]+ | i\ wonder[\s,:]+ | i\ have\ a\ question[\s,.:–-]+
      | (?:is\ it\ possible|are\ you\ able)\ to\ (?:tell|show)\ (?:me|us)[\s,:]+
    )+""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSINGS = re.compile(r"[\s,.!–-]+(?:please|thanks|thank you|many thanks)(?:[\s.!]*)(?=\??$)", re.IGNORECASE)


def keep_earlier_titles(apps, schema_editor):
    """Name each conversation after its first question, and keep the title that it had, if that was another one."""
    Conversation, Turn = (apps.get_model("chat", name) for name in ("Conversation", "Turn"))
    first = Turn.objects.filter(conversation=OuterRef("pk")).order_by("pk").values("question")[:1]
    last = 0
    while batch := list(Conversation.objects.filter(pk__gt=last).annotate(asked=Subquery(first)).order_by("pk")[:AT_ONCE]):
        last = batch[-1].pk
        renamed = [each for each in batch if each.asked and each.title != title_from(each.asked)]
        for each in renamed:
            each.earlier_title, each.title = each.title, title_from(each.asked)
        _rename(apps, renamed)


def restore_titles(apps, schema_editor):
    """Give the conversations their earlier titles back."""
    Conversation = apps.get_model("chat", "Conversation")
    while batch := list(Conversation.objects.exclude(earlier_title=None)[:AT_ONCE]):
        for each in batch:
            each.title, each.earlier_title = each.earlier_title, None
        _rename(apps, batch)


def _rename(apps, conversations):
    Conversation, TitleWord = (apps.get_model("chat", name) for name in ("Conversation", "TitleWord"))
    Conversation.objects.bulk_update(conversations, ["title", "earlier_title"])
    TitleWord.objects.filter(conversation__in=[each.pk for each in conversations]).delete()
    TitleWord.objects.bulk_create(
        TitleWord(conversation_id=each.pk, word=word)
        for each in conversations
        for word in {*words(each.title), *map(root, words(each.title))}
    )


def title_from(question):
    """Return the title that a conversation had at first: as ``chat.models.conversation.title_from`` was then."""
    line = _without_fillers(" ".join(question.split()))
    if len(line) <= TITLE_LIMIT:
        return line
    head, space, _ = line[: TITLE_LIMIT - 1].rpartition(" ")
    return (head if space else line[: TITLE_LIMIT - 1]) + "…"


def _without_fillers(line):
    """Return a question without the words around it that say nothing about its subject, unless nothing else is left."""
    kept = _CLOSINGS.sub("", _FILLERS.sub("", line, count=1) if _FILLERS.match(line) else line)
    if not any(character.isalnum() for character in kept) or kept.rstrip("?!. ").casefold() in ("me", "us"):
        return line
    return kept[0].upper() + kept[1:] if kept != line else line


class Migration(migrations.Migration):
    dependencies = [("chat", "0030_first_run_link")]

    operations = [
        migrations.AddField(
            model_name="conversation", name="earlier_title", field=models.CharField(max_length=80, null=True)
        ),
        migrations.RunPython(keep_earlier_titles, restore_titles),
    ]
