"""The rights that the groups of an identity give at the provider. It decides anew at each sign-in."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction

from ..accounts.forwarded_groups import join_groups
from ..models import REVIEWERS, How, Refused, acting
from ..models.administrators import keep_an_administrator

logger = logging.getLogger(__name__)


def follow_claims(user: User, claims: Mapping[str, Any]) -> None:
    """Give a user the groups and roles that the provider names, and take the others away."""
    named = _named_groups(claims)
    if named is None:
        return
    with acting(None, How.SSO):
        groups = Group.objects.exclude(name=REVIEWERS)
        decided = groups.filter(name__in=settings.SSO_OIDC_GROUPS) if settings.SSO_OIDC_GROUPS else groups
        join_groups(user, decided, named)
        if settings.SSO_OIDC_REVIEWER_GROUP:
            _let_review(user, settings.SSO_OIDC_REVIEWER_GROUP in named)
        if settings.SSO_OIDC_ADMIN_GROUP:
            _let_administrate(user, settings.SSO_OIDC_ADMIN_GROUP in named)


def _named_groups(claims: Mapping[str, Any]) -> Collection[str] | None:
    """Return the groups of an identity; None if the provider does not say. One that lists none says that."""
    claim = settings.SSO_OIDC_GROUPS_CLAIM
    if not claim:
        return None
    if claim in (claims.get("_claim_names") or {}):  # too many groups for a token, of Entra ID
        logger.warning("The provider sends too many groups in the claim %s, so the groups stay as they are.", claim)
        return None
    listed = claims.get(claim) or []
    return {str(name) for name in (listed if isinstance(listed, list) else [listed])}


def _let_review(user: User, may: bool) -> None:
    group, _ = Group.objects.get_or_create(name=REVIEWERS)
    if may != group.user_set.filter(pk=user.pk).exists():
        (group.user_set.add if may else group.user_set.remove)(user)


def _let_administrate(user: User, may: bool) -> None:
    """Make a user an administrator, or none any more; the last one stays one."""
    if user.is_superuser == may:
        return
    try:
        with transaction.atomic():
            if not may:
                keep_an_administrator(user)
            user.is_staff = user.is_superuser = may
            user.save(update_fields=["is_staff", "is_superuser"])
    except Refused:
        logger.warning("%s is in the group of administrators no longer, but is the last one.", user.get_username())
