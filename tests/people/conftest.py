from __future__ import annotations

import pytest

from chat.models import LoginSession, Turn

from ..support.asked import asked, citing, recorded
from .exports import QUESTION, SAID


@pytest.fixture
def turn(login: LoginSession) -> Turn:
    """An answer that quotes a recording which everyone hears."""
    recording = recorded("Heron planning", SAID)
    return asked(login, QUESTION, answer="In March [1].", citations=[citing(recording, excerpt=SAID)])
