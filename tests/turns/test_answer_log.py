"""The buffer and the cursor of the answer log, without I/O."""

from __future__ import annotations

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from chat.models import Citation, Claim, Recording, Segment
from chat.turns import events
from chat.turns.answer_log import CHUNK_LIMIT, AnswerLog
from chat.turns.follow import Cursor
from chat.turns.view import View

TURN = uuid4()


def new_log() -> AnswerLog:
    return AnswerLog(Claim(turn_id=1, turn_uuid=TURN, owner="me", fence=1))


def test_text_between_two_commits_becomes_one_chunk() -> None:
    log = new_log()
    log.append("Hello ")
    log.append("world")

    append = log.take()

    assert (append.seq, append.texts) == (1, ("Hello world",))


def test_text_is_not_shown_before_it_is_stored() -> None:
    log = new_log()
    log.append("Hello")
    log.take()

    assert log.after(0) == []
    log.settle()
    assert log.after(0) == ["Hello"]


def test_a_commit_that_failed_is_repeated_unchanged() -> None:
    log = new_log()
    log.append("one")
    first = log.take()
    log.append("two")

    assert log.take() is first


def test_everything_includes_text_that_is_not_stored_yet() -> None:
    log = new_log()
    for text in ("stored", "in flight", "pending"):
        log.append(text)
        if text != "pending":
            log.take()
        if text == "stored":
            log.settle()

    assert log.everything() == ["stored", "in flight", "pending"]


@given(st.lists(st.text(max_size=2 * CHUNK_LIMIT), max_size=5))
def test_no_text_is_lost_and_no_chunk_is_too_long(texts: list[str]) -> None:
    log = new_log()
    for text in texts:
        log.append(text)
        log.take()
        log.settle()

    assert "".join(log.chunks) == "".join(texts)
    assert all(0 < len(chunk) <= CHUNK_LIMIT for chunk in log.chunks)


def test_a_reader_gets_position_start_phase_text_citations_and_end_in_this_order() -> None:
    cursor = Cursor(TURN)
    citation = Citation(number=1, recording_uuid=TURN, recording_title="T", segment=1, excerpt="x")
    views = [
        View("queued", position=2),
        View("queued", position=1),
        View("streaming", "retrieving"),
        View("streaming", "answering", seq=1, chunks=["Hello"]),
        View("complete", seq=2, chunks=["!"], citations=[citation]),
    ]

    kinds = [type(event).__name__ for view in views for event in cursor.advance(view)]

    assert kinds == ["Queued", "Queued", "Started", "Phase", "Phase", "Token", "Token", "Citations", "Done"]
    assert cursor.ended


def test_a_broken_turn_gives_its_citations_before_its_error() -> None:
    citation = Citation(number=1, recording_uuid=TURN, recording_title="T", segment=1, excerpt="x")
    view = View("interrupted", seq=1, chunks=["Hel [1]"], citations=[citation], failure="INTERRUPTED")

    assert [type(event).__name__ for event in Cursor(TURN).advance(view)] == ["Token", "Citations", "Error"]


def test_passages_are_stored_once_and_again_only_with_a_new_citation() -> None:
    recording = Recording(pk=7, uuid=TURN, title="Launch")
    segments = [Segment(recording=recording, number=3, text="No. We ship in March. Yes.")]
    log = new_log()
    stored = []

    log.find([(recording, segments)])
    for text in ("We ship in ", "March [1]", ", they ", "say."):
        if "[1]" in text:
            citation = Citation.quoting(segments[0].recording, segments[0], 1, "We ship in March.")
            citation.shown_at = 20
            log.cite(citation)
        log.append(text)
        stored.append(log.take().passages)
        log.settle()

    place = {"recording": 7, "uuid": str(TURN), "first": 3, "last": 3}
    assert stored == [[place | {"cited": []}], [place | {"cited": [[1, 3, 4, 21, 20]]}], None, None]


def test_a_failed_turn_ends_with_its_error_and_cites_nothing() -> None:
    given = Citation(number=1, recording_uuid=TURN, recording_title="T", segment=1, excerpt="x", cited=False)
    view = View("failed", seq=1, chunks=["Hel"], citations=[given], failure="TIMEOUT")
    [token, error] = Cursor(TURN).advance(view)

    assert isinstance(token, events.Token)
    assert isinstance(error, events.Error)
    assert (error.code, error.turn_uuid, error.seq, error.retryable) == ("TIMEOUT", TURN, 1, True)


def test_the_same_view_twice_yields_no_event_twice() -> None:
    cursor = Cursor(TURN)
    view = View("streaming", "answering", seq=1, chunks=["Hello"])

    assert list(cursor.advance(view))
    assert not list(cursor.advance(View("streaming", "answering", seq=1)))


@given(st.lists(st.text(min_size=1, max_size=CHUNK_LIMIT), max_size=12), st.data())
def test_a_cursor_that_resumes_anywhere_reads_the_same_text(chunks: list[str], data: st.DataObject) -> None:
    after = data.draw(st.integers(0, len(chunks)))

    tokens = list(Cursor(TURN, after).advance(View("streaming", "answering", len(chunks), chunks=chunks[after:])))[2:]

    assert "".join(token.content for token in tokens if isinstance(token, events.Token)) == "".join(chunks[after:])
    assert all(len(events.encode(token).encode()) <= events.FRAME_LIMIT for token in tokens)
