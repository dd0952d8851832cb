"""What browsers say of themselves (``User-Agent``), in words: ``Firefox on Linux``."""

from __future__ import annotations

from ..display import shown

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""A word of the browser, and its name. Most pretend to be those that come later."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
_LONGEST = 40


def described(agent: str) -> str:
    """Return the browser and its system in words; for a program its own name; ``Unknown browser`` if it says nothing.

    >>> described("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    """
    browser = next((name for word, name in _BROWSERS if word in agent), "")
    system = next((name for word, name in _SYSTEMS if word in agent), "")
    if browser or system:
        return f"{browser or 'A browser'} on {system}" if system else browser
    program = shown(agent.partition("/")[0].strip())[:_LONGEST]
    return program if program.isprintable() and program else "Unknown browser"
