"""The way over IPv6: to IPv6 addresses, and from an IPv6-only subnet to hosts that have none.

Where a workload has IPv4, a way over IPv4 is enough to reach a host by its name: it is what every mail host
has. Where there is none, one over IPv6 leaves it open, since the host may have addresses of both families.

Sources: Amazon VPC User Guide, "DNS64 and NAT64", "Egress-only internet gateways" and "IPv6 support for your
VPC".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..findings import endpoints, names
from ..ranges import IPV4, IPV6, PUBLIC, PUBLIC_IPV6, Ranges, synthesized, union
from ..values import UNKNOWN
from ..verdict import PASSES, Outcome, Verdict, across_possibilities, all_of, any_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..workloads import Placement
    from .leg import Client
    from .smtp_endpoint import ToSmtpEndpoint
    from .walk import Walk


class OverIpv6:
    """The ways over IPv6 from the subnets of one network."""

    def __init__(self, walk: Walk, ses: ToSmtpEndpoint) -> None:
        self.walk = walk
        self.network = walk.network
        self.ses = ses

    def reach(self, client: Client, placement: Placement, wanted: Ranges, port: int, name: str) -> Outcome:
        """The way to IPv6 addresses, for a workload whose interfaces may have such addresses too."""
        block = client.subnet.possible_ipv6
        if not block:
            return names.SUBNET_WITHOUT_IPV6(client.subnet, name=name)
        alone = placement.ipv6_only and client.subnet.ipv6_only
        if placement.ipv6 is False and not alone:
            return names.WORKLOAD_WITHOUT_IPV6(client.owner, name=name)
        # All IPv6 addresses are public. What an interface that a service shares may do is not documented.
        public = True if placement.ipv6_only else UNKNOWN
        way = self.walk.reach(replace(client, source=block, public_address=public), wanted, port, name)
        if placement.ipv6 is True or alone:
            return way
        return way + names.WORKLOAD_MAYBE_WITHOUT_IPV6(client.owner)

    def beside(
        self, client: Client, placement: Placement, way: Outcome, where: Ranges, port: int, name: str
    ) -> Outcome:
        """`way`, over IPv4 to a host by its name: what a way over IPv6 beside it leaves of its verdict.

        Args:
            where: the addresses of the host; those that a public host may have where they are not known.
        """
        without = placement.ipv6 is False or not client.subnet.possible_ipv6
        if way.verdict is not Verdict.UNREACHABLE or without:
            return way
        others = [
            self.reach(client, placement, found, port, name)
            for found in (self._of_ipv6(where), self._synthesized(client, where))
            if found
        ]
        translated = _may_lack_ipv6(where) and self.other_resolver(client).findings
        if not translated and all(other.verdict is Verdict.UNREACHABLE for other in others):
            return way
        return names.MAYBE_OVER_IPV6(client.subnet, name=name) + way.as_undetermined()

    def _of_ipv6(self, where: Ranges) -> Ranges:
        """The IPv6 addresses of a host, or those that a public host may have.

        Those of a VPC are public too, and none of a host by its public name.
        """
        if where != PUBLIC:
            return where & IPV6
        return PUBLIC_IPV6 - union(block for _, block in self.network.vpcs.ipv6_blocks)

    def _synthesized(self, client: Client, where: Ranges) -> Ranges:
        """The addresses that DNS64 may make for a host which has, or may have, none of IPv6."""
        off = client.subnet.dns64 is False
        return synthesized(where) if _may_lack_ipv6(where) and not off else Ranges()

    @staticmethod
    def other_resolver(client: Client) -> Outcome:
        """A finding where clients may ask another resolver than Amazon's, which may have a DNS64 of its own.

        Whether it has one, and the prefix that it then puts before a host's IPv4 address, is not in AWS.
        """
        return all_of(vpc.asks_amazons_resolver() for vpc in client.vpc.candidates)

    # From a subnet without IPv4 --------------------------------------------------------------------

    @staticmethod
    def admits(client: Client, placement: Placement) -> Outcome:
        """Whether AWS runs the workload in the IPv6-only subnet of `client` at all.

        Sources: App Runner API Reference, "CreateVpcConnector"; AWS Lambda Developer Guide, "Giving Lambda
        functions access to resources in an Amazon VPC"; Amazon ECS Developer Guide, "Amazon ECS task
        networking options for Fargate".
        """
        if placement.ipv6_only:
            return PASSES
        return names.CANNOT_RUN_IN_IPV6_ONLY(client.subnet, owner=client.owner)

    def reach_literal(
        self, client: Client, placement: Placement, wanted: Ranges, port: int, name: str
    ) -> Outcome:
        """To addresses given as such, without a name for DNS64 to translate."""
        if wanted & IPV6:
            return self.reach(client, placement, wanted & IPV6, port, name)
        return names.IPV4_FROM_IPV6_ONLY(client.subnet, name=name)

    def reach_name(
        self,
        client: Client,
        placement: Placement,
        where: Ranges,
        ports: Sequence[int],
        name: str,
        region: str | None = None,
    ) -> Outcome:
        """To a host by its name: by its own IPv6 addresses if it has any, else by those that DNS64 makes.

        Args:
            where: the addresses of the host; those that a public host may have where they are not known.
            region: that of SES, where the name is SES's.
        """
        return any_of([self._reach_name(client, placement, where, port, name, region) for port in ports])

    def _reach_name(
        self, client: Client, placement: Placement, where: Ranges, port: int, name: str, region: str | None
    ) -> Outcome:
        possibilities: list[Outcome] = []
        if own := self._of_ipv6(where):
            possibilities.append(self.reach(client, placement, own, port, name))
        if _may_lack_ipv6(where):
            possibilities.append(self._translated(client, placement, where & IPV4, port, name))
        if self.ses.of(client, region):
            possibilities.append(endpoints.ENDPOINT_FROM_IPV6_ONLY(client.subnet, owner=client.owner))
        resolves = self.network.dns.resolves(client.vpc)
        return across_possibilities([*possibilities, *self.ses.unread(client)]) + resolves

    def _translated(
        self, client: Client, placement: Placement, where: Ranges, port: int, name: str
    ) -> Outcome:
        subnet = client.subnet
        way = self.reach(client, placement, synthesized(where), port, name)
        other = self.other_resolver(client)
        if other.findings:
            return way.as_undetermined() + other
        if subnet.dns64 is UNKNOWN:
            return way + names.MAYBE_WITHOUT_DNS64(subnet, name=name)
        return way + names.WITHOUT_DNS64(subnet, name=name) if subnet.dns64 is False else way


def _may_lack_ipv6(where: Ranges) -> bool:
    """Whether a host has, or may have, no IPv6 addresses, so that DNS64 makes some."""
    return where == PUBLIC or not where & IPV6
