"""The words of a text in the form in which they are compared, and which of them say what a question is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

WORD_LIMIT = 64
"""Characters of a word that count; PostgreSQL indexes no word of more than 2 KB."""

# Words of English that stand in any text. They contain all that PostgreSQL's configuration "english" leaves out.
STOP_WORDS = frozenset(
    """
    a again all also am an and any are as at be because been being both but by can cannot could did do does doing done
    each either else ever every few for from further had has have having he her here hers herself him himself his how i
    if in into is it its itself just let may me might more most much must my myself neither no nor not now of off on
    once only or other our ours ourselves out own per please same shall she should since so some such than that the
    their theirs them themselves then there these they this those though to too under until up upon us very was we were
    what whatever when where whether which while who whom whose why will with within without would yes yet you your
    yours yourself yourselves against between during through before after above below down over
    s t d m o y ll re ve ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan shouldn wasn weren
    won wouldn
    """.split()  # noqa: SIM905  # a list of literals has a line for each
)

# Words that ask, or name what every recording is: they tell what kind of answer is wanted, not what it is about.
ASKING_WORDS = frozenset(
    """
    about answer answers ask asked asking asks call calls comment commented comments conversation conversations
    describe described discuss discussed discusses discussing discussion discussions explain explained find gist give
    happen happened happens highlight highlights key know main meeting meetings mention mentioned mentions opinion
    opinions outline overview point points question questions recap recording recordings said say saying says show
    speak speaker speakers spoke spoken summaries summarise summarised summarize summarized summary takeaways talk
    talked talking talks tell telling think thinking thinks thought thoughts told topic topics transcript transcripts
    """.split()  # noqa: SIM905  # a list of literals has a line for each
)

# Scripts that put no space between words: every two neighbouring characters make one.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_ACCENT = re.compile("[\u0300-\u036f]+")
_WORD = re.compile("(?:[^\\W_]|[\u0900-\u0dff])+")  # with the vowel signs of India, which are no letters

_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))


def words(text: str) -> list[str]:
    """The words of a text in order, the same for every way to write them: without case, accents or ligatures.

    >>> words("Zoë’s naïve PLAN_B")
    ['zoe', 's', 'naive', 'plan', 'b']
    """
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _ACCENT.sub("", unicodedata.normalize("NFKD", text))).casefold()
        text = _UNSPACED.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", text)
    return [word[:WORD_LIMIT] for word in _WORD.findall(text)]


def terms(text: str) -> list[str]:
    """The words that a text is about, in order, without the endings of English; made to compare short texts.

    Stop words and words that merely ask are left out, so "What was the meeting about?" has none.
    """
    return [root(word) for word in informative(words(text))]


def informative(found: Iterable[str]) -> list[str]:
    """Those of the words that neither stand in any text nor merely ask."""
    return [word for word in found if word not in STOP_WORDS and word not in ASKING_WORDS]


def names_a_subject(text: str) -> bool:
    """Whether a question is about anything that could be looked for."""
    return bool(informative(words(text)))


def root(word: str) -> str:
    """A word without the endings of plural and verb: planned, planning, plans → plan. Others may stay apart."""
    if len(word) < 4 or not word.isascii() or word.endswith(("ss", "us", "is")):
        return word
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            return _undoubled(stem) if ending in ("ing", "ed") else stem + instead
    return word


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def _undoubled(stem: str) -> str:
    return stem[:-1] if stem[-1] == stem[-2] and stem[-1] not in "aeiouls" else stem
