"""``python -m tests.support.falsifying_provider PORT``: an OpenID Connect provider whose answers can be falsified.

It is the provider of the package oidc-provider-mock, which checks neither the verifier of PKCE nor that a nonce was
sent; here both are demanded. ``PUT /falsify`` says what is wrong from then on.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import jwt
import oidc_provider_mock
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.serving import WSGIRequestHandler, make_server

FOREIGN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
wrong: dict[str, Any] = {}
asked: list[str] = []
"""The paths that were asked for since then."""
challenges: dict[str, str] = {}
"""By its code: the challenge with which a sign-in has begun."""


class Quiet(WSGIRequestHandler):
    """Logs no requests."""

    def log_request(self, *_: object) -> None:
        """Write nothing."""


def falsify() -> str:
    """Store what is wrong from now on: ``claims``, ``without`` some of them, ``configuration``, ``key``.

    With the key “rotated”, the provider has that of FOREIGN_KEY instead of its own. ``cache`` is a header.
    """
    wrong.clear()
    asked.clear()
    wrong.update(flask.request.get_json())
    return ""


def demand_verifier() -> Any:
    """Refuse a code without the verifier of the browser that has begun."""
    if flask.request.path != "/oauth2/token":
        return None
    verifier = flask.request.form.get("code_verifier", "").encode()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).decode().rstrip("=")
    if challenges.get(flask.request.form["code"]) == challenge:
        return None
    return flask.jsonify({"error": "invalid_grant", "error_description": "canary of the provider"}), 400


def changed(response: flask.Response) -> flask.Response:
    """Return a response with what is wrong in it."""
    path = flask.request.path
    asked.append(path)
    response.headers.update({"Cache-Control": wrong["cache"]} if "cache" in wrong else {})
    if path == "/jwks" and wrong.get("key") == "rotated":
        public = jwt.algorithms.RSAAlgorithm.to_jwk(FOREIGN_KEY.public_key(), as_dict=True)
        response.set_data(flask.json.dumps({"keys": [{**public, "kid": "rotated", "use": "sig"}]}))
    if path == "/oauth2/authorize" and (code := parse_qs(urlsplit(response.location or "").query).get("code")):
        challenges[code[0]] = flask.request.args["code_challenge"]
    if path == "/.well-known/openid-configuration":
        response.set_data(flask.json.dumps({**response.get_json(), **wrong.get("configuration", {})}))
    if path == "/oauth2/token" and response.status_code == 200:
        answer = response.get_json()
        response.set_data(flask.json.dumps({**answer, "id_token": signed_again(answer["id_token"])}))
    return response


def signed_again(token: str) -> str:
    """Return a token with other claims, signed with the own key or a foreign one."""
    claims = {**jwt.decode(token, options={"verify_signature": False}), **wrong.get("claims", {})}
    claims = {name: value for name, value in claims.items() if name not in wrong.get("without", [])}
    own = flask.g.oidc_provider_mock_storage.jwk
    key = FOREIGN_KEY if "key" in wrong else own.as_pem(is_private=True)
    name = "rotated" if wrong.get("key") == "rotated" else own.as_dict()["kid"]
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": name})


if __name__ == "__main__":
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # it listens on loopback without TLS
    app = oidc_provider_mock.app(require_nonce=True)
    app.put("/falsify")(falsify)
    app.get("/asked")(lambda: flask.jsonify(asked))
    app.before_request(demand_verifier)
    app.after_request(changed)
    make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True, request_handler=Quiet).serve_forever()
