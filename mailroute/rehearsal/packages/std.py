"""`std` and `archive`: functions that compute, and a file of an archive that is not written.

Source: Pulumi Registry, "std" and "Archive", the pages of their functions.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
from typing import TYPE_CHECKING, Any, Final

from .package import Function, Package

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _result(compute: Callable[..., Any], *names: str) -> Function:
    """A function of `std`: what `compute` makes of its arguments, in the order of `names`."""

    def function(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"result": compute(*(arguments.get(name) for name in names))}

    return function


def _subnet(block: str, newbits: float, number: float) -> str:
    network = ipaddress.ip_network(block)
    length = network.prefixlen + int(newbits)
    size = 1 << (network.max_prefixlen - length)
    address = network.network_address + int(number) * size
    found = ipaddress.ip_network(f"{address}/{length}")
    if not 0 <= int(number) < 1 << int(newbits):
        raise ValueError(f"{block} has no subnet {int(number)} of the size /{length}")
    return str(found)


def _host(block: str, number: float) -> str:
    network = ipaddress.ip_network(block)
    if not -network.num_addresses <= int(number) < network.num_addresses:
        raise ValueError(f"{block} has no host {int(number)}")
    return str(network[int(number)])


def _archived(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Not written: its digests are those of what is asked for, not of the archive."""
    content = json.dumps(arguments, sort_keys=True, default=str).encode()
    digest = hashlib.sha256(content)
    return {
        **arguments,
        "id": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "outputBase64sha256": base64.b64encode(digest.digest()).decode(),
        "outputMd5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "outputSha": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "outputSha256": digest.hexdigest(),
        "outputSize": len(content),
    }


def _hashed(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


STD: Final = Package(
    functions={
        f"std:index:{name}": _result(compute, *arguments)
        for name, compute, *arguments in (
            ("base64decode", lambda text: base64.b64decode(text).decode(), "input"),
            ("base64encode", lambda text: base64.b64encode(text.encode()).decode(), "input"),
            ("cidrhost", _host, "input", "host"),
            ("cidrnetmask", lambda block: str(ipaddress.ip_network(block).netmask), "input"),
            ("cidrsubnet", _subnet, "input", "newbits", "netnum"),
            ("concat", lambda lists: [each for part in lists for each in part], "input"),
            ("join", lambda separator, parts: separator.join(parts), "separator", "input"),
            ("lower", str.lower, "input"),
            ("md5", _hashed("md5"), "input"),
            ("sha1", _hashed("sha1"), "input"),
            ("sha256", _hashed("sha256"), "input"),
            ("split", lambda separator, text: text.split(separator), "separator", "text"),
            ("trimspace", str.strip, "input"),
            ("upper", str.upper, "input"),
        )
    }
)
ARCHIVE: Final = Package(functions={"archive:index/getFile:getFile": _archived})
