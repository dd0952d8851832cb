"""What of an answer a reader may not hear: its sources, and the recordings that its question was limited to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ..models import Citation, HeardOf, Quotation, Turn
from ..models.heard import may_be_unheard
from .masking import Hidden


class Answered(Protocol):
    """A turn, or an exchange of the history, that has or had an answer."""

    @property
    def recordings(self) -> Sequence[Mapping[str, Any]]:
        """The filter of the question."""

    @property
    def is_withdrawn(self) -> bool:
        """Whether the answer ended because one of its recordings could not be heard any more."""


def unheard_answers(turns: Iterable[Turn], citations: Mapping[int, Sequence[Citation]], reader_id: int) -> set[int]:
    """Return the ids of those turns with these citations of whose answers the reader may not read anything.

    They broke off in the release before, which kept nothing of what the model got: they may be from anything.
    """
    unknown = [turn.pk for turn in turns if turn.is_broken and turn.answer and not citations.get(turn.pk)]
    if not unknown:
        return set()
    return set(Turn.objects.filter(may_be_unheard(reader_id), pk__in=unknown).values_list("pk", flat=True))


def hidden_in(
    answered: Answered,
    citations: Sequence[Citation],
    quotations: Sequence[Quotation],
    heard: HeardOf,
    *,
    is_unheard: bool = False,
) -> Hidden:
    """Return what has to be masked in an answer.

    The citations are those ``for_reader``, and so are the quotations, or those ``hidden_from`` the reader; ``heard``
    says of which recordings in the filter the reader may know. If an answer names no source, each of its sentences may
    be from any passage that its model got or from what it quotes; if it breaks off, those after its last marker may be
    from such a passage. One that ``may_be_unheard`` is masked as a whole.
    """
    hidden = [citation for citation in citations if not citation.is_heard]
    quoted = [(each.begin, each.end) for each in quotations if not each.may_be_shown]
    known = heard.existing | heard.deleted
    titles = [citation.recording_title for citation in hidden]
    names_sources = any(citation.cited for citation in citations) and not answered.is_withdrawn
    return Hidden(
        numbers=frozenset(citation.number for citation in hidden),
        excerpts=[citation.excerpt for citation in hidden],
        titles=[*titles, *(each["title"] for each in answered.recordings if each["id"] not in known)],
        stretches=quoted,
        is_whole=is_unheard or (not names_sources and (bool(quoted) or any(not each.cited for each in hidden))),
    )
