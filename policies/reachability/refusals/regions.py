"""What AWS refuses of what names a thing of another region, or of an account that does not share it.

Sources: Amazon EC2 User Guide, "Resource locations"; Amazon ECS API Reference, "CreateService"; Amazon VPC
User Guide, "Responsibilities and permissions for owners and participants".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from ..findings import endpoints
from ..graph import tokens
from ..graph.provider_scope import in_one_region
from ..values import Unknown, items
from ..verdict import all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph import Graph
    from ..graph.references import Ref
    from ..graph.refusals import Row
    from ..graph.resource import Resource
    from ..verdict import Outcome

_NAMED: Final = {
    "cluster": tokens.ECS_CLUSTER,
    "destinationPrefixListId": tokens.PREFIX_LIST,
    "dhcpOptionsId": tokens.DHCP_OPTIONS,
    "gatewayId": tokens.INTERNET_GATEWAY,
    "internetGatewayId": tokens.INTERNET_GATEWAY,
    "natGatewayId": tokens.NAT_GATEWAY,
    "networkAclId": tokens.NETWORK_ACL,
    "networkInterfaceId": tokens.NETWORK_INTERFACE,
    "prefixListId": tokens.PREFIX_LIST,
    "routeTableId": tokens.ROUTE_TABLE,
    "securityGroupId": tokens.SECURITY_GROUP,
    "subnetId": tokens.SUBNET,
    "taskDefinition": tokens.ECS_TASK_DEFINITION,
    "vpcEndpointId": tokens.VPC_ENDPOINT,
    "vpcId": tokens.VPC,
}
"""The properties that name one thing, and its types. A peering connection may be of either region."""
_LISTED: Final = {"securityGroupIds": tokens.SECURITY_GROUP, "subnetIds": tokens.SUBNET}
_NAMING: Final = (
    *tokens.SUBNET,
    *tokens.VPC_CIDR,
    *tokens.ROUTE_TABLE,
    *tokens.ROUTE,
    *tokens.ROUTE_TABLE_ASSOCIATION,
    *tokens.MAIN_ROUTE_TABLE,
    *tokens.INTERNET_GATEWAY,
    *tokens.INTERNET_GATEWAY_ATTACHMENT,
    *tokens.NAT_GATEWAY,
    *tokens.SECURITY_GROUP,
    *tokens.SECURITY_GROUP_RULE,
    *tokens.EGRESS_RULE,
    *tokens.INGRESS_RULE,
    *tokens.NETWORK_ACL,
    *tokens.NETWORK_ACL_RULE,
    *tokens.NETWORK_ACL_ASSOCIATION,
    *tokens.DHCP_ASSOCIATION,
    *tokens.PREFIX_LIST_ENTRY,
    *tokens.ENDPOINT_SUBNET,
    *tokens.ENDPOINT_GROUP,
    *tokens.ENDPOINT_PRIVATE_DNS,
    *tokens.PEERING,
    *tokens.ECS_SERVICE,
)

_OWNED: Final = (
    *tokens.SUBNET,
    *tokens.VPC_CIDR,
    *tokens.ROUTE_TABLE,
    *tokens.ROUTE,
    *tokens.ROUTE_TABLE_ASSOCIATION,
    *tokens.MAIN_ROUTE_TABLE,
    *tokens.INTERNET_GATEWAY,
    *tokens.INTERNET_GATEWAY_ATTACHMENT,
    *tokens.SECURITY_GROUP_RULE,
    *tokens.EGRESS_RULE,
    *tokens.INGRESS_RULE,
    *tokens.NETWORK_ACL,
    *tokens.NETWORK_ACL_RULE,
    *tokens.NETWORK_ACL_ASSOCIATION,
)
"""What the account alone makes that has what it names: participants of a shared subnet do not."""

_OF_OTHERS: Final = (*tokens.PREFIX_LIST, *tokens.NETWORK_INTERFACE)
"""What may be shared, or is a participant's own."""


@dataclass(frozen=True)
class _Rules:
    graph: Graph

    def names_its_own_region(self, owner: Resource) -> Outcome:
        """AWS does not find what is in another region ("Resource locations")."""
        return all_of(map(partial(in_one_region, owner), self._named_by(owner)))

    def names_its_own_account(self, owner: Resource) -> Outcome:
        """A VPC's owner alone makes its parts ("Responsibilities and permissions")."""
        return all_of(
            endpoints.PART_OF_OTHER_ACCOUNT(owner, named=named)
            for named in self._named_by(owner)
            if named.type not in _OF_OTHERS and owner.in_account_of(named) is False
        )

    def _named_by(self, owner: Resource) -> Iterator[Resource]:
        return (ref.target for ref in self._refs(owner) if ref.target is not None)

    def _refs(self, owner: Resource) -> Iterator[Ref[Resource]]:
        for prop, types in _NAMED.items():
            yield self.graph.ref(owner, owner.declared(prop), prop, types)
        for prop, types in _LISTED.items():
            listed = items(owner.declared(prop))
            yield from () if isinstance(listed, Unknown) else self.graph.refs(owner, listed, prop, types)


def rows(graph: Graph) -> Iterator[Row]:
    if len({resource.region for resource in graph if isinstance(resource.region, str)}) > 1:
        yield _NAMING, _Rules(graph).names_its_own_region
    if len({resource.account for resource in graph if isinstance(resource.account, str)}) > 1:
        yield _OWNED, _Rules(graph).names_its_own_account
