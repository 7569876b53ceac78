"""What AWS refuses of internet gateways and NAT gateways.

Sources: Amazon EC2 API Reference, "AttachInternetGateway" and "CreateNatGateway"; Amazon VPC User Guide, "NAT
gateway basics" and "Subnet CIDR blocks".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..findings import conflicts, refusals
from ..graph import tokens
from ..graph.claims import called
from ..graph.refusals import one_of
from ..ranges import Ranges, addresses
from ..values import ABSENT, Unknown
from ..verdict import PASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws.subnet import Subnet, Subnets
    from ..graph.refusals import Row
    from ..graph.resource import Resource
    from ..verdict import Outcome

_FIRST_RESERVED: Final = 4
"""How many of a subnet's first addresses are Amazon's; its last one is too."""


@dataclass(frozen=True)
class _Rules:
    subnets: Subnets

    def gateway_has_one_vpc(self, attachment: Resource) -> Outcome:
        """An internet gateway is attached to one VPC at a time ("AttachInternetGateway")."""
        graph, vpcs = self.subnets.graph, self.subnets.vpcs
        prop, types = "internetGatewayId", tokens.INTERNET_GATEWAY
        gateway = graph.named(attachment, prop, types).target
        if gateway is None:
            return PASSES
        what = f"attach internet gateway {gateway.label} to a VPC"
        if gateway.declared("vpcId") is not ABSENT:
            if not vpcs.of(gateway).differs_from(vpcs.of(attachment)):
                return PASSES
            first, second = called(gateway), called(attachment)
            return conflicts.SECOND_REFUSED(attachment, first=first, second=second, what=what)
        others = (
            other
            for other in graph.naming(gateway, prop, types, tokens.INTERNET_GATEWAY_ATTACHMENT)
            if vpcs.of(other).differs_from(vpcs.of(attachment))
        )
        return one_of(graph, attachment, others, what)

    def private_ip_is_free(self, owner: Resource) -> Outcome:
        """An interface's own address is a free one of its subnet ("CreateNatGateway", "RunInstances")."""
        address = owner.declared("privateIp")
        subnet = self._subnet_of(owner)
        if subnet is None or isinstance(subnet.ipv4, Unknown) or not isinstance(address, str) or not address:
            return PASSES
        where = addresses(address)
        if not where <= subnet.ipv4:
            return refusals.PRIVATE_IP_OUTSIDE(owner, address=address, subnet=subnet)
        ((first, last),) = subnet.ipv4.spans
        if where & Ranges.of((first, first + _FIRST_RESERVED - 1), (last, last)):
            return refusals.PRIVATE_IP_RESERVED(owner, address=address, subnet=subnet)
        others = (
            other
            for other in self.subnets.graph.of_type(*tokens.NAT_GATEWAY, *tokens.INSTANCE)
            if other.declared("privateIp") == address and self._subnet_of(other) == subnet
        )
        what = f"have the address {address} of subnet {subnet.label}"
        return one_of(self.subnets.graph, owner, others, what)

    def address_is_of_the_zone(self, nat: Resource) -> Outcome:
        """An Elastic IP address is of the network border group of its zone ("NAT gateway basics")."""
        prop = "allocationId"
        address = self.subnets.graph.ref(nat, nat.declared(prop), prop, tokens.EIP).target
        subnet = self._subnet_of(nat)
        group = address.declared("networkBorderGroup") if address else ABSENT
        if address is None or subnet is None or subnet.is_local or not isinstance(group, str):
            return PASSES
        if not isinstance(nat.region, str) or group == nat.region:
            return PASSES
        return refusals.ADDRESS_OF_OTHER_GROUP(nat, address=address, group=group)

    def _subnet_of(self, owner: Resource) -> Subnet | None:
        return self.subnets.ref(owner, owner.declared("subnetId"), "subnetId").target


def rows(subnets: Subnets) -> Iterator[Row]:
    rules = _Rules(subnets)
    yield tokens.INTERNET_GATEWAY_ATTACHMENT, rules.gateway_has_one_vpc
    yield (*tokens.NAT_GATEWAY, *tokens.INSTANCE), rules.private_ip_is_free
    yield tokens.NAT_GATEWAY, rules.address_is_of_the_zone
