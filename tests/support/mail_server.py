"""A mail server on loopback that keeps what it gets."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


class MailServer:
    """Takes every mail, or answers each command with ``refusal``."""

    def __init__(self, refusal: str = "") -> None:
        self.mails: list[EmailMessage] = []
        self.arrived = asyncio.Event()
        self._refusal = refusal
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *exception: object) -> None:
        assert self._server
        self._server.close()

    @property
    def url(self) -> str:
        """The value of EMAIL_URL for this server."""
        assert self._server
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}?tls=off"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        while line := await reader.readline():
            command = line[:4].upper()
            if self._refusal and command not in (b"EHLO", b"QUIT"):
                writer.write(f"{self._refusal}\r\n".encode())
            elif command == b"DATA":
                writer.write(b"354 go on\r\n")
                self._keep(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 taken\r\n")
            else:
                writer.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")
        writer.close()

    def _keep(self, data: bytes) -> None:
        self.mails.append(message_from_bytes(data[:-3], policy=policy.default))
        self.arrived.set()
