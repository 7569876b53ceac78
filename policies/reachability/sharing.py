"""Subnets that another account owns and shares through AWS RAM: who may run there, and who knows what.

Sources: Amazon VPC User Guide, "Share your VPC subnets with other accounts", "Responsibilities and
permissions for owners and participants" and "Share security groups with AWS Organizations"; AWS RAM User
Guide, "Shareable AWS resources". They name no workload of the proof that may not run in a shared subnet.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from . import kinds
from .network import Links, either, same
from .outcomes import all_of, blocked, open_question
from .values import UNKNOWN, Unknown, Value
from .verdict import Origin, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .crossing import Client
    from .graph import Ref, Resource
    from .groups import SecurityGroups

REMEDY = "share it (aws.ram.ResourceShare with a ResourceAssociation and a PrincipalAssociation)"


class Sharing:
    """What the accounts of one graph share with one another."""

    def __init__(self, groups: SecurityGroups) -> None:
        self.groups = groups
        self.network = groups.network
        self.graph = groups.graph

    def admits(self, client: Client) -> Outcome:
        """Whether the workload's account may use its subnet and its security groups."""
        if client.holder.in_account_of(client.subnet) is not False:
            return Outcome()
        return all_of([self._subnet(client), *self._security_groups(client)])

    def _subnet(self, client: Client) -> Outcome:
        subnet, guest = client.subnet, client.holder.account
        shared = self._is_shared(subnet, guest)
        if shared is True or subnet.origin is Origin.ACCOUNT:
            return Outcome()  # AWS shows a subnet to the accounts that may use it.
        whose = f"subnet {subnet.label} is account {subnet.account}'s"
        code, runs = "SUBNET_NOT_SHARED", f"account {guest}, where {client.holder.label} is"
        if shared is False:
            return blocked(code, subnet.key, f"{whose}, and is not shared with {runs}", REMEDY)
        message = f"{whose}, and it cannot be known whether it is shared with {runs}"
        return open_question(code, subnet.key, message, REMEDY)

    def _security_groups(self, client: Client) -> Iterator[Outcome]:
        """Participants use groups of their own or shared with them, never the VPC's default one."""
        holder, code = client.holder, "SECURITY_GROUP_NOT_SHARED"
        remedy = f"give {holder.label} a security group that account {holder.account} owns"
        if not client.groups:
            message = (
                f"the VPC's default security group is its owner's, so {holder.label} needs one of its own"
            )
            yield blocked(code, holder.key, message, remedy)
        for ref in client.groups:
            for group, certain in self.groups.resolve(ref):
                if group is None or group.in_account_of(holder) is not False:
                    continue
                shared = self._is_shared(group, holder.account)
                message = (
                    f"security group {group.label} is account {group.account}'s, not that of {holder.label}"
                )
                if shared is False and certain and group.origin is not Origin.ACCOUNT:
                    yield blocked(code, group.key, message, remedy)
                elif shared is not True:
                    yield open_question(code, group.key, f"{message}, and may not be shared with it", remedy)

    def unseen(self, client: Client, outcome: Outcome) -> Outcome:
        """Which account's evidence is missing where `outcome` is open: participants see a part of a VPC.

        They are shown the route tables and network ACLs of their subnets, and nothing of the NAT gateways,
        internet gateways and endpoints beyond.
        """
        apart = client.holder.in_account_of(client.subnet) is False
        read = self.network.covers(client.vpc, "ec2:DescribeVpcs")
        if not apart or read or outcome.verdict is not Verdict.UNDETERMINED:
            return Outcome()
        owner = client.subnet.account
        message = f"subnet {client.subnet.label} is shared by account {owner}, of which there is no evidence"
        remedy = (
            f"give account {owner}'s evidence beside this one's (mailroute snapshot, run in account {owner})"
        )
        return open_question("OWNER_NOT_READ", client.subnet.key, message, remedy)

    # Resource shares ------------------------------------------------------------------------------

    def _is_shared(self, thing: Resource, guest: str | Unknown) -> bool | Unknown:
        """Whether a share of the graph has `thing` in it, and the account `guest` among its principals."""
        answers: list[bool | Unknown] = []
        for link, sure in self._shared.to(thing):
            invited = self._invites(self._share_of(link), guest)
            answers.append(UNKNOWN if invited is True and not sure else invited)
        return either(answers)

    @cached_property
    def _shared(self) -> Links[Resource]:
        types = kinds.SUBNET + kinds.SECURITY_GROUP
        return Links(
            (link, self.graph.ref(link, link.get("resourceArn"), "resourceArn", types))
            for link in self.graph.of_type(*kinds.RAM_RESOURCE)
        )

    def _share_of(self, link: Resource) -> Ref:
        return self.graph.ref(link, link.get("resourceShareArn"), "resourceShareArn", kinds.RAM_SHARE)

    def _invites(self, share: Ref, guest: str | Unknown) -> bool | Unknown:
        """A share that the graph does not hold may have principals that it does not hold either."""
        answers: list[bool | Unknown] = [UNKNOWN] if share.open else []
        for link in self.graph.of_type(*kinds.RAM_PRINCIPAL):
            of_share = same(self._share_of(link), share)
            named = _names(link.get("principal"), guest) if of_share is not False else False
            answers.append(UNKNOWN if named is True and of_share is UNKNOWN else named)
        return either(answers)


def _names(principal: Value, guest: str | Unknown) -> bool | Unknown:
    """Whether a principal is the account `guest`: shared subnets stay in the organization anyway."""
    if principal is UNKNOWN or guest is UNKNOWN or ":ou/" in str(principal):
        return UNKNOWN
    return principal == guest or ":organization/" in str(principal)
