"""Whether a story kept the invariants: pure, offline, and known to be able to fail (tests/faults/test_checker.py).

Each check yields a sentence for every breach that it finds.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from .history import Call, Record, StoredTurn, Story
from .questions import mark, upstream_script
from .reading import ENDINGS
from .view import View, begins, views, wires

ANSWER_LIMIT = 200_000
"""Characters at which the site ends an answer (``chat.answers.rag``)."""
ASKED_AT_MOST = 3
"""Calls for one turn whose model refuses (``chat.llm.retrying.RETRIES``)."""
_MARK = re.compile(r"\bk\d+(?=n\d)")


@dataclass(frozen=True)
class Breach:
    """An invariant that did not hold."""

    invariant: str
    what: str


def check(story: Story) -> list[Breach]:
    """Every breach of every invariant."""
    return [Breach(name, what) for name, invariant in INVARIANTS.items() for what in invariant(story)]


# The questions


def one_turn_for_each_accepted_question(story: Story) -> Iterator[str]:
    """I1"""
    rows = Counter(turn.request_id for turn in story.turns)
    turns = {turn.request_id: turn.uuid for turn in story.turns}
    for record in _events(story, "accepted"):
        request, turn = record.data["request_id"], record.data["turn"]
        if rows[request] != 1:
            yield f"request {request} was accepted and has {rows[request]} turns"
        elif turns[request] != turn:
            yield f"request {request} was accepted as turn {turn} and stored as {turns[request]}"


def one_call_for_each_turn(story: Story) -> Iterator[str]:
    """I2: a model that refuses may be asked again."""
    for question, calls in _needless_calls(story).items():
        yield f"the turns with the question {question!r} took {calls} calls of the model too many"


def one_stream_at_a_time(story: Story) -> Iterator[str]:
    """I6"""
    rows = {turn.question: turn for turn in story.turns}
    calls = sorted((call for call in story.calls if call.question in rows), key=lambda call: call.begun)
    for what in ("login_session", "conversation"):
        grouped: defaultdict[int, list[Call]] = defaultdict(list)
        for call in calls:
            grouped[getattr(rows[call.question], what)].append(call)
        for place, group in grouped.items():
            for earlier, later in pairwise(group):
                if earlier.question != later.question and _end(story, earlier) > later.begun:
                    yield f"{earlier.question!r} and {later.question!r} ran at once in {what} {place}"


def first_come_first_served(story: Story) -> Iterator[str]:
    """I10: of questions that were asked once; which call belongs to which Retry cannot be told."""
    once = {question for question, times in Counter(turn.question for turn in story.turns).items() if times == 1}
    begun = {call.question: call.begun for call in story.calls if call.question in once}
    queues: defaultdict[int, list[StoredTurn]] = defaultdict(list)
    for turn in sorted(story.turns, key=lambda turn: turn.number):
        if turn.question in begun:
            queues[turn.login_session].append(turn)
    for queue in queues.values():
        for earlier, later in pairwise(queue):
            if begun[earlier.question] > begun[later.question]:
                yield f"turn {later.uuid} was started before {earlier.uuid}, which had been asked before it"


# The answers


def shown_text_is_stored(story: Story) -> Iterator[str]:
    """I3: what any tab has shown at any time is the beginning of the stored answer.

    A stopped answer is cut at what the one who stopped it had seen; others may have seen more.
    """
    rows = {turn.uuid: turn for turn in story.turns}
    for view in views(story):
        turn = rows.get(view.turn)
        if turn is None:
            yield f"{view.tab} showed turn {view.turn}, which is not stored"
        elif turn.state == "stopped" and begins(view.text, turn.answer, exactly=view.is_exact):
            continue
        elif not begins(turn.answer, view.text, exactly=view.is_exact):
            yield f"{view.tab} showed {len(view.text)} characters of {view.turn} that are not all stored"


def shown_text_never_shrinks(story: Story) -> Iterator[str]:
    """I4: a page that is loaded again begins with at least what it showed before."""
    stopped = {turn.uuid for turn in story.turns if turn.state == "stopped"}
    for view in views(story):
        if view.turn not in stopped:
            yield from view.shrunk


def every_view_is_whole(story: Story) -> Iterator[str]:
    """I5: chunks 1..n without a gap or a repeat, up to the n of the end; nor has a connection brought any other."""
    rows = {turn.uuid: turn for turn in story.turns}
    for wire in wires(story):
        yield from wire.jumps
    for view in views(story):
        yield from view.jumps
        turn = rows.get(view.turn)
        if turn and view.ended_at_seq is not None and turn.state != "stopped" and view.seq != turn.seq:
            yield f"{view.tab} was told the end of {view.turn} with chunk {view.seq} of {turn.seq}"


def stopped_text_is_what_the_stopper_saw(story: Story) -> Iterator[str]:
    """I3 for Stop: what is stored ends with the chunk that somebody who stopped it had seen, to the letter.

    Whoever signs out or deletes the conversation has seen nothing in particular.
    """
    seen = {(each.data["turn"], each.data["seen"]) for each in _sent(story, "stop")}
    stopped = {turn.uuid: turn for turn in story.turns if turn.state == "stopped" and turn.stop_seen is not None}
    for turn in stopped.values():
        if turn.seq != turn.stop_seen or (turn.uuid, turn.stop_seen) not in seen:
            yield f"turn {turn.uuid} was stopped at chunk {turn.stop_seen} and has {turn.seq}"
    for view in views(story):
        cut = stopped.get(view.turn)
        if cut and view.lengths.get(cut.seq, len(cut.answer)) != len(cut.answer):
            yield f"{view.tab} showed {view.lengths[cut.seq]} characters of {cut.uuid} where it was stopped"


def nothing_is_stuck(story: Story) -> Iterator[str]:
    """I7"""
    for turn in story.turns:
        if turn.state not in ENDINGS:
            yield f"turn {turn.uuid} is {turn.state}"
        elif turn.chunks:
            yield f"turn {turn.uuid} has ended and still has {turn.chunks} chunks beside its answer"


def all_agree_on_the_end(story: Story) -> Iterator[str]:
    """I8: the database, every tab and every later page; and each follower is told once."""
    rows = {turn.uuid: turn.state for turn in story.turns}
    told: Counter[tuple[str, int, str]] = Counter()
    asked: Counter[tuple[str, int, str]] = Counter()
    for record in story.records:
        key = (record.tab, record.socket, str(record.data.get("turn")))
        state = _told_state(record)
        if record.what == "sent" and record.data["type"] == "follow":
            asked[key] += 1
        if record.what == "event" and record.data["type"] == "accepted":
            asked[key] += 1
        if not state:
            continue
        if rows.get(key[2], state) != state:
            yield f"{record.tab} was told that {key[2]} is {state}; it is {rows[key[2]]}"
        if record.what == "event":
            told[key] += 1
    for key, times in told.items():
        if times > max(1, asked[key]):
            yield f"{key[0]} was told {times} times on socket {key[1]} that {key[2]} has ended"


def complete_means_finished(story: Story) -> Iterator[str]:
    """I9: or the site has ended the answer itself, because of its length."""
    finished = {call.question for call in story.calls if call.how == "finished"}
    for turn in story.turns:
        is_logged = bool(mark(turn.question) or upstream_script(turn.question))
        is_cut = turn.finish_reason == "length" and len(turn.answer) == ANSWER_LIMIT
        is_said = turn.question in finished or is_cut or not is_logged
        if turn.state == "complete" and not (turn.finish_reason and is_said):
            yield f"turn {turn.uuid} is complete, and the model did not say that it had finished"


def only_complete_answers_cite(story: Story) -> Iterator[str]:
    """I11: and only what the turn's filter lets through; the scripted model always cites what it was given first."""
    rows = {turn.uuid: turn for turn in story.turns}
    for turn in story.turns:
        if turn.cited and turn.state != "complete":
            yield f"turn {turn.uuid} is {turn.state} and has citations"
        if turn.state == "complete" and mark(turn.question) and not turn.cited:
            yield f"turn {turn.uuid} is complete and has no citations"
        if turn.filter and set(turn.cited) - set(turn.filter):
            yield f"turn {turn.uuid} cites a recording that is not in its filter"
    for record in _events(story, "citations"):
        known = rows.get(record.data["turn"])
        if known and known.state != "complete":
            yield f"{record.tab} was sent citations of {known.uuid}, which is {known.state}"


def nobody_sees_what_is_not_theirs(story: Story) -> Iterator[str]:
    """I12: every answer is marked; no frame of one person bears the mark of another, in this story or beside it."""
    for record in story.records:
        if record.what not in ("event", "page"):
            continue
        text = str(record.data.get("content") or record.data.get("text") or "")
        for found in set(_MARK.findall(text)):
            owner = story.marks.get(found, "somebody who is not in this story")
            if owner != record.person:
                yield f"{record.tab} of {record.person} was sent text of {owner}"


INVARIANTS: dict[str, Callable[[Story], Iterable[str]]] = {
    "I1": one_turn_for_each_accepted_question,
    "I2": one_call_for_each_turn,
    "I3": shown_text_is_stored,
    "I3 stop": stopped_text_is_what_the_stopper_saw,
    "I4": shown_text_never_shrinks,
    "I5": every_view_is_whole,
    "I6": one_stream_at_a_time,
    "I7": nothing_is_stuck,
    "I8": all_agree_on_the_end,
    "I9": complete_means_finished,
    "I10": first_come_first_served,
    "I11": only_complete_answers_cite,
    "I12": nobody_sees_what_is_not_theirs,
}


# Small things


def _events(story: Story, kind: str) -> Iterator[Record]:
    return (record for record in story.records if record.what == "event" and record.data["type"] == kind)


def _sent(story: Story, kind: str) -> Iterator[Record]:
    return (record for record in story.records if record.what == "sent" and record.data["type"] == kind)


def _told_state(record: Record) -> str:
    """The terminal state that a record told of, if it did."""
    data = record.data
    if record.what == "page":
        return str(data["state"]) if data["state"] in ENDINGS else ""
    if record.what != "event" or not data.get("turn"):
        return ""
    if data["type"] == "done":
        return str(data["state"])
    if data["type"] == "error":
        return "interrupted" if data["code"] == "INTERRUPTED" else "failed"
    return ""


def _end(story: Story, call: Call) -> float:
    """When a call counts as over: one of a process that was killed or put to sleep, at that moment."""
    ends = [end for end in (call.ended, story.gone.get(call.pid)) if end is not None and end >= call.begun]
    return min(ends, default=float("inf"))


def _needless_calls(story: Story) -> Counter[str]:
    """By their question, calls beyond one for each turn that was not refused, or beyond three that were."""
    turns = Counter(turn.question for turn in story.turns)
    calls = Counter(call.question for call in story.calls)
    heard = Counter(call.question for call in story.calls if call.how != "refused")
    return (heard - turns) | (calls - Counter({each: ASKED_AT_MOST * times for each, times in turns.items()}))


def marks_of(questions: dict[str, str]) -> dict[str, str]:
    """The mark of each question, with its person: ``questions`` maps the one to the other."""
    return {mark(question): person for question, person in questions.items()}


def count(story: Story) -> dict[str, int]:
    """What the report counts: characters shown and of them lost, turns asked, doubled and stuck, calls of the model."""
    rows = {turn.uuid: turn for turn in story.turns}
    shown = list(views(story))
    lost = sum(_missing(view, rows.get(view.turn)) for view in shown)
    requests = Counter(turn.request_id for turn in story.turns)
    return {
        "shown": sum(len(view.text) for view in shown),
        "lost": lost,
        "asked": len(story.turns),
        "doubled": sum(number - 1 for number in requests.values()) + _needless_calls(story).total(),
        "stuck": sum(turn.state not in ENDINGS for turn in story.turns),
        "calls": len(story.calls),
    }


def _missing(view: View, turn: StoredTurn | None) -> int:
    if turn is None:
        return len(view.text)
    if begins(turn.answer, view.text, exactly=view.is_exact):
        return 0
    if turn.state == "stopped" and begins(view.text, turn.answer, exactly=view.is_exact):
        return 0
    return len(view.text)
