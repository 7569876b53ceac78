"""VPC peering connections: the two VPCs that one joins, and whether it is active.

Sources: Amazon VPC Peering Guide, "How VPC peering connections work" and "VPC peering connection lifecycle".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..findings import routing
from ..graph import tokens
from ..values import UNKNOWN, Value, is_known
from ..verdict import PASSES, Outcome, all_of, hop
from .entity import Entity
from .vpc import name_of

if TYPE_CHECKING:
    from ..graph.references import Ref
    from ..graph.refusals import Refusals
    from ..graph.resource import Resource
    from .vpc import Vpc, Vpcs

_WAITING: Final = frozenset({"initiating-request", "pending-acceptance", "provisioning"})
"""The states of a peering connection that acceptance ends."""


@dataclass(frozen=True, eq=False)
class PeeringConnection(Entity):
    """A peering connection.

    Attributes:
        requester, accepter: the VPCs that it joins.
        accepted: what each side that accepts says of `auto_accept`.
        refused: the acceptances that AWS refuses.
    """

    requester: Ref[Vpc]
    accepter: Ref[Vpc]
    status: Value
    accepted: tuple[Value, ...]
    refused: Outcome

    def beyond(self, vpc: Ref[Vpc]) -> Ref[Vpc] | None:
        """The VPC that it joins to `vpc`, if it certainly does."""
        here, there = self.requester, self.accepter
        if here.same_as(vpc) is False:
            here, there = there, here
        return there if here.same_as(vpc) is True else None

    @property
    def in_one_region(self) -> bool:
        """Whether both VPCs are certainly in one region, so that the groups of one know those of the other.

        Source: Amazon VPC Peering Guide, "Update your security groups to reference peer security groups".
        """
        here, there = self.requester.target, self.accepter.target
        return bool(here and there and here.resource.in_region_of(there.resource) is True)

    def carries_to(self, vpc: Ref[Vpc]) -> Outcome:
        """Whether it carries packets to `vpc`: it is active."""
        return hop("peering-connection", self.key, f"to VPC {name_of(vpc)}", self.origin) + self._is_active()

    def _is_active(self) -> Outcome:
        waits = not is_known(self.status) or self.status in _WAITING
        if self.status == "active" or (waits and True in self.accepted):
            return PASSES
        if self.refused.findings:
            return self.refused
        if is_known(self.status) and not (waits and UNKNOWN in self.accepted):
            return routing.PEERING_BAD_STATE(self, state=self.status)
        return routing.PEERING_MAYBE_NOT_ACCEPTED(self)


class PeeringConnections:
    """The peering connections of one graph."""

    def __init__(self, vpcs: Vpcs, refusals: Refusals) -> None:
        self.vpcs = vpcs
        self.refusals = refusals
        self.graph = vpcs.graph

    def read(self, connection: Resource) -> PeeringConnection:
        prop = "vpcPeeringConnectionId"
        accepters = self.graph.naming(connection, prop, tokens.PEERING, tokens.PEERING_ACCEPTER)
        sides = (connection, *(each for each in accepters if not self.refusals.refuses(each)))
        return PeeringConnection(
            connection,
            requester=self.vpcs.named(connection, "vpcId"),
            accepter=self.vpcs.named(connection, "peerVpcId"),
            status=connection.get("acceptStatus"),
            accepted=tuple(side.declared("autoAccept") for side in sides),
            refused=all_of(map(self.refusals.of, accepters)),
        )
