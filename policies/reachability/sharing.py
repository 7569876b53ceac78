"""Subnets that another account owns and shares through AWS RAM: who may run there, and who knows what.

Sources: Amazon VPC User Guide, "Share your VPC subnets with other accounts", "Responsibilities and
permissions for owners and participants" and "Share security groups with AWS Organizations"; AWS RAM User
Guide, "Shareable AWS resources". They name no workload of the proof that may not run in a shared subnet.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from . import kinds
from .outcomes import all_of, blocked, open_question
from .references import Links, either, same
from .values import UNKNOWN, Unknown, Value
from .verdict import Origin, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .crossing import Client
    from .graph import Ref, Resource
    from .groups import SecurityGroups

REMEDY = "share it (aws.ram.ResourceShare with a ResourceAssociation and a PrincipalAssociation)"
UNTOLD = "their providers have different credentials, and do not both tell their account"
TELL = (
    "tell the account of both providers (allowed_account_ids, or the role in assume_roles), or create both "
    "through one provider"
)


class Sharing:
    """What the accounts of one graph share with one another."""

    def __init__(self, groups: SecurityGroups) -> None:
        self.groups = groups
        self.network = groups.network
        self.graph = groups.graph

    def admits(self, client: Client) -> Outcome:
        """Whether the workload's account may use its subnet and its security groups."""
        together = client.holder.in_account_of(client.subnet)
        steps = [] if together is True else [self._subnet(client, together)]
        return all_of([*steps, *self._security_groups(client, together)])

    def _subnet(self, client: Client, together: bool | Unknown) -> Outcome:
        subnet, holder = client.subnet, client.holder
        shared, code = self._is_shared(subnet, holder.account), "SUBNET_NOT_SHARED"
        if shared is True or subnet.origin is Origin.ACCOUNT:
            return Outcome()  # AWS shows a subnet to the accounts that may use it.
        if together is UNKNOWN:
            message = f"subnet {subnet.label} may be another account's than {holder.label}: {UNTOLD}"
            return open_question(code, subnet.key, message, TELL)
        whose = f"subnet {subnet.label} is account {subnet.account}'s"
        runs = f"account {holder.account}, where {holder.label} is"
        if shared is False:
            return blocked(code, subnet.key, f"{whose}, and is not shared with {runs}", REMEDY)
        message = f"{whose}, and it cannot be known whether it is shared with {runs}"
        return open_question(code, subnet.key, message, REMEDY)

    def _security_groups(self, client: Client, together: bool | Unknown) -> Iterator[Outcome]:
        """Participants use groups of their own or shared with them, never the VPC's default one."""
        holder, code = client.holder, "SECURITY_GROUP_NOT_SHARED"
        remedy = f"give {holder.label} a security group that its own account owns"
        if not client.groups and together is False:
            message = (
                f"the VPC's default security group is its owner's, so {holder.label} needs one of its own"
            )
            yield blocked(code, holder.key, message, remedy)
        if not client.groups and together is UNKNOWN:
            message = (
                f"the VPC's default security group may be another account's than {holder.label}: {UNTOLD}"
            )
            yield open_question(code, holder.key, message, f"{TELL}, or {remedy}")
        for ref in client.groups:
            for group, certain in self.groups.resolve(ref):
                own = group is None or group.in_account_of(holder)
                if group is None or own is True or (shared := self._is_shared(group, holder.account)) is True:
                    continue
                if own is UNKNOWN:
                    message = (
                        f"security group {group.label} may be another account's than {holder.label}: {UNTOLD}"
                    )
                    yield open_question(code, group.key, message, TELL)
                    continue
                message = (
                    f"security group {group.label} is account {group.account}'s, not that of {holder.label}"
                )
                if shared is False and certain and group.origin is not Origin.ACCOUNT:
                    yield blocked(code, group.key, message, remedy)
                else:
                    yield open_question(code, group.key, f"{message}, and may not be shared with it", remedy)

    def unseen(self, client: Client, outcome: Outcome) -> Outcome:
        """Which account's evidence is missing where `outcome` is open: participants see a part of a VPC.

        They are shown the route tables and network ACLs of their subnets and the VPC's internet gateway, and
        nothing of its NAT gateways and endpoints.
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
    if ":organization/" in str(principal):
        return True
    if principal is UNKNOWN or guest is UNKNOWN or ":ou/" in str(principal):
        return UNKNOWN
    return bool(principal == guest)
