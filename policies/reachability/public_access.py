"""VPC Block Public Access: a setting of the account that overrides every route to the internet.

Source: Amazon VPC User Guide, "Block public access to VPCs and subnets", "VPC BPA basics" and "Advanced
example": an exclusion that allows egress alone counts where both directions are blocked, and then for what
leaves by a NAT gateway or an egress-only internet gateway.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from . import kinds
from .outcomes import blocked, open_question, whichever
from .references import Links
from .values import ABSENT, UNKNOWN, Unknown, is_known
from .verdict import Origin, Outcome

if TYPE_CHECKING:
    from .graph import Ref, Resource
    from .middleboxes import Middlebox
    from .network import Network

CODE: Final = "VPC_BLOCK_PUBLIC_ACCESS_ENABLED"
_BOTH_WAYS: Final = frozenset({"allow-bidirectional"})
_EGRESS: Final = _BOTH_WAYS | {"allow-egress"}


@dataclass(frozen=True)
class Departure:
    """How packets come to a gateway of a VPC.

    Attributes:
        subnets: every subnet of the VPC on the way: the client's, the NAT gateway's, those of endpoints.
        inspected: the endpoints there that inspect them.
        translated: whether they leave as a NAT gateway's own, or by an egress-only internet gateway; unknown
            where an endpoint has had them since, of which the documents say nothing.
    """

    vpc: Ref
    subnets: tuple[Resource, ...]
    inspected: tuple[Middlebox, ...]
    translated: bool | Unknown


class PublicAccess:
    """What the account lets out through internet gateways: all, where nothing says otherwise."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.graph = network.graph

    def lets_out(self, departure: Departure) -> Outcome:
        """Whether connections may leave through an internet gateway, or an egress-only one."""
        around = tuple(dict.fromkeys((*departure.vpc.candidates, *departure.subnets)))
        worlds = [
            self._under(options, certain, departure) for options, certain in self._options_around(around)
        ]
        return whichever(worlds) if worlds else self._unread(departure.vpc, around)

    def _options_around(self, around: tuple[Resource, ...]) -> list[tuple[Resource, bool]]:
        """The options that may hold where `around` is, each with whether they certainly do.

        A region has one setting for each account; what the program sets replaces what the account shows.
        """
        found = [
            (options, answers <= {True})
            for options in self.graph.of_type(*kinds.BLOCK_PUBLIC_ACCESS)
            if False not in (answers := {options.in_place_of(resource) for resource in around})
        ]
        sure = [options for options, certain in found if certain]
        declared = [options for options in sure if options.origin is Origin.PROGRAM]
        if declared or len(sure) == 1:
            return [((declared or sure)[0], True)]
        return [(options, False) for options, _ in found]

    def _under(self, options: Resource, certain: bool, departure: Departure) -> Outcome:
        mode, translated = options.get("internetGatewayBlockMode"), departure.translated
        if mode in (ABSENT, "off") or (mode == "block-ingress" and translated is True):
            return Outcome()
        vpcs, subnets = departure.vpc.candidates, departure.subnets
        enough = _EGRESS if translated is True else _BOTH_WAYS
        excluded = any(self._excluded(vpc, enough, sure=True) for vpc in vpcs) or (
            bool(subnets) and all(self._excluded(subnet, enough, sure=True) for subnet in subnets)
        )
        # AWS says of its firewalls alone that an exclusion of their subnets is not enough, and not what is.
        firewalled = any(middlebox.owner.type in kinds.FIREWALL for middlebox in departure.inspected)
        if excluded and not firewalled:
            return Outcome()
        targets, perhaps = [*vpcs, *subnets], _BOTH_WAYS if translated is False else _EGRESS
        maybe = (
            not certain
            or mode is UNKNOWN
            or (mode == "block-ingress" and translated is UNKNOWN)
            or self.graph.coverage.misses("ec2:DescribeVpcBlockPublicAccessExclusions", *targets)
            or any(self._excluded(target, perhaps, sure=False) for target in targets)
        )
        remedy = "exclude the VPC (aws.ec2.VpcBlockPublicAccessExclusion), or use the SMTP endpoint"
        shown = mode if is_known(mode) else "not known"
        message = f"VPC Block Public Access ({shown}) stops traffic to the internet gateway"
        if maybe:
            return open_question(CODE, options.key, message.replace("stops", "may stop"), remedy)
        return blocked(CODE, options.key, message, remedy)

    def _unread(self, vpc: Ref, around: tuple[Resource, ...]) -> Outcome:
        """The account of a VPC sets it, for those too that this shares subnets with, and alone shows it.

        Source: Amazon VPC User Guide, "VPC BPA basics".
        """
        action = "ec2:DescribeVpcBlockPublicAccessOptions"
        if self.network.covers(vpc, action) and not self.graph.coverage.misses(action, *around):
            return Outcome()
        message = "whether VPC Block Public Access stops traffic to the internet gateway has not been read"
        remedy = "allow ec2:DescribeVpcBlockPublicAccessOptions (mailroute iam-policy)"
        return open_question(CODE, around[0].key, message, remedy)

    def _excluded(self, target: Resource, modes: frozenset[str], *, sure: bool) -> bool:
        """Whether `target` is excluded in one of `modes`: certainly, or also where that cannot be known."""
        for exclusion, certain in self._exclusions.to(target):
            mode = exclusion.get("internetGatewayExclusionMode")
            if (certain and mode in modes) if sure else (mode is UNKNOWN or mode in modes):
                return True
        return False

    @cached_property
    def _exclusions(self) -> Links[Resource]:
        found = self.graph.of_type(*kinds.BLOCK_PUBLIC_ACCESS_EXCLUSION)
        return Links(
            [
                *((exclusion, self.network.vpc_of(exclusion)) for exclusion in found),
                *(
                    (
                        exclusion,
                        self.graph.ref(exclusion, exclusion.declared("subnetId"), "subnetId", kinds.SUBNET),
                    )
                    for exclusion in found
                ),
            ]
        )
