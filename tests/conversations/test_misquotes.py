"""An answer that quotes other words than were said shows so, and stays as it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest

from chat.api.resources import Turn as TurnResource
from chat.conversations import shown_turn
from chat.conversations.markdown import render
from chat.conversations.markup.misquotes import Misquote
from chat.conversations.rendering import render_ended, render_ending, render_turn, turns_of
from chat.models import Claim, LoginSession, Quotation, Turn
from chat.people.own_data import recordings_in
from chat.people.own_data_in_markdown import conversation_text

from ..support.asked import asked, citing, ending_as, quoting, recorded
from ..support.withdrawing import OPEN, SECRET, WITHDRAWN, Change, quoted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

SAID = "We will not ship the Heron in March."
ANSWER = "Ana said “We will ship the *Heron* in March” [1], and “our shareholders demand bigger dividends”."
MARKED = (
    '<p>Ana said “<span class="misquote">We will ship the </span><em><span class="misquote">Heron</span></em>'
    '<span class="misquote"> in March</span>” <span class="misquote__note">'
    "[differs from the transcript, where Ana says: <span>“We will not ship the Heron in March.”</span>]</span>"
)
NOT_FOUND = '<span class="misquote__note">[not found in the recording]</span>'


def misquoting(login: LoginSession, answer: str = ANSWER) -> Turn:
    recording = recorded("Launch planning", SAID)
    cited = citing(recording, excerpt=SAID)
    return asked(login, answer=answer, citations=[cited], quotations=quoting(answer, recording, cited))


def resource_of(turn: Turn) -> dict[str, Any]:
    """Return a turn as the API returns it to its user."""
    [shown] = turns_of(turn.conversation, turn.user_id).turns
    resource: dict[str, Any] = msgspec.to_builtins(TurnResource.of(shown))
    return resource


def test_the_words_of_the_transcript_stand_beside_those_that_differ(login: LoginSession) -> None:
    html = render_turn(misquoting(login))

    assert MARKED in html
    assert html.count(NOT_FOUND) == 1
    assert "source__quoted" not in html


def test_a_source_whose_words_the_answer_has_is_quoted(login: LoginSession) -> None:
    html = render_turn(misquoting(login, "“We will not ship the Heron” [1]."))

    assert "misquote" not in html
    assert html.count('<span class="source__quoted">Quoted</span>') == 1


def test_the_page_that_was_open_shows_what_a_new_one_shows(
    login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_turn, "uuid4", lambda: UUID(int=7))
    recording = recorded("Launch planning", SAID)
    cited = citing(recording, excerpt=SAID)
    cited.said = SAID  # type: ignore[attr-defined]
    begun = asked(login, state="streaming", answer=ANSWER)
    ending = ending_as("complete", ANSWER, [cited], quotations=quoting(ANSWER, recording, cited))

    [stored] = Turn.objects.finish_all([(Claim.of(begun), ending)])

    assert stored
    begun.refresh_from_db()
    assert MARKED in render_ending(begun, stored)
    assert render_ending(begun, stored) == render_ended(begun.uuid) == render_turn(begun)


def test_a_stop_keeps_the_quotations_that_were_seen(login: LoginSession) -> None:
    recording = recorded("Launch planning", SAID)
    begun = asked(login, state="streaming", answer=ANSWER)
    Turn.objects.filter(pk=begun.pk).end(len(ANSWER) // 5 - 3)

    Turn.objects.finish_all([(Claim.of(begun), ending_as("complete", ANSWER, quotations=quoting(ANSWER, recording)))])

    begun.refresh_from_db()
    assert [begun.answer[each.begin : each.end] for each in begun.quotations.all()] == [
        "“We will ship the *Heron* in March”"
    ]


@pytest.mark.parametrize("change", WITHDRAWN)
def test_a_quotation_of_what_is_no_longer_heard_says_nothing(login: LoginSession, change: Change) -> None:
    answer = f"The {OPEN} flies [2]. So “the {SECRET} engine is what they take” and “the {OPEN} stays in {OPEN} inn”."
    scene = quoted(login, answer=answer)
    shared = next(each.recording for each in scene.turn.citations.all() if each.number == 2 and each.recording)
    found = [*quoting(answer, scene.secret), *quoting(answer, shared)]
    kept = {each.begin: each for each in found if each.fidelity == "differs"}
    Quotation.objects.bulk_create([*(_of(scene.turn, each) for each in kept.values())])
    assert len(resource_of(scene.turn)["quotations"]) == 2

    change(scene)

    assert SECRET not in render_turn(scene.turn)
    turn = resource_of(scene.turn)
    assert turn["answer"] == f"The {OPEN} flies [2]. [A sentence from a source that you may no longer hear.]"
    assert turn["quotations"] == []


def _of(turn: Turn, quotation: Quotation) -> Quotation:
    quotation.turn = turn
    return quotation


def test_programs_and_exports_have_the_quotations(login: LoginSession) -> None:
    turn = misquoting(login)

    resource = resource_of(turn)
    shown = turns_of(turn.conversation, turn.user_id).turns

    differs, not_found = resource["quotations"]
    assert resource["answer"] == ANSWER
    assert ANSWER[differs["begin"] : differs["end"]] == "“We will ship the *Heron* in March”"
    assert (differs["fidelity"], differs["number"], differs["words"]) == ("differs", 1, SAID)
    assert (not_found["fidelity"], not_found["recording_id"], not_found["words"]) == ("not_found", None, "")
    text = conversation_text(turn.conversation, shown)
    assert f"differs from the transcript, where Ana says: “{SAID}”" in text
    assert "dividends”: not found in the recording" in text
    assert str(differs["recording_id"]) in recordings_in(shown)


@pytest.mark.parametrize(
    ("answer", "quotation"),
    [
        ("`“We ship it”` and **“We** ship it”", "“We** ship it”"),
        ("“We\\* ship [here](http://x.y) it”", "“We\\* ship here it”"),
        ("| a | b |\n|---|---|\n| x | “We ship it” |", "“We ship it”"),
        ('- "We ship it"\n- x', '"We ship it"'),
        ("> “We ship &amp; it”", "“We ship & it”"),
    ],
)
def test_markdown_in_or_around_a_quotation_does_not_hide_its_mark(answer: str, quotation: str) -> None:
    html = render(answer, misquotes=[Misquote(quotation, "not found in the recording")])

    assert html.count(NOT_FOUND) == 1
    assert 'class="misquote"' in html
    assert 'class="misquote"' not in html.partition("<code>")[2].partition("</code>")[0]


def test_a_mark_whose_place_is_not_found_stands_at_the_end() -> None:
    html = render("It ships.", misquotes=[Misquote("“We <b>ship</b>”", "differs", "<i>We</i>")])

    assert html.endswith(
        '<p>“We &lt;b&gt;ship&lt;/b&gt;” <span class="misquote__note">[differs:'
        " <span>“&lt;i&gt;We&lt;/i&gt;”</span>]</span></p>\n"
    )


def test_the_words_that_are_quoted_are_marked_in_their_source_and_no_others(login: LoginSession) -> None:
    said = "We ship in March, as it was. The price stays below 500 euros, and we ship in March at last."
    recording = recorded("Launch planning", said)
    cited = citing(recording, excerpt=said)
    answer = "“The price stays below 500 euros” [1], and so we ship in March."

    turn = asked(login, answer=answer, citations=[cited], quotations=quoting(answer, recording, cited))

    html = render_turn(turn)
    assert "as it was. <mark>The price stays below 500 euros</mark>, and we ship" in html
