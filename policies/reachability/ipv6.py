"""The way over IPv6: to IPv6 addresses, and from an IPv6-only subnet to hosts that have none.

Where a workload has IPv4, a way over IPv4 is enough to reach a host by its name: it is what every mail host
has. Where there is none, one over IPv6 leaves it open, since the host may have addresses of both families.

Sources: Amazon VPC User Guide, "DNS64 and NAT64", "Egress-only internet gateways" and "IPv6 support for your
VPC".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .network import ipv6_of, is_ipv6_only
from .outcomes import all_of, any_of, blocked, open_question, softened, whichever
from .ranges import IPV4, IPV6, PUBLIC, PUBLIC_IPV6, Ranges, synthesized, union
from .values import UNKNOWN, Unknown
from .verdict import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .crossing import Client
    from .graph import Resource
    from .internet import InternetPath
    from .names import Names
    from .ses import EndpointPath
    from .workloads import Placement

DNS64_REMEDY: Final = "set enable_dns64=True on the subnet and route 64:ff9b::/96 to a NAT gateway"
BOTH_REMEDY: Final = "route 0.0.0.0/0 to a NAT gateway too, or give the host's addresses in the pack's config"


def block_of(subnet: Resource) -> Ranges:
    """The IPv6 addresses of a subnet: all where they are not known, none where it has none."""
    block = ipv6_of(subnet)
    return IPV6 if isinstance(block, Unknown) else block


class Ipv6Path:
    """The ways over IPv6 from the subnets of one graph."""

    def __init__(self, internet: InternetPath, names: Names, ses: EndpointPath) -> None:
        self.internet = internet
        self.names = names
        self.ses = ses

    def reach(self, client: Client, placement: Placement, wanted: Ranges, port: int, name: str) -> Outcome:
        """The way to IPv6 addresses, for a workload whose interfaces may have such addresses too."""
        block, where = block_of(client.subnet), client.subnet.label
        code, remedy = "INTERFACE_WITHOUT_IPV6", "name the host, or its IPv4 address"
        if not block:
            message = f"{name} is reached over IPv6, and subnet {where} has no IPv6 block"
            return blocked(code, client.subnet.key, message, remedy)
        alone = placement.ipv6_only and is_ipv6_only(client.subnet)
        if placement.ipv6 is False and not alone:
            message = f"{name} is reached over IPv6, and {client.holder.label} has IPv4 addresses alone"
            return blocked(code, client.holder.key, message, remedy)
        # All IPv6 addresses are public. What an interface that a service shares may do is not documented.
        public = True if placement.ipv6_only else UNKNOWN
        way = self.internet.reach(replace(client, source=block, public_address=public), wanted, port, name)
        if placement.ipv6 is True or alone:
            return way
        message = f"it cannot be known whether the interfaces of {client.holder.label} have IPv6 addresses"
        return way + open_question(code, client.holder.key, message, remedy)

    def beside(
        self, client: Client, placement: Placement, way: Outcome, where: Ranges, port: int, name: str
    ) -> Outcome:
        """`way`, over IPv4 to a host by its name: what a way over IPv6 beside it leaves of its verdict.

        Args:
            where: the addresses of the host; those that a public host may have where they are not known.
        """
        without = placement.ipv6 is False or not block_of(client.subnet)
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
        message = f"there is no way to {name} over IPv4, and there may be one over IPv6, if the host has it"
        question = open_question("HOST_OVER_IPV6", client.subnet.key, message, BOTH_REMEDY)
        return question + softened(way)

    def _of_ipv6(self, where: Ranges) -> Ranges:
        """The IPv6 addresses of a host, or those that a public host may have.

        Those of a VPC are public too, and none of a host by its public name.
        """
        held = union(block for _, block in self.internet.network.ipv6_of_vpcs)
        return PUBLIC_IPV6 - held if where == PUBLIC else where & IPV6

    def _synthesized(self, client: Client, where: Ranges) -> Ranges:
        """The addresses that DNS64 may make for a host which has, or may have, none of IPv6."""
        off = client.subnet.is_on("enableDns64", default=False) is False
        return synthesized(where) if _may_lack_ipv6(where) and not off else Ranges()

    def other_resolver(self, client: Client) -> Outcome:
        """A finding where clients may ask another resolver than Amazon's, which may have a DNS64 of its own.

        Whether it has one, and the prefix that it then puts before a host's IPv4 address, is not in AWS.
        """
        return all_of(self.ses.endpoints.amazon_resolver(vpc) for vpc in client.vpc.candidates)

    # From a subnet without IPv4 ------------------------------------------------------------------

    def admits(self, client: Client, placement: Placement) -> Outcome:
        """Whether AWS runs the workload in the IPv6-only subnet of `client` at all.

        Sources: App Runner API Reference, "CreateVpcConnector"; AWS Lambda Developer Guide, "Giving Lambda
        functions access to resources in an Amazon VPC"; Amazon ECS Developer Guide, "Amazon ECS task
        networking options for Fargate".
        """
        if placement.ipv6_only:
            return Outcome()
        message = f"subnet {client.subnet.label} is IPv6-only, where {client.holder.label} cannot run"
        return blocked("SUBNET_WITHOUT_IPV4", client.subnet.key, message, "use a subnet with an IPv4 block")

    def reach_literal(
        self, client: Client, placement: Placement, wanted: Ranges, port: int, name: str
    ) -> Outcome:
        """To addresses given as such, without a name for DNS64 to translate."""
        if wanted & IPV6:
            return self.reach(client, placement, wanted & IPV6, port, name)
        message = f"{name} is an IPv4 address, and subnet {client.subnet.label} is IPv6-only"
        return blocked(
            "SUBNET_WITHOUT_IPV4", client.subnet.key, message, "name the host, with DNS64 and NAT64"
        )

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
        worlds: list[Outcome] = []
        if own := self._of_ipv6(where):
            worlds.append(self.reach(client, placement, own, port, name))
        if _may_lack_ipv6(where):
            worlds.append(self._translated(client, placement, where & IPV4, port, name))
        if self.ses.of(client, region):
            worlds.append(_endpoint(client))
        return whichever([*worlds, *self.ses.unread(client)]) + self.names.resolve(client.vpc)

    def _translated(
        self, client: Client, placement: Placement, where: Ranges, port: int, name: str
    ) -> Outcome:
        subnet = client.subnet
        dns64 = subnet.is_on("enableDns64", default=False)
        code, message = "DNS64_OFF", f"{name} has IPv4 addresses alone, and subnet {subnet.label} IPv6 alone"
        way = self.reach(client, placement, synthesized(where), port, name)
        other = self.other_resolver(client)
        if other.findings:
            return softened(way) + other
        if dns64 is UNKNOWN:
            return way + open_question(code, subnet.key, f"{message}: DNS64 may be off", DNS64_REMEDY)
        if dns64 is False:
            way += blocked(code, subnet.key, f"{message}: without DNS64 the name leads nowhere", DNS64_REMEDY)
        return way


def _may_lack_ipv6(where: Ranges) -> bool:
    """Whether a host has, or may have, no IPv6 addresses, so that DNS64 makes some."""
    return where == PUBLIC or not where & IPV6


def _endpoint(client: Client) -> Outcome:
    message = (
        f"the name may lead to an endpoint in the VPC, and the way there of {client.holder.label} from "
        f"IPv6-only subnet {client.subnet.label} is not followed"
    )
    return open_question("ENDPOINT_OVER_IPV6", client.subnet.key, message, "use a subnet with an IPv4 block")
