"""Processing: what people bring becomes recordings, step by step, in the background of the serving processes.

A job is a row of the database. Each step stores what it has made in the storage or the database, and then, in the same
transaction where that is possible, that it is done: a process that dies costs at most the step, which another does
again with the same result.
"""

from .changing import again, attach_transcript, cancel
from .incoming import Incoming, begin
from .shown import as_json, shown_jobs

__all__ = ["Incoming", "again", "as_json", "attach_transcript", "begin", "cancel", "shown_jobs"]
