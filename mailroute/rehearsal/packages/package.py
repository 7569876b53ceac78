"""What a rehearsal knows of a package: what each of its resources and functions yields."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Creation:
    """A resource that is to be created.

    Attributes:
        inputs: in camelCase, secrets in clear; every value is known.
    """

    urn: str
    inputs: Mapping[str, Any]

    def bits(self, purpose: str, size: int) -> bytes:
        """`size` bytes that only this resource has for this purpose, in every rehearsal the same."""
        return hashlib.shake_256(f"{self.urn}\n{purpose}".encode()).digest(size)

    def number(self, purpose: str, below: int) -> int:
        """A number from 0 up to `below`."""
        return int.from_bytes(self.bits(purpose, 16), "big") % below

    def digest(self, purpose: str) -> str:
        """What stands for an SHA-256 digest: 64 hexadecimal digits."""
        return self.bits(purpose, 32).hex()


Make = Callable[[Creation], Mapping[str, Any]]
"""The outputs of a new resource beside its inputs, its `id` among them; secrets as `wire.Secret`.

Raises:
    KeyError: an input is missing.
    ValueError: one is wrong: `str()` is one line.
"""

Function = Callable[[Mapping[str, Any]], Any]
"""The result of a function.

Raises:
    ValueError: its arguments are wrong: `str()` is one line.
"""


@dataclass(frozen=True)
class Package:
    """A package, by type and function tokens.

    Attributes:
        others: gives those outputs of any other resource that are known beside its inputs, of which some may
            be unknown, and no `id`; `None` where not even its inputs are outputs.
    """

    resources: Mapping[str, Make] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    others: Make | None = None
