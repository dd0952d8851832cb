"""The table of every address and every role, with what comes of a request.

The conversation, the turn and the token are the member's, and the recording is in the collection that the member and
the manager hear: see ``world``. Nobody else gets anything of them but the reviewer, in the review.
"""

from __future__ import annotations

from dataclasses import dataclass

from .world import ROLES

TABLE = """
#                                       anonymous user     member   manager  reviewer admin.   super.   token
GET  chat:home                          sign-in   200      200      200      200      200      200      sign-in
POST chat:ask                           sign-in   go       go       go       go       go       go       sign-in
GET  chat:conversation-detail           sign-in   404      200      404      404      404      404      sign-in
POST chat:conversation-ask              sign-in   404      go       404      404      404      404      sign-in
POST chat:conversation-rename           sign-in   404      go       404      404      404      404      sign-in
POST chat:conversation-delete           sign-in   404      go       404      404      404      404      sign-in
GET  chat:conversation-turns            sign-in   404      200      404      404      404      404      sign-in
GET  chat:conversation-list             sign-in   200      200      200      200      200      200      sign-in
GET  chat:conversation-archive          sign-in   200      200      200      200      200      200      sign-in
GET  chat:turn-detail                   sign-in   404      200      404      404      404      404      sign-in
GET  chat:turn-source                   sign-in   404      200      404      404      404      404      sign-in
POST chat:turn-feedback                 sign-in   404      go       404      404      404      404      sign-in
GET  chat:turn-check                    sign-in   404      200      404      404      404      404      sign-in
POST chat:turn-stop                     sign-in   404      go       404      404      404      404      sign-in
POST chat:turn-retry                    sign-in   404      go       404      404      404      404      sign-in
GET  chat:about-data                    sign-in   200      200      200      200      200      200      sign-in
GET  chat:reviewers                     sign-in   200      200      200      200      200      200      sign-in
GET  chat:search                        sign-in   200      200      200      200      200      200      sign-in
GET  chat:collection-list               sign-in   200      200      200      200      200      200      sign-in
GET  chat:collection-new                sign-in   403      403      403      403      200      200      sign-in
GET  chat:collection-detail             sign-in   404      200      200      404      200      200      sign-in
POST chat:collection-edit               sign-in   404      404      go       404      go       go       sign-in
GET  chat:collection-retention          sign-in   403      403      403      403      200      200      sign-in
POST chat:collection-delete             sign-in   404      404      go       404      go       go       sign-in
POST chat:collection-leave              sign-in   404      go       go       404      404      404      sign-in
POST chat:collection-members            sign-in   404      404      go       404      go       go       sign-in
POST chat:collection-member             sign-in   404      404      go       404      go       go       sign-in
GET  chat:erasure-list                  sign-in   403      403      200      403      200      200      sign-in
GET  chat:erasure-new                   sign-in   403      403      200      403      200      200      sign-in
GET  chat:erasure-detail                sign-in   404      404      200      404      200      200      sign-in
POST chat:erasure-resume                sign-in   404      404      go       404      go       go       sign-in
GET  chat:recording-list                sign-in   200      200      200      200      200      200      sign-in
GET  chat:recording-options             sign-in   200      200      200      200      200      200      sign-in
GET  chat:recording-speakers            sign-in   200      200      200      200      200      200      sign-in
GET  chat:recording-upload              sign-in   200      200      200      200      200      200      sign-in
GET  chat:job-list                      sign-in   200      200      200      200      200      200      sign-in
GET  chat:job-shown                     sign-in   200      200      200      200      200      200      sign-in
POST chat:job-again                     sign-in   404      404      go       404      404      404      sign-in
POST chat:job-cancel                    sign-in   404      404      go       404      404      404      sign-in
POST chat:job-transcript                sign-in   404      404      go       404      404      404      sign-in
GET  chat:upload-detail                 sign-in   404      404      200      404      404      404      sign-in
PUT  chat:upload-piece                  sign-in   404      404      400      404      404      404      sign-in
GET  chat:recording-detail              sign-in   404      200      200      404      404      404      sign-in
GET  chat:recording-segments            sign-in   404      200      200      404      404      404      sign-in
GET  chat:recording-move                sign-in   404      404      200      404      404      404      sign-in
GET  chat:recording-consent             sign-in   404      404      200      404      404      404      sign-in
GET  chat:recording-language            sign-in   404      404      200      404      404      404      sign-in
GET  chat:recording-text                sign-in   404      200      200      404      404      404      sign-in
GET  chat:recording-audio               sign-in   404      200      200      404      404      404      sign-in
GET  chat:recording-delete              sign-in   404      404      200      404      404      404      sign-in
GET  chat:recording-withdraw-audio      sign-in   404      404      200      404      404      404      sign-in
GET  login                              200       go       go       go       go       go       go       200
POST logout                             sign-in   sign-in  sign-in  sign-in  sign-in  sign-in  sign-in  sign-in
GET  sign-in-link                       200       200      200      200      200      200      200      200
GET  first-run                          410       410      410      410      410      410      410      410
GET  account                            sign-in   200      200      200      200      200      200      sign-in
GET  account-data                       sign-in   200      200      200      200      200      200      sign-in
GET  account-data-progress              sign-in   200      200      200      200      200      200      sign-in
GET  account-data-file                  sign-in   404      200      404      404      404      404      sign-in
GET  account-conversations-delete       sign-in   200      200      200      200      200      200      sign-in
GET  account-delete                     sign-in   200      200      200      200      200      200      sign-in
GET  people                             sign-in   403      403      403      403      200      200      sign-in
GET  person                             sign-in   403      403      403      403      200      200      sign-in
POST person-active                      sign-in   403      403      403      403      go       go       sign-in
GET  person-delete                      sign-in   403      403      403      403      200      200      sign-in
GET  holds                              sign-in   403      403      403      403      200      200      sign-in
GET  hold-new                           sign-in   403      403      403      403      200      200      sign-in
GET  hold-release                       sign-in   403      403      403      403      200      200      sign-in
POST devices-sign-out                   sign-in   go       go       go       go       go       go       sign-in
POST device-sign-out                    sign-in   404      go       404      404      404      404      sign-in
GET  invitation                         410       410      410      410      410      410      410      410
GET  invitations                        sign-in   403      403      403      403      200      200      sign-in
POST invitation-renew                   sign-in   403      403      403      403      200      200      sign-in
POST invitation-revoke                  sign-in   403      403      403      403      go       go       sign-in
GET  forgotten                          200       200      200      200      200      200      200      200
GET  new-password                       410       410      410      410      410      410      410      410
GET  password_change                    sign-in   200      200      200      200      200      200      sign-in
GET  second-step                        sign-in   sign-in  sign-in  sign-in  sign-in  sign-in  sign-in  sign-in
GET  second-factor                      sign-in   200      200      200      200      200      200      sign-in
GET  second-factor-confirm              sign-in   200      200      200      200      200      200      sign-in
GET  second-factor-app                  sign-in   200      go       200      200      200      200      sign-in
GET  second-factor-passkey              sign-in   200      200      200      200      200      200      sign-in
POST second-factor-codes                sign-in   go       200      go       go       go       go       sign-in
GET  second-factor-remove               sign-in   404      200      404      404      404      404      sign-in
GET  person-second-factor               sign-in   403      403      403      403      200      200      sign-in
GET  reads                              sign-in   200      200      200      200      200      200      sign-in
GET  api-tokens                         sign-in   200      200      200      200      200      200      sign-in
POST api-token-revoke                   sign-in   404      go       404      404      404      404      sign-in
GET  admin:index                        sign-in   sign-in  sign-in  sign-in  200      200      200      sign-in
GET  admin:login                        sign-in   403      403      403      go       go       go       sign-in
POST admin:logout                       sign-in   sign-in  sign-in  sign-in  sign-in  sign-in  sign-in  sign-in
GET  admin:password_change              sign-in   go       go       go       go       go       go       sign-in
GET  admin:password_change_done         sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:autocomplete                 sign-in   sign-in  sign-in  sign-in  sign-in  404      404      sign-in
GET  admin:jsi18n                       sign-in   sign-in  sign-in  sign-in  200      200      200      sign-in
GET  admin:view_on_site                 sign-in   sign-in  sign-in  sign-in  sign-in  go       go       sign-in
GET  admin:auth_group_changelist        sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:auth_group_add               sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:auth_group_history           sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:auth_group_delete            sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:auth_group_change            sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
POST admin:auth_user_sign_in_link       sign-in   sign-in  sign-in  sign-in  sign-in  403      200      sign-in
GET  admin:auth_user_password_change    sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:auth_user_changelist         sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:auth_user_add                sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:auth_user_history            sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:auth_user_delete             sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:auth_user_change             sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:chat_apitoken_changelist     sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:chat_apitoken_add            sign-in   sign-in  sign-in  sign-in  sign-in  403      403      sign-in
GET  admin:chat_apitoken_history        sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:chat_apitoken_delete         sign-in   sign-in  sign-in  sign-in  sign-in  403      403      sign-in
GET  admin:chat_apitoken_change         sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:chat_recording_changelist    sign-in   sign-in  sign-in  sign-in  sign-in  200      200      sign-in
GET  admin:chat_recording_add           sign-in   sign-in  sign-in  sign-in  sign-in  403      403      sign-in
GET  admin:chat_recording_history       sign-in   sign-in  sign-in  sign-in  sign-in  go       go       sign-in
GET  admin:chat_recording_delete        sign-in   sign-in  sign-in  sign-in  sign-in  go       go       sign-in
GET  admin:chat_recording_change        sign-in   sign-in  sign-in  sign-in  sign-in  go       go       sign-in
POST admin:chat_conversation_label      sign-in   sign-in  sign-in  sign-in  go       sign-in  sign-in  sign-in
GET  admin:chat_conversation_search     sign-in   sign-in  sign-in  sign-in  200      sign-in  sign-in  sign-in
GET  admin:chat_conversation_export     sign-in   sign-in  sign-in  sign-in  200      sign-in  sign-in  sign-in
GET  admin:chat_conversation_print      sign-in   sign-in  sign-in  sign-in  200      sign-in  sign-in  sign-in
POST admin:chat_conversation_reason     sign-in   sign-in  sign-in  sign-in  200      sign-in  sign-in  sign-in
POST admin:chat_conversation_unmask     sign-in   sign-in  sign-in  sign-in  200      sign-in  sign-in  sign-in
GET  admin:chat_conversation_changelist sign-in   sign-in  sign-in  sign-in  200      sign-in  sign-in  sign-in
GET  admin:chat_conversation_add        sign-in   sign-in  sign-in  sign-in  403      sign-in  sign-in  sign-in
GET  admin:chat_conversation_history    sign-in   sign-in  sign-in  sign-in  200      sign-in  sign-in  sign-in
GET  admin:chat_conversation_delete     sign-in   sign-in  sign-in  sign-in  403      sign-in  sign-in  sign-in
GET  admin:chat_conversation_change     sign-in   sign-in  sign-in  sign-in  200      sign-in  sign-in  sign-in
GET  admin:app_list                     sign-in   sign-in  sign-in  sign-in  200      200      200      sign-in
GET  sso-begin                          404       404      404      404      404      404      404      404
GET  sso-callback                       404       404      404      404      404      404      404      404
GET  sso-sign-out                       404       404      404      404      404      404      404      404
GET  account_login                      sign-in   sign-in  sign-in  sign-in  sign-in  sign-in  sign-in  sign-in
GET  scim:user-list                     404      404      404      404      404      404      404      404
GET  scim:user-detail                   404      404      404      404      404      404      404      404
GET  scim:group-list                    404      404      404      404      404      404      404      404
GET  scim:group-detail                  404      404      404      404      404      404      404      404
GET  scim:configuration                 404      404      404      404      404      404      404      404
GET  scim:resource-types                404      404      404      404      404      404      404      404
POST api:chat-stream                    401       400      400      400      400      400      400      400
GET  api:conversation-list              401       200      200      200      200      200      200      200
GET  api:conversation-detail            401       404      200      404      404      404      404      200
PUT  api:turn-feedback                  401       404      200      404      404      404      404      200
PUT  api:turn-check                     401       404      200      404      404      404      404      200
GET  api:review-list                    401       404      404      404      200      404      404      404
POST api:review-detail                  401       404      404      404      200      404      404      404
GET  api:recording-list                 401       200      200      200      200      200      200      200
GET  api:upload-list                    401       200      200      200      200      200      200      200
GET  api:upload-detail                  401       404      404      200      404      404      404      404
PUT  api:upload-piece                   401       404      404      400      404      404      404      404
GET  api:openapi                        200       200      200      200      200      200      200      200
GET  api:nothing                        404       404      404      404      404      404      404      404
"""

REQUEST = "11111111-1111-4111-8111-111111111111"
DATA: dict[str, dict[str, str]] = {
    "chat:ask": {"question": "When?", "request_id": REQUEST},
    "chat:conversation-ask": {"question": "When?", "request_id": REQUEST},
    "chat:conversation-rename": {"title": "Birds"},
    "chat:turn-feedback": {"thumb": "up"},
    "chat:collection-edit": {"name": "Birds of prey"},
    "chat:collection-members": {"member": "user", "role": "listen"},
    "chat:collection-member": {"role": "manage"},
    "admin:chat_conversation_label": {"verdict": "good"},
    "api:turn-feedback": {"thumb": "up"},
    "api:turn-check": {"note": "Is it right?"},
    "api:review-detail": {"reason": "The weekly sample"},
}
"""What the requests send that change something."""


@dataclass(frozen=True)
class Row:
    """An address with what each role gets: a status, ``sign-in`` (that page comes first), or ``go`` (another page)."""

    method: str
    route: str
    outcomes: dict[str, str]

    @classmethod
    def of(cls, line: str) -> Row:
        method, route, *outcomes = line.split()
        return cls(method, route, dict(zip(ROLES, outcomes, strict=True)))


ROWS = [Row.of(line) for line in TABLE.strip().splitlines() if not line.startswith("#")]
