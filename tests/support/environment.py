"""Sets the environment of a test run before the settings are read (pytest loads this module first)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER")

if WORKER:  # of a parallel run: it gets its own folder in the folder of the run
    os.environ["DATA_DIR"] = str(Path(os.environ["TEST_DATA_DIR"], WORKER))
else:
    folder = tempfile.mkdtemp(prefix="chatsite-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["DATA_DIR"] = os.environ["TEST_DATA_DIR"] = folder
os.environ.setdefault("TEST_SHARED", os.environ["TEST_DATA_DIR"])  # what all processes of the run share
os.environ["ENV_FILE"] = os.devnull
os.environ.setdefault("CHAT_EMBEDDED_WORDS_PER_SECOND", "0")
os.environ.setdefault("CHAT_QUESTIONS_PER_MINUTE", "100000")
os.environ.setdefault("CHAT_TITLES", "false")  # a call more than the scripts of the models expect
_SIGN_ON = {"SSO_OIDC_ISSUER": "https://id.example.com", "SSO_OIDC_CLIENT_ID": "chatsite", "SECOND_FACTOR": "offered"}
os.environ.update(_SIGN_ON)


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Leave single sign-on and second factors installed, with their tables and addresses, but turned off.

    A test turns them on by a setting. Sites of tests have nothing of them.
    """
    from django.conf import settings

    settings.SSO_OIDC_ISSUER, settings.SECOND_FACTOR = "", "off"
    for name in _SIGN_ON:
        del os.environ[name]
