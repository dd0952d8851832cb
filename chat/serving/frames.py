"""The frames of WebSockets that hold a whole text, made in one step where the servers' libraries take ten."""

from __future__ import annotations


def text_frame(text: bytes) -> bytes:
    """Return the frame in which a server sends this text, neither masked nor compressed (RFC 6455, section 5.2)."""
    size = len(text)
    if size < 126:
        return b"\x81%c%b" % (size, text)
    return (b"\x81\x7e" + size.to_bytes(2) if size < 65_536 else b"\x81\x7f" + size.to_bytes(8)) + text
