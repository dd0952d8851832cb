from __future__ import annotations

from collections.abc import Callable

import pytest

from ..support.site_process import SiteProcess
from .odd_requests import odd_requests, send

pytestmark = [pytest.mark.process, pytest.mark.any_database]


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_forty_odd_requests_write_few_lines_of_the_log(start_site: Callable[..., SiteProcess], server: str) -> None:
    site = start_site(SERVER=server)
    before = len(site.output.splitlines())
    requests = odd_requests(site.url)

    answers = [send(site.port, request) for request in requests]

    lines = site.output.splitlines()[before:]
    assert len(requests) > 40
    assert {answer[9:10] for answer in answers} <= {b"3", b"4"}  # none fails with 500
    assert len(lines) <= 10, lines
    for part in ("ALLOWED_HOSTS", "ORIGINS", "Not Found: /wp-login.php", "Forbidden (CSRF"):
        assert len([line for line in lines if part in line]) == 1, part
    assert not any(line.startswith(" ") or "Traceback" in line for line in lines)
