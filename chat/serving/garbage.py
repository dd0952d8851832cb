"""The garbage collector while a site starts.

``chatsite.commands`` pauses it before Django loads. What is imported stays for good, so the collector would find hardly
anything, and its passes over all of it would take a tenth of the start and more.
"""

from __future__ import annotations

import gc


def resume() -> None:
    """Let the collector go on, and never look at what has been imported."""
    gc.freeze()
    gc.enable()
