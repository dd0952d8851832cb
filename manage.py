#!/usr/bin/env python3
"""Run a management command of chatsite."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

NEEDED = ("django", "environ", "channels", "csp")
ELSEWHERE = """\
chatsite: this Python ({python}) lacks the site's packages. Use instead, from any folder:
  {bin}/run              to start the site
  {bin}/import PATH…     to import transcripts
  {bin}/manage {command}"""

if __name__ == "__main__":
    if not all(map(find_spec, NEEDED)):
        folder = Path(__file__).resolve().parent / "bin"
        command = " ".join(sys.argv[1:]) or "COMMAND   for every other command"
        sys.exit(ELSEWHERE.format(python=sys.executable, bin=folder, command=command))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    from django.core.exceptions import ImproperlyConfigured

    from chatsite.commands import Commands

    try:
        Commands(sys.argv).execute()
    except ImproperlyConfigured as error:
        sys.exit(f"chatsite: {error}")
