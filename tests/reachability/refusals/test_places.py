"""What names a thing of another region or account is refused, whatever property it names it by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import pytest

from reachability import Graph, Resource, Verdict, prove
from reachability.graph.provider_scope import Provider, placed
from reachability.refusals.places import NAMED
from reachability.verdict import worst
from tests.reachability.living import living
from tests.reachability.stacks import OWNER, Properties, Stack, ref, role, through
from tests.reachability.test_choices import WITHOUT_PROGRAM

GUEST: Final = "444455556666"
BETWEEN_REGIONS: Final = frozenset(
    {
        # Neither a connection nor an authorization is of one region, and a hosted zone is of none.
        "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
        "aws:route53/zone:Zone",
        "aws:route53/zoneAssociation:ZoneAssociation",
    }
)
BY_DESIGN: Final = frozenset({"peerVpcId", "vpcPeeringConnectionId", "zoneId"})
"""The properties that name what may be in another region, or is in none."""


def _elsewhere(stack: Stack, base: Properties, other: Properties) -> Iterator[tuple[str, Verdict]]:
    """Each type of the program, with the worst verdict where one resource of it is made through `other`."""
    through(stack, base)
    plain = dict(zip(stack.program, stack.resources(preview=True), strict=True))
    seen: set[str] = set()
    for name, (type_, properties) in stack.program.items():
        if name.startswith(("other-", "bad-")) or type_ in seen or not _names(properties):
            continue
        seen.add(type_)
        moved = {**plain, name: placed(_unplaced(plain[name]), Provider.of(other))}
        yield type_, worst(egress.verdict for egress in prove(Graph(moved.values())))
