"""Interface endpoints for Amazon SES: which takes the mail host's name, and whether it serves.

Sources: Amazon SES Developer Guide, "Setting up VPC endpoints with Amazon SES"; AWS PrivateLink Guide,
"Access an AWS service using an interface VPC endpoint".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

from .. import json_text
from ..findings import assumptions, conflicts, endpoints, names, placement, routing
from ..findings.once import said_once
from ..graph import tokens
from ..graph.claims import Claim, warnings
from ..graph.provider_scope import in_one_region
from ..graph.references import Link, Links, Ref, given_by, judged, members
from ..graph.zones import WITHOUT_SMTP
from ..values import ABSENT, UNKNOWN, Truth, Unknown, Value, get, is_known, is_list, items, known_items
from ..verdict import PASSES, Origin, Outcome, across_possibilities, all_of, hop
from .entity import Entity
from .ses import SMTP, SesService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph.refusals import Refusals
    from ..graph.resource import Resource
    from ..graph.zones import ZoneAvailability
    from .network_interface import NetworkInterfaces
    from .security_group import SecurityGroup
    from .subnet import Subnet, Subnets
    from .vpc import Vpc


@dataclass(frozen=True, eq=False)
class VpcEndpoint(Entity):
    """A VPC endpoint that is for SES's SMTP or its API, or may be.

    Attributes:
        service: which of the two.
        subnets: where it has an interface; an unknown list is one open reference.
        security_groups: those on its interfaces; none stands for the VPC's default group.
        private_dns: whether the host's name leads to it inside its VPC.
        kind: its `vpcEndpointType`, `ABSENT` for the default.
        full_access: whether its policies certainly allow everything to everybody.
        in_its_region: whether it is where its service and its VPC are.
        in_its_vpc: whether its subnets and groups are of its VPC.
        offered: whether AWS offers the service in its zones.
        created: whether AWS takes it, and what is associated with it.
    """

    service: SesService
    vpc: Ref[Vpc]
    subnets: tuple[Ref[Subnet], ...]
    security_groups: tuple[Ref[SecurityGroup], ...]
    private_dns: Truth
    kind: Value
    state: Value
    ip_address_type: Value
    record_ip_type: Value
    full_access: bool
    in_its_region: Outcome
    in_its_vpc: Outcome
    offered: Outcome
    created: Outcome

    @cached_property
    def usable(self) -> Outcome:
        """What holds or fails whoever the client is, by SES's name: all but groups, ACLs and ports."""
        return all_of([self.serves, self.takes_name(), self._vpc_resolves()])

    @cached_property
    def serves(self) -> Outcome:
        """The same of whoever has its address, by one of its own names: those resolve everywhere."""
        return all_of(
            [
                self.is_interface(),
                self.in_its_region,
                self._speaks_ipv4(),
                self.is_available(),
                self.in_its_vpc,
                self.offered,
                self.created,
                PASSES if self.full_access else endpoints.POLICY_NOT_FULL_ACCESS(self),
            ]
        )

    def is_interface(self) -> Outcome:
        if self.kind is UNKNOWN:
            return endpoints.ENDPOINT_MAYBE_OF_OTHER_TYPE(self)
        if self.kind == "Interface":
            return PASSES
        given = "Gateway (the default)" if self.kind is ABSENT else str(self.kind)
        return endpoints.ENDPOINT_OF_OTHER_TYPE(self, kind=given)

    def is_available(self) -> Outcome:
        if not is_known(self.state) or str(self.state).lower() in ("available", "pending"):
            return PASSES
        return routing.ENDPOINT_BAD_STATE(self, state=self.state)

    def takes_name(self) -> Outcome:
        if self.private_dns is True:
            return PASSES
        unknown = self.private_dns is UNKNOWN
        return endpoints.PRIVATE_DNS_MAYBE_OFF(self) if unknown else endpoints.PRIVATE_DNS_OFF(self)

    def offers_port(self, port: int) -> Outcome:
        if port in self.service.ports:
            return hop("vpc-endpoint", self.key, f"{self.service}, port {port}", self.origin)
        return endpoints.PORT_NOT_OFFERED(self, port=port, ses=self.service)

    def _vpc_resolves(self) -> Outcome:
        """Private DNS needs the VPC's DNS support and hostnames, and Amazon's resolver."""
        if self.vpc.unread:
            return names.UNREAD_VPC_OF_ENDPOINT(self)
        return across_possibilities([vpc.resolves_private_dns() for vpc in self.vpc.candidates])

    def _speaks_ipv4(self) -> Outcome:
        """Whether its interfaces have IPv4 addresses, and its names lead to them.

        Source: AWS CDK API Reference, "VpcEndpointDnsRecordIpType": what a service defines has such ones.
        """
        if self.ip_address_type not in (ABSENT, "ipv4", "dualstack"):
            return endpoints.ENDPOINT_OF_IPV6(self)
        unsure = self.record_ip_type in (UNKNOWN, "ipv6")
        return endpoints.ENDPOINT_NAMES_OF_IPV6(self) if unsure else PASSES


class VpcEndpoints:
    """The endpoints of one graph that are for a service of SES."""

    def __init__(
        self,
        subnets: Subnets,
        interfaces: NetworkInterfaces,
        zones: ZoneAvailability,
        refusals: Refusals,
        service: SesService = SMTP,
    ) -> None:
        self.service = service
        self.subnets = subnets
        self.vpcs = subnets.vpcs
        self.graph = subnets.graph
        self.interfaces = interfaces
        self.groups = interfaces.groups
        self.zones = zones
        self.refusals = refusals
        self._read: dict[str, VpcEndpoint] = {}
        self._conflicts: dict[str, Outcome] = {}

    @cached_property
    def smtp(self) -> tuple[VpcEndpoint, ...]:
        """Every endpoint that is for SES's SMTP in some region, or may be."""
        found = self.graph.of_type(*tokens.VPC_ENDPOINT)
        return tuple(self.read(each) for each in found if self._serves(each, None) is not False)

    def smtp_of(self, endpoint: Resource | None) -> VpcEndpoint | None:
        """`endpoint`, if it is or may be for SES's SMTP."""
        return next((smtp for smtp in self.smtp if smtp.resource == endpoint), None)

    def in_vpc(self, vpc: Vpc, region: str | None) -> list[Link[VpcEndpoint]]:
        """The SMTP endpoints for `region` that are in `vpc`, or may be."""
        answers = ((link, self._serves(link.source.resource, region)) for link in self._by_vpc.to(vpc))
        return [
            Link(link.source, link.certain and serves is True)
            for link, serves in answers
            if serves is not False
        ]

    def named(self, identity: str, user: Resource) -> Resource | None:
        """The endpoint with the id `identity`, which `user` names."""
        return self.graph.by_id(identity, tokens.VPC_ENDPOINT, user)

    def may_be_named(self, endpoint: Resource) -> bool:
        """Whether a record, or the environment of a workload, may hold one of the own names of `endpoint`."""
        return any(
            any(endpoint.key in sources for sources in user.dependencies.values())
            or (isinstance(endpoint.id, str) and _names(user.properties, f"{endpoint.id}-"))
            for user in self.graph.of_type(*tokens.NAME_HOLDERS)
        )

    def conflicts_in(self, vpc: Vpc) -> Outcome:
        """Warnings of endpoints of `vpc` with one private name, SES's or not: AWS refuses the second."""
        if vpc.key not in self._conflicts:
            claims: defaultdict[str, list[Claim]] = defaultdict(list)
            for endpoint in self.with_private_dns(vpc):
                claims[endpoint.get("serviceName")].append(Claim(endpoint, certain=True))
            self._conflicts[vpc.key] = all_of(
                warnings(rivals, partial(conflicts.PRIVATE_NAMES, vpc, service=service))
                for service, rivals in claims.items()
                if any(rival.by.origin is Origin.PROGRAM for rival in rivals)
            )
        return self._conflicts[vpc.key]

    def with_private_dns(self, vpc: Vpc) -> Iterator[Resource]:
        """The interface endpoints that certainly are in `vpc`, and take the name of their service there."""
        return (link.source for link in self._named_in.to(vpc) if link.certain)

    @cached_property
    def _named_in(self) -> Links[Resource]:
        """The interface endpoints that certainly have private DNS for a service, by their VPC."""
        found = (
            each
            for each in self.graph.of_type(*tokens.VPC_ENDPOINT)
            if each.declared("vpcEndpointType") == "Interface" and isinstance(each.get("serviceName"), str)
            if self.private_dns(each) is True and each.get("state") != "deleted"
        )
        return Links((endpoint, self.vpcs.of(endpoint)) for endpoint in found)

    @cached_property
    def _by_vpc(self) -> Links[VpcEndpoint]:
        return Links((endpoint, endpoint.vpc) for endpoint in self.smtp)

    def _serves(self, endpoint: Resource, region: str | None) -> Truth:
        """Whether an endpoint is for SES's SMTP in `region`, or in any."""
        if endpoint.get("state") == "deleted":
            return False
        service = endpoint.declared("serviceName")
        if isinstance(service, Unknown):
            own = self.graph.ref(endpoint, service, "serviceName", tokens.ENDPOINT_SERVICE)
            balances = endpoint.declared("vpcEndpointType") == "GatewayLoadBalancer"
            return service if own.open and not balances else False
        found = self.service.region_of_service(str(service))
        return found is not None and region in (None, found)

    # What an endpoint is ---------------------------------------------------------------------------

    def read(self, endpoint: Resource) -> VpcEndpoint:
        if endpoint.key not in self._read:
            self._read[endpoint.key] = self._make(endpoint)
        return self._read[endpoint.key]

    def _make(self, endpoint: Resource) -> VpcEndpoint:
        vpc, subnets, groups = (
            self.vpcs.of(endpoint),
            self._subnets(endpoint),
            self._security_groups(endpoint),
        )
        placed = self.interfaces.in_vpc(endpoint, subnets, vpc)
        return VpcEndpoint(
            endpoint,
            service=self.service,
            vpc=vpc,
            subnets=subnets,
            security_groups=groups,
            private_dns=self.private_dns(endpoint),
            kind=endpoint.declared("vpcEndpointType"),
            state=endpoint.get("state"),
            ip_address_type=endpoint.declared("ipAddressType"),
            record_ip_type=endpoint.declared("dnsOptions", "dnsRecordIpType"),
            full_access=self._gives_full_access(endpoint),
            in_its_region=_is_in_its_region(endpoint, vpc, self.service),
            in_its_vpc=placed + self.interfaces.groups_serve(endpoint, groups, vpc),
            offered=self._is_offered(endpoint, subnets),
            created=self._is_created(endpoint),
        )

    def private_dns(self, endpoint: Resource) -> Truth:
        """Whether a name leads to `endpoint` inside its VPC."""
        settings = self._private_dns_settings.to(endpoint)
        values = {link.source.get("privateDnsEnabled") if link.certain else UNKNOWN for link in settings} or {
            endpoint.declared("privateDnsEnabled")
        }
        return UNKNOWN if UNKNOWN in values or len(values) > 1 else True in values

    def _subnets(self, endpoint: Resource) -> tuple[Ref[Subnet], ...]:
        listed = self.subnets.refs(endpoint, items(endpoint.declared("subnetIds")), "subnetIds")
        return (*listed, *given_by(self._subnet_associations.to(endpoint), "subnetId", self.subnets.ref))

    def _security_groups(self, endpoint: Resource) -> tuple[Ref[SecurityGroup], ...]:
        prop = "securityGroupId"
        refs = list(self.groups.refs(endpoint, items(endpoint.declared(f"{prop}s")), f"{prop}s"))
        links = self._group_associations.to(endpoint)
        replaced = [link.source.declared("replaceDefaultAssociation") for link in links]
        if links and not refs and True not in replaced:
            default = self.groups.default_of(self.vpcs.of(endpoint))
            refs.append(replace(default, open=default.open or UNKNOWN in replaced))
        return (*refs, *given_by(links, prop, self.groups.ref))

    def _is_offered(self, endpoint: Resource, subnets: tuple[Ref[Subnet], ...]) -> Outcome:
        """AWS refuses an endpoint in a zone that does not offer the service."""
        if not subnets:
            return endpoints.WITHOUT_SUBNET(endpoint)
        region = self.service.region_of_service(str(endpoint.declared("serviceName")))
        offered = judged(subnets, partial(self._offered, endpoint, region))
        return said_once(all_of([*offered, _are_of_zones(endpoint, subnets)]))

    def _is_created(self, endpoint: Resource) -> Outcome:
        parts = (self._subnet_associations, self._group_associations, self._private_dns_settings)
        links = [link for each in parts for link in each.to(endpoint)]
        of_parts = (self.refusals.of(link.source) for link in links if link.certain)
        return all_of([self.refusals.of(endpoint), *of_parts])

    def _offered(self, endpoint: Resource, region: str | None, subnet: Subnet) -> Outcome:
        offered: Truth = UNKNOWN
        zone_id = self.zones.id_of(subnet.resource)
        if self.service is not SMTP:
            offered = True  # No document names a zone without.
        elif region is not None:
            offered = self.zones.smtp_in_zone(region, subnet.zone, zone_id, subnet.account)
        here = self.subnets.can_create(subnet)
        if subnet.is_local:
            return here + placement.SUBNET_IN_LOCAL_ZONE(subnet, what=f"endpoints for {self.service}")
        if offered is True:
            if self.service is SMTP and self.zones.assumes(WITHOUT_SMTP, subnet.region, zone_id):
                here += assumptions.ZONE_TAKES(subnet, what="SES's SMTP endpoints")
            return here
        facts = {"zone": subnet.zone_name, "ses": self.service}
        if offered is False:
            return here + endpoints.ZONE_WITHOUT_SERVICE(subnet, **facts)
        return here + endpoints.ZONE_MAYBE_WITHOUT_SERVICE(endpoint, subnet=subnet, **facts)

    def _gives_full_access(self, endpoint: Resource) -> bool:
        """A policy that allows everything to everybody, as the one that AWS sets by itself, is no obstacle.

        Any other is left open: whether the SMTP service takes endpoint policies at all is not documented,
        and one that does not gives full access whatever they say. Source: AWS PrivateLink Guide, "Control
        access to VPC endpoints using endpoint policies".
        """
        attached = (link.source.get("policy") for link in self._policies.to(endpoint))
        policies = (endpoint.declared("policy"), *attached)
        return all(policy is ABSENT or _gives_full_access(policy) for policy in policies)

    # What is declared apart from it ------------------------------------------------------------------

    def _linked(self, types: tuple[str, ...]) -> Links[Resource]:
        return Links(
            (link, self.graph.named(link, "vpcEndpointId", tokens.VPC_ENDPOINT))
            for link in self.graph.of_type(*types)
        )

    @cached_property
    def _private_dns_settings(self) -> Links[Resource]:
        return self._linked(tokens.ENDPOINT_PRIVATE_DNS)

    @cached_property
    def _subnet_associations(self) -> Links[Resource]:
        return self._linked(tokens.ENDPOINT_SUBNET)

    @cached_property
    def _group_associations(self) -> Links[Resource]:
        return self._linked(tokens.ENDPOINT_GROUP)

    @cached_property
    def _policies(self) -> Links[Resource]:
        return self._linked(tokens.ENDPOINT_POLICY)


def _are_of_zones(endpoint: Resource, subnets: tuple[Ref[Subnet], ...]) -> Outcome:
    """AWS refuses a new endpoint that has two subnets in one zone."""
    if endpoint.id is not UNKNOWN:
        return PASSES
    for first, second in combinations(members(subnets)[0], 2):
        if first.names_zone_of(second):
            return endpoints.TWO_SUBNETS_IN_ONE_ZONE(
                endpoint, first=first, second=second, zone=first.zone_name
            )
    return PASSES


def _is_in_its_region(endpoint: Resource, vpc: Ref[Vpc], ses: SesService) -> Outcome:
    """AWS makes an endpoint for a service of its own region; for some of another one, if that is named.

    Source: AWS PrivateLink Guide, "Cross-Region enabled AWS services".
    """
    beside = [_is_of(endpoint, candidate.resource) for candidate in vpc.candidates]
    outcome = across_possibilities(beside) if beside else PASSES
    service, here = ses.region_of_service(str(endpoint.declared("serviceName"))), endpoint.region
    if service is None or here in (UNKNOWN, service) or endpoint.origin is Origin.ACCOUNT:
        return outcome
    sure = endpoint.declared("serviceRegion") is ABSENT
    says = endpoints.SERVICE_OF_OTHER_REGION if sure else endpoints.SERVICE_MAYBE_OF_OTHER_REGION
    return outcome + says(endpoint, here=here, service=service, ses=ses)


def _is_of(endpoint: Resource, vpc: Resource) -> Outcome:
    """An endpoint is in its VPC's region, and its VPC's owner makes it.

    Source: Amazon VPC User Guide, "Responsibilities and permissions for owners and participants".
    """
    beside = in_one_region(endpoint, vpc)
    if endpoint.origin is Origin.ACCOUNT or endpoint.in_account_of(vpc) is not False:
        return beside
    return beside + endpoints.ENDPOINT_OF_PARTICIPANT(endpoint, vpc=vpc)


def _names(value: Value, beginning: str) -> bool:
    """Whether a text anywhere in `value` has a name of an endpoint in it that has this beginning."""
    if isinstance(value, str):
        return beginning in value
    if isinstance(value, Mapping):
        return any(_names(each, beginning) for each in value.values())
    return is_list(value) and any(_names(each, beginning) for each in value)


def _gives_full_access(policy: Value) -> bool:
    """Whether a policy denies nothing, and has a statement that allows everything to everybody."""
    try:
        document: Any = json_text.loads(policy) if isinstance(policy, str) else None
    except json_text.JsonTextError:
        return False
    statements = known_items(get(document, "Statement"))
    return all(get(each, "Effect") == "Allow" for each in statements) and any(map(_is_for_all, statements))


def _is_for_all(statement: Value) -> bool:
    given = {name: get(statement, name) for name in ("Action", "Resource", "Principal", "Condition")}
    principal = get(given["Principal"], "AWS")
    if principal is ABSENT:
        principal = given["Principal"]
    everything = (given["Action"], given["Resource"], principal)
    return all("*" in known_items(value) for value in everything) and given["Condition"] in (ABSENT, {})
