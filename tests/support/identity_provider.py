"""A real OpenID Connect provider on loopback, in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .processes import ROOT, end_process, free_port, mortal, wait_until


@dataclass(frozen=True)
class IdentityProvider:
    """The provider, as a test uses it."""

    url: str

    def knows(self, sub: str, **claims: Any) -> None:
        """Let the provider have a person of whom it says this."""
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=10).raise_for_status()

    def falsify(self, **wrong: Any) -> None:
        """Let it say something wrong from now on; see ``falsifying_provider.falsify``. Without a word it is honest."""
        requests.put(f"{self.url}/falsify", json=wrong, timeout=10).raise_for_status()

    def asked(self) -> list[str]:
        """Return the paths that were asked for since ``falsify``."""
        return list(requests.get(f"{self.url}/asked", timeout=10).json())

    def agree(self, address: str, sub: str) -> str:
        """Sign a person in at the address to which the site sends a browser. Return the address of the way back."""
        response = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
        assert response.status_code == 302, response.text
        return response.headers["Location"]


@contextmanager
def providing(folder: Path) -> Iterator[IdentityProvider]:
    """Run a provider. Its log is in ``folder``."""
    port, log = free_port(), folder / "provider.log"
    command = mortal([sys.executable, "-W", "ignore", "-m", "tests.support.falsifying_provider", port], signal.SIGTERM)
    provider = IdentityProvider(f"http://127.0.0.1:{port}")
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        wait_until(lambda: _answers(provider), process, log)
        yield provider
    finally:
        end_process(process, signal.SIGTERM)


def _answers(provider: IdentityProvider) -> bool:
    try:
        return requests.get(f"{provider.url}/jwks", timeout=10).ok
    except requests.ConnectionError:
        return False
