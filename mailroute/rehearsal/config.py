"""The config of a stack: its values, checked against the schema that its project declares."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from . import passphrase
from .given_config import GivenConfig
from .result import Diagnostic, RehearsalError, Severity
from .yaml_file import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_TYPE_ATTRIBUTES: Final = frozenset({"type", "description", "items", "default", "value", "secret"})
MADE_UP: Final = "made-up-secret-for-"
"""How the text begins that stands in for an encrypted one."""
_SCALAR_TYPES: Final = ("string", "integer", "boolean", "object")
_CREDENTIALS: Final = frozenset({"aws:accessKey", "aws:secretKey", "aws:token"})
"""What pulumi-aws itself marks as secret of a provider's config."""


class ConfigSchema:
    """The config schema of a project, and the values of its stacks."""

    def __init__(self, file: Path, project: str, document: Mapping[str, Any]) -> None:
        self._file = file
        self._project = project
        declared = document.get("config")
        if isinstance(declared, str) or declared is None:
            declared = {}
        if not isinstance(declared, dict):
            raise RehearsalError(f"{file}: config must be an object, not {kind_of(declared)}")
        self._declared = {
            full: self._declaration(str(declared_key), declaration)
            for full, (declared_key, declaration) in self._by_full_key(str(file), declared).items()
        }

    def of_stack(
        self, stack: str, document: Mapping[str, Any], given: GivenConfig | None = None
    ) -> tuple[dict[str, str], frozenset[str], tuple[Diagnostic, ...]]:
        """The values of a stack as text, the keys of the secret ones, and what to say about those.

        A value that is given in place of a secret is secret.

        Raises:
            RehearsalError: a value is missing, of another type, or cannot be decrypted.
        """
        given = given or GivenConfig()
        file = str(given.file or f"Pulumi.{stack}.yaml")
        values = document.get("config") or {}
        if not isinstance(values, dict):
            raise RehearsalError(f"{file}: config must be an object, not {kind_of(values)}")
        values = {key: value for key, (_, value) in self._by_full_key(file, values).items()}
        encrypted = {key for key, value in values.items() if _has_secure(value)}
        replaced = given.over(values, self._full_key)
        missing = []
        for key, declaration in self._declared.items():
            if key in values:
                continue
            given = declaration.get("default", declaration.get("value"))
            if given is not None:
                values[key] = given
            elif self._is_own(key):
                missing.append(key)
        if missing:
            commands = "; ".join(f"pulumi config set {key} <value>" for key in sorted(missing))
            raise RehearsalError(
                f"stack {stack!r} lacks the config {', '.join(sorted(missing))}, which {self._file.name} "
                f"requires: {commands}; or --config KEY=VALUE for each"
            )
        declared = {key for key in replaced if self._declared.get(key, {}).get("secret")}
        secret_keys = frozenset(encrypted | declared)
        salt = passphrase.salt_of(document)
        decrypt = passphrase.decrypter(file, salt)
        config = {}
        for key in sorted(values):
            kind = self._declared.get(key, {}).get("type")
            value = _opened(values[key], key, decrypt or partial(_stand_in, kind))
            self._check(stack, key, value, key in secret_keys)
            config[key] = _text(value)
        made_up = frozenset() if decrypt else frozenset(key for key in values if _has_secure(values[key]))
        in_clear = self.in_clear(config) - secret_keys
        notes = (
            *_secret_notes(file, made_up, salted=bool(salt)),
            *_in_clear_notes(file, in_clear),
            *self._undeclared_notes(file, values),
        )
        return config, secret_keys, notes

    def type_of(self, key: str) -> str:
        """The type that the full key is declared with; empty where it is not."""
        return str(self._declared.get(key, {}).get("type") or "")

    def default_of(self, key: str) -> str | None:
        """The default of the full key, as text."""
        default = self._declared.get(key, {}).get("default")
        return None if default is None else _text(default)

    def in_clear(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of `keys` whose values are secret, though Pulumi lets them stand in clear."""
        return frozenset(
            key for key in keys if key in _CREDENTIALS or self._declared.get(key, {}).get("secret") is True
        )

    def _undeclared_notes(self, file: str, keys: Iterable[str]) -> Iterator[Diagnostic]:
        """A key that a project with a schema does not declare is most likely misspelt."""
        undeclared = sorted(key for key in keys if self._is_own(key) and key not in self._declared)
        if undeclared and any(map(self._is_own, self._declared)):
            note = f"{file}: {', '.join(undeclared)}: {self._file.name} declares no such key"
            yield Diagnostic(Severity.WARNING, note)

    def _by_full_key(self, file: str, values: Mapping[Any, Any]) -> dict[str, tuple[Any, Any]]:
        """The keys as they are written and their values, by full key.

        Raises:
            RehearsalError: one key is written in two ways.
        """
        found: dict[str, tuple[Any, Any]] = {}
        for key, value in values.items():
            full = self._full_key(key)
            if full in found:
                raise RehearsalError(
                    f"{file}: config has both {found[full][0]!r} and {key!r}, which are one: keep one of them"
                )
            found[full] = key, value
        return found

    def _full_key(self, key: Any) -> str:
        parts = str(key).split(":")
        if len(parts) == 1:
            return f"{self._project}:{key}"
        if len(parts) == 3 and parts[1] == "config":
            return f"{parts[0]}:{parts[2]}"
        if len(parts) != 2:
            raise RehearsalError(f"config key {key!r}: write it as <namespace>:<name>")
        return str(key)

    def _is_own(self, key: str) -> bool:
        return key.startswith(f"{self._project}:")

    def _declaration(self, key: str, declaration: Any) -> dict[str, Any]:
        where = f"{self._file}: config key {key!r}"
        own = self._is_own(self._full_key(key))
        if not isinstance(declaration, dict):
            return {"default" if own else "value": declaration}
        unknown = sorted(set(map(str, declaration)) - _TYPE_ATTRIBUTES)
        if unknown:
            raise RehearsalError(
                f"{where} has the attribute {unknown[0]!r}: known are {', '.join(sorted(_TYPE_ATTRIBUTES))}"
            )
        if "default" in declaration and "value" in declaration:
            raise RehearsalError(f"{where} has both a default and a value: keep one")
        kind = declaration.get("type")
        if not own:
            if kind is not None or "default" in declaration or declaration.get("value") is None:
                raise RehearsalError(
                    f"{where} is not in the project's own namespace: it takes a value, no type and no default"
                )
        elif kind is not None:
            _check_type(where, kind, declaration.get("items"))
            default = declaration.get("default")
            if default is not None and not _is_of(default, kind, declaration.get("items")):
                shown = "a secret default" if declaration.get("secret") else f"the default {default!r}"
                raise RehearsalError(
                    f"{where} has {shown}, which is not of its type "
                    f"{_type_name(kind, declaration.get('items'))}"
                )
        return declaration

    def _check(self, stack: str, key: str, value: Any, secret: bool) -> None:
        declaration = self._declared.get(key, {})
        kind = declaration.get("type")
        if kind is None:
            return
        if declaration.get("secret") and not secret:
            raise RehearsalError(
                f"stack {stack!r}: config {key} is declared secret and stands in clear: "
                f"pulumi config set --secret {key}"
            )
        content = value if isinstance(value, (dict, list)) else _text(value)
        if not _is_of(content, kind, declaration.get("items")):
            shown = "a secret" if secret else repr(value)
            raise RehearsalError(
                f"stack {stack!r}: config {key} is {shown}: must be of type "
                f"{_type_name(kind, declaration.get('items'))}, as {self._file.name} declares it"
            )


def _check_type(where: str, kind: Any, items: Any) -> None:
    if kind == "array":
        if not isinstance(items, dict) or "type" not in items:
            raise RehearsalError(f"{where} is an array: say of what with items: {{type: ...}}")
        _check_type(where, items["type"], items.get("items"))
    elif kind not in _SCALAR_TYPES:
        raise RehearsalError(f"{where} has the type {kind!r}: known are array, {', '.join(_SCALAR_TYPES)}")


def _type_name(kind: str, items: Any) -> str:
    return f"array<{_type_name(items['type'], items.get('items'))}>" if kind == "array" else kind


def _is_of(value: Any, kind: str, items: Any) -> bool:
    """Whether a config value is of a declared type: numbers and booleans may stand as text."""
    if kind == "string":
        return isinstance(value, str)
    if kind == "integer":
        if isinstance(value, str):
            return re.fullmatch(r"[-+]?\d+", value) is not None
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value)
    if kind == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if kind == "object":
        return isinstance(value, dict)
    return isinstance(value, list) and all(_is_of(item, items["type"], items.get("items")) for item in value)


def _is_secure(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("secure"), str)


def _has_secure(value: Any) -> bool:
    if isinstance(value, dict):
        return _is_secure(value) or any(_has_secure(element) for element in value.values())
    return isinstance(value, list) and any(_has_secure(element) for element in value)


def _opened(value: Any, path: str, reveal: Callable[[str, str], str]) -> Any:
    """`value` with what `reveal` gives for each encrypted part, by its path and its ciphertext."""
    if _is_secure(value):
        return reveal(path, value["secure"])
    if isinstance(value, dict):
        return {str(key): _opened(element, f"{path}.{key}", reveal) for key, element in value.items()}
    if isinstance(value, list):
        return [_opened(element, f"{path}.{index}", reveal) for index, element in enumerate(value)]
    return value


def _stand_in(kind: str | None, path: str, _ciphertext: str) -> str:
    """A made-up text of a type: the key of the encrypted one is not here, nor should it be."""
    return {"integer": "1", "boolean": "true"}.get(kind or "", f"{MADE_UP}{path.replace(':', '-')}")


def _in_clear_notes(file: str, keys: Iterable[str]) -> Iterator[Diagnostic]:
    for key in sorted(keys):
        note = f"{file}: {key} is secret and stands in clear: pulumi config set --secret {key}"
        yield Diagnostic(Severity.WARNING, note)


def _secret_notes(file: str, keys: frozenset[str], *, salted: bool) -> tuple[Diagnostic, ...]:
    if not keys:
        return ()
    others = "--config KEY=VALUE gives others"
    note = (
        f"{file}: made-up values stand in for the encrypted {', '.join(sorted(keys))}: "
        f"{f'PULUMI_CONFIG_PASSPHRASE decrypts them, {others}' if salted else others}"
    )
    return (Diagnostic(Severity.WARNING, note),)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
