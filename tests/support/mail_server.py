"""A mail server on loopback that keeps what it gets."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from typing import Self


class MailServer:
    """Takes every mail. With ``refusal`` it answers each command with that, and with ``is_silent`` never."""

    def __init__(self, refusal: str = "", *, is_silent: bool = False) -> None:
        self.commands: list[str] = []
        self._mails: asyncio.Queue[str] = asyncio.Queue()
        self._refusal = refusal
        self._is_silent = is_silent
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *exception: object) -> None:
        assert self._server
        self._server.close()

    @property
    def port(self) -> int:
        assert self._server
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """The value of EMAIL_URL for this server."""
        return f"smtp://127.0.0.1:{self.port}?tls=off"

    async def next_mail(self) -> str:
        """Wait for the next mail, and return its text."""
        return await self._mails.get()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._is_silent:
            writer.write(b"220 mail.example\r\n")
        while line := await reader.readline():
            self.commands.append(line.decode().split()[0].upper())
            await self._answer(self.commands[-1], reader, writer)
        writer.close()

    async def _answer(self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusal and command not in ("EHLO", "QUIT"):
            writer.write(f"{self._refusal}\r\n".encode())
        elif command == "DATA":
            writer.write(b"354 go on\r\n")
            mail = message_from_bytes((await reader.readuntil(b"\r\n.\r\n"))[:-3], policy=policy.default)
            self._mails.put_nowait(str(mail.get_content()))
            writer.write(b"250 taken\r\n")
        else:
            writer.write(b"221 bye\r\n" if command == "QUIT" else b"250 ok\r\n")
