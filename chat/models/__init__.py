"""The models, and the rules that they enforce."""

from .api_token import TOKEN_LIMIT, ApiToken
from .collection import Collection, Membership, Role
from .conversation import Conversation
from .login_session import LoginSession
from .passage_vector import PassageVector
from .password_offer import PasswordOffer
from .prepared import Many, Prepared
from .purge_lease import PurgeLease
from .recording import IndexedPassage, Recording, Segment
from .refusal import Conflict, InvalidRequest, NotFound, QueueFull, RateLimited, Refused
from .review_label import COMMENT_LIMIT, ReviewLabel
from .sign_in_attempt import SignInAttempt
from .title_word import TitleWord
from .trace_export import TraceExport
from .turns.answer import RETRACTION, Chunk, Citation, Ending, unretracted
from .turns.append import Append, Claim
from .turns.found import FoundPassage, found_passage
from .turns.indexed_turn import IndexedTurn
from .turns.queue import QUEUE_LIMIT, Submission
from .turns.state import ACTIVE, ENDED_EARLY, LASTING, TERMINAL, Failure, Phase, State
from .turns.turn import Turn

__all__ = [
    "ACTIVE",
    "COMMENT_LIMIT",
    "ENDED_EARLY",
    "LASTING",
    "QUEUE_LIMIT",
    "RETRACTION",
    "TERMINAL",
    "TOKEN_LIMIT",
    "ApiToken",
    "Append",
    "Chunk",
    "Citation",
    "Claim",
    "Collection",
    "Conflict",
    "Conversation",
    "Ending",
    "Failure",
    "FoundPassage",
    "IndexedPassage",
    "IndexedTurn",
    "InvalidRequest",
    "LoginSession",
    "Many",
    "Membership",
    "NotFound",
    "PassageVector",
    "PasswordOffer",
    "Phase",
    "Prepared",
    "PurgeLease",
    "QueueFull",
    "RateLimited",
    "Recording",
    "Refused",
    "ReviewLabel",
    "Role",
    "Segment",
    "SignInAttempt",
    "State",
    "Submission",
    "TitleWord",
    "TraceExport",
    "Turn",
    "found_passage",
    "unretracted",
]
