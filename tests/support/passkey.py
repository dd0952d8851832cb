"""A passkey as a browser has it: a key that signs the challenges of a site."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

ID = b"a passkey of 16+ bytes"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Passkey:
    """A passkey for a site with this name, opened at this origin. It counts its uses."""

    host: str = "localhost"
    origin: str = "http://localhost:8000"
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def made(self, options: dict[str, Any]) -> str:
        """Return what the browser says when it has made the passkey."""
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        data = AttestedCredentialData.create(bytes(16), ID, public)
        attested = AttestationObject.create("none", self._data(ATTESTED, data), {})
        client = self._client(CollectedClientData.TYPE.CREATE, options)
        return _said(attestationObject=attested, clientDataJSON=client)

    def used(self, options: dict[str, Any]) -> str:
        """Return what the browser says when the passkey has signed a challenge."""
        self.counter += 1
        data, client = self._data(0), self._client(CollectedClientData.TYPE.GET, options)
        signature = self.key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return _said(authenticatorData=data, clientDataJSON=client, signature=signature)

    def _data(self, flags: int, credential: AttestedCredentialData | None = None) -> Any:
        flag = AuthenticatorData.FLAG(flags | PRESENT | VERIFIED)
        return AuthenticatorData.create(sha256(self.host.encode()), flag, self.counter, credential or b"")

    def _client(self, kind: str, options: dict[str, Any]) -> CollectedClientData:
        challenge = websafe_decode(options["publicKey"]["challenge"])
        return CollectedClientData.create(kind, challenge, self.origin)


def _said(**response: bytes) -> str:
    encoded = {name: websafe_encode(value) for name, value in response.items()}
    ident = websafe_encode(ID)
    return json.dumps({"id": ident, "rawId": ident, "type": "public-key", "response": encoded})
