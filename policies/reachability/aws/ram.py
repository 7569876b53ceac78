"""Subnets that another account owns and shares through AWS RAM: who may run there, and who knows what.

Sources: Amazon VPC User Guide, "Share your VPC subnets with other accounts", "Responsibilities and
permissions for owners and participants" and "Share security groups with AWS Organizations"; AWS RAM User
Guide, "Shareable AWS resources". They name no workload of the proof that may not run in a shared subnet.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..findings import placement
from ..graph import tokens
from ..graph.references import Links
from ..values import UNKNOWN, Truth, Unknown, Value, any_true
from ..verdict import PASSES, Origin, Outcome, Verdict, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..graph.references import Ref
    from ..graph.resource import Resource
    from .security_group import SecurityGroup
    from .subnet import Subnet
    from .vpc import Vpcs


class ResourceShares:
    """What the accounts of one graph share with one another."""

    def __init__(self, vpcs: Vpcs) -> None:
        self.vpcs = vpcs
        self.graph = vpcs.graph

    def admits(self, owner: Resource, subnet: Subnet, groups: Sequence[Ref[SecurityGroup]]) -> Outcome:
        """Whether the account of the workload `owner` may use its subnet and its security groups."""
        together = owner.in_account_of(subnet.resource)
        steps = [] if together is True else [self._subnet(owner, subnet.resource, together)]
        return all_of([*steps, *self._security_groups(owner, groups, together)])

    def _subnet(self, owner: Resource, subnet: Resource, together: Truth) -> Outcome:
        shared = self._is_shared(subnet, owner.account)
        if shared is True or subnet.origin is Origin.ACCOUNT:
            return PASSES  # AWS shows a subnet to the accounts that may use it.
        if together is UNKNOWN:
            return placement.SUBNET_MAYBE_OF_OTHER_ACCOUNT(subnet, owner=owner)
        says = placement.SUBNET_OF_OTHER_ACCOUNT if shared is False else placement.SUBNET_MAYBE_NOT_SHARED
        return says(subnet, owner=owner)

    def _security_groups(
        self, owner: Resource, groups: Sequence[Ref[SecurityGroup]], together: Truth
    ) -> Iterator[Outcome]:
        """Participants use groups of their own or shared with them, never the VPC's default one."""
        if not groups and together is False:
            yield placement.DEFAULT_GROUP_OF_OTHER_ACCOUNT(owner)
        if not groups and together is UNKNOWN:
            yield placement.DEFAULT_GROUP_MAYBE_OF_OTHER_ACCOUNT(owner)
        for ref in groups:
            for group in ref.candidates:
                yield self._security_group(owner, group.resource, certain=ref.target is not None)

    def _security_group(self, owner: Resource, group: Resource, *, certain: bool) -> Outcome:
        own = group.in_account_of(owner)
        shared = True if own is True else self._is_shared(group, owner.account)
        if shared is True:
            return PASSES
        if own is UNKNOWN:
            return placement.GROUP_MAYBE_OF_OTHER_ACCOUNT(group, owner=owner)
        sure = shared is False and certain and group.origin is not Origin.ACCOUNT
        says = placement.GROUP_OF_OTHER_ACCOUNT if sure else placement.GROUP_MAYBE_NOT_SHARED
        return says(group, owner=owner)

    def unread_owner(self, owner: Resource, subnet: Subnet, outcome: Outcome) -> Outcome:
        """Which account's evidence is missing where `outcome` is open: participants see a part of a VPC.

        They are shown the route tables and network ACLs of their subnets and the VPC's internet gateway, and
        nothing of its NAT gateways and endpoints.
        """
        if outcome.verdict is not Verdict.UNDETERMINED or owner.in_account_of(subnet.resource) is not False:
            return PASSES
        read = self.vpcs.covers(subnet.vpc, "ec2:DescribeVpcs")
        return PASSES if read else placement.UNREAD_OWNER(subnet)

    # Resource shares -------------------------------------------------------------------------------

    def _is_shared(self, thing: Resource, guest: str | Unknown) -> Truth:
        """Whether a share of the graph has `thing` in it, and the account `guest` among its principals."""
        answers: list[Truth] = []
        for link in self._shared.to(thing):
            invited = self._invites(self._share_of(link.source), guest)
            answers.append(UNKNOWN if invited is True and not link.certain else invited)
        return any_true(answers)

    @cached_property
    def _shared(self) -> Links[Resource]:
        types = tokens.SUBNET + tokens.SECURITY_GROUP
        return Links(
            (link, self.graph.named(link, "resourceArn", types))
            for link in self.graph.of_type(*tokens.RAM_RESOURCE)
        )

    def _share_of(self, link: Resource) -> Ref[Resource]:
        return self.graph.named(link, "resourceShareArn", tokens.RAM_SHARE)

    def _invites(self, share: Ref[Resource], guest: str | Unknown) -> Truth:
        """A share that the graph does not hold may have principals that it does not hold either."""
        answers: list[Truth] = [UNKNOWN] if share.open else []
        for link in self.graph.of_type(*tokens.RAM_PRINCIPAL):
            of_share = self._share_of(link).same_as(share)
            named = _names(link.get("principal"), guest) if of_share is not False else False
            answers.append(UNKNOWN if named is True and of_share is UNKNOWN else named)
        return any_true(answers)


def _names(principal: Value, guest: str | Unknown) -> Truth:
    """Whether a principal is the account `guest`: shared subnets stay in the organization anyway."""
    if ":organization/" in str(principal):
        return True
    if principal is UNKNOWN or guest is UNKNOWN or ":ou/" in str(principal):
        return UNKNOWN
    return bool(principal == guest)
