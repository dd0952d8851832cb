"""Valid and invalid requests, generated from docs/openapi.json: a running site answers each as described there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from ..support.site_process import SiteProcess
from .openapi import DOCUMENT
from .test_servers import token_of

pytestmark = [pytest.mark.process, pytest.mark.repeats, pytest.mark.any_database]

EXAMPLES = 10


def test_every_request_is_answered_as_described(start_site: Callable[..., SiteProcess]) -> None:
    site = start_site(CHAT_EMBEDDED_WORDS_PER_SECOND="0", CHAT_COMMANDS_PER_MINUTE="100000")
    headers = {"Authorization": f"Bearer {token_of(site)}"}
    operations: Any = schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()  # each wrapped in a result
    asked = 0

    for operation in (result.ok() for result in operations):
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:

            @settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                nonlocal asked
                asked += 1
                case.call_and_validate(base_url=site.url, headers=headers)

            ask()

    assert asked > 4 * EXAMPLES
