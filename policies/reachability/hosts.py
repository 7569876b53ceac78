"""Which mail hosts the internet's DNS leads to an address of the internet.

Sources: RFC 1123, section 2.1; RFC 6761, "Special-Use Domain Names"; RFC 6762, "Multicast DNS"; RFC 8375,
"Special-Use Domain 'home.arpa.'"; Amazon VPC User Guide, "DNS attributes for your VPC"; Elastic Load
Balancing User Guide, "How Elastic Load Balancing works"; AWS PrivateLink Guide, "Access an AWS service using
an interface VPC endpoint".
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from .findings import names
from .ranges import UNROUTED, addresses
from .verdict import PASSES

if TYPE_CHECKING:
    from .graph import Resource
    from .verdict import Outcome

_LONGEST: Final = 253
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label by which programs take the whole for an IPv4 address, or for none."""
_ITSELF: Final = "localhost"
"""The domain of names that lead to whoever asks (RFC 6761)."""
_INNER_DOMAINS: Final = frozenset({"arpa", "internal", "invalid", "local", _ITSELF, "test"})
_INNER_NAMES: Final = re.compile(
    r"\.elb\.[a-z0-9-]+\.amazonaws\.com$"  # a Network Load Balancer
    r"|\.[a-z0-9-]+\.elb\.amazonaws\.com$"  # an Application or a Classic Load Balancer
    r"|^ec2-[0-9-]+\.([a-z0-9-]+\.compute|compute-1)\.amazonaws\.com$"  # an instance
    r"|\.vpce\.amazonaws\.com$"  # an interface endpoint
)
"""AWS's own names that lead to private addresses, everywhere or inside a VPC, or may do so."""


def plain(host: str) -> str:
    """A name as DNS compares it: without regard to case, nor to the root's dot at its end."""
    return host.lower().removesuffix(".")


def literal(host: str) -> str | None:
    """The address that `host` is, which may stand in brackets; `None` where it is a name."""
    address = host.removeprefix("[").removesuffix("]")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return None
    return address


def is_valid(host: str) -> bool:
    """Whether `host` is an address, or a name as hosts have it (RFC 1123).

    An IPv4 address in the form of an IPv6 one is neither: programs differ in what they make of it.
    """
    address = literal(host)
    if address:
        return not getattr(ipaddress.ip_address(address), "ipv4_mapped", None)
    name = plain(host)
    labels = name.split(".")
    return (
        len(name) <= _LONGEST
        and all(_LABEL.fullmatch(label) for label in labels)
        and not _NUMBER.fullmatch(labels[-1])
    )


def is_public(host: str) -> bool:
    """Whether a valid `host` is another computer's address, or a name that the public DNS knows.

    Others are names that only the client's own resolver knows (a single label, a domain reserved for such
    uses), and AWS's names of what may have private addresses.
    """
    address = literal(host)
    if address:
        number = ipaddress.ip_address(address)
        return not (number.is_loopback or number.is_unspecified)
    name = plain(host)
    _, dot, last = name.rpartition(".")
    return bool(dot) and last not in _INNER_DOMAINS and not _INNER_NAMES.search(name)


def is_private(host: str) -> bool:
    """Whether `host` is an address that is never on the internet, or the name of the computer itself."""
    address = literal(host)
    if address:
        return addresses(address) <= UNROUTED
    return plain(host).rpartition(".")[2] == _ITSELF


def question(host: str, owner: Resource) -> Outcome:
    """A finding where nobody can know what `owner` reaches by the name `host`."""
    if not is_valid(host):
        return names.INVALID_HOST(owner, host=host)
    if is_public(host):
        return PASSES
    if literal(host) or plain(host).rpartition(".")[2] == _ITSELF:
        return names.HOST_IS_ITSELF(owner, host=host)
    return names.HOST_NOT_PUBLIC(owner, host=host)
