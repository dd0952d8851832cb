"""Claims of jobs: one process at a time, in the order of the line, as many as the settings allow."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from chat.models import Job, JobState
from chat.processing.processor import Processor, do

from ..support.at_once import at_once
from .bringing import ONE, OTHER, SOUND, brought, claimed, expire, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_jobs_are_claimed_in_the_order_of_the_line(alice: User) -> None:
    first, second = brought(alice), brought(alice)

    assert [claimed(ONE), claimed(OTHER)] == [first, second]
    assert Processor(ONE).claim() is None


def test_as_many_are_done_at_the_same_time_as_the_site_allows(alice: User, settings: Any) -> None:
    settings.PROCESSING_IN_ALL = 2
    for _ in range(3):
        brought(alice)

    slots = {claimed(ONE).slot, claimed(OTHER).slot}

    assert slots == {1, 2}
    assert Processor(ONE).claim() is None


def test_one_more_job_is_done_beside_transcriptions_if_it_has_its_words(alice: User, settings: Any) -> None:
    settings.PROCESSING_IN_ALL = 1
    brought(alice, text="", audio=SOUND)
    first, second = brought(alice), brought(alice)
    claimed()

    beside = [Job.objects.claim_with_words(owner, attempts=3) for owner in (ONE, OTHER)]

    assert beside == [first, None]
    assert Processor(OTHER).claim() is None
    assert first.advance() is False
    assert beside[0]
    assert beside[0].fail("It is a test.")
    assert Job.objects.claim_with_words(OTHER, attempts=3) == second


def test_the_job_beside_transcriptions_goes_on_elsewhere_when_its_lease_has_lapsed(alice: User) -> None:
    job = brought(alice)
    expire(Job.objects.claim_with_words(ONE, attempts=3) or job)

    again = Job.objects.claim_with_words(OTHER, attempts=3)

    assert again
    assert (again.pk, again.attempts) == (job.pk, 2)


def test_no_job_is_done_beside_one_that_has_its_words(alice: User, settings: Any) -> None:
    settings.PROCESSING_IN_ALL = 1
    brought(alice)
    brought(alice)
    claimed()

    assert Job.objects.claim_with_words(OTHER, attempts=3) is None


def test_two_processes_never_claim_the_same_job(alice: User, settings: Any) -> None:
    settings.PROCESSING_IN_ALL = 1
    brought(alice)
    brought(alice)

    at_once(lambda owner: Processor(owner).claim(), ONE, OTHER)

    assert Job.objects.exclude(owner="").count() == 1


def test_a_lapsed_lease_lets_another_process_go_on(alice: User) -> None:
    brought(alice)
    before = claimed(ONE)
    expire(before)

    after = claimed(OTHER)

    assert (after.pk, after.owner, after.fence) == (before.pk, OTHER, before.fence + 1)
    assert not before.note(0.5)
    assert not before.advance()
    assert not before.fail("late")
    assert Job.objects.get().owner == OTHER


def test_a_renewed_lease_does_not_lapse(alice: User) -> None:
    brought(alice)
    job = claimed(ONE)
    expire(job)

    Job.objects.renew(ONE, {job.pk: job.fence})

    assert Processor(OTHER).claim() is None


def test_the_lease_of_what_has_broken_off_lapses_beside_another_job(alice: User) -> None:
    brought(alice)
    brought(alice)
    broken, running = claimed(ONE), claimed(ONE)
    expire(broken)

    Job.objects.renew(ONE, {running.pk: running.fence})

    assert claimed(OTHER) == broken


def test_what_a_known_death_leaves_is_free_at_once(alice: User) -> None:
    brought(alice)
    claimed(ONE)

    Job.objects.take_from_dead({ONE}, attempts=3)

    assert claimed(OTHER).attempts == 2


def test_a_step_that_kills_its_process_each_time_is_given_up(alice: User, settings: Any) -> None:
    settings.PROCESSING_ATTEMPTS = 2
    brought(alice)
    for _ in range(2):
        expire(claimed())

    assert Processor(OTHER).claim() is None
    job = Job.objects.get()
    assert (job.state, job.owner, job.slot) == (JobState.FAILED, "", None)
    assert "stopped each time" in job.reason


def test_an_orderly_end_is_no_attempt(alice: User) -> None:
    brought(alice)
    claimed(ONE)

    Job.objects.release(ONE)

    assert claimed(OTHER).attempts == 1


def test_what_may_pass_is_tried_again_after_a_pause_and_then_fails(
    alice: User, settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROCESSING_ATTEMPTS = 2
    job = brought(alice)
    monkeypatch.setattr("chat.processing.work.storage", _away)

    work(folder)

    job.refresh_from_db()
    assert (job.state, job.owner) == (JobState.INDEXING, "")
    assert job.reason == "The place where the site stores its files does not answer. The site tries again."
    assert Processor(ONE).claim() is None  # before the pause is over

    Job.objects.update(due_at=Now() - timedelta(seconds=1))
    work(folder)

    job.refresh_from_db()
    assert (job.state, job.reason) == (
        JobState.FAILED, "The place where the site stores its files does not answer.",
    )  # fmt: skip


def test_an_unknown_error_is_logged_and_shows_nothing_of_itself(
    alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    brought(alice)
    monkeypatch.setattr("chat.processing.work.storage", lambda: 1 / 0)

    do(claimed(), folder)

    assert Job.objects.get().reason == "Something went wrong on our side. The site tries again."
    assert "A step of a recording failed: indexing" in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        {"state": "lost"},
        {"step": "ready"},
        {"state": JobState.INDEXING},
        {"owner": ONE},
        {"state": JobState.READY},
        {"state": JobState.FAILED},
        {"progress": 1.5},
        {"transcript": "", "audio": ""},
        {"link": "https://example.com"},
    ],
)
def test_the_schema_refuses_a_job_that_contradicts_itself(alice: User, change: dict[str, Any]) -> None:
    brought(alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(**change)


def _away() -> None:
    from chat.storage import StorageAway

    raise StorageAway("secret words of a provider")
