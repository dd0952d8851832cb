"""The threads that look at the content of whole files."""

from __future__ import annotations

import os
import threading

from chat.uploads import completing


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_whoever_looks_at_the_content_of_a_file_yields_to_answers() -> None:
    assert completing._hashing.submit(niceness).result() >= completing.NICE
