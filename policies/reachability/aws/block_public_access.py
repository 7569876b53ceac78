"""VPC Block Public Access: a setting of the account that overrides every route to the internet.

Source: Amazon VPC User Guide, "Block public access to VPCs and subnets", "VPC BPA basics" and "Advanced
example": an exclusion that allows egress alone counts where both directions are blocked, and then for what
leaves by a NAT gateway or an egress-only internet gateway.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..findings import assumptions, gateways
from ..graph import tokens
from ..graph.claims import follows
from ..graph.provider_scope import place_of
from ..graph.references import Links
from ..values import ABSENT, UNKNOWN, Truth, is_known
from ..verdict import PASSES, Origin, Outcome, across_possibilities, all_of

if TYPE_CHECKING:
    from ..graph.references import Ref
    from ..graph.resource import Resource
    from .entity import Entity
    from .middlebox import Middlebox
    from .subnet import Subnet
    from .vpc import Vpc, Vpcs

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

    vpc: Ref[Vpc]
    subnets: tuple[Subnet, ...]
    inspected: tuple[Middlebox, ...]
    translated: Truth


class BlockPublicAccess:
    """What the accounts of one graph let out through internet gateways: all, where nothing says otherwise."""

    def __init__(self, vpcs: Vpcs) -> None:
        self.vpcs = vpcs
        self.graph = vpcs.graph

    def lets_out(self, departure: Departure) -> Outcome:
        """Whether connections may leave through an internet gateway, or an egress-only one."""
        passed: tuple[Entity, ...] = (*departure.vpc.candidates, *departure.subnets)
        around = tuple(entity.resource for entity in dict.fromkeys(passed))
        possibilities = [
            self._under(options, certain, departure) for options, certain in self._options_around(around)
        ]
        return across_possibilities(possibilities) if possibilities else self._unread(departure.vpc, around)

    def _options_around(self, around: tuple[Resource, ...]) -> list[tuple[Resource, bool]]:
        """The options that may hold where `around` is, each with whether they certainly do.

        A region has one setting for each account; what the program sets replaces what the account shows.
        """
        found = [
            (options, answers <= {True})
            for options in self._options
            if False not in (answers := {options.in_place_of(resource) for resource in around})
        ]
        sure = [options for options, certain in found if certain]
        declared = [options for options in sure if options.origin is Origin.PROGRAM]
        last = [one for one in declared if not any(follows(self.graph, other, one) for other in declared)]
        if last or len(sure) == 1:
            return [(options, len(last) < 2) for options in last or sure]
        return [(options, False) for options, _ in found]

    def _under(self, options: Resource, certain: bool, departure: Departure) -> Outcome:
        mode, translated = options.get("internetGatewayBlockMode"), departure.translated
        if mode in (ABSENT, "off") or (mode == "block-ingress" and translated is True):
            return PASSES
        vpcs, subnets = departure.vpc.candidates, departure.subnets
        enough = _EGRESS if translated is True else _BOTH_WAYS
        excluded = any(self._excluded(vpc, enough, sure=True) for vpc in vpcs) or (
            bool(subnets) and all(self._excluded(subnet, enough, sure=True) for subnet in subnets)
        )
        # AWS says of its firewalls alone that an exclusion of their subnets is not enough, and not what is.
        firewalled = any(middlebox.is_firewall for middlebox in departure.inspected)
        if excluded and not firewalled:
            return PASSES
        targets: tuple[Entity, ...] = (*vpcs, *subnets)
        resources = [target.resource for target in targets]
        perhaps = _BOTH_WAYS if translated is False else _EGRESS
        maybe = (
            not certain
            or mode is UNKNOWN
            or (mode == "block-ingress" and translated is UNKNOWN)
            or self.graph.coverage.misses("ec2:DescribeVpcBlockPublicAccessExclusions", *resources)
            or any(self._excluded(target, perhaps, sure=False) for target in targets)
        )
        says = gateways.PUBLIC_ACCESS_MAYBE_BLOCKED if maybe else gateways.PUBLIC_ACCESS_BLOCKED
        return says(options, mode=mode if is_known(mode) else "not known")

    def _unread(self, vpc: Ref[Vpc], around: tuple[Resource, ...]) -> Outcome:
        """The account of a VPC sets it, for those too that this shares subnets with, and alone shows it."""
        action = "ec2:DescribeVpcBlockPublicAccessOptions"
        if not self.vpcs.covers(vpc, action, *around):
            return gateways.PUBLIC_ACCESS_NOT_READ(around[0])
        unseen = {place_of(one): one for one in reversed(around) if not self.vpcs.shows(one)}
        return all_of(
            assumptions.PUBLIC_ACCESS_NOT_BLOCKED(one, place=place) for place, one in unseen.items()
        )

    def _excluded(self, target: Entity, modes: frozenset[str], *, sure: bool) -> bool:
        """Whether `target` is excluded in one of `modes`: certainly, or also where that cannot be known."""
        for link in self._exclusions.to(target):
            mode = link.source.get("internetGatewayExclusionMode")
            if (link.certain and mode in modes) if sure else (mode is UNKNOWN or mode in modes):
                return True
        return False

    @cached_property
    def _options(self) -> tuple[Resource, ...]:
        return self.graph.of_type(*tokens.BLOCK_PUBLIC_ACCESS)

    @cached_property
    def _exclusions(self) -> Links[Resource]:
        found = self.graph.of_type(*tokens.BLOCK_PUBLIC_ACCESS_EXCLUSION)
        vpcs = ((link, self.graph.named(link, "vpcId", tokens.VPC)) for link in found)
        subnets = (
            (link, self.graph.ref(link, link.declared("subnetId"), "subnetId", tokens.SUBNET))
            for link in found
        )
        return Links([*vpcs, *subnets])
