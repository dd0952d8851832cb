"""An answer from a recording that its user may no longer hear, and from another one that everyone hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction

from chat.models import Citation, Collection, Conversation, LoginSession, Membership, Recording, Turn

from .asked import asked, citing, quoting, recorded

SECRET = "zanzibar"
"""A word that only the recording has which is withdrawn: in its title, its speaker, what is said, and the answer."""
OPEN = "heron"
"""A word of the recording that everyone hears."""
ANSWER = f"The {SECRET} engine is what we take [1]. The {OPEN} stays in {OPEN} bay [2]."

QUOTATION = f"“the {SECRET} engine is what we take”"


@dataclass(frozen=True)
class Quoted:
    """A turn that cites a recording of its user's collection as 1, and one that everyone hears as 2."""

    turn: Turn
    secret: Recording
    collection: Collection

    @property
    def conversation(self) -> Conversation:
        """The conversation of the turn."""
        return self.turn.conversation


def quoted(login: LoginSession, *, answer: str = ANSWER, state: str = "complete") -> Quoted:
    """Ask as a member of a collection that nobody else hears."""
    collection = Collection.objects.create(name="Board")
    Membership.objects.create(collection=collection, user=login.user)
    secret = recorded(f"Title {SECRET}", f"The {SECRET} engine is what we take.", collection=collection, audio="a.wav")
    shared = recorded(f"Title {OPEN}", f"The {OPEN} stays in {OPEN} bay.", audio="b.wav")
    first = citing(secret, 1, excerpt=f"The {SECRET} engine is what we take.")
    first.speaker = f"Speaker {SECRET}"
    second = citing(shared, 2, excerpt=f"The {OPEN} stays in {OPEN} bay.")
    turn = asked(
        login, "Which engine?", answer=answer, state=state, citations=[first, second], recordings=[secret, shared]
    )
    return Quoted(turn, secret, collection)


def quoted_unnamed(login: LoginSession, *, is_cited: bool = True, quotation: str = QUOTATION) -> Quoted:
    """Ask for an answer that quotes the recording of the collection, but names only the one that everyone hears.

    Without a citation it names none.
    """
    collection = Collection.objects.create(name="Board")
    Membership.objects.create(collection=collection, user=login.user)
    secret = recorded(f"Title {SECRET}", f"The {SECRET} engine is what we take.", collection=collection)
    shared = recorded(f"Title {OPEN}", f"The {OPEN} stays in {OPEN} bay.")
    answer = f"The {OPEN} stays in {OPEN} bay{' [1]' if is_cited else ''}. But {quotation}. So it is."
    citations = [citing(shared, excerpt=f"The {OPEN} stays in {OPEN} bay.")] if is_cited else []
    turn = asked(login, "Which engine?", answer=answer, citations=citations, quotations=quoting(answer, secret))
    return Quoted(turn, secret, collection)


def broken_off(login: LoginSession, *, answer: str = f"It is {SECRET}", state: str = "stopped") -> Quoted:
    """Ask for an answer that breaks off before it cites the withdrawn recording, from which its model answers.

    If it has a marker, that is of the recording that everyone hears.
    """
    scene = quoted(login)
    shared = Recording.objects.get(title=f"Title {OPEN}")
    said = [recording.segments.all()[0] for recording in (shared, scene.secret)]
    citations = [Citation.given(each.recording, each, number) for number, each in enumerate(said, 2)]
    if "[1]" in answer:
        citations.append(citing(shared, 1, excerpt=f"The {OPEN} stays in {OPEN} bay."))
    turn = asked(login, "Broken?", answer=answer, state=state, citations=citations, conversation=scene.conversation)
    return Quoted(turn, scene.secret, scene.collection)


def move(scene: Quoted) -> None:
    """Move the recording into a collection that its user does not hear."""
    scene.secret.collection = Collection.objects.create(name="Elsewhere")
    scene.secret.save()


def remove_member(scene: Quoted) -> None:
    """Remove the user from the collection."""
    Membership.objects.filter(collection=scene.collection).delete()


def delete_after_removal(scene: Quoted) -> None:
    """Remove the user, and delete the recording: that does not bring the source back."""
    remove_member(scene)
    scene.secret.delete()


def remove_after_deletion(scene: Quoted) -> None:
    """Delete the recording, and then remove the user from the collection in which it was."""
    scene.secret.delete()
    remove_member(scene)


def delete_collection(scene: Quoted) -> None:
    """Delete the recording, and then the collection in which it was."""
    scene.secret.delete()
    scene.collection.delete()


def deactivate(scene: Quoted) -> None:
    """Deactivate the user, who then hears nothing, not even what everyone hears."""
    scene.turn.user.is_active = False
    scene.turn.user.save()


def delete(scene: Quoted) -> None:
    """Delete the recording: those who heard it go on seeing what was quoted of it."""
    scene.secret.delete()


def delete_by_sql(scene: Quoted) -> None:
    """Delete the recording as no code of the site does."""
    recordings = Recording.objects.filter(pk=scene.secret.pk)
    Citation.objects.filter(recording=scene.secret).update(recording=None)
    scene.secret.segments.all().delete()
    recordings._raw_delete(recordings.db)


@transaction.atomic  # else an answer may end in between
def hear_by_group(scene: Quoted) -> None:
    """Let the user hear the collection as a member of a group."""
    remove_member(scene)
    group = Group.objects.create(name="Directors")
    scene.turn.user.groups.add(group)
    Membership.objects.create(collection=scene.collection, group=group)


@transaction.atomic
def open_to_everyone(scene: Quoted) -> None:
    """Let everyone hear the collection."""
    remove_member(scene)
    Collection.objects.filter(pk=scene.collection.pk).update(everyone=True)


Change = Callable[[Quoted], None]

WITHDRAWN: tuple[Change, ...] = (move, remove_member, delete_after_removal, remove_after_deletion, delete_collection)
"""After each of these the user may not hear the recording."""
KEPT: tuple[Change, ...] = (delete, delete_by_sql, hear_by_group, open_to_everyone)
"""After each of these the user may."""
