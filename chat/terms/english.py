"""The English words that say nothing about what a text is about."""

from __future__ import annotations

# English words that occur in any text, including every stop word of PostgreSQL's configuration "english".
STOP_WORDS = frozenset(
    """
    a again all also am an and any are as at be because been being both but by can cannot could did do does doing done
    each either else ever every far few for from further had has have having he her here hers herself him himself his
    how i if in into is it its itself just let many may me might more most much must my myself neither no nor not now of
    off on nothing anything something everything nobody anybody somebody everybody anyone someone everyone once only or
    other our ours ourselves out own per please same shall she should since so some such than that the their theirs them
    themselves then there these they this those though to too under until up upon us very was we were what whatever when
    where whether which while who whom whose why will with within without would yes yet you your yours yourself
    yourselves against between during through before after above below down over
    s t d m o y ll re ve ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan shouldn wasn weren
    won wouldn
    """.split()  # noqa: SIM905  # a list of literals has a line for each
)

# Words that ask, or that describe any recording: they say which kind of answer is wanted, not what it is about.
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
