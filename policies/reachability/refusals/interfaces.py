"""What AWS refuses of what has network interfaces: their groups and subnets, workloads and endpoints.

Sources: Amazon EC2 API Reference, "CreateSecurityGroup", "CreateManagedPrefixList", "RunInstances" and
"CreateVpcEndpoint"; Amazon ECS API Reference, "AwsVpcConfiguration" and "CreateService"; AWS Lambda API
Reference, "VpcConfig"; AWS App Runner API Reference, "CreateVpcConnector"; AWS PrivateLink Guide, "IP address
types".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..findings import refusals
from ..graph import tokens
from ..graph.references import members
from ..graph.refusals import one_of
from ..values import ABSENT, Unknown, elements, get, items, to_int
from ..verdict import PASSES, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws.subnet import Subnet, Subnets
    from ..graph.refusals import Row
    from ..graph.resource import Resource
    from ..verdict import Outcome

_GROUPS: Final = "security groups"
_LIMITS: Final = (
    (tokens.ECS_SERVICE, ("networkConfiguration", "securityGroups"), 5, _GROUPS),
    (tokens.ECS_SERVICE, ("networkConfiguration", "subnets"), 16, "subnets"),
    (tokens.LAMBDA_FUNCTION, ("vpcConfig", "securityGroupIds"), 5, _GROUPS),
    (tokens.LAMBDA_FUNCTION, ("vpcConfig", "subnetIds"), 16, "subnets"),
    (tokens.VPC_CONNECTOR, ("securityGroups",), 5, _GROUPS),
)
"""How many parts a request takes: the path of the list, the most, and what it lists."""
_RESERVED_NAME: Final = "default"
_ID_OF_GROUP: Final = "sg-"
_FARGATE: Final = "FARGATE"


@dataclass(frozen=True)
class _Rules:
    subnets: Subnets

    @staticmethod
    def has_few_parts(owner: Resource) -> Outcome:
        """A request takes so many groups and subnets ("AwsVpcConfiguration", "VpcConfig")."""
        return all_of(
            refusals.TOO_MANY(owner, most=most, what=what, count=len(listed))
            for types, path, most, what in _LIMITS
            if owner.type in types
            if not isinstance(listed := items(owner.declared(*path)), Unknown) and len(listed) > most
        )

    @staticmethod
    def group_name_is_allowed(group: Resource) -> Outcome:
        """No group is called `default`, or as ids are ("CreateSecurityGroup")."""
        name = group.get("name")
        taken = isinstance(name, str) and (name == _RESERVED_NAME or name.startswith(_ID_OF_GROUP))
        return refusals.GROUP_NAME_REFUSED(group, name=name) if taken else PASSES

    def group_name_is_free(self, group: Resource) -> Outcome:
        """A VPC has one group of a name ("CreateSecurityGroup")."""
        name, vpc = group.get("name"), self.subnets.vpcs.of(group)
        if not isinstance(name, str) or not group.sets("name"):
            return PASSES
        others = (
            other
            for other in self.subnets.graph.of_type(tokens.SECURITY_GROUP[0])
            if other.get("name") == name and self.subnets.vpcs.of(other).same_as(vpc) is True
        )
        return one_of(self.subnets.graph, group, others, f"are called {name} in one VPC")

    def interface_has_one_instance(self, instance: Resource) -> Outcome:
        """A network interface is that of one instance at a time ("RunInstances")."""
        mine = self._interfaces_of(instance)
        others = (
            other
            for other in (self.subnets.graph.of_type(*tokens.INSTANCE) if mine else ())
            if mine & self._interfaces_of(other)
        )
        return one_of(self.subnets.graph, instance, others, "take one network interface")

    def _interfaces_of(self, instance: Resource) -> frozenset[str]:
        """The network interfaces that an instance certainly takes at launch."""
        refs = [
            self.subnets.graph.ref(instance, get(held, "networkInterfaceId"), prop, tokens.NETWORK_INTERFACE)
            for prop in ("networkInterfaces", "primaryNetworkInterface")
            for held in elements(instance.declared(prop))
        ]
        return frozenset(ref.target.key for ref in refs if ref.target is not None)

    def prefix_list_holds_its_entries(self, listed: Resource) -> Outcome:
        """A prefix list has `max_entries` at most ("CreateManagedPrefixList")."""
        most, own = to_int(listed.get("maxEntries")), items(listed.declared("entries"))
        if not isinstance(most, int) or isinstance(own, Unknown) or len(own) <= most:
            return PASSES
        return refusals.TOO_MANY_ENTRIES(listed, count=len(own), most=most)

    def task_has_its_own_interface(self, service: Resource) -> Outcome:
        """Tasks on Fargate, or with subnets, have the mode awsvpc ("CreateService")."""
        prop = "taskDefinition"
        task = self.subnets.graph.ref(
            service, service.declared(prop), prop, tokens.ECS_TASK_DEFINITION
        ).target
        on_fargate, config = (
            service.declared("launchType") == _FARGATE,
            service.declared("networkConfiguration"),
        )
        if task is None or not (on_fargate or isinstance(config, Mapping)):
            return PASSES
        mode = task.declared("networkMode")
        if isinstance(mode, Unknown) or mode == "awsvpc":
            return PASSES
        given = "bridge, the default" if mode is ABSENT else mode
        says = refusals.NOT_FOR_FARGATE if on_fargate else refusals.NOT_WITH_SUBNETS
        return says(service, task=task, mode=given)

    def subnets_have_the_family(self, endpoint: Resource) -> Outcome:
        """The subnets of an endpoint have blocks of its address type ("IP address types")."""
        kind = endpoint.declared("ipAddressType")
        lacking = {"ipv4": _without_ipv4, "dualstack": _without_either, "ipv6": _without_ipv6}.get(str(kind))
        if lacking is None:
            return PASSES
        listed = self.subnets.refs(endpoint, items(endpoint.declared("subnetIds")), "subnetIds")
        return all_of(
            refusals.SUBNET_WITHOUT_FAMILY(endpoint, kind=kind, subnet=subnet, family=family)
            for subnet in members(listed)[0]
            if (family := lacking(subnet))
        )


def rows(subnets: Subnets) -> Iterator[Row]:
    rules = _Rules(subnets)
    yield (*tokens.ECS_SERVICE, *tokens.LAMBDA_FUNCTION, *tokens.VPC_CONNECTOR), rules.has_few_parts
    yield (tokens.SECURITY_GROUP[0],), rules.group_name_is_allowed
    yield (tokens.SECURITY_GROUP[0],), rules.group_name_is_free
    yield tokens.INSTANCE, rules.interface_has_one_instance
    yield tokens.PREFIX_LIST, rules.prefix_list_holds_its_entries
    yield tokens.ECS_SERVICE, rules.task_has_its_own_interface
    yield tokens.VPC_ENDPOINT, rules.subnets_have_the_family


def _without_ipv4(subnet: Subnet) -> str:
    return "IPv4" if subnet.ipv6_only else ""


def _without_ipv6(subnet: Subnet) -> str:
    return "" if isinstance(subnet.ipv6, Unknown) or subnet.ipv6 else "IPv6"


def _without_either(subnet: Subnet) -> str:
    return _without_ipv4(subnet) or _without_ipv6(subnet)
