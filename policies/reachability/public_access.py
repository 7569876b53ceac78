"""VPC Block Public Access: a setting of the account that overrides every route to the internet.

Source: Amazon VPC User Guide, "Block public access to VPCs and subnets".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from . import kinds
from .network import Links
from .outcomes import blocked, open_question
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
        options = self._options
        if options is None:
            return self._unread(vpc, subnets)
        mode = options.get("internetGatewayBlockMode")
        if mode == "off" or mode is ABSENT or (mode == "block-ingress" and translated):
            return Outcome()
        targets = [*vpc.candidates, *subnets]
        if any(self._excluded(target, sure=True) for target in vpc.candidates) or (
            subnets and all(self._excluded(subnet, sure=True) for subnet in subnets)
        ):
            return Outcome()
        maybe = (
            mode is UNKNOWN
            or self.graph.coverage.misses("ec2:DescribeVpcBlockPublicAccessExclusions")
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

    def _unread(self, vpc: Ref, subnets: tuple[Resource, ...]) -> Outcome:
        if not self.graph.coverage.misses("ec2:DescribeVpcBlockPublicAccessOptions"):
            return Outcome()
        subject = next(iter((*vpc.candidates, *subnets)))
        message = "whether VPC Block Public Access stops traffic to the internet gateway has not been read"
        remedy = "allow ec2:DescribeVpcBlockPublicAccessOptions (mailroute iam-policy)"
        return open_question(CODE, subject.key, message, remedy)

    @cached_property
    def _options(self) -> Resource | None:
        found = self.graph.of_type(*kinds.BLOCK_PUBLIC_ACCESS)
        return min(found, key=lambda options: options.origin is not Origin.PROGRAM, default=None)

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
