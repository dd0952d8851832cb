"""Of which sources of an answer a reader may know, by the collection of the recording, also once it was deleted."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from chat.models import (
    Citation,
    Collection,
    DeletedRecording,
    HeardOf,
    LoginSession,
    Recording,
    heard_of,
    unheard,
)

from ..support.asked import asked, citing, recorded
from ..support.withdrawing import ANSWER, KEPT, WITHDRAWN, Change, Quoted, deactivate, quoted

pytestmark = pytest.mark.django_db


def heard(scene: Quoted) -> list[bool]:
    citations = Citation.objects.for_reader(scene.turn.user_id).filter(turn=scene.turn).order_by("number")
    return [citation.is_heard for citation in citations]


def in_memory(scene: Quoted, login: LoginSession) -> list[bool]:
    """Return what an answer that ends now notes of the same sources."""
    secret = Recording(pk=scene.secret.pk or 0, uuid=scene.secret.uuid, title="Gone")
    citations = [citing(secret), citing(recorded("Another", "Text."), 2)]
    asked(login, answer=ANSWER, citations=citations)
    return [citation.is_heard for citation in citations]


def all_ways(scene: Quoted, login: LoginSession) -> list[list[bool]]:
    names = [each["id"] for each in scene.turn.recordings]
    known = heard_of(login.user_id, names)
    of_filter = [name in known.existing | known.deleted for name in names]
    missed = unheard([(n, login.user_id, UUID(name)) for n, name in enumerate(names)])
    return [heard(scene), in_memory(scene, login), of_filter, [n not in missed for n in range(len(names))]]


@pytest.mark.parametrize("change", WITHDRAWN)
def test_what_was_withdrawn_is_not_heard(login: LoginSession, change: Change) -> None:
    scene = quoted(login)
    change(scene)

    assert all_ways(scene, login) == [[False, True]] * 4


@pytest.mark.parametrize("change", KEPT)
def test_what_its_reader_may_go_on_hearing_is_heard(login: LoginSession, change: Change) -> None:
    scene = quoted(login)
    change(scene)

    assert all_ways(scene, login) == [[True, True]] * 4


def test_a_user_who_is_not_active_hears_nothing(login: LoginSession) -> None:
    scene = quoted(login)
    deactivate(scene)

    assert heard(scene) == [False, False]


def test_another_reader_hears_by_its_own_ears(login: LoginSession, bob: User) -> None:
    scene = quoted(login)

    assert [each.is_heard for each in Citation.objects.for_reader(bob.pk).filter(turn=scene.turn)] == [False, True]


def test_nobody_hears_a_source_of_which_it_was_not_asked(login: LoginSession) -> None:
    scene = quoted(login)

    assert [each.is_heard for each in Citation.objects.filter(turn=scene.turn)] == [False, False]
    assert [each.is_heard for each in scene.turn.citations.all()] == [False, False]


def test_of_a_source_that_is_not_heard_only_its_number_is_left(login: LoginSession) -> None:
    scene = quoted(login)
    [citation, _] = Citation.objects.filter(turn=scene.turn).order_by("number")
    shown = citation.as_heard()

    assert shown.number == 1
    assert shown.recording_title == "A source that you may no longer hear"
    assert (shown.excerpt, shown.speaker, shown.start, shown.end, shown.recording) == ("", "", None, None, None)
    assert shown.recording_uuid != scene.secret.uuid


def test_a_filter_tells_what_exists_and_what_was_deleted(login: LoginSession) -> None:
    kept, gone, never = recorded("Kept"), recorded("Gone"), uuid4()
    gone.delete()

    assert heard_of(login.user_id, [str(kept.uuid), str(gone.uuid), str(never)]) == HeardOf(
        existing=frozenset([str(kept.uuid)]), deleted=frozenset([str(gone.uuid)])
    )
    assert heard_of(login.user_id, []) == HeardOf()


def test_a_recording_that_is_there_again_is_heard_by_those_who_hear_it_now(login: LoginSession) -> None:
    recording = recorded("Launch")
    recording.delete()
    hidden = Collection.objects.create(name="Hidden")
    Recording.objects.create(uuid=recording.uuid, title="Launch", digest="d", collection=hidden)

    assert heard_of(login.user_id, [str(recording.uuid)]) == HeardOf()


@pytest.mark.django_db(transaction=True)
def test_what_was_deleted_before_the_upgrade_is_heard_by_the_team(login: LoginSession) -> None:
    recording, filtered = recorded("Launch", "We ship in March."), recorded("Filter")
    turn = asked(login, answer="In March [1].", citations=[citing(recording)], recordings=[filtered])
    recording.delete()
    filtered.delete()
    executor = MigrationExecutor(connection)
    try:
        executor.migrate([("chat", "0026_how_far_review_goes")])
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())

    assert {each.uuid for each in DeletedRecording.objects.filter(collection__is_default=True)} == {
        recording.uuid,
        filtered.uuid,
    }
    assert [each.is_heard for each in Citation.objects.for_reader(login.user_id).filter(turn=turn)] == [True]
