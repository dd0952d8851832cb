"""The views of conversations: the page of one, the page for a new one, and the list of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from ..accounts.forwarded_user import forwarded
from ..accounts.login_sessions import SignedInRequest
from ..llm import is_quote_only, name_for_readers
from ..models import (
    NO_LIMITS,
    Conversation,
    DailyBudget,
    Limits,
    Phase,
    Refused,
    Turn,
    review_policy,
    show_earlier_titles,
)
from ..models.limits import COLLECTIONS_LIMIT
from ..pages import page_of
from ..problems import STATUS
from ..query import search_text, uuid_of
from ..recordings.filter import filter_options
from ..search.conversations import Found, details, in_conversations
from ..search.query import parsed
from ..turns import asking
from ..turns.nudges import STOP_TOPIC
from ..turns.runner import runner
from .deletion import erasure
from .forms import RECORDINGS_LIMIT, AskForm, RenameForm
from .judged import mark_seen, note_unseen
from .periods import periods
from .reads import reads_of
from .rendering import PAGE, TurnPage, blank_conversation, render_blank_turn, turns_after, turns_of
from .sidebar import own_conversations, recent_conversations
from .welcome import welcome


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Show the page for a new question.

    ``?q=`` fills the box, and ``?recording=`` and ``?collection=`` choose what to search.
    """
    chosen = _named(request.GET.getlist("recording"))[:RECORDINGS_LIMIT]
    limits = Limits(collections=tuple(_named(request.GET.getlist("collection"))[:COLLECTIONS_LIMIT]))
    return _page(request, None, question=request.GET.get("q", ""), chosen=chosen, limits=limits)


@require_safe
def detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Show the last turns of a conversation; with ``?before=<turn>`` those before it.

    ``?turn=<turn>`` leads to the page that has this turn. With ``?edit=<turn>`` the box has the question of that turn,
    and the filter what it searched.
    """
    conversation = get_object_or_404(Conversation.objects.of(request.user.pk), uuid=uuid)
    if "turn" in request.GET:
        return redirect(
            _place_of(get_object_or_404(conversation.turns, uuid=uuid_of(request.GET["turn"])), conversation)
        )
    if "before" in request.GET:
        before = get_object_or_404(conversation.turns, uuid=uuid_of(request.GET["before"]))
        page = turns_of(conversation, request.user.pk, before=before)
        return _render_turns(request, "chat/conversation_earlier.html", conversation, page)
    if "edit" in request.GET:
        turn = get_object_or_404(conversation.turns, uuid=uuid_of(request.GET["edit"]))
        chosen = [UUID(recording["id"]) for recording in turn.recordings]
        return _page(request, conversation, question=turn.question, chosen=chosen, limits=Limits.of(turn.limits))
    return _page(request, conversation)


@require_POST
def ask(request: SignedInRequest, uuid: UUID | None = None) -> HttpResponse:
    """Ask without JavaScript. Show a refusal on the page, with the text still in the box."""
    conversation = get_object_or_404(Conversation.objects.of(request.user.pk), uuid=uuid) if uuid else None
    form = AskForm(request.POST)
    try:
        turn = asking.ask(request.login_session, form.submission(conversation=uuid), forwarded(request)).turn
    except Refused as refused:
        return _refused(request, conversation, form, refused)
    return redirect(f"{turn.conversation.get_absolute_url()}#turn-{turn.uuid}")


@require_POST
def rename(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Change the title of a conversation."""
    conversation = get_object_or_404(Conversation.objects.of(request.user.pk), uuid=uuid)
    form = RenameForm(request.POST)
    if not form.is_valid():
        return _page(request, conversation, rename_form=form, status=400)
    Conversation.objects.filter(pk=conversation.pk).rename(form.cleaned_data["title"])
    return redirect(conversation)


@require_POST
def delete(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Mark a conversation as deleted, and end the turns that run in it; say which legal hold keeps it, if one does."""
    conversation = get_object_or_404(Conversation.objects.of(request.user.pk), uuid=uuid)
    try:
        conversation.discard()
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(conversation)
    runner.wake(STOP_TOPIC)
    messages.success(request, f"The conversation was deleted: nobody can open it any more. {erasure()}")
    return redirect("chat:home")


@require_safe
def newer_turns(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Return the HTML of the turns after ``?after=<turn>`` as in the list on a page; 204 if there are none."""
    conversation = get_object_or_404(Conversation.objects.of(request.user.pk), uuid=uuid)
    after = request.GET.get("after")
    last = get_object_or_404(conversation.turns, uuid=uuid_of(after)) if after else None
    turns = turns_after(conversation, request.user.pk, last)
    token = get_token(request)
    return HttpResponse("".join(turn.html(token) for turn in turns), status=200 if turns else 204)


@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """Return the list in the sidebar; the conversation in ``?conversation=`` is marked as open."""
    current = uuid_of(request.GET.get("conversation", ""))
    return render(request, "chat/_conversations.html", recent_conversations(request.user) | {"current": current})


@require_safe
def archive(request: SignedInRequest) -> HttpResponse:
    """Show all conversations, 50 on a page: those with the words in ``?q=``, of the time in ``?period=``.

    ``?before=<conversation>``, ``?after=<conversation>`` and ``?end=1`` are other pages.
    """
    query = parsed(search_text(request))
    conversations = own_conversations(request.user.pk)
    offered = periods(conversations)
    period = next((period for period in offered if period.name == request.GET.get("period")), None)
    if query.text:
        conversations = in_conversations(
            query, Conversation.objects.found_of(request.user.pk), reader_id=request.user.pk
        )
    if period:
        conversations = period.of(conversations)
    named = request.user.conversations.all()
    page = page_of(conversations, request.GET, lambda name: named.filter(uuid=uuid_of(name) or UUID(int=0)))
    show_earlier_titles(page.rows, request.user.pk)
    found = details(query, page.rows, request.user.pk) if query.terms else [Found(item) for item in page.rows]
    note_unseen([item.conversation for item in found], request.user.pk)
    context = {"page": page, "found": found, "query": query, "periods": offered, "period": period}
    return render(request, "chat/conversation_archive.html", context)


def _place_of(turn: Turn, conversation: Conversation) -> str:
    """Return the address of a turn on the page of its conversation, or on one of its earlier turns."""
    later = list(conversation.turns.filter(pk__gt=turn.pk).order_by("pk")[:PAGE])
    page = f"?before={later[PAGE // 2].uuid}" if len(later) == PAGE else ""
    return f"{conversation.get_absolute_url()}{page}#turn-{turn.uuid}"


def _named(ids: Iterable[str]) -> list[UUID]:
    return [name for name in map(uuid_of, ids) if name]


def _refused(
    request: SignedInRequest, conversation: Conversation | None, form: AskForm, refused: Refused
) -> HttpResponse:
    chosen = _named(request.POST.getlist("recordings"))
    return _page(
        request,
        conversation,
        question=form.data.get("question", ""),
        chosen=chosen,
        limits=form.limits,
        refusal=refused.message,
        status=STATUS.get(refused.code, 400),
    )


def _page(
    request: SignedInRequest,
    conversation: Conversation | None,
    *,
    question: str = "",
    chosen: Collection[UUID] | None = None,
    limits: Limits = NO_LIMITS,
    refusal: str = "",
    rename_form: RenameForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = turns_of(conversation, request.user.pk) if conversation else TurnPage([])
    latest = page.turns[-1].turn if page.turns else None
    if chosen is None:
        chosen = [UUID(recording["id"]) for recording in latest.recordings] if latest else []
        limits = Limits.of(latest.limits) if latest else NO_LIMITS
    context = {
        "question": question,
        "refusal": refusal,
        "rename_form": rename_form,
        "request_id": uuid4(),
        "budget_left": DailyBudget.of(request.user.pk).left,
        "question_limit": Turn.QUESTION_LIMIT,
        "phases": Phase.choices,
        "is_quote_only": is_quote_only(),
        "model_name": name_for_readers(),
        "review_rule": [] if review_policy.rule().is_empty else review_policy.sentences(),
        "blank_turn": render_blank_turn(get_token(request)),
        "running": any(not shown.turn.is_terminal for shown in page.turns),
    }
    if conversation is None:
        context |= welcome(request.user.pk) | {"blank_conversation": blank_conversation()}
    template = "chat/conversation_detail.html" if conversation else "chat/home.html"
    return _render_turns(
        request, template, conversation, page, context | filter_options(chosen, limits, request.user.pk), status=status
    )


def _render_turns(
    request: SignedInRequest,
    template: str,
    conversation: Conversation | None,
    page: TurnPage,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        mark_seen(shown.judged for shown in page.turns)
    show_earlier_titles([conversation] if conversation else [], request.user.pk)
    token, uuids = get_token(request), [shown.turn.uuid for shown in page.turns]
    reads = reads_of(uuids, conversation) if conversation else {}
    context = (context or {}) | {
        "conversation": conversation,
        "page": page,
        "turns": [shown.html(token, reads=reads[shown.turn.uuid]) for shown in page.turns],
    }
    return render(request, template, context, status=status)
