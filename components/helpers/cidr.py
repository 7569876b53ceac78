"""How a new VPC's address block is shared out."""

import ipaddress
from dataclasses import dataclass

from . import checks

MOST_ZONES = 3
_NOT_FOR_A_VPC = [
    ipaddress.IPv4Network(block) for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")
]
"""This host, loopback, link-local and multicast addresses."""
LONGEST_VPC_PREFIX = 24
"""Four blocks for zones, each with a public tier of a quarter: AWS's smallest subnet is a /28."""


@dataclass(frozen=True)
class ZoneBlocks:
    """The subnets' blocks in one zone, as CIDR text."""

    private: str
    public: str
    intra: str


def zone_blocks(argument: str, cidr_block: str, zones: int) -> list[ZoneBlocks]:
    """Share `cidr_block` out to `zones` zones: half of a zone is private, a quarter each public and intra.

    The block is cut into four whatever the number of zones, so that adding a zone moves no subnet.

    Raises:
        ArgumentError: the block is no IPv4 block of /16 to /24 (Amazon VPC User Guide, "VPC CIDR blocks").
    """
    block = checks.network(argument, cidr_block, LONGEST_VPC_PREFIX)
    if block.prefixlen < 16:
        checks.refuse(argument, cidr_block, "a VPC is at most a /16", "use '10.0.0.0/16'")
    for taken in _NOT_FOR_A_VPC:
        if block.overlaps(taken):
            checks.refuse(argument, cidr_block, f"AWS takes no VPC in {taken}", "use '10.0.0.0/16'")
    return [_share(zone) for zone in list(block.subnets(prefixlen_diff=2))[:zones]]


def _share(block: ipaddress.IPv4Network) -> ZoneBlocks:
    private, rest = block.subnets(prefixlen_diff=1)
    public, intra = rest.subnets(prefixlen_diff=1)
    return ZoneBlocks(private=str(private), public=str(public), intra=str(intra))
