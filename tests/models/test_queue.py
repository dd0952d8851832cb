from __future__ import annotations

from uuid import uuid4

import pytest

from chat.models import Conflict, LoginSession, QueueFull, Submission, Turn

pytestmark = pytest.mark.django_db(transaction=True)


def submission(question: str = "When is the launch?", **kwargs: object) -> Submission:
    return Submission(request_id=uuid4(), question=question, **kwargs)  # type: ignore[arg-type]


def test_the_same_request_makes_one_turn(login: LoginSession) -> None:
    asked = submission()

    first, second = Turn.objects.submit(login, asked), Turn.objects.submit(login, asked)

    assert first == second
    assert Turn.objects.count() == 1


def test_the_same_request_with_other_content_is_a_conflict(login: LoginSession) -> None:
    asked = submission()
    Turn.objects.submit(login, asked)

    with pytest.raises(Conflict):
        Turn.objects.submit(login, Submission(request_id=asked.request_id, question="Something else?"))


def test_five_questions_wait_behind_the_one_that_streams_and_the_sixth_is_refused(login: LoginSession) -> None:
    for _ in range(6):
        Turn.objects.submit(login, submission())
    Turn.objects.claim("me")

    with pytest.raises(QueueFull):
        Turn.objects.submit(login, submission())

    assert Turn.objects.filter(state="queued").count() == 5
