"""Why a command is refused: each refusal is an outcome that its sender can read, never an error page."""


class Refused(Exception):
    """A command that was understood and not carried out; nothing was changed.

    ``code`` is the word on the wire; ``retryable`` says whether sending the same command later can succeed.
    """

    code = "INVALID_REQUEST"
    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRequest(Refused):
    """The command does not have the form it must have."""


class NotFound(Refused):
    """There is no such thing, or it belongs to someone else: both answer alike."""

    code = "NOT_FOUND"


class Conflict(Refused):
    """The request id was used before, for something else."""

    code = "CONFLICT"


class QueueFull(Refused):
    """As many questions wait in this login session as may wait."""

    code = "QUEUE_FULL"
    retryable = True


class RateLimited(Refused):
    """The user asked for more than they may ask for in a minute, or at once."""

    code = "RATE_LIMITED"
    retryable = True
