"""What can go wrong while a turn streams, each with the failure that its user reads."""

from .models import Failure


class TurnFailed(Exception):
    """The turn cannot go on. What the exception says is for the log; the user reads the failure's message."""

    failure = Failure.INTERNAL_ERROR


class RetrievalFailed(TurnFailed):
    """The search did not work (finding nothing is not a failure)."""

    failure = Failure.RETRIEVAL_FAILED


class GenerationFailed(TurnFailed):
    """The model refused, broke off, or ended without saying why."""

    failure = Failure.GENERATION_FAILED


class ModelBusy(GenerationFailed):
    """The model refused for now, or could not be reached, so asking again may help; ``retry_after`` if it said when."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds."""


class TimedOut(TurnFailed):
    """The model did not answer in time."""

    failure = Failure.TIMEOUT
