"""Internet gateways and egress-only internet gateways: which VPC they are attached to.

Sources: Amazon VPC User Guide, "Enable internet access for a VPC using an internet gateway" and "Egress-only
internet gateways".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..findings import gateways, routing
from ..graph import tokens
from ..values import ABSENT, UNKNOWN, Truth, any_true
from ..verdict import Origin, Outcome, all_of, hop
from .entity import Entity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..graph.references import Ref
    from ..graph.refusals import Refusals
    from ..graph.resource import Resource
    from .vpc import Vpc, Vpcs


@dataclass(frozen=True, eq=False)
class InternetGateway(Entity):
    """An internet gateway.

    Attributes:
        attachments: the VPCs that it may be attached to, with whether it certainly is.
        refused: the attachments of it that AWS refuses, or may.
    """

    attachments: tuple[tuple[Ref[Vpc], bool], ...]
    refused: Outcome

    def attached_to(self, vpc: Ref[Vpc]) -> Truth:
        """Whether it is attached to `vpc`, by itself or by an attachment."""
        return any_true(other.same_as(vpc) if certain else UNKNOWN for other, certain in self.attachments)

    @property
    def is_free(self) -> bool:
        """Whether it is certainly attached to no VPC."""
        return not self.attachments

    def serves(self, vpc: Ref[Vpc]) -> Outcome:
        """Whether packets of `vpc` leave by it."""
        attached = self.attached_to(vpc)
        if attached is True:
            return hop("internet-gateway", self.key, "attached to the VPC", self.origin)
        if attached is False:
            return routing.GATEWAY_NOT_ATTACHED(self) + self.refused
        return self.refused + routing.GATEWAY_MAYBE_NOT_ATTACHED(self)


@dataclass(frozen=True, eq=False)
class EgressOnlyInternetGateway(Entity):
    """An egress-only internet gateway, which carries IPv6 alone."""

    vpc: Ref[Vpc]

    def serves(self, vpc: Ref[Vpc]) -> Outcome:
        """Whether packets of `vpc` leave by it."""
        own = self.vpc.same_as(vpc)
        if own is True:
            return hop("egress-only-internet-gateway", self.key, "of the VPC", self.origin)
        if own is False:
            return routing.EGRESS_ONLY_OF_OTHER_VPC(self)
        return routing.EGRESS_ONLY_MAYBE_OF_OTHER_VPC(self)


class InternetGateways:
    """The internet gateways of one graph."""

    def __init__(self, vpcs: Vpcs, refusals: Refusals) -> None:
        self.vpcs = vpcs
        self.graph = vpcs.graph
        self.refusals = refusals
        self._read: dict[str, InternetGateway] = {}

    def __iter__(self) -> Iterator[InternetGateway]:
        return map(self.read, self.graph.of_type(*tokens.INTERNET_GATEWAY))

    def read(self, gateway: Resource) -> InternetGateway:
        if gateway.key not in self._read:
            links = self._attachments_of(gateway)
            refused = all_of(self.refusals.of(attachment) for attachment, _ in links)
            attachments = tuple(self._attachments(gateway, links))
            self._read[gateway.key] = InternetGateway(gateway, attachments, refused)
        return self._read[gateway.key]

    def read_egress_only(self, gateway: Resource) -> EgressOnlyInternetGateway:
        return EgressOnlyInternetGateway(gateway, self.vpcs.of(gateway))

    def serve(self, gateway: Resource, vpc: Ref[Vpc]) -> Outcome:
        """Whether packets of `vpc` leave by `gateway`; a VPC takes one internet gateway, whatever others ask.

        Source: Amazon EC2 API Reference, "AttachInternetGateway".
        """
        own = self.read(gateway)
        serves = own.serves(vpc)
        if serves.findings:
            return serves
        others = (other for other in self._by_vpc.get(vpc.identity, ()) if other != own)
        return serves + all_of(
            gateways.SECOND_INTERNET_GATEWAY(own, other=other)
            for other in others
            if Origin.PROGRAM in (own.origin, other.origin)
        )

    @cached_property
    def _by_vpc(self) -> dict[str | None, list[InternetGateway]]:
        """The gateways that are certainly attached to a VPC, by what tells it."""
        found: dict[str | None, list[InternetGateway]] = {}
        for gateway in self:
            for vpc, certain in gateway.attachments:
                if certain and vpc.identity is not None:
                    found.setdefault(vpc.identity, []).append(gateway)
        return found

    def may_be_attached_to(self, vpc: Ref[Vpc]) -> bool:
        """Whether an internet gateway may be attached to `vpc`, which has one at most."""
        read = self.vpcs.covers(vpc, "ec2:DescribeInternetGateways")
        return not read or any(gateway.attached_to(vpc) is not False for gateway in self)

    def _attachments_of(self, gateway: Resource) -> list[tuple[Resource, bool]]:
        """What attaches `gateway` to a VPC, with whether it certainly is that gateway."""
        named = (
            (attachment, self.graph.named(attachment, "internetGatewayId", tokens.INTERNET_GATEWAY))
            for attachment in self.graph.of_type(*tokens.INTERNET_GATEWAY_ATTACHMENT)
        )
        meant = ((attachment, ref.stands_for(gateway)) for attachment, ref in named)
        return [(attachment, is_own is True) for attachment, is_own in meant if is_own is not False]

    def _attachments(
        self, gateway: Resource, links: Sequence[tuple[Resource, bool]]
    ) -> Iterator[tuple[Ref[Vpc], bool]]:
        if gateway.declared("vpcId") is not ABSENT:
            yield self.vpcs.of(gateway), True
        for attachment, certain in links:
            if not self.refusals.refuses(attachment):
                yield self.vpcs.of(attachment), certain and not self.refusals.of(attachment).findings
