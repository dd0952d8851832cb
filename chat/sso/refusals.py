"""Why somebody is not signed in, in words, and the page that says it. What the provider said is in the log alone."""

from __future__ import annotations

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.base import ProviderException
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

INACTIVE = "Your account on this site is not active. Ask its administrator."
CANCELLED = "You have not signed in there, or the sign-in was refused."
UNKNOWN_STATE = "This sign-in began elsewhere, or over ten minutes ago, or was finished before. Please begin anew."
NOT_ACCEPTED = "The provider did not accept the answer that your browser brought back. Please begin anew."
UNREACHABLE = "The provider does not answer, or not as it should. Please try again in a few minutes."
ELSEWHERE = "This link leads to another site after the sign-in, so it is not followed."
NO_ADDRESS = "The provider does not say that your e-mail address was verified, so no account can be found by it."
NOT_INVITED = "There is no account for you on this site yet. Ask its administrator for an invitation."
OTHER_IDENTITY = (
    "The account with your e-mail address belongs to another identity of the provider. Ask the administrator."
)
SEVERAL_ACCOUNTS = "Several accounts of this site have your e-mail address. Ask its administrator."
WRONG_ISSUER = "The answer comes from another provider than this site trusts."
WRONG_AUDIENCE = "The provider's answer was made for another site."
WRONG_NONCE = "The provider's answer belongs to another sign-in. Please begin anew."
WRONG_TIME = (
    "The provider's answer is too old, or not valid yet. If this happens again, a clock is wrong: that of the provider"
    " or of this site."
)
WRONG_TOKEN = "The provider's answer is not valid: it was signed by somebody else, or a part is missing."  # noqa: S105  # no secret


class NotSignedIn(ProviderException):  # type: ignore[misc]  # the package has no types
    """The provider's answer signs nobody in. The message is for the user, the cause for the log."""

    def __init__(self, message: str, *, status: int = 403) -> None:
        super().__init__(message)
        self.message, self.status = message, status


def refused(request: HttpRequest, message: str, *, status: int) -> HttpResponse:
    """Return the page that says why nobody was signed in."""
    return render(request, "sso/refused.html", {"reason": message}, status=status)


def refuse(request: HttpRequest, message: str, *, status: int = 403) -> ImmediateHttpResponse:
    """Return what to raise to end a sign-in with that page."""
    return ImmediateHttpResponse(refused(request, message, status=status))
