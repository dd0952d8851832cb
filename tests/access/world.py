"""A small site with one person of each role, and one thing of each kind that not everybody may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.accounts.permissions import USEFUL
from chat.accounts.sign_in_links import sign_in_link
from chat.models import (
    REVIEWERS,
    ApiToken,
    Collection,
    DataExport,
    Job,
    LoginSession,
    Membership,
    Recording,
    SpeakerErasure,
    Turn,
    Upload,
    UploadBatch,
    holding,
    inviting,
)
from chat.models.collection import Role

from ..support.asked import asked, citing, recorded

ROLES = ("anonymous", "user", "member", "manager", "reviewer", "administrator", "superuser", "token")
"""A member and a manager of the collection; the member has asked. The token is the member's."""
QUESTION, TITLE, SAID = "Which kestrel question?", "Kestrel meeting", "The kestrel nests in March."


@dataclass
class World:
    """The recording is in a collection of its own, which the member hears; the turn is the member's, about it."""

    people: dict[str, User] = field(default_factory=dict)
    secret: str = ""

    def __post_init__(self) -> None:
        create = get_user_model().objects.create_user
        self.people = {role: create(role, password="long-secret-words") for role in ROLES[1:-1]}
        self._give_roles()
        self.collection = Collection.objects.create(name="Birds")
        roles = {"member": Role.LISTEN, "manager": Role.MANAGE}
        self.memberships = {
            name: Membership.objects.create(collection=self.collection, user=self.people[name], role=role)
            for name, role in roles.items()
        }
        self.recording = self._recording()
        self.turn = self._turn()
        self.conversation = self.turn.conversation
        self.invitation, _ = inviting.invite(self.people["superuser"], name="Ana", email="ana@example.com")
        manager, now = self.people["manager"], timezone.now()
        self.erasure = SpeakerErasure.objects.create(actor=manager, name="Ana", finished_at=now)
        self.hold = holding.place(self.people["user"], name="Case 12", reason="A claim", actor=None)
        self.token, self.secret = ApiToken.issue(self.people["member"], "reports")
        self.factor = Authenticator.objects.create(
            user=self.people["member"], type="totp", data={"secret": "encrypted"}
        )
        batch = UploadBatch.objects.create(user=self.people["manager"], collection=self.collection)
        self.upload = Upload.objects.create(batch=batch, pair=0, is_transcript=False, name="kestrel.mp3", size=100)
        self.job = Job.objects.create(user=self.people["manager"], collection=self.collection, audio="incoming/k.mp3")
        self.export = DataExport.objects.create(user=self.people["member"], finished_at=timezone.now())

    def _give_roles(self) -> None:
        self.people["reviewer"].groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
        administrator, superuser = self.people["administrator"], self.people["superuser"]
        for person in (administrator, superuser):
            person.is_staff = True
        superuser.is_superuser = True
        for person in (administrator, superuser):
            person.save()
        administrator.user_permissions.add(*Permission.objects.filter(USEFUL))

    def _recording(self) -> Recording:
        folder = Path(settings.MEDIA_ROOT)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "kestrel.mp3").write_bytes(b"ID3" + bytes(100))
        return recorded(TITLE, SAID, collection=self.collection, audio="kestrel.mp3")

    def _turn(self) -> Turn:
        login = LoginSession.objects.create(user=self.people["member"])
        answer = f"{SAID[:-1]} [1]."
        return asked(login, QUESTION, answer=answer, citations=[citing(self.recording, excerpt=SAID)])

    def client(self, role: str) -> Client:
        """Return the browser of a person, or the program that has the token."""
        if role == "token":
            return Client(headers={"authorization": f"Bearer {self.secret}"})
        client = Client()
        if role in self.people:
            client.force_login(self.people[role])
        return client

    def address(self, route: str) -> str:
        """Return the address of a route for the things of this world."""
        return reverse(route, kwargs=self._arguments(route))

    def _arguments(self, route: str) -> dict[str, Any]:
        if route.startswith("admin:") and route.endswith(_BARE) and route != "admin:app_list":
            return {}
        name = max((name for name in _ARGUMENTS if route.startswith(name)), key=len, default="")
        return _ARGUMENTS[name](self) if name else {}


def _link(world: World) -> dict[str, Any]:
    user = User.objects.get(pk=world.people["user"].pk)  # as it is now: a link works until the next sign-in
    uid, token = sign_in_link(user, "").strip("/").split("/")[-2:]
    return {"uid": uid, "token": token}


def _content_type(world: World) -> dict[str, Any]:
    kind = ContentType.objects.get_for_model(Recording)
    return {"content_type_id": kind.pk, "object_id": world.recording.pk}


_ARGUMENTS: dict[str, Callable[[World], dict[str, Any]]] = {
    "chat:conversation-": lambda world: {"uuid": world.conversation.uuid},
    "chat:conversation-list": lambda world: {},
    "chat:conversation-archive": lambda world: {},
    "chat:turn-": lambda world: {"uuid": world.turn.uuid},
    "chat:turn-source": lambda world: {"uuid": world.turn.uuid, "number": 1},
    "chat:collection-": lambda world: {"uuid": world.collection.uuid},
    "chat:collection-list": lambda world: {},
    "chat:collection-new": lambda world: {},
    "chat:erasure-detail": lambda world: {"uuid": world.erasure.uuid},
    "chat:erasure-resume": lambda world: {"uuid": world.erasure.uuid},
    "chat:collection-member": lambda world: {"uuid": world.collection.uuid, "pk": world.memberships["member"].pk},
    "chat:collection-members": lambda world: {"uuid": world.collection.uuid},
    "chat:recording-": lambda world: {"uuid": world.recording.uuid},
    "chat:recording-list": lambda world: {},
    "chat:recording-options": lambda world: {},
    "chat:recording-speakers": lambda world: {},
    "chat:job-": lambda world: {"uuid": world.job.uuid},
    "chat:job-list": lambda world: {},
    "chat:job-shown": lambda world: {},
    "chat:recording-upload": lambda world: {},
    "chat:upload-detail": lambda world: {"uuid": world.upload.uuid},
    "chat:upload-piece": lambda world: {"uuid": world.upload.uuid, "offset": 0},
    "api:conversation-detail": lambda world: {"uuid": world.conversation.uuid},
    "api:upload-detail": lambda world: {"uuid": world.upload.uuid},
    "api:upload-piece": lambda world: {"uuid": world.upload.uuid, "offset": 0},
    "api:turn-": lambda world: {"uuid": world.turn.uuid},
    "api:review-detail": lambda world: {"uuid": world.conversation.uuid},
    "sign-in-link": _link,
    "invitation": lambda world: {"secret": "any"},  # tests/invitations has those that work
    "new-password": lambda world: {"secret": "any"},  # tests/accounts has those that work
    "invitations": lambda world: {},
    "invitation-renew": lambda world: {"uuid": world.invitation.uuid},
    "invitation-revoke": lambda world: {"uuid": world.invitation.uuid},
    "first-run": lambda world: {"secret": "any"},  # which does not matter: there is a superuser
    "scim:user-detail": lambda world: {"pk": world.people["user"].pk},
    "scim:group-detail": lambda world: {"pk": 1},
    "person": lambda world: {"pk": world.people["user"].pk},
    "hold-release": lambda world: {"uuid": world.hold.uuid},
    "second-factor-": lambda world: {},
    "second-factor-remove": lambda world: {"pk": world.factor.pk},
    "person-second-factor": lambda world: {"pk": world.people["member"].pk},
    "account-data-file": lambda world: {"uuid": world.export.uuid},
    "device-sign-out": lambda world: {"uuid": world.turn.login_session.uuid},
    "api-token-revoke": lambda world: {"uuid": world.token.login_session.uuid},
    "admin:view_on_site": _content_type,
    "admin:app_list": lambda world: {"app_label": "chat"},
    "admin:auth_group_": lambda world: {"object_id": Group.objects.get(name=REVIEWERS).pk},
    "admin:auth_user_": lambda world: {"object_id": world.people["user"].pk},
    "admin:auth_user_password_change": lambda world: {"id": world.people["user"].pk},
    "admin:auth_user_sign_in_link": lambda world: {"pk": world.people["user"].pk},
    "admin:chat_apitoken_": lambda world: {"object_id": world.token.pk},
    "admin:chat_recording_": lambda world: {"object_id": world.recording.pk},
    "admin:chat_conversation_": lambda world: {"object_id": world.conversation.pk},
    "admin:chat_conversation_print": lambda world: {"pk": world.conversation.pk},
    "admin:chat_conversation_reason": lambda world: {"pk": world.conversation.pk},
    "admin:chat_conversation_unmask": lambda world: {"pk": world.conversation.pk},
    "admin:chat_conversation_label": lambda world: {"pk": world.conversation.pk, "uuid": world.turn.uuid},
}
_BARE = ("changelist", "add", "export", "list", "search")
"""The ends of the names of addresses of the admin that name no row."""
