"""The examples in docs/api.md work: they are run against a site."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chat.api.question import Question
from chat.problems import STATUS, ProblemCode

from ..support.processes import ROOT
from ..support.site_process import SiteProcess
from .openapi import DOCUMENT
from .test_servers import token_of

TEXT = (ROOT / "docs" / "api.md").read_text()
QUESTION = "How much does the Heron cost?"


@pytest.fixture(scope="module")
def environ(site: SiteProcess) -> dict[str, str]:
    return site.environ | {"CHATSITE_URL": site.url, "CHATSITE_TOKEN": token_of(site)}


def output_of(*command: str | Path, environ: dict[str, str]) -> str:
    return subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.mark.process
@pytest.mark.any_database
def test_the_curl_lines_work(environ: dict[str, str]) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed (apt-get install curl)")
    ask_line, read_line, judge_line, send_line, review_line = re.findall(r"^    (curl .*)$", TEXT, re.MULTILINE)

    ask, read = (output_of("sh", "-c", line, environ=environ) for line in (ask_line, read_line))
    conversation = json.loads(read)["conversations"][0]["id"]
    whole = output_of("sh", "-c", read_line.replace("?limit=10", f"/{conversation}"), environ=environ)
    judge = output_of("sh", "-c", judge_line.replace("<id>", json.loads(whole)["turns"][0]["id"]), environ=environ)
    send = output_of("sh", "-c", send_line.replace("<id>", conversation), environ=environ)
    review = output_of("sh", "-c", review_line.replace("<id>", conversation), environ=environ)

    assert [*dict.fromkeys(re.findall(r"^event: (\w+)$", ask, re.MULTILINE))] == ["token", "citations", "done"]
    assert '"title":"When does the Heron launch?"' in read
    assert json.loads(judge) == {"thumb": "down", "reason": "invented", "text": "Nobody said so."}
    assert json.loads(send)["code"] == "NOT_FOUND"  # who asks manages no collection
    assert json.loads(review)["code"] == "NOT_FOUND"  # who asks is no reviewer


@pytest.mark.process
@pytest.mark.any_database
def test_the_client_works(environ: dict[str, str], tmp_path: Path) -> None:
    [code] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    program = tmp_path / "ask.py"
    program.write_text(code)

    printed = output_of(sys.executable, program, QUESTION, environ=environ)

    assert "480 euros" in printed
    assert [line.split()[0] for line in printed.splitlines()[-2:]] == ["citations", "done"]
    assert len([line for line in code.splitlines() if line]) <= 15


def test_every_key_of_a_question_is_described() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \| [A-Z]", TEXT, re.MULTILINE)) == set(Question.__struct_fields__)


def test_every_refusal_is_described_with_its_status() -> None:
    described = {code: int(status) for status, code in re.findall(r"^\| (\d+) \| `([A-Z_]+)`", TEXT, re.MULTILINE)}

    assert described.keys() == {*STATUS, *ProblemCode, "INVALID_REQUEST", "INTERNAL_ERROR"}
    assert {code: described[code] for code in STATUS} == STATUS


def test_every_address_is_described() -> None:
    assert all(path.replace("{", "<").replace("}", ">") in TEXT for path in DOCUMENT["paths"])
