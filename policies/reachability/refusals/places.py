"""What AWS refuses since it is elsewhere: another region's ids are not found, nor another account's.

Sources: Amazon EC2 User Guide, "Resource locations"; Amazon VPC User Guide, "Responsibilities and permissions
for owners and participants": a participant runs things in a shared subnet, and the parts of the VPC are its
owner's to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..aws.route_table import TARGETS
from ..findings import endpoints, placement
from ..graph import tokens
from ..graph.choices import is_judged_by_each
from ..graph.graph import Graph
from ..graph.provider_scope import in_one_region
from ..graph.references import Ref, settled, vpc_of
from ..values import UNKNOWN, is_list
from ..verdict import PASSES, Origin, Verdict, across_possibilities, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph.refusals import Row
    from ..graph.resource import Resource
    from ..values import Value
    from ..verdict import Outcome

_GROUP: Final = tokens.SECURITY_GROUP + tokens.VPC
_TABLE: Final = tokens.ROUTE_TABLE + tokens.VPC
_ACL: Final = tokens.NETWORK_ACL + tokens.VPC
_MADE_WITH: Final = (
    "mainRouteTableId",
    "defaultRouteTableId",
    "defaultNetworkAclId",
    "defaultSecurityGroupId",
)
"""The outputs of a VPC that hold the ids of what AWS made with it."""
_BY_DESIGN: Final = ("vpcPeeringConnectionId", "coreNetworkArn", "localGatewayId")
"""What a route may lead to that is of two regions, or of none."""
NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: types for name, types in TARGETS.items() if name not in _BY_DESIGN},
    "allocationId": tokens.EIP,
    "allocationIds": tokens.EIP,
    "associationDefaultRouteTableId": tokens.TGW_ROUTE_TABLE,
    "cluster": tokens.ECS_CLUSTER,
    "defaultNetworkAclId": _ACL,
    "defaultRouteTableId": _TABLE,
    "destinationPrefixListId": tokens.PREFIX_LIST,
    "dhcpOptionsId": tokens.DHCP_OPTIONS,
    "egressRuleIds": tokens.EGRESS_RULE,
    "firewallArn": tokens.FIREWALL,
    "firewallPolicyArn": tokens.FIREWALL_POLICY,
    "ingressRuleIds": tokens.INGRESS_RULE,
    "instance": tokens.INSTANCE,
    "instanceId": tokens.INSTANCE,
    "internetGatewayId": tokens.INTERNET_GATEWAY,
    "networkAclId": _ACL,
    "networkInterface": tokens.NETWORK_INTERFACE,
    "prefixListId": tokens.PREFIX_LIST,
    "prefixListIds": tokens.PREFIX_LIST,
    "publicIp": tokens.EIP,
    "referencedSecurityGroupId": _GROUP,
    "resolverRuleId": tokens.RESOLVER_RULE,
    "resourceArn": tokens.FIREWALL_RULE_GROUP,
    "resourceId": tokens.VPC,
    "routeTableId": _TABLE,
    "routeTableIds": _TABLE,
    "secondaryAllocationIds": tokens.EIP,
    "securityGroupId": _GROUP,
    "securityGroupIds": _GROUP,
    "securityGroups": _GROUP,
    "sourceSecurityGroupId": _GROUP,
    "subnetId": tokens.SUBNET,
    "subnetIds": tokens.SUBNET,
    "subnets": tokens.SUBNET,
    "taskDefinition": tokens.ECS_TASK_DEFINITION,
    "transitGatewayAttachmentId": tokens.TGW_ATTACHMENT,
    "transitGatewayRouteTableId": tokens.TGW_ROUTE_TABLE,
    "vpc": tokens.VPC,
    "vpcConnectorArn": tokens.VPC_CONNECTOR,
    "vpcId": tokens.VPC,
    "vpcSecurityGroupIds": _GROUP,
}
"""The properties by which one resource names another of its region, at whatever depth, and what they name."""
_SHARED: Final = frozenset(
    {
        "allocationId",
        "allocationIds",
        "destinationPrefixListId",
        "firewallPolicyArn",
        "prefixListId",
        "prefixListIds",
        "publicIp",
        "referencedSecurityGroupId",
        "resolverRuleId",
        "resourceArn",
        "secondaryAllocationIds",
        "sourceSecurityGroupId",
        "transitGatewayAttachmentId",
        "transitGatewayId",
    }
)
"""Those of them by which another account's may be meant, which shares it, or whose VPC is connected; of
addresses `aws.elastic_ip` asks it."""
_NO_REFERENCE: Final = frozenset({"tags", "tagsAll", "region"})
_REGIONAL: Final = (
    "aws:apprunner/",
    "aws:ec2/",
    "aws:ec2transitgateway/",
    "aws:ecs/",
    "aws:lambda/",
    "aws:networkfirewall/",
    "aws:route53/profiles",
    "aws:route53/resolver",
    "aws:servicediscovery/privateDnsNamespace",
    "aws:vpc/",
)
"""What the types begin with of what is made in one region."""
_OF_VPC: Final = frozenset(
    {
        "securityGroupIds",
        "securityGroups",
        "subnetId",
        "subnetIds",
        "subnets",
        "vpcId",
        "vpcSecurityGroupIds",
    }
)
_OF_PARTICIPANTS: Final = frozenset(
    (
        *tokens.ECS_EXPRESS_SERVICE,
        *tokens.ECS_SERVICE,
        *tokens.INSTANCE,
        *tokens.LAMBDA_FUNCTION,
        *tokens.NETWORK_INTERFACE,
        *tokens.VPC_CONNECTOR,
        *tokens.VPC_ENDPOINT,
        tokens.SECURITY_GROUP[0],
    )
)
"""What another account may make in a VPC that is shared with it: `aws.ram` asks whether it is; and endpoints,
of which `aws.vpc_endpoint` asks who owns the VPC."""


def may_be_shared(type_: str, name: str) -> bool:
    """Whether what a resource of this type names by the property `name` may be another account's."""
    if type_ in tokens.PREFIX_LIST_ENTRY:
        return False  # A list's owner alone changes it.
    return name in _SHARED or (type_ in _OF_PARTICIPANTS and name in _OF_VPC)


class Places:
    """What of one graph is made in another region or account than what it names."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._plain = Graph(graph, graph.coverage)  # What is asked here depends on no choice of a verdict.
        self._found: dict[str, Outcome] = {}

    def rows(self) -> Iterator[Row]:
        """One rule for every type, where there is more than one place at all."""
        if self._several:
            yield tuple(sorted({each.type for each in self._regional})), self.of

    def of(self, user: Resource) -> Outcome:
        """Whether all that `user` names is in its region, and in its account where it has to be."""
        if user.key not in self._found:
            self._found[user.key] = all_of(_judged(user, name, ref) for name, ref in self._references(user))
        return self._found[user.key]

    def around(self, vpcs: frozenset[str]) -> Outcome:
        """What is refused of what is made in, or names a part of, one of `vpcs`, by their keys.

        An update ends there: what it makes of the rest is not known.
        """
        found = (outcome for vpc, outcome in self._by_vpc if vpc in vpcs)
        return all_of(found).as_undetermined()

    def vpc_of(self, key: str) -> str | None:
        """The VPC that the resource `key` is in, as far as that is known."""
        resource = self._plain.find(key)
        vpc = vpc_of(self._plain, resource) if resource is not None else None
        return vpc.key if vpc is not None else None

    @cached_property
    def _regional(self) -> tuple[Resource, ...]:
        """The regional resources that the program is about to make."""
        return tuple(
            each
            for each in self.graph
            if each.origin is Origin.PROGRAM and each.id is UNKNOWN and each.type.startswith(_REGIONAL)
        )

    @cached_property
    def _several(self) -> bool:
        """Whether the resources are not all in one place."""
        every = (each for each in self.graph if each.type.startswith(_REGIONAL))
        return len({(each.region, each.account, each.access) for each in every}) > 1

    @cached_property
    def _by_vpc(self) -> tuple[tuple[str, Outcome], ...]:
        """What is refused of each regional resource, by the VPCs that it is about."""
        found: list[tuple[str, Outcome]] = []
        for user in self._regional if self._several else ():
            outcome = self.of(user)
            if outcome.findings and not is_judged_by_each(user):  # A workload is no part of others' paths.
                named = (candidate for _, ref in self._references(user) for candidate in ref.candidates)
                vpcs = {self.vpc_of(each.key) for each in (user, *named)}
                found += ((vpc, outcome) for vpc in sorted(filter(None, vpcs)))
        return tuple(found)

    def _references(self, user: Resource) -> Iterator[tuple[str, Ref[Resource]]]:
        """What `user` names, with the name of the property that does."""
        for prop in user.properties:
            if prop not in _NO_REFERENCE:
                yield from self._refs(user, prop, prop, user.declared(prop))

    def _refs(
        self, user: Resource, prop: str, name: str, value: Value
    ) -> Iterator[tuple[str, Ref[Resource]]]:
        """Each reference inside `value`, which `name` holds inside the property `prop`, with that name."""
        parts = value if is_list(value) else (value,)
        for part in parts:
            if isinstance(part, Mapping):
                for inner, held in part.items():
                    yield from self._refs(user, prop, inner, held)
        types = NAMED.get(name)
        values = tuple(part for part in parts if part is UNKNOWN or (isinstance(part, str) and part))
        if types and values:
            for ref in settled(self._plain.refs(user, values, prop, types)):
                yield name, self._plain.or_maker(ref, user, tokens.VPC, *_MADE_WITH)


def _judged(user: Resource, name: str, ref: Ref[Resource]) -> Outcome:
    if ref.open or not ref.candidates:
        return PASSES
    outcome = across_possibilities([_in_place(user, name, named) for named in ref.candidates])
    return outcome.as_undetermined() if ref.computed else outcome


def _in_place(user: Resource, name: str, named: Resource) -> Outcome:
    outcome = in_one_region(user, named)
    if outcome.verdict is not Verdict.REACHABLE or may_be_shared(user.type, name):
        return outcome
    together = user.in_account_of(named)
    if together is True:
        return PASSES
    if together is UNKNOWN:
        return placement.NAMED_MAYBE_IN_OTHER_ACCOUNT(user, named=named)
    return endpoints.PART_OF_OTHER_ACCOUNT(user, named=named)
