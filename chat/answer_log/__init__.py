"""The answer as a log: one writer appends numbered chunks, everyone else follows from a seq on."""

from .buffer import AnswerLog
from .follow import follow
from .group_commit import GroupCommit

__all__ = ["AnswerLog", "GroupCommit", "follow"]
