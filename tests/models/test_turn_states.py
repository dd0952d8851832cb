"""The state machine of a turn: random sequences of steps, compared with a model of the rules.

Two login sessions of one user share two conversations; two owners claim, write, pause, die and are reaped.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models.functions import Now
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from chat.models import (
    ACTIVE,
    TERMINAL,
    Append,
    Citation,
    Claim,
    Conflict,
    Conversation,
    Ending,
    LoginSession,
    QueueFull,
    Submission,
    Turn,
)

from .turn_rows import CITED_WHILE_ACTIVE, PASSAGES_AFTER_THE_END, TURNS, Row, may_start, query

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.repeats]

EXAMPLES = 500
PARTS = 4
"""The parts that the examples are split into, each with its own seed, so that processes can share them."""
OWNERS = ["one", "two"]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=3)
"""Text as rag yields it: without NUL, which PostgreSQL cannot store."""
ENDINGS = [
    {"state": "complete", "finish_reason": "stop"},
    {"state": "failed", "failure": "TIMEOUT"},
    {"state": "interrupted", "failure": "INTERRUPTED"},
]


class TurnMachine(RuleBasedStateMachine):
    """The model of the rules. ``claims`` are those that the owners believe to hold, ``texts`` their stored chunks."""

    @initialize()
    def sign_in(self) -> None:
        self.user = get_user_model().objects.create_user(uuid4().hex)
        self.logins = [LoginSession.objects.create(user=self.user) for _ in range(2)]
        self.conversations = [Conversation.objects.create(user=self.user, title=str(n)) for n in range(2)]
        self.submissions: dict[int, tuple[LoginSession, Submission]] = {}
        self.claims: dict[int, Claim] = {}
        self.texts: dict[int, list[str]] = {}
        self.final: dict[int, Row] = {}

    @override
    def teardown(self) -> None:
        for table in (
            "chat_indexedturn",
            "chat_citation",
            "chat_chunk",
            "chat_turn",
            "chat_conversation",
            "chat_loginsession",
        ):
            connection.cursor().execute(f"DELETE FROM {table}")  # noqa: S608  # our own names

    # Users

    @rule(login=st.integers(0, 1), conversation=st.integers(0, 1))
    def ask(self, login: int, conversation: int) -> None:
        asked = Submission(request_id=uuid4(), question="?", conversation=self.conversations[conversation].uuid)
        states = query(f"SELECT state FROM chat_turn WHERE login_session_id = {self.logins[login].pk}")  # noqa: S608
        active = sum(state in ACTIVE for (state,) in states)
        try:
            turn = Turn.objects.submit(self.logins[login], asked)
        except QueueFull:
            assert active == 6
        else:
            assert active < 6
            assert turn.state == "queued"
            self.submissions[turn.pk] = (self.logins[login], asked)

    @precondition(lambda self: self.submissions)
    @rule(data=st.data())
    def ask_again_with_the_same_request(self, data: st.DataObject) -> None:
        pk = data.draw(st.sampled_from(sorted(self.submissions)))
        login, asked = self.submissions[pk]

        assert Turn.objects.submit(login, asked).pk == pk
        with pytest.raises(Conflict):
            Turn.objects.submit(login, Submission(request_id=asked.request_id, question="!"))

    @precondition(lambda self: self.submissions)
    @rule(data=st.data(), seen=st.integers(0, 4))
    def stop_or_cancel(self, data: st.DataObject, seen: int) -> None:
        Turn.objects.filter(pk=data.draw(st.sampled_from(sorted(self.submissions)))).end(seen)

    # Owners

    @precondition(lambda self: self.submissions)
    @rule(owner=st.sampled_from(OWNERS))
    def claim(self, owner: str) -> None:
        startable = may_start()
        claimed = Turn.objects.claim(owner)
        assert [turn.pk for turn in claimed] == startable
        for turn in claimed:
            self.claims[turn.pk] = Claim.of(turn)
            self.texts[turn.pk] = []

    @precondition(lambda self: self.claims)
    @rule(texts=st.lists(TEXT, max_size=3))
    def write_with_every_claim_even_lost_ones(self, texts: list[str]) -> None:
        found = [{"recording": 1, "first": 1, "last": 1, "cited": []}] if texts else None
        appends = [
            Append(claim, len(self.texts[pk]) + len(texts), "answering", texts, found)
            for pk, claim in self.claims.items()
        ]
        lost = Turn.objects.append(appends)
        states = dict(query("SELECT id, state FROM chat_turn"))
        for pk in self.claims:
            assert (pk in lost) == (states[pk] != "streaming")
            if pk not in lost:
                self.texts[pk] += texts

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), how=st.sampled_from(ENDINGS), more=st.lists(TEXT, max_size=2))
    def finish(self, data: st.DataObject, how: dict[str, str], more: list[str]) -> None:
        pk = data.draw(st.sampled_from(sorted(self.claims)))
        before = Turn.objects.get(pk=pk)
        chunks = [*self.texts[pk], *more]
        recording = {"recording_uuid": uuid4(), "recording_title": "R", "segment": 1, "excerpt": "x"}
        citations = [Citation(number=1, **recording), Citation(number=2, **recording)]
        citations[1].shown_at = 1 + len("".join(chunks))

        ended = Turn.objects.finish(self.claims[pk], Ending(chunks=chunks, citations=citations, **how))  # type: ignore[arg-type]

        after = Turn.objects.get(pk=pk)
        assert ended == (before.state == "streaming")
        if ended and before.stop_requested_at:
            assert after.state == "stopped"
            assert after.answer == "".join(chunks[: before.stop_seen])
        elif ended:
            assert (after.state, after.answer) == (how["state"], "".join(chunks))
        if ended:
            assert [citation.number for citation in after.citations.all()] == [1]

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def let_a_lease_lapse_and_reap(self, data: st.DataObject) -> None:
        pk = data.draw(st.sampled_from(sorted(self.claims)))
        before = Turn.objects.get(pk=pk)
        Turn.objects.filter(pk=pk, state="streaming").update(lease_expires_at=Now() - timedelta(seconds=1))

        for turn in Turn.objects.find_abandoned():
            assert Turn.objects.interrupt(turn)
            kept = self.texts[turn.pk][: before.stop_seen] if before.stop_requested_at else self.texts[turn.pk]
            assert Turn.objects.get(pk=turn.pk).answer == "".join(kept)
            assert not Turn.objects.interrupt(turn)

    @precondition(lambda self: self.claims)
    @rule(owner=st.sampled_from(OWNERS))
    def an_owner_dies_and_is_reaped(self, owner: str) -> None:
        for turn in Turn.objects.find_abandoned({owner}):
            assert Turn.objects.interrupt(turn, {owner})
        assert not Turn.objects.filter(owner=owner).exists()

    @precondition(lambda self: self.claims)
    @rule(owner=st.sampled_from(OWNERS))
    def renew(self, owner: str) -> None:
        streaming = Turn.objects.filter(owner=owner, state="streaming")
        assert Turn.objects.renew(owner) == set(streaming.values_list("pk", flat=True))

    # Invariants

    @invariant()
    def the_rules_hold(self) -> None:
        turns = [Row(*values) for values in query(TURNS)]
        chunks = defaultdict(list)
        for pk, seq, text in query("SELECT turn_id, seq, text FROM chat_chunk ORDER BY turn_id, seq"):
            chunks[pk].append((seq, text))
        self._at_most_one_stream_per_login_session_and_per_conversation(turns)
        self._a_queue_never_exceeds_its_limit_and_is_never_overtaken(turns)
        self._chunks_are_numbered_without_gaps_and_gone_when_the_turn_has_ended(turns, chunks)
        self._ended_turns_never_change_and_can_be_read_from_any_seq(turns)

    def _at_most_one_stream_per_login_session_and_per_conversation(self, turns: list[Row]) -> None:
        streaming = [(turn.login_session_id, turn.conversation_id) for turn in turns if turn.state == "streaming"]
        for column in zip(*streaming, strict=True):
            assert len(set(column)) == len(column)

    def _a_queue_never_exceeds_its_limit_and_is_never_overtaken(self, turns: list[Row]) -> None:
        by_login, by_conversation = defaultdict[int, list[Row]](list), defaultdict[int, list[Row]](list)
        for turn in turns:
            by_login[turn.login_session_id].append(turn)
            by_conversation[turn.conversation_id].append(turn)
        for group in by_login.values():
            assert sum(turn.state in ACTIVE for turn in group) <= 6
        for group in (*by_login.values(), *by_conversation.values()):
            queued = [turn.id for turn in group if turn.state == "queued"]
            started = [turn.id for turn in group if turn.started_at]
            assert not queued or not started or max(started) < min(queued)

    def _chunks_are_numbered_without_gaps_and_gone_when_the_turn_has_ended(
        self, turns: list[Row], chunks: dict[int, list[tuple[int, str]]]
    ) -> None:
        for turn in turns:
            written = chunks[turn.id]
            if turn.state == "streaming":
                assert written == list(enumerate(self.texts[turn.id], 1))
                assert turn.seq == 0  # the row is not written with each chunk
            else:
                assert not written

    def _ended_turns_never_change_and_can_be_read_from_any_seq(self, turns: list[Row]) -> None:
        for turn in turns:
            if turn.state in TERMINAL and turn.id not in self.final:
                self.final[turn.id] = turn
                stored = Turn.objects.get(pk=turn.id)
                chunks = stored.answer_after(0)
                assert "".join(chunks) == turn.answer
                assert len(chunks) == turn.seq
                assert all("".join(stored.answer_after(n)) == "".join(chunks[n:]) for n in range(turn.seq + 1))
            assert self.final.get(turn.id, turn) == turn
        assert query(CITED_WHILE_ACTIVE) == [(0,)]
        assert query(PASSAGES_AFTER_THE_END) == [(0,)]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_walk_through_the_states_keeps_the_rules(part: int) -> None:
    run_state_machine_as_test(
        seed(part)(TurnMachine),
        settings=settings(
            max_examples=EXAMPLES // PARTS,
            stateful_step_count=14 if connection.vendor == "sqlite" else 8,  # a server takes twice as long for each
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
