"""The page of the user's API tokens: list, create and revoke them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ..models import TOKEN_LIMIT, ApiToken, How, Refused
from .forms import ApiTokenForm
from .login_sessions import SignedInRequest
from .tokens import make_token, revoke_token


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    """Show the user's tokens. A POST creates one and shows its secret, which no other response contains."""
    form = ApiTokenForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        token, secret = make_token(request.user, form.cleaned_data["name"])
    except Refused as refused:
        form.add_error("name", refused.message)
        return _page(request, form, status=400)
    return _page(request, ApiTokenForm(), made=token, secret=secret)


@require_POST
def revoke(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Revoke a token, and stop the turns that were asked with it."""
    token = get_object_or_404(ApiToken.objects.of(request.user.pk), login_session__uuid=uuid)
    revoke_token(token, request.user, How.PAGE)
    messages.success(request, f"The token “{token.name}” was revoked.")
    return redirect("api-tokens")


def _page(
    request: SignedInRequest, form: ApiTokenForm, *, made: ApiToken | None = None, secret: str = "", status: int = 200
) -> HttpResponse:
    tokens = list(ApiToken.objects.of(request.user.pk))
    context = {"form": form, "tokens": tokens, "made": made, "secret": secret, "has_all": len(tokens) >= TOKEN_LIMIT}
    return render(request, "accounts/api_tokens.html", context, status=status)
