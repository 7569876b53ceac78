"""`tls`: keys and certificates that look like ones and are none.

Source: Pulumi Registry, "TLS", the pages of its resources.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from mailroute.wire import Secret

from .package import Package

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .package import Creation, Make

_BYTES: Final = 96
_START: Final = "2026-01-05T09:00:00Z"
_END: Final = "2027-01-05T09:00:00Z"


def _pem(creation: Creation, noun: str) -> str:
    made_up = base64.b64encode(b"made up for a rehearsal " + creation.bits(noun, _BYTES)).decode()
    lines = [made_up[start : start + 64] for start in range(0, len(made_up), 64)]
    return "\n".join([f"-----BEGIN {noun}-----", *lines, f"-----END {noun}-----", ""])


def _key(creation: Creation) -> Mapping[str, Any]:
    algorithm = creation.inputs["algorithm"]
    kind = {"RSA": "RSA PRIVATE KEY", "ECDSA": "EC PRIVATE KEY"}.get(algorithm, "PRIVATE KEY")
    openssh = base64.b64encode(creation.bits("openssh", _BYTES)).decode()
    name = {"RSA": "ssh-rsa", "ECDSA": "ecdsa-sha2-nistp256"}.get(algorithm, "ssh-ed25519")
    return {
        "id": creation.digest("id")[:40],
        "privateKeyPem": Secret(_pem(creation, kind)),
        "privateKeyPemPkcs8": Secret(_pem(creation, "PRIVATE KEY")),
        "privateKeyOpenssh": Secret(_pem(creation, "OPENSSH PRIVATE KEY")),
        "publicKeyPem": _pem(creation, "PUBLIC KEY"),
        "publicKeyOpenssh": f"{name} {openssh}\n",
        "publicKeyFingerprintMd5": creation.bits("md5", 16).hex(":"),
        "publicKeyFingerprintSha256": f"SHA256:{base64.b64encode(creation.bits('sha256', 32)).decode()[:43]}",
    }


def _certificate(noun: str, output: str) -> Make:
    def make(creation: Creation) -> Mapping[str, Any]:
        validity = {"validityStartTime": _START, "validityEndTime": _END, "readyForRenewal": False}
        return {
            "id": str(creation.number("serial", 1 << 120)),
            output: _pem(creation, noun),
            "keyAlgorithm": "RSA",
            **(validity if noun == "CERTIFICATE" else {}),
        }

    return make


TLS: Final = Package(
    {
        "tls:index/certRequest:CertRequest": _certificate("CERTIFICATE REQUEST", "certRequestPem"),
        "tls:index/locallySignedCert:LocallySignedCert": _certificate("CERTIFICATE", "certPem"),
        "tls:index/privateKey:PrivateKey": _key,
        "tls:index/selfSignedCert:SelfSignedCert": _certificate("CERTIFICATE", "certPem"),
    }
)
