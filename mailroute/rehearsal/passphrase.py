"""Encrypted config of a stack whose secrets provider is a passphrase, where that is in the environment.

Source: Pulumi, `sdk/go/common/resource/config/crypt.go` and `pkg/secrets/passphrase/manager.go`: AES-256-GCM
by a key that PBKDF2 derives from passphrase and salt.
"""

from __future__ import annotations

import base64
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .result import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

VARIABLE: Final = "PULUMI_CONFIG_PASSPHRASE"
_FILE_VARIABLE: Final = "PULUMI_CONFIG_PASSPHRASE_FILE"
_ITERATIONS: Final = 1_000_000
_KEY_BYTES: Final = 32
_SALT_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_VERSION: Final = "v1"
_TEST: Final = "pulumi"
"""What the salt carries encrypted, by which Pulumi knows the passphrase."""


def salt_of(document: Mapping[str, Any]) -> str:
    """The salt of a stack whose secrets provider is a passphrase, with what tests it; else empty.

    Args:
        document: what the stack's config file holds.
    """
    salt = document.get("encryptionsalt")
    by_passphrase = document.get("secretsprovider") in (None, "", "default", "passphrase")
    return salt if by_passphrase and isinstance(salt, str) else ""


def decrypter(file: str, salt: str) -> Callable[[str, str], str] | None:
    """What decrypts the values of the stack with this salt; `None` where the environment has no passphrase.

    It takes the key of a value and its ciphertext, and raises a `RehearsalError` where the passphrase is
    wrong, the file with it cannot be read, or the ciphertext is none of this stack.

    Args:
        file: what to call the stack's config file.
        salt: see `salt_of`.
    """
    if not salt or not (VARIABLE in os.environ or os.environ.get(_FILE_VARIABLE)):
        return None

    def decrypt(key: str, ciphertext: str) -> str:
        try:
            return _decrypted(_key(file, salt, *_passphrase()), ciphertext)
        except ValueError:
            raise RehearsalError(
                f"{file}: {key} was not encrypted with the passphrase of this stack: "
                f"pulumi config set --secret {key}"
            ) from None

    return decrypt


def _passphrase() -> tuple[str, str]:
    """The passphrase, and the variable that gives it.

    Raises:
        RehearsalError: its file cannot be read.
    """
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given, VARIABLE
    path = os.environ[_FILE_VARIABLE]
    try:
        return Path(path).read_text(encoding="utf-8").strip(), _FILE_VARIABLE
    except OSError as error:
        raise RehearsalError(f"{_FILE_VARIABLE}: {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RehearsalError(f"{_FILE_VARIABLE}: {path}: byte {error.start} is not UTF-8") from None


@cache  # It takes a third of a second, and --explore asks for each configuration.
def _key(file: str, salt: str, passphrase: str, variable: str) -> bytes:
    try:
        encoded, test = _fields(salt)
        key = _derived(passphrase, _decoded(encoded))
    except ValueError:
        raise RehearsalError(
            f"{file}: encryptionsalt is not what Pulumi writes: take it from where the file was kept"
        ) from None
    try:
        right = _decrypted(key, test) == _TEST
    except ValueError:
        right = False
    if not right:
        raise RehearsalError(
            f"{file}: {variable} is not the passphrase of this stack: give the right one, or unset it: "
            "made-up values stand in then"
        )
    return key


def _fields(text: str) -> tuple[str, str]:
    """What stands behind the version of a salt or a ciphertext.

    Raises:
        ValueError: `text` is neither.
    """
    version, first, second = text.split(":", 2)
    if version != _VERSION:
        raise ValueError(version)
    return first, second


def _decrypted(key: bytes, ciphertext: str) -> str:
    """
    Raises:
        ValueError: `ciphertext` was not made with `key`.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce, message = map(_decoded, _fields(ciphertext))
    try:
        return AESGCM(key).decrypt(nonce, message, None).decode()
    except InvalidTag:
        raise ValueError("another key") from None


def encrypter(passphrase: str) -> tuple[str, Callable[[str], str]]:
    """The salt of a new stack with this passphrase, and what encrypts its values."""
    salt = os.urandom(_SALT_BYTES)
    key = _derived(passphrase, salt)

    def encrypt(text: str) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        return f"{_VERSION}:{_encoded(nonce)}:{_encoded(AESGCM(key).encrypt(nonce, text.encode(), None))}"

    return f"{_VERSION}:{_encoded(salt)}:{encrypt(_TEST)}", encrypt


def _derived(passphrase: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ITERATIONS, _KEY_BYTES)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
