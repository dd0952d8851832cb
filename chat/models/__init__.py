"""The models, and the rules that they enforce."""

from . import holding, inviting, review_policy
from .access.acting import acting
from .access.event import REASON_LIMIT, AccessEvent, NotRecorded, Read
from .access.kinds import How, Kind
from .access.seal import AccessSeal, SealLease
from .api_token import TOKEN_LIMIT, ApiToken
from .check_request import NOTE_LIMIT, CheckRequest
from .collection import Collection, Membership, Role
from .consent_note import Consent, ConsentNote
from .conversation import Conversation
from .daily_budget import DailyBudget
from .daily_use import DailyUse, GroupBudget
from .data_export import DataExport, DataExportPart
from .deleted_recording import DeletedRecording
from .directory_entry import DirectoryEntry
from .earlier_title import show_earlier_titles
from .erasure import REMOVED, REMOVED_SPEAKER, ChangedAnswer, ErasedRuns, ErasedSpeaker, SpeakerErasure
from .erasure_plan import ErasurePlan
from .feedback import FEEDBACK_LIMIT, Feedback
from .first_run_link import FirstRunLink, has_administrator
from .heard import HeardOf, heard_of, unheard
from .hold import Held, Hold, holds_over, kept_under, refuse_if_held
from .invitation import Delivery, Invitation, may_invite
from .job_state import UNFINISHED, JobState
from .limits import NO_LIMITS, Limits
from .listed_reviewer import ListedReviewer
from .login_session import LoginSession, SignIn
from .members import Members, dissolve, hearers, make_collection, move
from .passage_vector import PassageVector
from .password_offer import PasswordOffer
from .password_reset import PasswordReset
from .preference import Preference
from .prepared import Many, Prepared
from .processing import Job
from .pseudonym import Pseudonym
from .purge_lease import PurgeLease
from .recording import IndexedPassage, Recording, Segment
from .refusal import Conflict, InvalidRequest, NoRoom, NotFound, OverBudget, QueueFull, RateLimited, Refused, SignedOut
from .retention import Removal, Retention, next_purge, removals
from .review import REASON_LENGTHS, Opening, Review, may_review
from .review_label import COMMENT_LIMIT, ReviewLabel
from .reviewer import REVIEWERS, is_reviewer, reviewers
from .scope import Filter, Scope
from .sign_in_attempt import SignInAttempt
from .title_word import TitleWord
from .trace_export import TraceExport
from .turns.answer import RETRACTION, UNHEARD_SOURCE, Chunk, Citation, Ending, unretracted
from .turns.append import Append, Claim
from .turns.found import FoundPassage, found_passage
from .turns.indexed_turn import IndexedTurn
from .turns.queue import QUEUE_LIMIT, Submission, Submitted
from .turns.quotation import Fidelity, Quotation
from .turns.state import ACTIVE, ENDED_EARLY, LASTING, TERMINAL, Failure, Phase, State
from .turns.turn import Turn
from .upload import ENDED_UPLOADS, INCOMING, Upload, UploadBatch, UploadState
from .withdrawn_audio import WithdrawnAudio

__all__ = [
    "ACTIVE",
    "COMMENT_LIMIT",
    "ENDED_EARLY",
    "ENDED_UPLOADS",
    "FEEDBACK_LIMIT",
    "INCOMING",
    "LASTING",
    "NOTE_LIMIT",
    "NO_LIMITS",
    "QUEUE_LIMIT",
    "REASON_LENGTHS",
    "REASON_LIMIT",
    "REMOVED",
    "REMOVED_SPEAKER",
    "RETRACTION",
    "REVIEWERS",
    "TERMINAL",
    "TOKEN_LIMIT",
    "UNFINISHED",
    "UNHEARD_SOURCE",
    "AccessEvent",
    "AccessSeal",
    "ApiToken",
    "Append",
    "ChangedAnswer",
    "CheckRequest",
    "Chunk",
    "Citation",
    "Claim",
    "Collection",
    "Conflict",
    "Consent",
    "ConsentNote",
    "Conversation",
    "DailyBudget",
    "DailyUse",
    "DataExport",
    "DataExportPart",
    "DeletedRecording",
    "Delivery",
    "DirectoryEntry",
    "Ending",
    "ErasedRuns",
    "ErasedSpeaker",
    "ErasurePlan",
    "Failure",
    "Feedback",
    "Fidelity",
    "Filter",
    "FirstRunLink",
    "FoundPassage",
    "GroupBudget",
    "HeardOf",
    "Held",
    "Hold",
    "How",
    "IndexedPassage",
    "IndexedTurn",
    "InvalidRequest",
    "Invitation",
    "Job",
    "JobState",
    "Kind",
    "Limits",
    "ListedReviewer",
    "LoginSession",
    "Many",
    "Members",
    "Membership",
    "NoRoom",
    "NotFound",
    "NotRecorded",
    "Opening",
    "OverBudget",
    "PassageVector",
    "PasswordOffer",
    "PasswordReset",
    "Phase",
    "Preference",
    "Prepared",
    "Pseudonym",
    "PurgeLease",
    "QueueFull",
    "Quotation",
    "RateLimited",
    "Read",
    "Recording",
    "Refused",
    "Removal",
    "Retention",
    "Review",
    "ReviewLabel",
    "Role",
    "Scope",
    "SealLease",
    "Segment",
    "SignIn",
    "SignInAttempt",
    "SignedOut",
    "SpeakerErasure",
    "State",
    "Submission",
    "Submitted",
    "TitleWord",
    "TraceExport",
    "Turn",
    "Upload",
    "UploadBatch",
    "UploadState",
    "WithdrawnAudio",
    "acting",
    "dissolve",
    "found_passage",
    "has_administrator",
    "heard_of",
    "hearers",
    "holding",
    "holds_over",
    "inviting",
    "is_reviewer",
    "kept_under",
    "make_collection",
    "may_invite",
    "may_review",
    "move",
    "next_purge",
    "refuse_if_held",
    "removals",
    "review_policy",
    "reviewers",
    "show_earlier_titles",
    "unheard",
    "unretracted",
]
