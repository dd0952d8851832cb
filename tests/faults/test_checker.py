"""The checker of the fault suite: these tests break every invariant, and it finds the breach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from . import judge, questions
from .checker import ANSWER_LIMIT, INVARIANTS, check
from .counts import count
from .fault import Fault, excess
from .history import Call, History, Record, StoredTurn
from .scene import Scene

FIRST, SECOND = questions.question(1, words=3), questions.question(2, words=3)
PASSED_ON = questions.upstream_question(3, "status 503 || say Hi; finish; done")
ANSWER = "k1n1 k1n2 k1n3 [1]"
RECORDING = "11111111-1111-1111-1111-111111111111"


def stored(number: int, question: str, **more: Any) -> StoredTurn:
    row: dict[str, Any] = {
        "number": number,
        "uuid": f"turn{number}",
        "request_id": f"request{number}",
        "login_session": 1,
        "conversation": number,
        "question": question,
        "state": "complete",
        "seq": 2,
        "answer": ANSWER.replace("k1", f"k{number}"),
        "lengths": [10, 8],
        "chunks": 0,
        "finish_reason": "stop",
        "failure": "",
        "stop_seen": None,
        "filter": [RECORDING],
        "cited": [RECORDING],
        "numbers": [1],
    }
    return StoredTurn(**(row | more))


def event(at: float, tab: str = "tab1", person: str = "ada", **data: Any) -> Record:
    return Record(at, tab, person, 1, "event", data)


def page(at: float, **data: Any) -> Record:
    shown = {"turn": "turn1", "seq": 2, "state": "complete", "text": "k1n1 k1n2 k1n3", "rendered": True}
    return Record(at, "tab1", "ada", 1, "page", shown | data)


def records_of(number: int) -> list[Record]:
    answer, turn = ANSWER.replace("k1", f"k{number}"), f"turn{number}"
    return [
        event(1, type="accepted", request_id=f"request{number}", turn=turn, conversation=f"talk{number}"),
        event(2, type="token", turn=turn, after=0, seq=1, content=answer[:10], applied=True),
        event(3, type="token", turn=turn, after=1, seq=2, content=answer[10:], applied=True),
        event(4, type="citations", turn=turn, citations=[{"number": 1}]),
        event(5, type="done", turn=turn, seq=2, state="complete"),
    ]


def a_good_history() -> History:
    """Return two questions of one person, answered one after the other, and a reload of the page."""
    return History(
        records=[*records_of(1), *records_of(2), page(6)],
        turns=[stored(1, FIRST), stored(2, SECOND)],
        calls=[Call(FIRST, 10, 1.0, 4.0, "finished"), Call(SECOND, 10, 4.5, 8.0, "finished")],
        marks={"k1": "ada", "k2": "ada"},
    )


def change_turn(place: int, **more: Any) -> Callable[[History], None]:
    def changed(history: History) -> None:
        history.turns[place] = replace(history.turns[place], **more)

    return changed


def add(*records: Record) -> Callable[[History], None]:
    return lambda history: history.records.extend(records)


def change_call(place: int, **more: Any) -> Callable[[History], None]:
    def changed(history: History) -> None:
        history.calls[place] = replace(history.calls[place], **more)

    return changed


def both(*breaks: Callable[[History], None]) -> Callable[[History], None]:
    def changed(history: History) -> None:
        for each in breaks:
            each(history)

    return changed


def stop_at(seen: int) -> Callable[[History], None]:
    """Stop the second turn, from a tab that has shown so many chunks of it."""
    stop = Record(3.5, "tab1", "ada", 1, "sent", {"type": "stop", "turn": "turn2", "seen": seen})
    answer = "k2n1 k2n2 k2n3 [1]"[: 10 * seen]
    cited = {"cited": [RECORDING], "numbers": [1]} if seen == 2 else {"cited": [], "numbers": []}
    columns = {"seq": seen, "answer": answer, "finish_reason": ""} | cited
    return both(add(stop), change_turn(1, state="stopped", stop_seen=seen, **columns))


def ask_the_upstream(*ways: str) -> Callable[[History], None]:
    """Add a turn whose calls of the upstream end in these ways."""

    def changed(history: History) -> None:
        history.turns.append(stored(3, PASSED_ON))
        history.calls += [Call(PASSED_ON, 0, 10.0 + at, 10.5 + at, how) for at, how in enumerate(ways)]

    return changed


def token(after: int, seq: int, *, applied: bool, socket: int = 1) -> Record:
    """Return a token of the first turn, shown or not."""
    data = {"type": "token", "turn": "turn1", "after": after, "seq": seq, "content": "k1n1 ", "applied": applied}
    return Record(9, "tab1", "ada", socket, "event", data)


def follow(after: int, socket: int = 1) -> Record:
    return Record(9, "tab1", "ada", socket, "sent", {"type": "follow", "turn": "turn1", "after": after})


BREAKS: list[tuple[str, Callable[[History], None]]] = [
    ("I1", lambda history: history.turns.clear()),
    ("I1", lambda history: history.turns.append(stored(1, FIRST, uuid="again"))),
    ("I1", add(event(9, type="accepted", request_id="request1", turn="turn2", conversation="talk1"))),
    ("I2", lambda history: history.calls.append(Call(SECOND, 11, 9.0, 9.5, "finished"))),
    ("I2", ask_the_upstream("broken off", "finished")),
    ("I2", ask_the_upstream("cancelled", "finished")),
    ("I2", ask_the_upstream("refused", "refused", "refused", "finished")),
    ("I3", change_turn(0, answer="k1n1")),
    ("I3", add(event(9, type="token", turn="unknown", after=0, seq=1, content="k1n1 "))),
    ("I3", add(page(9, text="k1n1 k1n2 k1n4"))),
    ("I3 stop", both(stop_at(2), change_turn(1, seq=3, answer="k2n1 k2n2 k2n3 [1] "))),
    ("I3 stop", both(stop_at(2), change_turn(1, seq=1, answer="k2n1 k2n2 "))),
    ("I3 stop", both(stop_at(1), change_turn(1, seq=1, answer="k2n1 k2n2"))),
    ("I3 stop", both(stop_at(1), change_turn(1, seq=2, stop_seen=2))),
    ("I4", add(page(9, text="k1n1"))),
    ("I4", add(page(9, text=""))),
    ("I5", add(event(9, type="token", turn="turn1", after=3, seq=4, content="k1n5 "))),
    ("I5", add(event(9, type="token", turn="turn1", after=1, seq=2, content="k1n2 "))),
    ("I5", change_turn(0, seq=3)),
    ("I5", add(token(2, 3, applied=False), token(4, 5, applied=False))),
    ("I5", add(token(1, 2, applied=False))),
    ("I5", add(token(1, 1, applied=False))),
    ("I5", add(follow(1), token(1, 2, applied=False), token(1, 2, applied=False))),
    ("I5", add(follow(2, socket=2), token(1, 2, applied=False, socket=2))),
    ("I6", change_call(1, begun=3.5)),
    ("I6", both(change_call(0, ended=None, how=""), lambda history: history.gone.update({10: 4.6}))),
    ("I6", both(change_turn(1, login_session=2, conversation=1), change_call(1, begun=3.5))),
    ("I6", both(ask_the_upstream("finished"), change_call(1, ended=10.2))),
    ("I7", change_turn(1, state="streaming")),
    ("I7", change_turn(1, chunks=2)),
    ("I8", change_turn(1, state="failed")),
    ("I8", add(event(9, type="done", turn="turn1", seq=2, state="complete"))),
    ("I8", add(page(9, state="interrupted"))),
    ("I9", change_turn(1, finish_reason="")),
    ("I9", change_call(1, how="broken off")),
    ("I9", ask_the_upstream("broken off")),
    ("I9", ask_the_upstream()),
    ("I10", change_call(0, begun=9.0, ended=9.5)),
    ("I11", change_turn(1, cited=[], numbers=[])),
    ("I11", change_turn(1, state="interrupted", numbers=[])),
    ("I11", change_turn(1, state="interrupted", answer="k2n1 k2n2 ", seq=1)),
    ("I11", change_turn(1, numbers=[1, 2])),
    ("I11", change_turn(1, answer="k2n1 k2n2 k2n3 [1] [2]")),
    ("I11", add(event(9, type="citations", turn="turn2", citations=[{"number": 1}, {"number": 2}]))),
    ("I11", add(event(9, type="citations", turn="turn2", citations=[]))),
    ("I11", change_turn(1, cited=["22222222-2222-2222-2222-222222222222"])),
    ("I11", change_turn(1, state="failed", numbers=[])),
    ("I12", add(event(9, person="bob", tab="tab2", type="token", turn="turn1", after=0, seq=1, content="k1n1 "))),
    ("I12", add(event(9, tab="tab3", type="token", turn="turn1", after=0, seq=1, content="k9n1 "))),
    ("I12", add(Record(9, "tab2", "bob", 1, "page", page(9).data))),
]


def test_a_good_story_keeps_every_invariant() -> None:
    assert check(a_good_history()) == []


@pytest.mark.parametrize("number", range(len(BREAKS)), ids=lambda number: f"{BREAKS[number][0]}-{number}")
def test_a_breach_is_found(number: int) -> None:
    invariant, spoil = BREAKS[number]
    history = a_good_history()

    spoil(history)

    assert invariant in {breach.invariant for breach in check(history)}


def test_every_invariant_is_broken_by_one_of_these_tests() -> None:
    assert {invariant for invariant, _ in BREAKS} == set(INVARIANTS)


def test_a_stopped_answer_may_be_shorter_than_another_tab_has_shown() -> None:
    history = a_good_history()
    history.turns[0] = replace(history.turns[0], state="stopped", stop_seen=1, seq=1, answer=ANSWER[:10], numbers=[])
    history.records = [
        Record(1, "tab1", "ada", 1, "sent", {"type": "follow", "turn": "turn1", "after": 0}),
        event(2, type="token", turn="turn1", after=0, seq=2, content=ANSWER),
        Record(3, "tab2", "ada", 1, "sent", {"type": "stop", "turn": "turn1", "seen": 1}),
    ]

    assert check(history) == []


def test_a_connection_may_repeat_text_after_a_follow() -> None:
    history = a_good_history()

    add(follow(0), follow(1), token(1, 2, applied=False), follow(0, socket=2))(history)
    add(token(0, 1, applied=False, socket=2), token(1, 2, applied=False, socket=2))(history)

    assert check(history) == []


def test_a_call_of_a_killed_process_ends_with_it() -> None:
    history = a_good_history()
    history.calls[0] = replace(history.calls[0], ended=None, how="")
    history.turns[0] = replace(history.turns[0], state="interrupted", finish_reason="")
    history.records = records_of(2)
    history.gone = {10: 4.0}

    assert check(history) == []


@pytest.mark.parametrize("refusals", range(3))
def test_a_refused_call_may_be_retried_twice(refusals: int) -> None:
    history = a_good_history()

    ask_the_upstream(*["refused"] * refusals, "finished")(history)

    assert check(history) == []
    assert count(history)["doubled"] == 0


def test_the_site_may_end_an_answer_at_its_length_limit() -> None:
    history = a_good_history()
    ask_the_upstream("broken off")(history)

    history.turns[2] = replace(history.turns[2], answer="x" * ANSWER_LIMIT, finish_reason="length", numbers=[])

    assert check(history) == []


def test_a_written_history_can_be_read_and_judged_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history, file = a_good_history(), tmp_path / "history.jsonl"
    history.gone = {10: 99.0}
    history.write(file)

    assert History.read(file) == history
    assert judge.main(file) == 0

    change_turn(1, finish_reason="")(history)
    history.write(file)

    assert judge.main(file) == 1
    assert capsys.readouterr().out == "I9: turn turn2 is complete, but the model gave no finish reason\n"


def test_text_shown_but_not_stored_is_counted_as_lost() -> None:
    history = a_good_history()
    assert count(history)["lost"] == 0

    history.turns[1] = replace(history.turns[1], answer="")

    assert count(history)["lost"] == len(ANSWER)


@pytest.mark.parametrize(
    ("share", "figures", "slack", "is_reported"),
    [
        (1.0, [0.5, 1.5], 1.0, True),
        (1.0, [0.5, 1.5], 4.0, False),
        (1.0, [0.5, 4.5], 4.0, True),
        (0.95, [4.5] * 20, 1.0, False),
        (0.95, [0.5, 4.5], 4.0, True),
        (0.95, [0.5] * 20 + [4.5], 4.0, False),
        (0.95, [], 4.0, False),
    ],
)
def test_figures_over_the_limit_are_reported(
    share: float, figures: list[float], slack: float, is_reported: bool
) -> None:
    each = Fault("1", "reload", "until live again, s", {"sqlite": 1.0}, nothing_measured, share)

    assert bool(excess(each, "sqlite", figures, slack=slack)) == is_reported


async def nothing_measured(scene: Scene) -> list[float]:
    return []
