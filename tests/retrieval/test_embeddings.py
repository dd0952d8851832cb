"""The embedding endpoints, asked with the real client library."""

from __future__ import annotations

from array import array
from math import fsum

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from chat.retrieval.embeddings import Busy, EmbeddingFailed, Endpoint, TooMuch, embeddings
from chat.retrieval.embeddings.endpoint import TEXT_LIMIT

from ..support.workspace import PROVIDER_TEXT, TOKEN, Workspace, vector

KINDS = ("openai:fake", "databricks:fake")


@pytest.fixture(params=KINDS)
def endpoint(request: pytest.FixtureRequest, workspace: Workspace, settings: Settings) -> Endpoint:
    settings.EMBEDDINGS = request.param
    return embeddings()


def test_vectors_keep_their_direction_and_have_length_one(endpoint: Endpoint) -> None:
    texts = ["The launch moves to October.", "The tomatoes need a greenhouse."]

    vectors = [array("f", vector) for vector in endpoint.vectors(texts, seconds=10)]

    assert [fsum(value * value for value in values) for values in vectors] == pytest.approx([1.0, 1.0])
    for values, text in zip(vectors, texts, strict=True):  # the workspace returned them in another order
        assert [value / values[0] for value in values] == pytest.approx([value / 0.01 for value in vector(text)], 1e-3)


def test_each_kind_of_endpoint_is_requested_at_its_own_path(endpoint: Endpoint, workspace: Workspace) -> None:
    endpoint.vectors(["launch"], seconds=10)

    path, body = {
        "openai:fake": ("/v1/embeddings", {"model": "fake", "encoding_format": "float"}),
        "databricks:fake": ("/serving-endpoints/fake/invocations", {}),
    }[endpoint.name]
    request = workspace.asked[-1]
    assert (request.path, request.key, request.body) == (path, TOKEN, {**body, "input": ["launch"]})


def test_the_workspace_can_serve_openai_models(workspace: Workspace, settings: Settings) -> None:
    settings.EMBEDDINGS, settings.OPENAI_BASE_URL = "openai:bge", "databricks"

    embeddings().vectors(["launch"], seconds=10)

    assert (workspace.asked[-1].path, workspace.asked[-1].key) == ("/serving-endpoints/embeddings", TOKEN)


def test_a_separate_embedding_server_does_not_get_the_other_key(workspace: Workspace, settings: Settings) -> None:
    settings.EMBEDDINGS, settings.EMBEDDINGS_BASE_URL = "openai:bge", f"{workspace.url}/v1"
    settings.OPENAI_BASE_URL = "http://127.0.0.1:1/v1"

    embeddings().vectors(["launch"], seconds=10)

    assert workspace.asked[-1].key == "none"


def test_only_the_beginning_of_a_long_text_is_sent(endpoint: Endpoint, workspace: Workspace) -> None:
    endpoint.vectors(["word " * 5000], seconds=10)

    assert len(workspace.embedded[0]) == TEXT_LIMIT


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (401, EmbeddingFailed), (404, EmbeddingFailed), (400, TooMuch), (413, TooMuch), (429, Busy), (503, Busy),
        (302, EmbeddingFailed), (b"{", EmbeddingFailed), (b"", EmbeddingFailed), (b"[1, 2]", EmbeddingFailed),
        ({"data": []}, EmbeddingFailed), ({"data": [{"embedding": []}]}, EmbeddingFailed),
        ({"data": [{"embedding": [0, 0]}]}, EmbeddingFailed), ({"data": [{"embedding": ["x"]}]}, EmbeddingFailed),
        (b'{"data": [{"embedding": [NaN, 1]}]}', EmbeddingFailed), ({"error": PROVIDER_TEXT}, EmbeddingFailed),
        ({"data": [{"embedding": [1e400, 1]}]}, EmbeddingFailed),
    ],
)  # fmt: skip
def test_a_failure_does_not_quote_the_provider(
    endpoint: Endpoint, workspace: Workspace, step: object, kind: type[EmbeddingFailed]
) -> None:
    workspace.plan = [step]

    with pytest.raises(EmbeddingFailed) as failed:
        endpoint.vectors(["launch"], seconds=10)

    assert type(failed.value) is kind
    assert PROVIDER_TEXT not in str(failed.value)
    assert TOKEN not in str(failed.value)


def test_vectors_of_several_lengths_or_too_few_are_refused(endpoint: Endpoint, workspace: Workspace) -> None:
    workspace.plan = [{"data": [{"embedding": [1, 2]}, {"embedding": [1]}]}, {"data": [{"embedding": [1, 2]}]}]

    for _ in range(2):
        with pytest.raises(EmbeddingFailed, match="2 texts"):
            endpoint.vectors(["launch", "price"], seconds=10)


def test_a_busy_endpoint_reports_its_retry_after_and_is_asked_once(endpoint: Endpoint, workspace: Workspace) -> None:
    workspace.plan = [(429, 7)]

    with pytest.raises(Busy) as busy:
        endpoint.vectors(["launch"], seconds=10)

    assert busy.value.retry_after == 7
    assert len(workspace.embedded) == 1


def test_a_silent_endpoint_times_out(endpoint: Endpoint, workspace: Workspace) -> None:
    workspace.plan = ["stall"]

    with pytest.raises(Busy):
        endpoint.vectors(["launch"], seconds=0.2)


@pytest.mark.parametrize("value", ["oracle:delphi", "openai", "openai:", "databricks:", "embedded"])
def test_the_error_names_an_unknown_endpoint(settings: Settings, value: str) -> None:
    settings.EMBEDDINGS = value

    with pytest.raises(ImproperlyConfigured, match=f"EMBEDDINGS='?{value}"):
        embeddings()


def test_openai_without_a_key_or_a_server_is_refused(settings: Settings) -> None:
    settings.EMBEDDINGS, settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "openai:model", "", ""

    with pytest.raises(ImproperlyConfigured, match="OPENAI_API_KEY"):
        embeddings()


@pytest.fixture(autouse=True)
def no_databricks_config_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", "/dev/null")
