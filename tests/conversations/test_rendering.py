from __future__ import annotations

import json

import pytest

from chat.conversations import notices
from chat.conversations.rendering import render_blank_turn, render_turn
from chat.models import Failure, LoginSession, Turn

from ..support.asked import STATES, asked, citing, recorded
from ..support.hostile import Parts

pytestmark = pytest.mark.django_db


def attributes(html: str, name: str) -> dict[str, str]:
    """Return the attributes of the first element that has the attribute ``name``."""
    return next(attributes for _, attributes in Parts(html).elements if name in attributes)


def has(html: str, name: str) -> bool:
    return any(name in attributes for _, attributes in Parts(html).elements)


@pytest.mark.parametrize("state", STATES)
def test_a_turn_is_marked_with_its_state(login: LoginSession, state: str) -> None:
    turn = asked(login, state=state)

    item = attributes(render_turn(turn), "data-turn")

    assert (item["data-turn"], item["data-state"]) == (str(turn.uuid), state)
    assert item["aria-busy"] == str(state == "streaming").lower()


def test_a_running_turn_shows_the_raw_text_and_its_seq(login: LoginSession) -> None:
    html = render_turn(asked(login, state="streaming", answer="It was <b>12</b> euros"))

    assert attributes(html, "data-seq")["data-seq"] == "5"
    assert 'data-raw dir="auto">It was &lt;b&gt;12&lt;/b&gt; euros</div>' in html


def test_a_running_turn_can_be_stopped_and_not_retried(login: LoginSession) -> None:
    html = render_turn(asked(login, state="streaming"))

    assert has(html, "data-stop")
    assert not has(html, "data-retry")


@pytest.mark.parametrize("state", sorted(set(STATES) - {"queued", "streaming"}))
def test_a_turn_that_ended_can_be_asked_again_and_not_stopped(login: LoginSession, state: str) -> None:
    html = render_turn(asked(login, state=state))

    assert has(html, "data-retry")
    assert not has(html, "data-stop")
    assert not has(html, "data-cursor")


def test_a_refusal_with_a_filter_offers_all_recordings(login: LoginSession) -> None:
    recording = recorded("Planning", "We ship in March.")
    see = "See [1]."

    refused = asked(
        login, recordings=[recording], answer=see, citations=[citing(recording)], finish_reason=Turn.NOTHING_FOUND
    )
    answered = asked(login, recordings=[recording], answer=see, citations=[citing(recording)])

    assert has(render_turn(refused), "data-everywhere-form")
    assert has(render_turn(refused), "data-sources")
    assert has(render_turn(asked(login, recordings=[recording], answer="They do not tell.")), "data-everywhere-form")
    assert not has(render_turn(answered), "data-everywhere-form")
    assert not has(render_turn(asked(login, answer="They do not tell.")), "data-everywhere-form")


def test_a_turn_that_ended_can_be_edited_with_the_recordings_that_still_exist(login: LoginSession) -> None:
    planning, deleted = recorded("Planning"), recorded("Gone")
    turn = asked(login, recordings=[planning, deleted])
    deleted.delete()

    link = attributes(render_turn(turn), "data-edit")

    assert json.loads(link["data-chosen"]) == [{"id": str(planning.uuid), "title": "Planning"}]
    assert link["href"] == f"{turn.conversation.get_absolute_url()}?edit={turn.uuid}"
    assert not has(render_turn(asked(login, state="streaming")), "data-edit")


@pytest.mark.parametrize("state", ["complete", "stopped", "failed", "interrupted"])
def test_the_markers_that_an_answer_shows_lead_to_its_sources(login: LoginSession, state: str) -> None:
    recording = recorded("Planning", "We ship in March.")

    html = render_turn(asked(login, answer="In March [1].", state=state, citations=[citing(recording)]))

    [source] = [
        attributes["id"]
        for _, attributes in Parts(html).elements
        if "source" in attributes.get("class", "") and "id" in attributes
    ]
    assert f'href="#{source}"' in html


def test_an_answer_from_several_recordings_offers_to_ask_only_one_of_them(login: LoginSession) -> None:
    recordings = [recorded(title, "We ship in March.") for title in ("Planning", "Launch", "Review", "Budget")]
    citations = [citing(recording, number) for number, recording in enumerate([recordings[0], *recordings], 1)]

    html = render_turn(asked(login, answer="In March [1].", citations=citations))

    forms = [attributes for _, attributes in Parts(html).elements if attributes.get("name") == "recording"]
    assert [form["value"] for form in forms] == [str(recording.uuid) for recording in recordings[:3]]


def test_an_answer_from_one_recording_does_not_offer_to_ask_only_there(login: LoginSession) -> None:
    recording = recorded("Planning", "We ship in March.")

    assert not has(render_turn(asked(login, citations=[citing(recording), citing(recording, 2)])), "data-only-form")


def test_an_answer_that_cites_nothing_says_so_and_shows_what_its_model_got(login: LoginSession) -> None:
    recording = recorded("Planning", "Hello.", "We ship in March.")
    given = citing(recording, segment=2)
    given.cited = False

    html = render_turn(asked(login, answer="In March, I am sure of [1].", citations=[given]))

    assert "This answer names no source." in html
    assert "1 passage given to the model, not cited" in html
    assert f'href="/recordings/{recording.uuid}/#segment-2"' in html
    assert has(html, "data-given")
    assert not has(html, "data-sources")
    assert 'href="#source-' not in html


def test_an_answer_with_sources_does_not_say_that_it_has_none(login: LoginSession) -> None:
    html = render_turn(asked(login, answer="In March [1].", citations=[citing(recorded("Planning", "In March."))]))

    assert not has(html, "data-uncited")
    assert not has(html, "data-given")


def test_a_source_leads_to_its_place_in_the_recording(login: LoginSession) -> None:
    recording = recorded("Planning", "Hello.", "We ship in March.")

    html = render_turn(asked(login, answer="In March [1].", citations=[citing(recording, segment=2)]))

    assert f'href="/recordings/{recording.uuid}/?words=2:0-17#segment-2"' in html
    assert "0:10–0:20" in html
    assert "We ship in March." in html


def test_a_source_outlives_its_recording(login: LoginSession) -> None:
    recording = recorded("Planning", "We ship in March.")
    turn = asked(login, answer="In March [1].", citations=[citing(recording)], recordings=[recording])

    recording.delete()

    html = render_turn(turn)
    assert "Planning</bdi> (deleted)" in html
    assert "/recordings/" not in html


def test_the_filter_is_shown_on_the_answer(login: LoginSession) -> None:
    recording = recorded("Planning")

    assert "Searched only:" in render_turn(asked(login, recordings=[recording]))
    assert "Planning" in render_turn(asked(login, recordings=[recording]))
    assert '<p class="filter-note" data-filter-note hidden>' in render_turn(asked(login))


@pytest.mark.parametrize(
    ("state", "finish_reason", "notice"),
    [
        ("stopped", "", "Stopped."),
        ("cancelled", "", "Cancelled before it was answered."),
        ("failed", "", Failure.GENERATION_FAILED.label),
        ("interrupted", "", Failure.INTERRUPTED.label),
        ("complete", "length", "The answer reached the maximum length and is cut off here."),
        ("complete", "stop", ""),
    ],
)
def test_the_notice_says_how_a_turn_ended(login: LoginSession, state: str, finish_reason: str, notice: str) -> None:
    turn = asked(login, state=state, finish_reason=finish_reason)

    assert notices.notice(turn) == notice
    assert f">{notice.replace(chr(39), '&#x27;')}</p>" in render_turn(turn)


def test_only_a_short_question_is_set_as_a_heading(login: LoginSession) -> None:
    assert not has(render_turn(asked(login, "What was decided?")), "data-long")
    assert has(render_turn(asked(login, "What was decided? " * 20)), "data-long")


def test_a_queued_turn_shows_its_position(login: LoginSession) -> None:
    first = asked(login, state="streaming")
    asked(login, state="queued")

    assert "number 2 in the queue" in render_turn(asked(login, state="queued", conversation=first.conversation))


def test_forms_have_a_csrf_token_only_if_one_is_given(login: LoginSession) -> None:
    turn = asked(login)

    assert "csrfmiddlewaretoken" not in render_turn(turn)
    assert "csrfmiddlewaretoken" in render_turn(turn, csrf_token="a-token")


def test_the_blank_turn_is_queued_and_has_a_zero_id() -> None:
    item = attributes(render_blank_turn(), "data-turn")

    assert item["data-state"] == "queued"
    assert item["data-turn"] == "00000000-0000-0000-0000-000000000000"


def test_a_turn_that_was_removed_is_not_rendered(login: LoginSession) -> None:
    turn = asked(login)
    Turn.objects.filter(pk=turn.pk).delete()

    with pytest.raises(Turn.DoesNotExist):
        render_turn(turn)
