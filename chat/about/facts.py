"""What a works council asks first, answered from the settings: a heading, and sentences that hold for this site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from ..display import shown
from ..llm import is_quote_only, name_for_readers
from ..models import Collection, Hold, Retention, review_policy
from ..models.daily_use import has_budgets
from ..models.reviewer import reviewers
from ..models.sign_in_attempt import WINDOW
from . import hosts

NAMED = 20
"""Most reviewers that are named; another page has them all."""


@dataclass(frozen=True)
class Section:
    """A heading of the page, and the sentences below it."""

    heading: str
    sentences: Sequence[str]


def sections(user_id: int | None = None) -> list[Section]:
    """Return the sections of the page about data, for a reader who knows of the collections that they hear."""
    return [
        Section("Who answers", [*_model()]),
        Section("Who reads your questions and answers", [*_readers()]),
        Section("What leaves this site", [*_leaving()] or ["Nothing: what is asked, answered and said stays here."]),
        Section("Where it is stored", [*_storage()]),
        Section("How long it is kept", [*_kept(user_id)]),
        Section("What is known about you", [*_identity()]),
    ]


def _readers() -> Iterator[str]:
    yield review_policy.in_words()
    if review_policy.is_on():
        names = [user.get_username() for user in reviewers().order_by("username")[: NAMED + 1]]
        others = " and others" if len(names) > NAMED else ""
        yield f"Reviewers are: {', '.join(names[:NAMED])}{others}." if names else "At present nobody is a reviewer."
        yield "Each reading is recorded before anything is shown, and you see it below the answer."
    if review_policy.rule().share:
        yield "The random share is drawn when you ask, with a secret key: nobody can choose what is in it."
    yield "Whoever runs the server can read its database without a record on this site."


def _model() -> Iterator[str]:
    if is_quote_only():
        yield "The built-in model answers, on this server. It quotes word for word what was said, and does not think."
        return
    name = name_for_readers()
    yield f"Answers are written by an AI{f', {name}' if name else ''}, at {_model_host()}. An AI can be wrong."
    yield "Each answer names the model that has written it, and the sources to check it against."


def _model_host() -> str:
    kind = str(settings.CHAT_MODEL).partition(":")[0]
    if kind == "python":
        return "a place that the operator of this site has programmed"
    return hosts.model() or f"the provider {kind}"


def _leaving() -> Iterator[str]:
    """Yield a sentence for each service that gets something; one that runs on this server is named as well."""
    yield from _to_model()
    if host := hosts.embeddings():
        model = _name(settings.EMBEDDINGS)
        yield f"What is said in the recordings, and each search, goes to {host}, where {model} computes its meaning."
    if host := hosts.index():
        name = _name(settings.CHAT_RETRIEVER)
        yield f"Each search goes to the index {name} at {host}, which has the recordings as text."
    yield from _to_transcriber()
    if host := hosts.audio():
        yield f"The sound of recordings is stored at {host}. When you listen, it passes through this site."
    yield from _to_mlflow()
    if host := hosts.mail():
        what = "Invitations, links for a new password and notices of sign-ins from a new browser"
        yield f"{what} go to the mail server {host}, with your name and address."
    if settings.CHAT_LANGSMITH:
        yield "If the operator has set LangSmith up, it gets each question with its passages, and the answer."


def _to_model() -> Iterator[str]:
    if is_quote_only():
        return
    history = f", up to {settings.CHAT_HISTORY_TURNS} exchanges before it" if settings.CHAT_HISTORY_TURNS else ""
    yield (
        f"For each answer, {_model_host()} gets your question{history}, and up to {settings.CHAT_PASSAGES} passages of"
        " recordings, with their titles and speakers."
    )
    uses = [text for text, is_on in _further_uses() if is_on]
    if uses:
        yield f"The same model also {_joined(uses)}."
    of_workspace = settings.CHAT_MODEL.startswith("databricks") or settings.OPENAI_BASE_URL == "databricks"
    if settings.CHAT_ON_BEHALF_OF and settings.TRUSTED_PROXY and of_workspace and not settings.CHAT_LANGSMITH:
        yield "The model is called with your own sign-in, so the workspace can see that it is you who asks."
    else:
        yield "The model is not told who asks."


def _further_uses() -> Iterator[tuple[str, bool]]:
    yield "rewrites follow-up questions for the search", bool(settings.CHAT_REWRITE and settings.CHAT_HISTORY_TURNS)
    yield "judges what the search has found", settings.CHAT_GRADE
    yield "names new conversations", settings.CHAT_TITLES


def _to_transcriber() -> Iterator[str]:
    kind, _, model = str(settings.TRANSCRIBER).partition(":")
    host, what = hosts.transcriber(), "The sound of a recording that comes without a transcript"
    if kind == "faster-whisper":
        yield f"{what} is written down by Whisper on this server."
    elif host:
        name = "ai_transcribe" if kind == "databricks-sql" else model
        yield f"{what} goes to {host}, where {name} writes it down."


def _to_mlflow() -> Iterator[str]:
    if not (host := hosts.traces()):
        return
    if settings.MLFLOW_TEXTS:
        yield (
            f"MLflow at {host} gets each question with your user name, its answer, its quotes, times and numbers of"
            " tokens, your thumbs, and reviewers' labels with their names. What you delete here stays there."
        )
    else:
        numbers = "times, numbers of tokens, thumbs and labels"
        yield f"MLflow at {host} gets {numbers} of each question, but no words and no names."


def _storage() -> Iterator[str]:
    vendor = "SQLite" if "sqlite" in settings.DATABASES["default"]["ENGINE"] else "PostgreSQL"
    yield f"Recordings as text, questions and answers: in a database ({vendor}) on {hosts.database()}."
    host = hosts.audio()
    yield f"The sound of recordings: {f'at {host}' if host else 'in a folder of this server'}."
    if host := hosts.redis():
        yield f"While an answer is written, its text passes through Redis on {host}, which does not keep it."
    yield "Your browser loads pages, scripts and sound from this site alone."


def _kept(user_id: int | None) -> Iterator[str]:
    if days := settings.CHAT_RETENTION_DAYS:
        yield f"A conversation is removed {_days(days)} after its last question."
    else:
        yield "A conversation is kept until you delete it."
    if settings.PURGE_AT is None:
        yield "What was deleted is hidden at once, and erased when the operator of this site purges it."
    else:
        at = f"{settings.PURGE_AT:%H:%M} ({settings.TIME_ZONE})"
        yield f"What was deleted is hidden at once, and erased from the database at {at} of each day."
    yield "Backups that were made before still have it, for as long as the operator keeps them."
    yield "A recording is kept until the operator removes it, unless its collection is kept for a time."
    for retention in _retentions(user_id):
        yield f"In the collection “{shown(retention.collection.name)}” {_joined([*_times(retention)])}."
    if Hold.objects.standing().exists():
        yield "Legal holds are in force: what one keeps cannot be deleted before it is released, also not by you."


def _retentions(user_id: int | None) -> Iterable[Retention]:
    """Return the retention of the collections that a reader hears, where it is limited."""
    heard = Collection.objects.heard_by(user_id or 0).order_by()
    limited = Retention.objects.filter(collection__in=heard.values("pk")).select_related("collection")
    kept_for_ever = Q(recording_days=None, conversation_days=None)
    return limited.exclude(kept_for_ever).order_by("collection__name")[:NAMED]


def _times(retention: Retention) -> Iterator[str]:
    if days := retention.recording_days:
        yield f"recordings are removed {_days(days)} after they came in"
    if days := retention.conversation_days:
        yield f"conversations that quote its recordings are removed {_days(days)} after the last question"


def _identity() -> Iterator[str]:
    if settings.TRUSTED_PROXY:
        yield "Your company's sign-in sends your user name, your e-mail address and your name, which are stored."
    else:
        if settings.PASSWORD_SIGN_IN:
            yield "Your user name, and a password that is stored so that nobody can read it."
        if settings.SSO_OIDC_ISSUER:
            provider = hosts.host_of(settings.SSO_OIDC_ISSUER)
            yield f"If you sign in at {provider}: your name, your address and your id there."
        yield "If you were invited: your name and your e-mail address, as the invitation had them."
    yield "Of each browser in which you are signed in: what it says of itself, and when it was last used."
    yield "Your time zone and theme, if you choose them on the page of your account."
    yield f"A sign-in lasts {_days(timedelta(seconds=settings.SESSION_COOKIE_AGE).days)} at most."
    if has_budgets():
        yield "The questions and tokens that you use on a day are counted; each day replaces the one before."
    minutes = WINDOW // timedelta(minutes=1)
    yield f"Failed sign-ins count for {minutes} minutes, by a digest of name and address; then they are erased."


def _name(setting: object) -> str:
    return str(setting).partition(":")[2]


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _joined(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
