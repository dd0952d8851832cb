"""What an event of the log of accesses can say: what happened, and in which way."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    """What happened. Those of ``OF_CONTENT`` name the owner whose content it was."""

    READ = "read", "read"
    SEARCHED = "searched", "searched in texts"
    FOUND = "found", "shown as the result of a search"
    EXPORTED = "exported", "exported"
    UNMASKED = "unmasked", "shown with the name of the owner"
    REVIEWER_ADDED = "reviewer-added", "became a reviewer"
    REVIEWER_REMOVED = "reviewer-removed", "is no longer a reviewer"
    REVIEWERS_CHANGED = "reviewers-changed", "the group of reviewers was changed"
    MEMBER_ADDED = "member-added", "became a member of a collection"
    MEMBER_REMOVED = "member-removed", "is no longer a member of a collection"
    MEMBER_CHANGED = "member-changed", "got another role in a collection"
    RECORDING_MOVED = "recording-moved", "was moved to another collection"
    RECORDING_DELETED = "recording-deleted", "a recording was deleted"
    AUDIO_WITHDRAWN = "audio-withdrawn", "the audio of a recording was withdrawn"
    CONSENT_NOTE = "consent-note", "the consent note of a recording was changed"
    SPEAKER_ERASED = "speaker-erased", "words of a speaker were erased"
    COLLECTION_CHANGED = "collection-changed", "the rules of a collection were changed"
    PASSWORD_RESET = "password-reset", "set a new password by a link"  # the name of an event
    INVITED = "invited", "was invited"
    INVITATION_SENT = "invitation-sent", "got a new link for an invitation"
    INVITATION_REVOKED = "invitation-revoked", "had an invitation that was revoked"
    INVITATION_USED = "invitation-used", "came in by an invitation"
    FIRST_ADMINISTRATOR = "first-administrator", "became the first administrator"
    ACCOUNT_MADE = "account-made", "got an account"
    ACCOUNT_DEACTIVATED = "account-deactivated", "was deactivated"
    ACCOUNT_ACTIVATED = "account-activated", "was activated again"
    ACCOUNT_DELETED = "account-deleted", "was deleted"
    GROUPS_CHANGED = "groups-changed", "got other groups"
    ROLE_CHANGED = "role-changed", "got other rights"
    PASSWORD_CHANGED = "password-changed", "got another password"
    HOLD_PLACED = "hold-placed", "was put under a legal hold"
    HOLD_RELEASED = "hold-released", "was released from a legal hold"
    SIGN_IN_LINKED = "sign-in-linked", "signs in with an identity of the provider from now on"
    SIGN_IN_UNLINKED = "sign-in-unlinked", "no longer signs in with an identity of the provider"
    SIGN_IN_LINK_MADE = "sign-in-link-made", "got a link to sign in"
    SIGN_IN_LINK_USED = "sign-in-link-used", "used a link to sign in"
    TOKEN_MADE = "token-made", "got an API token"  # the name of an event
    TOKEN_REVOKED = "token-revoked", "lost an API token"  # the same
    FACTOR_ADDED = "factor-added", "got a second factor"
    FACTOR_REMOVED = "factor-removed", "lost a second factor"
    RECOVERY_CODES_MADE = "recovery-codes-made", "got new recovery codes"
    RECOVERY_CODE_USED = "recovery-code-used", "used a recovery code"


OF_CONTENT = (Kind.READ, Kind.FOUND, Kind.EXPORTED, Kind.UNMASKED)
OF_REVIEWERS = (Kind.REVIEWER_ADDED, Kind.REVIEWER_REMOVED, Kind.REVIEWERS_CHANGED)


class How(models.TextChoices):
    """The way in which it happened. The column takes any word, so a new way needs no migration."""

    PAGE = "page", "on a page"
    PRINT = "print", "in the print view"
    JSON = "json", "as JSON"
    CSV = "csv", "as CSV"
    SEARCH = "search", "by a search"
    HISTORY = "history", "in the history of the admin"
    API = "api", "by the API"
    ADMIN = "admin", "in the admin"
    SETTING = "setting", "by a setting"
    PROXY = "proxy", "by the proxy"
    SCIM = "scim", "by the directory"
    SSO = "sso", "by single sign-on"
    LINK = "link", "by a link"
    INVITATION = "invitation", "by an invitation"
    UPGRADE = "upgrade", "by an upgrade"
    PROGRAM = "program", "by a program"
