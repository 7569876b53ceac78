"""The way to SES's SMTP through an interface endpoint of the VPC, which takes the name of the mail host.

Sources: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint"; Amazon SES Developer
Guide, "Setting up VPC endpoints with Amazon SES".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import kinds
from .endpoints import Endpoints, is_available
from .groups import INGRESS, Peer
from .left_open import subnet_not_read
from .network import name_of
from .outcomes import all_of, any_of, blocked, open_question, softened, whichever
from .references import members, same
from .verdict import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .crossing import Client, Crossing
    from .evidence import Offer
    from .graph import Resource


class EndpointPath:
    """The ways from the subnets of one graph to SES's SMTP endpoints."""

    def __init__(self, crossing: Crossing, offer: Offer) -> None:
        self.crossing = crossing
        self.graph = crossing.graph
        self.network = crossing.network
        self.endpoints = Endpoints(crossing.membership, offer)

    def reach(self, client: Client, region: str, port: int, public: Outcome) -> Outcome:
        """An endpoint with private DNS takes the name, whether it serves or not."""
        worlds: list[Outcome] = []
        near: list[Outcome] = []
        certain = False
        for endpoint, sure in self.of(client, region):
            on = self.endpoints.private_dns(endpoint)
            if on is False:
                near.append(self.endpoints.takes_name(endpoint))
                continue
            worlds.append(self._by_name(client, endpoint, port))
            certain = certain or (sure and on is True)
        dead = all(world.verdict is Verdict.UNREACHABLE for world in worlds)
        if certain and not (dead and self._name_escapes(client, region)):
            return whichever(worlds)
        near.extend(self._elsewhere(client, region))
        if public.verdict is Verdict.UNREACHABLE:
            public += all_of(near)
        return whichever([*worlds, *self.unread(client), public])

    def unread(self, client: Client) -> Iterator[Outcome]:
        """The world in which the VPC has an endpoint that nobody has read, where there may be one."""
        if not self.network.covers(client.vpc, "ec2:DescribeVpcEndpoints"):
            message = f"whether VPC {name_of(client.vpc)} has an endpoint for SES's SMTP has not been read"
            remedy = "give the account's evidence (mailroute snapshot)"
            yield open_question("ENDPOINTS_NOT_READ", client.subnet.key, message, remedy)

    def of(self, client: Client, region: str | None = None) -> list[tuple[Resource, bool]]:
        return [
            (endpoint, sure and client.vpc.target is not None)
            for vpc in client.vpc.candidates
            for endpoint, sure in self.endpoints.in_vpc(vpc, region)
        ]

    def _name_escapes(self, client: Client, region: str) -> bool:
        """Whether private DNS may not work, or the endpoint may be gone: the name then stays public.

        Source: Amazon EC2 API Reference, "VpcEndpoint": its states.
        """
        gone = any(is_available(endpoint).findings for endpoint, _ in self.of(client, region))
        return gone or any(self.endpoints.resolves(vpc).findings for vpc in client.vpc.candidates)

    def _elsewhere(self, client: Client, region: str) -> Iterator[Outcome]:
        """What may be the endpoint that is missing, or is not: in another VPC, or for another region."""
        here = dict(self.of(client, region))
        for endpoint in self.endpoints.smtp:
            if same(self.network.vpc_of(endpoint), client.vpc) is False:
                message = f"VPC endpoint {endpoint.label} is in another VPC, where it does not take the name"
                yield blocked(
                    "ENDPOINT_IN_OTHER_VPC", endpoint.key, message, "create one in the workload's VPC"
                )
            elif endpoint not in here:
                message = f"VPC endpoint {endpoint.label} is not for SES's SMTP in {region}"
                remedy = f"set service_name to com.amazonaws.{region}.email-smtp"
                if isinstance(endpoint.region, str) and endpoint.region != region:
                    remedy = f"name SES's host of its own region: email-smtp.{endpoint.region}.amazonaws.com"
                yield blocked("ENDPOINT_FOR_OTHER_REGION", endpoint.key, message, remedy)
            elif not here[endpoint]:
                yield _maybe_elsewhere(endpoint)

    def any(self, client: Client, port: int) -> Outcome:
        """The way to one of the endpoints that the VPC has, whatever region's name it takes."""
        return any_of(
            [
                self._by_name(client, endpoint, port) + (Outcome() if sure else _maybe_elsewhere(endpoint))
                for endpoint, sure in self.of(client)
            ]
        )

    def by_own_name(self, client: Client, identity: str, port: int) -> Outcome:
        """The way to the endpoint that the host is a name of: with private DNS or without.

        Source: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint".
        """
        endpoint = self.graph.by_id(identity, kinds.VPC_ENDPOINT, client.subnet)
        near = endpoint is not None and same(self.network.vpc_of(endpoint), client.vpc) is True
        if endpoint is None or endpoint not in self.endpoints.smtp or not near:
            message = (
                f"the host is a name of VPC endpoint {identity}, not known as SES's in the workload's VPC"
            )
            remedy = "give the account's evidence (mailroute snapshot), or create the endpoint in that VPC"
            subject = endpoint.key if endpoint else client.holder.key
            return open_question("ENDPOINT_UNKNOWN", subject, message, remedy)
        return self.endpoints.serves(endpoint) + self._through(client, endpoint, port)

    def _by_name(self, client: Client, endpoint: Resource, port: int) -> Outcome:
        return self.endpoints.is_usable(endpoint) + self._through(client, endpoint, port)

    def _through(self, client: Client, endpoint: Resource, port: int) -> Outcome:
        """The way to an SMTP endpoint in the same VPC: any of its interfaces may answer for the name."""
        refs = self.endpoints.subnets(endpoint)
        certain, possible = members(refs)
        groups = self.crossing.groups_or_default(self.endpoints.security_groups(endpoint), client.vpc)
        source = Peer(
            client.holder.label,
            client.source,
            self.crossing.groups_or_default(client.groups, client.vpc),
        )
        remedy = f"let TCP {port} in from the workload's security group on the endpoint's"
        arrives = self.crossing.groups.admit(groups, INGRESS, source, port, remedy)
        unread = [ref for ref in refs if ref.open or not ref.candidates]
        maybe = Outcome(findings=softened(arrives).findings)
        called = f"VPC endpoint {endpoint.label}"
        interfaces = [subnet_not_read(endpoint, called, ref) + maybe for ref in unread]
        for subnet in (*certain, *possible):
            block = self.crossing.addresses_in(subnet)
            peer = Peer(called, block, groups)
            leaves = self.crossing.leaves(client, peer, port)
            interfaces.append(leaves + self.crossing.crosses(client, subnet, block, port, peer.name, arrives))
        steps = [whichever(interfaces)] if interfaces else []
        return all_of([*steps, self.endpoints.offers_port(endpoint, port)])


def _maybe_elsewhere(endpoint: Resource) -> Outcome:
    message = (
        f"it cannot be known whether VPC endpoint {endpoint.label} is for SES's SMTP in the workload's VPC"
    )
    remedy = "give it the service_name and the vpc_id as plain values, or as outputs of one resource"
    return open_question("ENDPOINT_UNKNOWN", endpoint.key, message, remedy)
