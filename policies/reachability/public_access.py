"""VPC Block Public Access: a setting of the account that overrides every route to the internet.

Source: Amazon VPC User Guide, "Block public access to VPCs and subnets".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from . import kinds
from .network import Links
from .outcomes import blocked, open_question, whichever
from .values import ABSENT, UNKNOWN, is_known
from .verdict import Origin, Outcome

if TYPE_CHECKING:
    from .graph import Ref, Resource
    from .network import Network

CODE: Final = "VPC_BLOCK_PUBLIC_ACCESS_ENABLED"
EGRESS_MODES: Final = frozenset({"allow-egress", "allow-bidirectional"})


class PublicAccess:
    """What the account lets out through internet gateways: all, where nothing says otherwise."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.graph = network.graph

    def lets_out(self, vpc: Ref, subnets: tuple[Resource, ...], *, translated: bool) -> Outcome:
        """Whether connections from `subnets` of `vpc` may leave through an internet gateway.

        Args:
            subnets: every subnet on the way: the client's, and the NAT gateway's.
            translated: whether a NAT gateway sends them, which ingress-only blocking lets through.
        """
        around = tuple(dict.fromkeys((*vpc.candidates, *subnets)))
        worlds = [
            self._under(options, certain, vpc, subnets, translated=translated)
            for options, certain in self._options_around(around)
        ]
        return whichever(worlds) if worlds else self._unread(around)

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

    def _under(
        self,
        options: Resource,
        certain: bool,
        vpc: Ref,
        subnets: tuple[Resource, ...],
        *,
        translated: bool,
    ) -> Outcome:
        mode = options.get("internetGatewayBlockMode")
        if mode == "off" or mode is ABSENT or (mode == "block-ingress" and translated):
            return Outcome()
        targets = [*vpc.candidates, *subnets]
        if any(self._excluded(target, sure=True) for target in vpc.candidates) or (
            subnets and all(self._excluded(subnet, sure=True) for subnet in subnets)
        ):
            return Outcome()
        maybe = (
            not certain
            or mode is UNKNOWN
            or self.graph.coverage.misses("ec2:DescribeVpcBlockPublicAccessExclusions", *targets)
            or any(self._excluded(target, sure=False) for target in targets)
        )
        remedy = (
            "exclude the VPC (aws.ec2.VpcBlockPublicAccessExclusion, allow-egress), or use the SMTP endpoint"
        )
        shown = mode if is_known(mode) else "not known"
        message = f"VPC Block Public Access ({shown}) stops traffic to the internet gateway"
        if maybe:
            return open_question(CODE, options.key, message.replace("stops", "may stop"), remedy)
        return blocked(CODE, options.key, message, remedy)

    def _unread(self, around: tuple[Resource, ...]) -> Outcome:
        if not self.graph.coverage.misses("ec2:DescribeVpcBlockPublicAccessOptions", *around):
            return Outcome()
        message = "whether VPC Block Public Access stops traffic to the internet gateway has not been read"
        remedy = "allow ec2:DescribeVpcBlockPublicAccessOptions (mailroute iam-policy)"
        return open_question(CODE, around[0].key, message, remedy)

    def _excluded(self, target: Resource, *, sure: bool) -> bool:
        """Whether `target` is excluded: certainly, or also where that cannot be known."""
        for exclusion, certain in self._exclusions.to(target):
            mode = exclusion.get("internetGatewayExclusionMode")
            if (certain and mode in EGRESS_MODES) if sure else (mode is UNKNOWN or mode in EGRESS_MODES):
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
