"""nginx and Caddy in front of the site, with the configurations of deploy/."""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from websockets.asyncio.client import connect

from ..support.processes import ROOT, Missing, free_port
from ..support.servers import ServerProcess
from ..support.signing_in import token_in
from ..support.site_process import SiteProcess

DEPLOY = ROOT / "deploy"
NAME = "chat.example.com"


def test_caddy_has_the_settings_that_are_not_its_defaults() -> None:
    text = (DEPLOY / "Caddyfile").read_text()

    for setting in ("header_up -Daphne-Root-Path", "max_size 1MB", "max_size 64MB", "{$UPSTREAM", "{$DOMAIN}"):
        assert setting in text
    assert "fail_duration" not in text  # one name may stand for all processes: one failure would exclude all
    assert "flush_interval" not in text  # Caddy flushes streams by default; with it, it ignores disconnected clients
    if program := shutil.which("caddy"):
        command = [program, "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
        subprocess.run(command, env={**os.environ, "DOMAIN": NAME}, check=True, capture_output=True)


def test_nginx_admits_an_office_behind_one_address() -> None:
    [limit] = re.findall(r"limit_conn chatsite_connections (\d+);", (DEPLOY / "nginx.conf").read_text())

    assert int(limit) >= 1000  # every open page holds a socket all day


def test_no_proxy_compresses_what_the_site_has_left_as_it_is() -> None:
    nginx, caddy = ((DEPLOY / name).read_text() for name in ("nginx.conf", "Caddyfile"))

    assert re.findall(r"^ +(gzip.*);", nginx, re.MULTILINE) == ["gzip off"]  # the packages of distributions have it on
    assert not re.search(r"^\t+encode", caddy, re.MULTILINE)


@pytest.fixture
def behind_nginx(start_site: Callable[..., SiteProcess], tmp_path: Path) -> Iterator[tuple[SiteProcess, int]]:
    """A site behind nginx with the configuration of deploy/, and the TLS port of nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip(str(Missing("nginx", "nginx")))
    site = start_site(HTTPS="true", ALLOWED_HOSTS=f"127.0.0.1,{NAME}", ORIGINS=f"https://{NAME}")
    port, folder = free_port(), tmp_path / "nginx"
    folder.mkdir()
    key = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    key += ["-subj", f"/CN={NAME}", "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(key, check=True, capture_output=True)
    (folder / "nginx.conf").write_text(_complete(_adapted(folder, port, site.port), folder))
    command = [program, "-p", folder, "-e", "stderr", "-c", folder / "nginx.conf", "-g", "daemon off;"]
    with ExitStack() as stack:
        nginx = ServerProcess(command, f"http://127.0.0.1:{port}", folder=str(folder), user=None, ending=3)  # SIGQUIT
        stack.callback(nginx.end)
        nginx.start()
        yield site, port


def _adapted(folder: Path, port: int, upstream: int) -> str:
    """Return the configuration with the ports and the certificate of this test."""
    text = (DEPLOY / "nginx.conf").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    text = re.sub(r"/etc/letsencrypt/live/[^/]+", str(folder), text)
    text = re.sub(r"listen \[::\]:\S+[^;]*;", "", text)
    return text.replace("listen 443", f"listen 127.0.0.1:{port}").replace(
        "listen 80", f"listen 127.0.0.1:{free_port()}"
    )


def _complete(server: str, folder: Path) -> str:
    """Return a complete configuration, which works for any user and only uses this folder."""
    paths = "".join(
        f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"pid {folder / 'pid'}; events {{}} http {{ access_log off; {paths}\n{server}\n}}"


def _get(port: int, path: str, **headers: str) -> HTTPResponse:
    return _call(port, "GET", path, **headers)[0]


def _signed_in(port: int, link: str) -> HTTPResponse:
    """Press the button on the page of a sign-in link, and return the response."""
    page, html = _call(port, "GET", link)
    form = urlencode({"csrfmiddlewaretoken": token_in(html.decode())})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}"}
    return _call(port, "POST", link, form, Cookie="; ".join(_cookies(page)), **headers)[0]


def _call(port: int, method: str, path: str, body: str = "", **headers: str) -> tuple[HTTPResponse, bytes]:
    with closing(HTTPSConnection("127.0.0.1", port, context=_trusting(), timeout=30)) as connection:
        connection.request(method, path, body or None, {"Host": NAME, **headers})
        answer = connection.getresponse()
        return answer, answer.read()


def _trusting() -> ssl.SSLContext:
    """Return a context that accepts the test's own certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.mark.process
@pytest.mark.any_database
async def test_behind_nginx_pages_and_sockets_work_and_forged_headers_do_not(
    behind_nginx: tuple[SiteProcess, int],
) -> None:
    site, port = behind_nginx
    link = re.search(r"/accounts/link/\S+", site.manage("sign_in_link", "demo"))
    assert link

    forged = _get(port, "/", **{"Daphne-Root-Path": "https://evil.example", "X-Forwarded-Proto": "http"})
    signed_in = _signed_in(port, link[0])

    assert (forged.status, forged.getheader("Location")) == (302, "/accounts/login/?next=/")
    cookie = str(signed_in.getheader("Set-Cookie")).partition(";")[0]
    assert cookie.startswith("__Host-")
    socket = connect(
        f"wss://{NAME}/ws/chat/",
        host="127.0.0.1",
        port=port,
        ssl=_trusting(),
        origin=f"https://{NAME}",  # type: ignore[arg-type]  # a NewType of str
        additional_headers={"Cookie": "; ".join(_cookies(signed_in))},
    )
    async with socket as page:
        ask: dict[str, object] = {"type": "ask", "request_id": str(uuid4()), "conversation": None, "recordings": []}
        await page.send(json.dumps({**ask, "question": "When does the Heron launch?"}))
        kinds: list[str] = []
        while not kinds or kinds[-1] not in {"done", "error"}:
            kinds.append(json.loads(await page.recv())["type"])
    assert kinds[-1] == "done"


@pytest.mark.process
@pytest.mark.any_database
def test_nginx_passes_on_pieces_of_files_what_is_compressed_and_what_is_not(
    behind_nginx: tuple[SiteProcess, int],
) -> None:
    site, port = behind_nginx
    link = re.search(r"/accounts/link/\S+", site.manage("sign_in_link", "demo"))
    assert link
    cookie = "; ".join(_cookies(_signed_in(port, link[0])))
    [(recording,)] = site.rows("SELECT uuid FROM chat_recording WHERE audio <> '' LIMIT 1")
    paths = ["/", f"/static/{_static('chat/js/main', site)}", f"/recordings/{UUID(str(recording))}/audio/"]

    answers = [_get(port, path, Cookie=cookie, **{"Accept-Encoding": "gzip"}) for path in paths]
    foreign = _get(port, "/", Cookie=cookie, **{"Accept-Encoding": "gzip", "Sec-Fetch-Site": "cross-site"})

    piece, long = (
        _call(port, "PUT", path, "x" * 8 * 2**20)[0].status for path in (f"/recordings/upload/{uuid4()}/0", "/ask/")
    )

    assert (piece, long) == (403, 413)  # as far as the check of CSRF, and no further than nginx
    assert [answer.status for answer in (*answers, foreign)] == [200, 200, 200, 200]
    assert [answer.getheader("Content-Encoding") for answer in (*answers, foreign)] == ["gzip", "gzip", None, None]


def _static(name: str, site: SiteProcess) -> str:
    """Return the name under which the site serves a static file."""
    [file] = (site.folder / "static").glob(f"{name}.????????????.js")
    return str(file.relative_to(site.folder / "static"))


def _cookies(answer: HTTPResponse) -> list[str]:
    return [value.partition(";")[0] for name, value in answer.getheaders() if name == "Set-Cookie"]
