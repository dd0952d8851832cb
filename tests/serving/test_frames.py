"""The frames that the sockets send, as ``websockets`` reads them."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import CLIENT, Protocol

from chat.serving.frames import text_frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_frame_is_read_as_the_text_that_it_holds(size: int) -> None:
    text = ("ü" * size).encode()[:size]
    client = Protocol(CLIENT)

    client.receive_data(text_frame(text))

    assert client.events_received() == [Frame(Opcode.TEXT, text)]
