"""The way to SES through an interface endpoint of the VPC, which takes the name of the mail host.

Sources: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint"; Amazon SES Developer
Guide, "Setting up VPC endpoints with Amazon SES".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..aws.security_group import Peer, admits
from ..aws.subnet import unread
from ..aws.vpc import name_of
from ..findings import endpoints
from ..graph.claims import follows
from ..graph.references import Link, members
from ..packet import INGRESS
from ..values import UNKNOWN
from ..verdict import PASSES, Outcome, Verdict, across_possibilities, all_of, any_of
from .leg import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..aws.peering import PeeringConnection
    from ..aws.security_group import SecurityGroup
    from ..aws.subnet import Subnet
    from ..aws.vpc_endpoint import VpcEndpoint, VpcEndpoints
    from ..graph.references import Ref
    from ..graph.resource import Resource
    from .leg import Client
    from .walk import Walk


class ToSmtpEndpoint:
    """The ways from the subnets of one network to the endpoints for SES's SMTP, or for its API."""

    def __init__(self, walk: Walk, endpoints_: VpcEndpoints | None = None) -> None:
        self.walk = walk
        self.network = walk.network
        self.endpoints = endpoints_ or walk.network.vpc_endpoints

    def reach(
        self, client: Client, region: str, port: int, public: Callable[[], Outcome], *, fips: bool = False
    ) -> Outcome:
        """An endpoint with private DNS takes the name, whether it serves or not.

        Args:
            public: the way to SES's public host, which counts where none certainly does.
            fips: whether the host is SES's FIPS one: whether an endpoint takes its name is not documented.
        """
        possibilities: list[Outcome] = []
        near: list[Outcome] = []
        certain = False
        for link in self.of(client, region):
            endpoint = link.source
            if endpoint.private_dns is False:
                near.append(endpoint.takes_name())
                continue
            possibilities.append(self._by_name(client, endpoint, port))
            certain = certain or (link.certain and endpoint.private_dns is True and not fips)
        dead = all(outcome.verdict is Verdict.UNREACHABLE for outcome in possibilities)
        if certain and not (dead and self._name_escapes(client, region)):
            return across_possibilities(possibilities)
        near.extend(self._elsewhere(client, region))
        way = public()
        if way.verdict is Verdict.UNREACHABLE:
            way += all_of(near)
        return across_possibilities([*possibilities, *self.unread(client), way])

    def unread(self, client: Client) -> Iterator[Outcome]:
        """The possibility that the VPC has an endpoint that nobody has read, where there may be one."""
        if not self.network.vpcs.covers(client.vpc, "ec2:DescribeVpcEndpoints"):
            yield endpoints.UNREAD_ENDPOINTS(
                client.subnet, vpc=name_of(client.vpc), ses=self.endpoints.service
            )

    def of(self, client: Client, region: str | None = None) -> list[Link[VpcEndpoint]]:
        """The endpoints for SES's SMTP in `region`, or any, that are in the VPC of `client`, or may be."""
        return [
            Link(link.source, link.certain and client.vpc.target is not None)
            for vpc in client.vpc.candidates
            for link in self.endpoints.in_vpc(vpc, region)
        ]

    def regions(self, client: Client) -> frozenset[str]:
        """The regions of SES whose SMTP host an endpoint in the VPC of `client` may take."""
        named = {link.source.resource.declared("serviceName") for link in self.of(client)}
        of = self.endpoints.service.region_of_service
        found = {client.owner.region if name is UNKNOWN else of(str(name)) for name in named}
        return frozenset(region for region in found if isinstance(region, str))

    def _name_escapes(self, client: Client, region: str) -> bool:
        """Whether private DNS may not work, or the endpoint may be gone: the name then stays public.

        Source: Amazon EC2 API Reference, "VpcEndpoint": its states.
        """
        gone = any(link.source.is_available().findings for link in self.of(client, region))
        return gone or any(vpc.resolves_private_dns().findings for vpc in client.vpc.candidates)

    def _elsewhere(self, client: Client, region: str) -> Iterator[Outcome]:
        """What may be the endpoint that is missing, or is not: in another VPC, or for another region."""
        here = {link.source: link.certain for link in self.of(client, region)}
        for endpoint in self.endpoints.smtp:
            if endpoint.vpc.same_as(client.vpc) is False:
                yield endpoints.IN_OTHER_VPC(endpoint)
            elif endpoint not in here:
                own = isinstance(endpoint.region, str) and endpoint.region != region
                says = endpoints.NOT_FOR_REGION_OF_HOST_BUT_OWN if own else endpoints.NOT_FOR_REGION_OF_HOST
                yield says(endpoint, region=region)
            elif not here[endpoint]:
                yield endpoints.MAYBE_IN_OTHER_VPC(endpoint)

    def any(self, client: Client, port: int) -> Outcome:
        """The way to one of the endpoints that the VPC has, whatever region's name it takes."""
        return any_of(
            [
                self._by_name(client, link.source, port)
                + (PASSES if link.certain else endpoints.MAYBE_IN_OTHER_VPC(link.source))
                for link in self.of(client)
            ]
        )

    def by_own_name(self, client: Client, named: Resource | None, identity: str, port: int) -> Outcome:
        """The way to the endpoint that the host is a name of: with private DNS or without.

        Args:
            named: the endpoint, where it is known.
            identity: its id, or else what a person knows it by.

        Source: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint".
        """
        found = self.endpoints.smtp_of(named)
        here = UNKNOWN if found is None else found.vpc.same_as(client.vpc)
        if found is None or here is UNKNOWN or found.vpc.unread:
            return endpoints.UNKNOWN_ENDPOINT_NAMED(named or client.owner, identity=identity)
        through = self._through if here else self._into_other_vpc
        return found.serves + through(client, found, port)

    def _into_other_vpc(self, client: Client, endpoint: VpcEndpoint, port: int) -> Outcome:
        """The way to a central endpoint, by whatever routes lead to its VPC and back.

        Rules that name the other side's group count over peering in one region, where they are made after the
        connection, and over a transit gateway set up so.

        Sources: AWS Whitepaper "Building a Scalable and Secure Multi-VPC AWS Network Infrastructure",
        "Centralized access to VPC private endpoints"; Amazon VPC User Guide, "Security group referencing".
        """
        or_default, called = self.network.security_groups.or_default, f"VPC endpoint {endpoint.label}"
        groups = or_default(endpoint.security_groups, endpoint.vpc)
        senders = [Peer(client.owner.label, client.source, held) for held in ((), client.groups)]
        by_address, by_group = (admits(groups, INGRESS, sender, port) for sender in senders)
        admitted = across_possibilities([by_address, by_group])

        def over(connection: PeeringConnection) -> Outcome:
            known = connection.in_one_region and self._know_each_other(groups, connection.resource)
            return by_group if known else admitted

        ways = [
            unread(endpoint, called, ref) + admitted.as_undetermined().without_path()
            for ref in endpoint.subnets
            if ref.unread
        ]
        certain, possible = members(endpoint.subnets)
        for subnet in (*certain, *possible):
            where = subnet.where()
            peers = [Peer(called, where, held) for held in ((), groups)]
            leaves = across_possibilities([self.walk.leaves(client, peer, port) for peer in peers])
            leg = client.sends(where, called, port, Listener(subnet, admitted, over))
            ways.append(leaves + self.walk.send(client, leg))
        steps = [across_possibilities(ways)] if ways else []
        return all_of([*steps, endpoint.offers_port(port)])

    def _know_each_other(self, groups: Iterable[Ref[SecurityGroup]], connection: Resource) -> bool:
        """Whether the rules of `groups` that name others are made once `connection` is there."""
        graph = self.network.graph
        rules = [rule for ref in groups for group in ref.candidates for rule in group.ingress if rule.groups]
        return all(connection.id is not UNKNOWN or follows(graph, rule.source, connection) for rule in rules)

    def _by_name(self, client: Client, endpoint: VpcEndpoint, port: int) -> Outcome:
        return endpoint.usable + self._through(client, endpoint, port)

    def _through(self, client: Client, endpoint: VpcEndpoint, port: int) -> Outcome:
        """The way to an SMTP endpoint in the same VPC: any of its interfaces may answer for the name."""
        or_default = self.network.security_groups.or_default
        groups = or_default(endpoint.security_groups, client.vpc)
        sender = Peer(client.owner.label, client.source, or_default(client.groups, client.vpc))
        arrives = admits(groups, INGRESS, sender, port)
        called = f"VPC endpoint {endpoint.label}"
        maybe = arrives.as_undetermined().without_path()
        interfaces = [unread(endpoint, called, ref) + maybe for ref in endpoint.subnets if ref.unread]
        certain, possible = members(endpoint.subnets)
        for subnet in (*certain, *possible):
            peer = Peer(called, subnet.where(), groups)
            leaves = self.walk.leaves(client, peer, port)
            interfaces.append(leaves + self._crosses(client, subnet, peer, port, arrives))
        steps = [across_possibilities(interfaces)] if interfaces else []
        return all_of([*steps, endpoint.offers_port(port)])

    def _crosses(self, client: Client, target: Subnet, peer: Peer, port: int, arrives: Outcome) -> Outcome:
        """From one subnet of a VPC to another and back; within one, neither routes nor ACLs apply.

        Args:
            arrives: whether the interface in `target` lets the client's packets in.
        """
        if target == client.subnet:
            return arrives
        tables, acls = self.network.route_tables, self.network.network_acls
        sent = client.sends(peer.addresses, peer.name, port).packet
        packet = replace(sent, sender=client.subnet.label)
        local = tables.leave_local(client.subnet, client.vpc, peer.addresses)
        leaves = local + acls.lets_out(client.subnet, packet)
        if local.findings:
            return leaves  # What an appliance on the way makes of a packet is not known.
        back = tables.leave_local(target, client.vpc, client.source)
        return leaves + acls.lets_in(target, packet) + back + arrives
