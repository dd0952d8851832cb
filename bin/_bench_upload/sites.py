"""A site that takes files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.site_process import SiteProcess

MANAGER = (
    "from django.contrib.auth.models import User; from chat.models import ApiToken, Collection, Membership;"
    "demo = User.objects.get(username='demo');"
    "Membership.objects.create(collection=Collection.objects.default(), role='manage', user=demo);"
    "print(ApiToken.issue(demo, 'a bench')[1])"
)


@contextmanager
def site(server: str, **settings: str) -> Iterator[tuple[SiteProcess, str]]:
    """Run a site whose demo user manages the collection of new recordings; yield it with a token of that user."""
    settings |= {"SERVER": server, "CHAT_COMMANDS_PER_MINUTE": "100000"}
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as folder:
        place = SiteProcess(Path(folder), **settings)  # type: ignore[arg-type]  # settings of the site
        place.manage("prepare")
        token = place.manage("shell", "--no-imports", "-c", MANAGER).split()[-1]
        with place:
            yield place, token


def pid_of(place: SiteProcess) -> int:
    assert place.process  # noqa: S101  # for mypy
    return place.process.pid
