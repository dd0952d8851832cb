"""The table of what each part of a question costs."""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module

from chat.database.threads import _with_connection, close_connections

profile, profiled = import_module("bin._bench.profile"), import_module("bin._bench.profiled")
QUESTIONS = profile.USERS * profile.ANSWERS


def test_the_parts_of_a_thread_and_their_rest_are_all_of_its_time() -> None:
    account = {
        "threads": {"MainThread": 3.0, "database": 2.0, "lease": 0.5},
        "loop": {"chat/live": 1.0, "chat/llm": 1.5, "chat/turns": 1e-6},
        "work": {"database: search": [QUESTIONS, 1.5]},
    }

    rows = list(profile._rows(account))

    assert rows[:4] == [
        ("**event loop**", 0, 3.0),
        ("`chat/llm`", 0, 1.5),
        ("`chat/live`", 0, 1.0),
        ("the rest", 0, 0.5),
    ]
    assert rows[4:7] == [
        ("**database thread**", QUESTIONS, 2.0),
        ("`search`", QUESTIONS, 1.5),
        ("the rest", 0, 0.5),
    ]
    assert rows[-1] == ("other threads", 0, 0.5)


def test_work_is_named_for_its_function_whatever_is_bound_to_it() -> None:
    assert profiled.name_of(partial(partial(close_connections))) == "database.threads.close_connections"


def test_a_sample_belongs_to_the_innermost_part_of_the_site() -> None:
    frame = _with_connection(sys._getframe)  # called by the site, as a library is

    assert profiled.place_of(frame) == "chat/database"
    assert profiled.place_of(sys._getframe()) == "others"
