from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chat.turns.owner import Owner

HOLD = """
import sys
from pathlib import Path
from chat.turns.owner import Owner
owner = Owner(Path(sys.argv[1]))
owner.live()
print(owner.name, flush=True)
sys.stdin.read()
"""


def test_a_living_owner_is_not_dead_to_itself_or_to_others(tmp_path: Path) -> None:
    one, two = Owner(tmp_path), Owner(tmp_path)
    one.live()
    two.live()

    assert one.dead() == two.dead() == set()
    one.end()
    two.end()


def test_an_owner_that_ended_in_good_order_leaves_no_trace(tmp_path: Path) -> None:
    one, two = Owner(tmp_path), Owner(tmp_path)
    one.live()

    one.end()

    assert two.dead() == set()
    assert not list(tmp_path.iterdir())


@pytest.mark.process
def test_a_killed_process_is_dead_at_once(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'chatsite.settings'\n" + HOLD,
            tmp_path,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout
    name = other.stdout.readline().strip()
    owner = Owner(tmp_path)
    assert owner.dead() == set()

    other.kill()
    other.communicate()

    assert owner.dead() == {name}
    owner.forget_dead({name})
    assert owner.dead() == set()
