"""Small programs that run a command of the site, and print what has become of their process."""

from __future__ import annotations

import os
import subprocess
import sys

from .processes import ROOT


def printed_by(program: str, command: str) -> str:
    """Return the last line that a Python program prints, which finds ``command`` and ``--help`` as its arguments."""
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "chatsite.settings"}
    arguments = [sys.executable, "-c", program, command, "--help"]
    printed = subprocess.run(arguments, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout
    return printed.splitlines()[-1]
