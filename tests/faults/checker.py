"""The offline checker of the invariants. It is pure, and tests show that it finds breaches (test_checker.py).

Each invariant is a function that yields a sentence for every breach in a history.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from .counts import needless_calls
from .history import Call, History, Record, StoredTurn
from .questions import mark, upstream_script
from .reading import ENDINGS
from .view import begins, views, wires

ANSWER_LIMIT = 200_000
"""Characters at which the site ends an answer (``chat.answers.rag``)."""
_MARKER = re.compile(r"\[(\d+)\]")
_MARK = re.compile(r"\bk\d+(?=n\d)")


@dataclass(frozen=True)
class Breach:
    """A violation of an invariant."""

    invariant: str
    description: str


def check(history: History) -> list[Breach]:
    """Return every breach of every invariant."""
    return [Breach(name, text) for name, invariant in INVARIANTS.items() for text in invariant(history)]


# The questions


def one_turn_for_each_accepted_question(history: History) -> Iterator[str]:
    """I1: each accepted request has exactly one turn, the one that was announced."""
    rows = Counter(turn.request_id for turn in history.turns)
    turns = {turn.request_id: turn.uuid for turn in history.turns}
    for record in _events(history, "accepted"):
        request, turn = record.data["request_id"], record.data["turn"]
        if rows[request] != 1:
            yield f"accepted request {request} has {rows[request]} turns"
        elif turns[request] != turn:
            yield f"request {request} was accepted as turn {turn} and stored as {turns[request]}"


def one_call_for_each_turn(history: History) -> Iterator[str]:
    """I2: each turn has one call of the model; a refused call may be retried."""
    for question, calls in needless_calls(history).items():
        yield f"the turns with the question {question!r} have {calls} model calls too many"


def one_stream_at_a_time(history: History) -> Iterator[str]:
    """I6: one answer streams at a time in a login session and in a conversation."""
    rows = {turn.question: turn for turn in history.turns}
    calls = sorted((call for call in history.calls if call.question in rows), key=lambda call: call.begun)
    for scope in ("login_session", "conversation"):
        grouped: defaultdict[int, list[Call]] = defaultdict(list)
        for call in calls:
            grouped[getattr(rows[call.question], scope)].append(call)
        for key, group in grouped.items():
            for earlier, later in pairwise(group):
                if earlier.question != later.question and _end(history, earlier) > later.begun:
                    yield f"{earlier.question!r} and {later.question!r} ran at once in {scope} {key}"


def first_come_first_served(history: History) -> Iterator[str]:
    """I10: turns of a login session start in order. Only for questions asked once: retries share their calls."""
    once = {question for question, times in Counter(turn.question for turn in history.turns).items() if times == 1}
    begun = {call.question: call.begun for call in history.calls if call.question in once}
    queues: defaultdict[int, list[StoredTurn]] = defaultdict(list)
    for turn in sorted(history.turns, key=lambda turn: turn.number):
        if turn.question in begun:
            queues[turn.login_session].append(turn)
    for queue in queues.values():
        for earlier, later in pairwise(queue):
            if begun[earlier.question] > begun[later.question]:
                yield f"turn {later.uuid} started before {earlier.uuid}, which was asked earlier"


# The answers


def shown_text_is_stored(history: History) -> Iterator[str]:
    """I3: the text that any tab has shown at any time is the beginning of the stored answer.

    A stopped answer is cut where the tab that stopped it was; other tabs may have shown more.
    """
    rows = {turn.uuid: turn for turn in history.turns}
    for view in views(history):
        turn = rows.get(view.turn)
        if turn is None:
            yield f"{view.tab} showed turn {view.turn}, which is not stored"
        elif turn.state == "stopped" and begins(view.text, turn.answer, exactly=view.is_exact):
            continue
        elif not begins(turn.answer, view.text, exactly=view.is_exact):
            yield f"{view.tab} showed {len(view.text)} characters of {view.turn} that are not all stored"


def shown_text_never_shrinks(history: History) -> Iterator[str]:
    """I4: a reloaded page has at least the text that it showed before."""
    stopped = {turn.uuid for turn in history.turns if turn.state == "stopped"}
    for view in views(history):
        if view.turn not in stopped:
            yield from view.shrunk


def every_view_is_whole(history: History) -> Iterator[str]:
    """I5: every view and every connection has chunks 1 to n without gaps or repeats, up to the last one."""
    rows = {turn.uuid: turn for turn in history.turns}
    for wire in wires(history):
        yield from wire.jumps
    for view in views(history):
        yield from view.jumps
        turn = rows.get(view.turn)
        if turn and view.ended_at_seq is not None and turn.state != "stopped" and view.seq != turn.seq:
            yield f"{view.tab} received the end of {view.turn} at chunk {view.seq} of {turn.seq}"


def stopped_text_ends_where_its_reader_was(history: History) -> Iterator[str]:
    """I3 for Stop: a stopped answer ends exactly with the last chunk that the tab which stopped it had shown.

    Stops by a sign-out or a deletion name no chunk.
    """
    seen = {(each.data["turn"], each.data["seen"]) for each in _sent(history, "stop")}
    stopped = {turn.uuid: turn for turn in history.turns if turn.state == "stopped" and turn.stop_seen is not None}
    for turn in stopped.values():
        if turn.seq != turn.stop_seen or (turn.uuid, turn.stop_seen) not in seen:
            yield f"turn {turn.uuid} was stopped at chunk {turn.stop_seen}, but has {turn.seq}"
    for view in views(history):
        cut = stopped.get(view.turn)
        if cut and view.lengths.get(cut.seq, len(cut.answer)) != len(cut.answer):
            yield f"{view.tab} showed {view.lengths[cut.seq]} characters of {cut.uuid} at its last chunk"


def nothing_is_stuck(history: History) -> Iterator[str]:
    """I7: every turn has ended, and its chunks are folded into the answer."""
    for turn in history.turns:
        if turn.state not in ENDINGS:
            yield f"turn {turn.uuid} is {turn.state}"
        elif turn.chunks:
            yield f"turn {turn.uuid} has ended, but still has {turn.chunks} chunks beside its answer"


def all_agree_on_the_end(history: History) -> Iterator[str]:
    """I8: the database, every tab and every later page have the same end; each follower receives it once."""
    rows = {turn.uuid: turn.state for turn in history.turns}
    ends: Counter[tuple[str, int, str]] = Counter()
    follows: Counter[tuple[str, int, str]] = Counter()
    for record in history.records:
        key = (record.tab, record.socket, str(record.data.get("turn")))
        state = _terminal_state(record)
        if record.what == "sent" and record.data["type"] == "follow":
            follows[key] += 1
        if record.what == "event" and record.data["type"] == "accepted":
            follows[key] += 1
        if not state:
            continue
        if rows.get(key[2], state) != state:
            yield f"{record.tab} received {state} as the state of {key[2]}; it is {rows[key[2]]}"
        if record.what == "event":
            ends[key] += 1
    for key, times in ends.items():
        if times > max(1, follows[key]):
            yield f"{key[0]} received the end of {key[2]} {times} times on socket {key[1]}"


def complete_means_finished(history: History) -> Iterator[str]:
    """I9: a complete answer has a finish reason from the model, or the site has cut it at its limit."""
    finished = {call.question for call in history.calls if call.how == "finished"}
    for turn in history.turns:
        is_logged = bool(mark(turn.question) or upstream_script(turn.question))
        is_cut = turn.finish_reason == "length" and len(turn.answer) == ANSWER_LIMIT
        has_finished = turn.question in finished or is_cut or not is_logged
        if turn.state == "complete" and not (turn.finish_reason and has_finished):
            yield f"turn {turn.uuid} is complete, but the model gave no finish reason"


def sources_only_for_shown_markers(history: History) -> Iterator[str]:
    """I11: sources are within the filter, and belong to markers that are shown, however the answer ended.

    In a scripted answer every marker has its source, and a complete one shows at least one.
    """
    rows = {turn.uuid: turn for turn in history.turns}
    for turn in history.turns:
        shown, cited = {int(number) for number in _MARKER.findall(turn.answer)}, set(turn.numbers)
        if cited - shown:
            yield f"turn {turn.uuid} has sources for the markers {sorted(cited - shown)}, which are not shown"
        if mark(turn.question) and shown - cited:
            yield f"turn {turn.uuid} is {turn.state}, and shows the markers {sorted(shown - cited)} without sources"
        if turn.state == "complete" and mark(turn.question) and not cited:
            yield f"turn {turn.uuid} is complete, but has no citations"
        if turn.filter and set(turn.cited) - set(turn.filter):
            yield f"turn {turn.uuid} cites a recording that is not in its filter"
    for record in _events(history, "citations"):
        row = rows.get(record.data["turn"])
        received = {citation["number"] for citation in record.data["citations"]}
        if row and received != set(row.numbers):
            yield f"{record.tab} received the sources {sorted(received)} of {row.uuid}, which has {sorted(row.numbers)}"


def nobody_sees_answers_of_others(history: History) -> Iterator[str]:
    """I12: every answer has a mark; no frame of one person has the mark of another, in this history or outside it."""
    for record in history.records:
        if record.what not in ("event", "page"):
            continue
        text = str(record.data.get("content") or record.data.get("text") or "")
        for answer_mark in set(_MARK.findall(text)):
            owner = history.marks.get(answer_mark, "somebody who is not in this history")
            if owner != record.person:
                yield f"{record.tab} of {record.person} received text of {owner}"


INVARIANTS: dict[str, Callable[[History], Iterable[str]]] = {
    "I1": one_turn_for_each_accepted_question,
    "I2": one_call_for_each_turn,
    "I3": shown_text_is_stored,
    "I3 stop": stopped_text_ends_where_its_reader_was,
    "I4": shown_text_never_shrinks,
    "I5": every_view_is_whole,
    "I6": one_stream_at_a_time,
    "I7": nothing_is_stuck,
    "I8": all_agree_on_the_end,
    "I9": complete_means_finished,
    "I10": first_come_first_served,
    "I11": sources_only_for_shown_markers,
    "I12": nobody_sees_answers_of_others,
}


# Details


def _events(history: History, kind: str) -> Iterator[Record]:
    return (record for record in history.records if record.what == "event" and record.data["type"] == kind)


def _sent(history: History, kind: str) -> Iterator[Record]:
    return (record for record in history.records if record.what == "sent" and record.data["type"] == kind)


def _terminal_state(record: Record) -> str:
    """Return the terminal state in a record; empty if it has none."""
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


def _end(history: History, call: Call) -> float:
    """Return when a call ended; if its process was killed or paused before, at that moment."""
    ends = [end for end in (call.ended, history.gone.get(call.pid)) if end is not None and end >= call.begun]
    return min(ends, default=float("inf"))
