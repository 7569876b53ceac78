"""The way over IPv6: to IPv6 addresses, and from an IPv6-only subnet to hosts that have none.

Where a workload has IPv4, IPv4 decides whether it reaches a host by name: it is what every mail host has.

Sources: Amazon VPC User Guide, "DNS64 and NAT64", "Egress-only internet gateways" and "IPv6 support for your
VPC".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .outcomes import all_of, any_of, blocked, open_question, whichever
from .ranges import IPV4, IPV6, PUBLIC, PUBLIC_IPV6, Ranges, addresses, synthesized, union
from .values import ABSENT, UNKNOWN, Value
from .verdict import Origin, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .crossing import Client
    from .graph import Resource
    from .internet import InternetPath
    from .names import Names
    from .ses import EndpointPath
    from .workloads import Placement

DNS64_REMEDY: Final = "set enable_dns64=True on the subnet and route 64:ff9b::/96 to a NAT gateway"


def is_ipv6_only(subnet: Resource) -> bool:
    """Whether a subnet has no IPv4 addresses."""
    if subnet.declared("ipv6Native") is True:
        return True
    shown = subnet.origin is Origin.ACCOUNT and subnet.get("ipv6CidrBlock") is not ABSENT
    return shown and subnet.get("cidrBlock") is ABSENT


def block_of(subnet: Resource) -> Ranges:
    """The IPv6 addresses of a subnet: all where they are not known, none where it has none."""
    given = [subnet.declared(prop) for prop in ("ipv6CidrBlock", "ipv6IpamPoolId", "ipv6NetmaskLength")]
    if isinstance(given[0], str) and given[0]:
        return addresses(given[0])
    return IPV6 if is_ipv6_only(subnet) or any(value is not ABSENT for value in given) else Ranges()


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
        if where == PUBLIC:
            worlds.append(self.reach(client, placement, PUBLIC_IPV6 - _own_addresses(client), port, name))
        elif where & IPV6:
            worlds.append(self.reach(client, placement, where & IPV6, port, name))
        if where == PUBLIC or not where & IPV6:
            worlds.append(self._translated(client, placement, where & IPV4, port, name))
        if self.ses.of(client, region):
            worlds.append(_endpoint(client))
        return whichever([*worlds, *self.ses.unread(client)]) + self.names.resolve(client.vpc)

    def _translated(
        self, client: Client, placement: Placement, where: Ranges, port: int, name: str
    ) -> Outcome:
        subnet = client.subnet
        dns64 = _dns64(subnet)
        code, message = "DNS64_OFF", f"{name} has IPv4 addresses alone, and subnet {subnet.label} IPv6 alone"
        way = self.reach(client, placement, synthesized(where), port, name)
        if dns64 is UNKNOWN:
            return way + open_question(code, subnet.key, f"{message}: DNS64 may be off", DNS64_REMEDY)
        if dns64 is not True:
            return way + blocked(
                code, subnet.key, f"{message}: without DNS64 the name leads nowhere", DNS64_REMEDY
            )
        vpcs = client.vpc.candidates
        return all_of([way, *(self.ses.endpoints.amazon_resolver(vpc) for vpc in vpcs)])


def _own_addresses(client: Client) -> Ranges:
    """The IPv6 addresses of the client's VPC, which are public, and none of a host by its public name."""
    blocks = (vpc.get("ipv6CidrBlock") for vpc in client.vpc.candidates)
    return union(addresses(block) for block in blocks if isinstance(block, str) and block)


def _dns64(subnet: Resource) -> Value:
    """Off by default in a program; what the account does not show has not been read."""
    value = subnet.declared("enableDns64")
    return UNKNOWN if value is ABSENT and subnet.origin is Origin.ACCOUNT else value


def _endpoint(client: Client) -> Outcome:
    message = (
        f"the name may lead to an endpoint in the VPC, and the way there of {client.holder.label} from "
        f"IPv6-only subnet {client.subnet.label} is not followed"
    )
    return open_question("ENDPOINT_OVER_IPV6", client.subnet.key, message, "use a subnet with an IPv4 block")
