"""The ports that a rule names: of a security group, a network ACL or a firewall.

Sources: Amazon VPC User Guide, "Security group rules" and "Network ACL rules".
"""

from __future__ import annotations

from typing import Final

from ..ranges import ALL_PORTS, Ranges
from ..values import UNKNOWN, Absent, Unknown, Value, get, to_int

_ALL_PROTOCOLS: Final = frozenset({"-1", "all"})
_TCP: Final = frozenset({"tcp", "6", "6.0"})


def tcp_ports(protocol: Value, first: Value, last: Value) -> Ranges | Unknown | None:
    """The ports of a rule or an ACL entry that matches TCP; `None` for one that does not."""
    if isinstance(protocol, Unknown):
        return protocol
    if str(protocol).lower() in _ALL_PROTOCOLS:
        return ALL_PORTS
    if str(protocol).lower() not in _TCP:
        return None
    return port_range(first, last)


def port_range(first: Value, last: Value) -> Ranges | Unknown:
    """The ports of a TCP rule; all where none is given, or -1."""
    low, high = to_int(first), to_int(last)
    if isinstance(low, Unknown) or isinstance(high, Unknown):
        return UNKNOWN
    if isinstance(low, Absent) or low == -1:
        return ALL_PORTS
    return Ranges.of((low, high if isinstance(high, int) else low))


def has_ports_of_all_protocols(rule: Value) -> bool:
    """Whether a rule is for all protocols and has ports, which both have to be 0 then."""
    ports = (to_int(get(rule, name)) for name in ("fromPort", "toPort"))
    return get(rule, "protocol") == "-1" and any(isinstance(port, int) and port != 0 for port in ports)
