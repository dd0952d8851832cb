from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from chat.models import IndexedPassage, PassageVector, Recording
from chat.retrieval import index, passage_vectors
from chat.retrieval.embeddings import embeddings

from ..support.library import filler, record
from ..support.processes import ROOT
from ..support.workspace import DIMENSIONS, PROVIDER_TEXT, Workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pgvector]

MODEL = "openai:fake"


@pytest.fixture(autouse=True)
def endpoint(workspace: Workspace, settings: Settings) -> None:
    settings.EMBEDDINGS = MODEL


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the command would have waited for."""
    waited: list[float] = []
    monkeypatch.setattr("chat.management.commands.index_recordings.time.sleep", waited.append)
    return waited


def small_batches(size: int = 4) -> None:
    embeddings().batch = size


def is_complete() -> bool:
    """Return whether the model has exactly one vector for each passage."""
    places = PassageVector.objects.filter(model=MODEL).values_list("passage_id", flat=True)
    return sorted(places) == sorted(IndexedPassage.objects.values_list("pk", flat=True))


def test_every_passage_gets_one_vector(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    record("Launch review", "Ana: The launch moves to October.", *filler(40))
    record("Allotment call", "Cleo: The tomatoes need a greenhouse.")

    call_command("index_recordings")

    count = IndexedPassage.objects.count()
    assert is_complete()
    assert capsys.readouterr().out.startswith(f"{count} passages embedded by openai:fake, 0 vectors of other models")
    assert set(PassageVector.objects.values_list("dimensions", flat=True)) == {DIMENSIONS}
    assert workspace.embedded[0].startswith("Launch review\nAna: The launch moves to October.\nPat: filler0word0")


def test_a_second_run_embeds_nothing(workspace: Workspace) -> None:
    record("Launch review", *filler(40))
    call_command("index_recordings")
    workspace.asked.clear()

    call_command("index_recordings")

    assert workspace.embedded == []
    assert is_complete()


def test_only_new_and_changed_recordings_are_embedded(workspace: Workspace) -> None:
    old, changed = record("Old", *filler(10)), record("Changed", "Ana: Before.")
    call_command("index_recordings")
    workspace.asked.clear()
    changed.title = "Renamed"
    changed.save()
    index([changed])
    record("New", "Ben: Something.")

    call_command("index_recordings")

    assert workspace.embedded == ["Renamed\nAna: Before.", "New\nBen: Something."]
    old.delete()
    assert is_complete()


def test_only_the_named_recordings_are_embedded(workspace: Workspace) -> None:
    first, second, _ = (record(title, "Ana: Yes.") for title in ("One", "Two", "Three"))

    call_command("index_recordings", str(first.uuid), str(second.uuid))

    assert workspace.embedded == ["One\nAna: Yes.", "Two\nAna: Yes."]


def test_an_unknown_recording_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no recording"):
        call_command("index_recordings", str(uuid4()))


def test_a_batch_that_is_too_large_for_the_endpoint_is_split(workspace: Workspace) -> None:
    record("Long", *filler(60))
    small_batches(10)
    workspace.most = 3

    call_command("index_recordings")

    assert max(len(a.body["input"]) for a in workspace.asked if isinstance(a.body, dict)) == 10
    assert is_complete()


def test_a_text_that_is_too_long_is_shortened_and_one_that_is_still_refused_is_reported(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    record("Long", f"Ana: {'word ' * 10_000}")
    workspace.longest = 1500
    call_command("index_recordings")
    lengths = [len(text) for text in workspace.embedded]

    record("Longer", f"Ana: {'word ' * 1000}")
    workspace.longest = 10
    call_command("index_recordings")

    assert lengths == [8000, 4000, 2000, 1000]
    assert "The endpoint refused 1 passages" in capsys.readouterr().err
    assert PassageVector.objects.count() == 1


def test_a_busy_endpoint_is_asked_again_after_the_pause_it_asks_for(workspace: Workspace, pauses: list[float]) -> None:
    record("Launch review", *filler(10))
    workspace.plan = [(429, 7), (503, 0), 429, 500]

    call_command("index_recordings")

    assert pauses[:2] == [7.0, 0.0]
    assert 2 <= pauses[2] <= 4 <= pauses[3] <= 8
    assert is_complete()


@pytest.mark.parametrize("plan", [[429] * 50, [(429, 3600)], [401], [b"{"]])
def test_a_failing_endpoint_ends_the_run_and_the_next_run_completes_it(
    workspace: Workspace, pauses: list[float], plan: list[object]
) -> None:
    record("Launch review", *filler(40))
    small_batches()
    workspace.plan = [*plan]

    with pytest.raises(CommandError, match="run this again to continue") as failed:
        call_command("index_recordings")

    assert PROVIDER_TEXT not in str(failed.value)
    workspace.plan.clear()
    call_command("index_recordings")
    assert is_complete()


def test_a_passage_deleted_while_it_is_embedded_leaves_no_vector(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("Stays", "Goes"):
        record(title, "Ana: Yes.")
    ask = passage_vectors.RetryingEndpoint._ask

    def ask_and_delete(self: passage_vectors.RetryingEndpoint, texts: list[str]) -> list[bytes]:
        Recording.objects.filter(title="Goes").delete()
        return ask(self, texts)

    monkeypatch.setattr(passage_vectors.RetryingEndpoint, "_ask", ask_and_delete)

    call_command("index_recordings")

    assert is_complete()
    assert PassageVector.objects.count() == 1


def test_a_vector_that_another_run_has_stored_meanwhile_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    record("Both", "Ana: Yes.")
    ask = passage_vectors.RetryingEndpoint._ask

    def ask_after_another_run(self: passage_vectors.RetryingEndpoint, texts: list[str]) -> list[bytes]:
        monkeypatch.setattr(passage_vectors.RetryingEndpoint, "_ask", ask)
        call_command("index_recordings")
        return ask(self, texts)

    monkeypatch.setattr(passage_vectors.RetryingEndpoint, "_ask", ask_after_another_run)

    call_command("index_recordings")

    assert is_complete()


def test_the_vectors_of_the_previous_model_stay_until_the_new_ones_are_complete(
    workspace: Workspace, settings: Settings, pauses: list[float]
) -> None:
    record("Launch review", *filler(40))
    call_command("index_recordings")
    count = IndexedPassage.objects.count()
    settings.EMBEDDINGS = "databricks:other"
    small_batches()
    workspace.plan = [{"data": [{"embedding": [1, 2]}] * 4}, 401]

    with pytest.raises(CommandError):
        call_command("index_recordings")
    assert is_complete()
    assert PassageVector.objects.filter(model="databricks:other").count() == 4

    call_command("index_recordings")
    assert PassageVector.objects.count() == PassageVector.objects.filter(model="databricks:other").count() == count


def test_vectors_can_be_made_again(workspace: Workspace) -> None:
    first, _ = record("One", "Ana: Yes."), record("Two", "Ana: Yes.")
    call_command("index_recordings")
    workspace.asked.clear()

    call_command("index_recordings", "--again", str(first.uuid))
    call_command("index_recordings", "--again")

    assert workspace.embedded == ["One\nAna: Yes.", "One\nAna: Yes.", "Two\nAna: Yes."]
    assert is_complete()


def test_without_embeddings_there_is_nothing_to_do(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.EMBEDDINGS = ""

    call_command("index_recordings")

    assert "EMBEDDINGS is not set" in capsys.readouterr().out


def test_an_unknown_endpoint_is_an_error(settings: Settings) -> None:
    settings.EMBEDDINGS = "oracle:delphi"

    with pytest.raises(CommandError, match="oracle"):
        call_command("index_recordings")


@pytest.mark.process
def test_after_a_kill_the_next_run_leaves_no_missing_and_no_duplicate_vectors(
    workspace: Workspace, kill_after: Callable[[int], None]
) -> None:
    record("Long", *filler(120))
    stored = 0

    for requests in (1, 3):
        kill_after(requests)
        assert stored <= PassageVector.objects.count() < IndexedPassage.objects.count()
        stored = PassageVector.objects.count()

    workspace.plan.clear()
    call_command("index_recordings")
    assert stored > 0
    assert is_complete()
    assert len(workspace.embedded) - IndexedPassage.objects.count() <= 2 * 4  # those of a killed request are sent again


@pytest.fixture
def kill_after(workspace: Workspace) -> Callable[[int], None]:
    """A function that runs the command, four passages at once, and kills it while it waits after so many answers."""
    code = (
        "import django; django.setup();"
        "from chat.retrieval.embeddings import embeddings; embeddings().batch = 4;"
        "from django.core.management import call_command; call_command('index_recordings')"
    )
    database = connection.settings_dict
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chatsite.settings",
        "DATABASE_URL": _url(database),
        "EMBEDDINGS": MODEL,
        "OPENAI_BASE_URL": f"{workspace.url}/v1",
        "OPENAI_API_KEY": "key",
    }

    def kill(requests: int) -> None:
        begun = len(workspace.asked)
        reached = threading.Event()
        workspace.stall_after(begun + requests, reached)
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environ)
        assert reached.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()

    return kill


def _url(database: dict[str, object]) -> str:
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    user, password = database["USER"], database["PASSWORD"]
    return f"postgres://{user}:{password}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
