from __future__ import annotations

import logging

import pytest

from chatsite.log import OneLineFormatter, RefusalFilter, refusal_kind


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def record(name: str, message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, "x.py", 1, "%s", (message,), None)
    made.__dict__.update(extra)
    return made


def not_found(path: str) -> logging.LogRecord:
    return record("django.request", f"Not Found: {path}", status_code=404)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (record("django.security.DisallowedHost", "Invalid HTTP_HOST header"), "host"),
        (record("django.security.csrf", "Forbidden (Origin checking failed - x): /", status_code=403), "origin"),
        (record("django.security.csrf", "Forbidden (CSRF cookie not set.): /", status_code=403), "form"),
        (record("django.request", "Forbidden (Permission denied): /", status_code=403), "403"),
        (not_found("/x"), "404"),
        (record("chatsite.refused_sockets", "Refused", refused="origin"), "origin"),
        (record("uvicorn.error", "Invalid HTTP request received."), "malformed"),
        (record("django.request", "Internal Server Error: /", status_code=500), ""),
        (record("chat.turns.runner", "anything"), ""),
    ],
)
def test_a_refusal_is_recognised(event: logging.LogRecord, kind: str) -> None:
    assert refusal_kind(event) == kind


def test_one_line_a_minute_and_kind_passes_and_counts_the_others() -> None:
    clock = Clock()
    refusals = RefusalFilter(clock=clock)

    passed = [refusals.filter(not_found(f"/{number}")) for number in range(12)]
    other_kind = refusals.filter(record("django.request", "Gone: /", status_code=410))
    clock.now = 61
    later, latest = not_found("/later"), not_found("/latest")

    assert passed == [True, *[False] * 11]
    assert other_kind
    assert refusals.filter(later)
    assert not refusals.filter(latest)
    assert later.getMessage() == "Not Found: /later (11 more of this kind since the last such line)"


def test_a_refusal_has_no_traceback_and_an_error_of_ours_keeps_its_own() -> None:
    refusals = RefusalFilter()
    denied = record("django.request", "Forbidden (Permission denied): /", status_code=403)
    failed = record("django.request", "Internal Server Error: /", status_code=500)
    for event in (denied, failed):
        event.exc_info = (ValueError, ValueError("x"), None)

    assert refusals.filter(denied)
    assert refusals.filter(failed)
    assert refusals.filter(failed)
    assert "ValueError" not in OneLineFormatter().format(denied)
    assert "ValueError" in OneLineFormatter().format(failed)


def test_a_refused_origin_is_named_with_the_setting() -> None:
    event = record("django.security.csrf", "Forbidden (Origin checking failed - https://evil.example …): /")

    assert RefusalFilter().filter(event)

    assert "https://evil.example" in event.getMessage()
    assert event.getMessage().endswith("ORIGINS lists the origins of the site.")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/accounts/first/canary/", "/accounts/first/…/"),
        ("/accounts/invitation/canary/", "/accounts/invitation/…/"),
        ("/accounts/forgotten/canary/", "/accounts/forgotten/…/"),
        ("/accounts/link/MQ/canary/", "/accounts/link/MQ/…/"),
        ("/accounts/invitations/", "/accounts/invitations/"),
        ("/accounts/forgotten/", "/accounts/forgotten/"),
    ],
)
def test_the_secrets_of_links_are_left_out(path: str, kept: str) -> None:
    line = OneLineFormatter().format(record("django.request", f"Bad Request: {path} of a stranger", status_code=400))

    assert line.endswith(f"Bad Request: {kept} of a stranger")
