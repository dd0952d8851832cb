"""The garbage of a site that starts: there is hardly any before it has been imported, since that stays for good.

``chatsite.commands`` pauses the collector before Django loads: its passes over the imports would take a tenth of the
start and more.
"""

from __future__ import annotations

import gc


def resume() -> None:
    """Collect garbage again, but look no more at what has been imported."""
    gc.freeze()
    gc.enable()
