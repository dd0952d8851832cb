"""The ways in which a streaming turn can fail, each with the failure that its user reads."""

from .models import Failure


class TurnFailed(Exception):
    """An error that ends the turn. Its message goes to the log; the user reads the message of ``failure``."""

    failure = Failure.INTERNAL_ERROR


class RetrievalFailed(TurnFailed):
    """The search failed (finding nothing is not a failure)."""

    failure = Failure.RETRIEVAL_FAILED


class GenerationFailed(TurnFailed):
    """The model refused, broke off, or ended without a finish reason."""

    failure = Failure.GENERATION_FAILED


class ModelBusy(GenerationFailed):
    """The model is busy or unreachable, so a retry may succeed."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds until the retry; None if the model named no time."""


class ModelUnreachable(ModelBusy):
    """No connection to the model came about, or it failed too often to be called now."""

    failure = Failure.MODEL_UNREACHABLE


class ModelDenied(GenerationFailed):
    """The model does not accept the credentials of the site."""

    failure = Failure.MODEL_DENIED


class ModelUnknown(GenerationFailed):
    """The endpoint does not know the model, or the address is wrong."""

    failure = Failure.MODEL_UNKNOWN


class TimedOut(TurnFailed):
    """The model did not answer in time."""

    failure = Failure.TIMEOUT
