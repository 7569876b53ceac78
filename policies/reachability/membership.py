"""Whether AWS puts interfaces where they are asked for: in one VPC, with security groups that serve there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from . import kinds
from .network import is_new, name_of
from .outcomes import all_of, blocked, open_question
from .references import Links, either, members, same
from .values import ABSENT, UNKNOWN, Unknown
from .verdict import Origin, Outcome

if TYPE_CHECKING:
    from .graph import Ref, Resource
    from .groups import SecurityGroups


class Membership:
    """What the interfaces of one holder, a workload or an endpoint, have in common."""

    def __init__(self, groups: SecurityGroups) -> None:
        self.groups = groups
        self.network = groups.network

    def in_one_vpc(self, holder: Resource, subnets: Sequence[Ref]) -> Outcome:
        """Whether all subnets of a workload are of the same VPC.

        Sources: AWS App Runner API Reference, "CreateVpcConnector"; AWS Lambda API Reference, "VpcConfig";
        Amazon ECS API Reference, "AwsVpcConfiguration".
        """
        certain, _ = members(subnets)
        return self.subnets_in(holder, subnets, self.network.vpc_of(certain[0])) if certain else Outcome()

    def subnets_in(self, holder: Resource, subnets: Sequence[Ref], vpc: Ref) -> Outcome:
        """Whether none of the subnets is certainly of another VPC than `vpc`."""
        vpcs = map(self.network.vpc_of, members(subnets)[0])
        other = next((found for found in vpcs if _apart(found, vpc)), None)
        if other is None:
            return Outcome()
        message = f"{holder.label} is in VPC {name_of(vpc)}, and has a subnet of VPC {name_of(other)}"
        return blocked("SUBNET_OF_OTHER_VPC", holder.key, message, "name the subnets of one VPC alone")

    def groups_serve(self, holder: Resource, groups: Sequence[Ref], vpc: Ref) -> Outcome:
        """Whether the groups may be on interfaces in `vpc`.

        Source: Amazon VPC User Guide, "Associate security groups with multiple VPCs".
        """
        found = (pair for ref in groups for pair in self.groups.resolve(ref))
        return all_of(
            [self._serves(holder, group, vpc, certain) for group, certain in found if group is not None]
        )

    def _serves(self, holder: Resource, group: Resource, vpc: Ref, certain: bool) -> Outcome:
        there = self.network.vpc_of(group)
        if group.declared("vpcId") is ABSENT:
            # A program's group is of the default VPC then.
            new = vpc.target is not None and is_new(vpc.target)
            apart, called = new and group.origin is Origin.PROGRAM, "the default VPC"
        else:
            apart, called = _apart(there, vpc), name_of(there)
        if not apart:
            return Outcome()
        associated = self._associated(group, vpc)
        if associated is True:
            return Outcome()
        message = f"{holder.label} is in VPC {name_of(vpc)}, and its security group {group.label} in {called}"
        code, remedy = "SECURITY_GROUP_OF_OTHER_VPC", f"give {holder.label} a security group of its own VPC"
        if certain and associated is False and group.origin is Origin.PROGRAM:
            return blocked(code, group.key, message, remedy)
        # Which VPCs a group of the account is associated with, its evidence does not tell.
        return open_question(code, group.key, f"{message}, and may not be associated with the former", remedy)

    def _associated(self, group: Resource, vpc: Ref) -> bool | Unknown:
        links = self._associations.to(group)
        return either(same(self.network.vpc_of(link), vpc) if sure else UNKNOWN for link, sure in links)

    @cached_property
    def _associations(self) -> Links[Resource]:
        links = self.network.graph.of_type(*kinds.SECURITY_GROUP_VPC_ASSOCIATION)
        prop = "securityGroupId"
        return Links((link, self.groups.group_ref(link, link.get(prop), prop)) for link in links)


def _apart(first: Ref, second: Ref) -> bool:
    """Whether both are told, and certainly two VPCs."""
    return not first.absent and not second.absent and same(first, second) is False
