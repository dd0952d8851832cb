"""Refusals of commands: outcomes with a message for the sender, never error pages."""


class Refused(Exception):
    """A command was refused, and nothing was changed.

    ``code`` names the refusal on the wire; ``retryable`` says whether the same command may succeed later.
    """

    code = "INVALID_REQUEST"
    retryable = False
    retry_after: int | None = None
    """Seconds until the same command may succeed, where only this refusal knows."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRequest(Refused):
    """The command is not valid."""


class NotFound(Refused):
    """The object does not exist, or belongs to someone else: the answer is the same."""

    code = "NOT_FOUND"


class SignedOut(NotFound):
    """The sign-in with which the command was sent has ended, or is bound to another hash of the password."""


class Conflict(Refused):
    """The request id was used before, for a different command."""

    code = "CONFLICT"


class QueueFull(Refused):
    """The queue of the login session is full."""

    code = "QUEUE_FULL"
    retryable = True


class RateLimited(Refused):
    """The user has reached the limit of requests per minute, or of requests at once."""

    code = "RATE_LIMITED"
    retryable = True


class NoRoom(Refused):
    """The site has no space for what somebody wants to store."""

    code = "NO_ROOM"
    retryable = True


class OverBudget(Refused):
    """The user has used the questions or tokens of the day; ``retry_after`` is the time until the next one."""

    code = "OVER_BUDGET"
    retryable = True

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
