"""How the passages that a search has found are read: by keys alone, however many recordings there are."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from chat.models import Recording, Scope
from chat.retrieval.results import heard_segments_of

from ..support.plans import explained

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


def test_the_segments_of_passages_are_read_without_a_list_of_recordings_and_without_sorting(
    launch: Recording, garden: Recording, alice: User
) -> None:
    keys = list(launch.indexed_passages.values_list("pk", flat=True))
    scope = Scope.begin(alice.pk)

    with explained() as plans:
        found = heard_segments_of(keys, scope)

    [plan] = [plan for plan in plans if "chat_segment" in plan]
    assert [segment.number for segment in found[keys[0]]] == [1, 2]
    assert "SEARCH chat_segment USING INDEX" in plan
    assert "TEMP B-TREE" not in plan
    assert "SCAN chat_" not in plan
    assert "chat_recording_collection" not in plan


def test_the_segments_of_each_passage_are_in_order(launch: Recording, garden: Recording, alice: User) -> None:
    keys = [pk for recording in (garden, launch) for pk in recording.indexed_passages.values_list("pk", flat=True)]

    found = heard_segments_of(keys, Scope.begin(alice.pk))

    assert [[segment.number for segment in found[key]] for key in keys] == [[1, 2]] * len(keys)
