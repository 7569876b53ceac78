"""Network interfaces: whether AWS puts them where they are asked for, in one VPC, with groups of that."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..findings import filters, placement, refusals
from ..graph import tokens
from ..graph.claims import follows
from ..graph.references import Links, Ref, members
from ..values import ABSENT, UNKNOWN, Truth, any_true
from ..verdict import PASSES, Origin, Outcome, all_of
from .vpc import name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..graph.resource import Resource
    from .security_group import SecurityGroup, SecurityGroups
    from .subnet import Subnet
    from .vpc import Vpc


class NetworkInterfaces:
    """What the interfaces of one owner, a workload or an endpoint, have in common."""

    def __init__(self, groups: SecurityGroups) -> None:
        self.groups = groups
        self.graph = groups.graph
        self.vpcs = groups.vpcs

    def in_one_vpc(self, owner: Resource, subnets: Sequence[Ref[Subnet]]) -> Outcome:
        """Whether all subnets of a workload are of the same VPC.

        Sources: AWS App Runner API Reference, "CreateVpcConnector"; AWS Lambda API Reference, "VpcConfig";
        Amazon ECS API Reference, "AwsVpcConfiguration".
        """
        first = next((subnet for listed in members(subnets) for subnet in listed), None)
        several = len(subnets) > 1 or any(ref.whole for ref in subnets)
        return self.in_vpc(owner, subnets, first.vpc) if several and first is not None else PASSES

    def in_vpc(self, owner: Resource, subnets: Sequence[Ref[Subnet]], vpc: Ref[Vpc]) -> Outcome:
        """Whether none of the subnets is of another VPC than `vpc`."""
        certain, possible = members(subnets)
        for subnet in (*certain, *possible):
            if subnet.vpc.differs_from(vpc):
                apart = placement.SUBNETS_OF_TWO_VPCS(owner, vpc=name_of(vpc), other=name_of(subnet.vpc))
                return apart if subnet in certain else apart.as_undetermined()
        return PASSES

    def groups_serve(self, owner: Resource, groups: Sequence[Ref[SecurityGroup]], vpc: Ref[Vpc]) -> Outcome:
        """Whether the groups may be on interfaces in `vpc`.

        Source: Amazon VPC User Guide, "Associate security groups with multiple VPCs".
        """
        return all_of(
            self._serves(owner, group.resource, vpc, ref.target is not None)
            for ref in groups
            for group in ref.candidates
        )

    def _serves(self, owner: Resource, group: Resource, vpc: Ref[Vpc], certain: bool) -> Outcome:
        there = self.vpcs.of(group)
        if group.declared("vpcId") is ABSENT:
            # A program's group is of the default VPC then.
            new = vpc.target is not None and vpc.target.resource.is_own_vpc
            apart, other = new and group.origin is Origin.PROGRAM, "the default VPC"
        else:
            apart, other = there.differs_from(vpc), name_of(there)
        if not apart:
            return PASSES
        associated = self._associated(group, vpc)
        if associated is True:
            return self._is_associated_first(owner, group, vpc, other)
        # Which VPCs a group of the account is associated with, its evidence does not tell.
        sure = certain and associated is False and group.origin is Origin.PROGRAM
        says = filters.GROUP_OF_OTHER_VPC if sure else filters.GROUP_MAYBE_OF_OTHER_VPC
        return says(group, owner=owner, vpc=name_of(vpc), other=other)

    def _associated(self, group: Resource, vpc: Ref[Vpc]) -> Truth:
        links = self._associations.to(group)
        return any_true(self.vpcs.of(link.source).same_as(vpc) if link.certain else UNKNOWN for link in links)

    def _is_associated_first(self, owner: Resource, group: Resource, vpc: Ref[Vpc], other: str) -> Outcome:
        """Whether `group` is associated with `vpc` before `owner` is created with it."""
        links = [
            link.source
            for link in self._associations.to(group)
            if link.certain and self.vpcs.of(link.source).same_as(vpc) is True
        ]
        if any(link.id is not UNKNOWN or follows(self.graph, owner, link) for link in links):
            return PASSES
        named = any(group.key in keys for keys in owner.dependencies.values())
        later = named and all(follows(self.graph, link, owner) for link in links)
        says = refusals.GROUP_ASSOCIATED_LATER if later else refusals.GROUP_MAYBE_ASSOCIATED_LATER
        return says(owner, group=group, association=links[0], vpc=name_of(vpc), other=other)

    @cached_property
    def _associations(self) -> Links[Resource]:
        prop = "securityGroupId"
        return Links(
            (link, self.groups.named(link, link.get(prop), prop))
            for link in self.graph.of_type(*tokens.SECURITY_GROUP_VPC_ASSOCIATION)
        )
