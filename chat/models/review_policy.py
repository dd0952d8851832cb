"""How far review goes (``REVIEW``): which turns reviewers may open, and for which of them they must type why.

``Turn.objects.open_to_review()`` and ``Conversation.objects.open_to_review()`` decide in the database with the
conditions that are made here.
"""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db.models import Q

from .review_rule import Rule


class Policy(StrEnum):
    """How far review goes; each step includes those before it."""

    OFF = "off"
    ASKED = "asked"
    ANNOUNCED = "announced"
    ALL = "all"


def policy() -> Policy:
    """Return the policy in force."""
    return Policy(settings.REVIEW)


def is_on() -> bool:
    """Return whether anybody reviews at all."""
    return policy() != Policy.OFF


def rule() -> Rule:
    """Return the rule in force, which is empty unless the policy has one."""
    return Rule.read(settings.REVIEW_RULE) if policy() in (Policy.ANNOUNCED, Policy.ALL) else Rule()


def picked() -> Q:
    """Return the condition for the turns that need no typed reason: asked for by their owner, or picked by the rule."""
    return Q(check_request__isnull=False) | rule().picks() if is_on() else Q(pk__in=())


def is_open() -> Q:
    """Return the condition for the turns that a reviewer may open."""
    return Q() if policy() == Policy.ALL else picked()


def in_words() -> str:
    """Return what the policy says to the people who ask."""
    return " ".join(sentences())


def sentences() -> list[str]:
    """Return the sentences of ``in_words()``; the first says how far review goes."""
    match policy():
        case Policy.OFF:
            return ["Nobody reviews answers on this site."]
        case Policy.ASKED:
            return ["Reviewers read an answer only if you ask for a check."]
        case Policy.ANNOUNCED:
            return [f"Reviewers read {rule().in_words()}, and what you ask to be checked."]
        case Policy.ALL:
            said = ["Reviewers may read your questions and answers.", "You see who has read what, and why."]
            picked = rule().in_words()
            return [*said, f"Without giving a reason, they read {picked}."] if picked else said
