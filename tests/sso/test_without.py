"""A site without single sign-on: nothing of it is installed, imported or asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.urls import urlpatterns
from django.contrib import admin
from django.test import Client
from django.urls import get_resolver

from ..support.processes import ROOT

CODE = """
import django, sys
from django.conf import settings
django.setup()
import chatsite.asgi, chatsite.urls
print([name for name in sys.modules if name.startswith("allauth") or name.startswith("chat.sso")])
print([name for name in settings.INSTALLED_APPS + settings.MIDDLEWARE if "allauth" in name or "sso" in name])
"""


def test_nothing_of_it_is_imported_unless_the_settings_ask_for_it(tmp_path: Path) -> None:
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "chatsite.settings", "DATA_DIR": str(tmp_path)}

    printed = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=True
    )

    assert printed.stdout.splitlines() == ["[]", "[]"]


@pytest.mark.django_db
@pytest.mark.usefixtures("static_files")
@pytest.mark.parametrize(
    "path", ["signup", "email", "password/reset", "password/set", "3rdparty", "inactive", "sso/login"]
)
def test_no_page_of_the_package_is_reachable(client: Client, path: str) -> None:
    assert urlpatterns
    assert client.get(f"/accounts/{path}/").status_code == 404


def test_nothing_of_it_is_in_the_admin() -> None:
    assert get_resolver()
    assert {model._meta.app_label for model in admin.site._registry} == {"auth", "chat"}


@pytest.mark.django_db
def test_it_asks_the_database_nothing_for_a_page(
    client: Client, django_assert_num_queries: object, static_files: None
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # a fixture of pytest-django
        assert client.get("/accounts/login/").status_code == 200
