"""What answers for a name inside a VPC before the public DNS does.

Sources: Amazon Route 53 Developer Guide, "Working with private hosted zones", "Forwarding outbound DNS
queries" and "What are Amazon Route 53 Profiles?"; AWS Cloud Map Developer Guide, "AWS Cloud Map namespaces";
AWS PrivateLink Guide, "Manage DNS names for VPC endpoint services"; Amazon ECS Developer Guide, "Amazon ECS
Service Connect components".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..findings import conflicts, names
from ..graph import tokens
from ..graph.references import Links, settled
from ..hosts import plain
from ..values import ABSENT, UNKNOWN, Unknown, Value, elements, get, items
from ..verdict import Origin, all_of
from .hosted_zone import HostedZone, HostedZones, is_in
from .vpc import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph.references import Ref
    from ..graph.resource import Resource
    from ..verdict import Outcome
    from .vpc import Vpc
    from .vpc_endpoint import VpcEndpoints

_READ_BY: Final = (
    "route53:ListHostedZonesByVPC",
    "route53resolver:ListResolverRuleAssociations",
    "route53resolver:ListResolverRules",
    "route53resolver:ListFirewallRuleGroupAssociations",
    "route53profiles:ListProfileAssociations",
)
"""The IAM actions that show what may answer for a name in a VPC of the account."""
_PUBLIC_ANSWERS: Final = frozenset({"SYSTEM", "RECURSIVE"})
"""The types of rules by which Amazon's resolver answers itself; every VPC has a recursive one."""
AWS_DOMAIN: Final = ".amazonaws.com"
_WITHOUT_NAMES: Final = (ABSENT, "Gateway", "GatewayLoadBalancer")
"""The types of endpoints that take no name; the first is the default."""


class Dns:
    """The private zones, forwarding rules and endpoints of one graph, which answer for names."""

    def __init__(self, endpoints: VpcEndpoints) -> None:
        self.endpoints = endpoints
        self.vpcs = endpoints.vpcs
        self.graph = endpoints.graph
        self.zones = HostedZones(self.graph)
        self._conflicts: dict[str, Outcome] = {}

    def private_answer(self, host: str, vpc: Ref[Vpc]) -> tuple[Outcome, HostedZone | None]:
        """The private zone that certainly answers for `host` in `vpc`, if one does.

        Whatever else may answer there is a finding each: a zone that may be of the VPC, a forwarding rule, an
        endpoint. What is for a shorter name than the zone does not count.
        """
        if not all(self.vpcs.covers(vpc, action) for action in _READ_BY):
            subject = vpc.candidates[0].key if vpc.candidates else name_of(vpc)
            return names.UNREAD_NAMES(subject, vpc=name_of(vpc), host=host), None
        in_vpcs = (self._zones, self._rules, self._firewalls, self._profiles, self._services)
        links = [link for held in vpc.candidates for links in in_vpcs for link in links.to(held)]
        sources = [link.source for link in links] + list(self.graph.of_type(*tokens.ECS_SERVICE))
        matching = [source for source in dict.fromkeys(sources) if _may_answer(source, host)]
        certain = {link.source for link in links if link.certain and vpc.target is not None}
        found = [source for source in matching if source in certain and source.type in tokens.HOSTED_ZONE]
        longest = max((len(_domain(zone)) for zone in found), default=0)
        nearest = [self.zones[zone] for zone in found if len(_domain(zone)) == longest > 0]
        zone = nearest[0] if len(nearest) == 1 else None
        others = (
            source
            for source in matching
            if (zone is None or source != zone.resource) and len(_domain(source) or host) >= longest
        )
        return all_of(_may_lead_elsewhere(source, host) for source in others), zone

    def conflicts_in(self, vpc: Vpc) -> Outcome:
        """Warnings of private zones of `vpc` with the name that an endpoint takes there: AWS refuses one."""
        if vpc.key not in self._conflicts:
            zones = {
                _domain(link.source): link.source
                for link in self._zones.to(vpc)
                if link.certain and link.source.type in tokens.HOSTED_ZONE
            }
            self._conflicts[vpc.key] = all_of(
                conflicts.ZONE_OF_ENDPOINT(vpc, endpoint=endpoint, zone=zone, name=name)
                for endpoint in self.endpoints.with_private_dns(vpc)
                for name, zone in zones.items()
                if name == _private_name(endpoint) and Origin.PROGRAM in (endpoint.origin, zone.origin)
            )
        return self._conflicts[vpc.key]

    @staticmethod
    def resolves(vpc: Ref[Vpc]) -> Outcome:
        """Whether clients in `vpc` ask Amazon's resolver, and it answers: what others know is not in AWS.

        Source: Amazon VPC User Guide, "DNS attributes for your VPC".
        """
        if vpc.unread:
            return names.UNREAD_VPC(name_of(vpc))
        asks = [found.asks_amazons_resolver() for found in vpc.candidates]
        unsure = (found for found in vpc.candidates if found.dns_support is not True)
        told = (
            (names.DNS_SUPPORT_IS_OFF if found.dns_support is False else names.DNS_SUPPORT_MAYBE_OFF)(found)
            for found in unsure
        )
        return all_of([*asks, *told])

    @cached_property
    def _zones(self) -> Links[Resource]:
        return Links(self._read_zones())

    def _read_zones(self) -> Iterator[tuple[Resource, Ref[Resource]]]:
        for zone in self.graph.of_type(*tokens.HOSTED_ZONE):
            vpcs = items(zone.declared("vpcs"))
            ids = vpcs if isinstance(vpcs, Unknown) else tuple(get(value, "vpcId") for value in vpcs)
            for vpc in settled(self.graph.refs(zone, ids, "vpcs", tokens.VPC)):
                yield zone, vpc
        for link in self.graph.of_type(*tokens.ZONE_ASSOCIATION):
            named = self.graph.named(link, "zoneId", tokens.HOSTED_ZONE).target
            yield link if named is None else named, self.graph.named(link, "vpcId", tokens.VPC)
        for namespace in self.graph.of_type(*tokens.CLOUD_MAP_NAMESPACE):
            yield namespace, self.graph.named(namespace, "vpc", tokens.VPC)

    @cached_property
    def _firewalls(self) -> Links[Resource]:
        return self._linked("vpcId", *tokens.RESOLVER_FIREWALL)

    @cached_property
    def _profiles(self) -> Links[Resource]:
        return self._linked("resourceId", *tokens.PROFILE_ASSOCIATION)

    def _linked(self, prop: str, *types: str) -> Links[Resource]:
        return Links((link, self.graph.named(link, prop, tokens.VPC)) for link in self.graph.of_type(*types))

    @cached_property
    def _services(self) -> Links[Resource]:
        """Endpoints for services that are not AWS's, or may not be, and that take a name of their owners'."""
        return Links(
            (endpoint, self.graph.named(endpoint, "vpcId", tokens.VPC))
            for endpoint in self.graph.of_type(*tokens.VPC_ENDPOINT)
            if endpoint.declared("vpcEndpointType") not in _WITHOUT_NAMES
            and self.endpoints.private_dns(endpoint) is not False
            and not _is_of_aws(endpoint.declared("serviceName"))
        )

    @cached_property
    def _rules(self) -> Links[Resource]:
        return Links(self._read_rules())

    def _read_rules(self) -> Iterator[tuple[Resource, Ref[Resource]]]:
        for link in self.graph.of_type(*tokens.RESOLVER_RULE_ASSOCIATION):
            for rule in self.graph.named(link, "resolverRuleId", tokens.RESOLVER_RULE).candidates:
                if rule.get("ruleType") not in _PUBLIC_ANSWERS:
                    yield rule, self.graph.named(link, "vpcId", tokens.VPC)


_SOURCES: Final = {
    tokens.RESOLVER_RULE: "resolver rule",
    tokens.HOSTED_ZONE: "private hosted zone",
    tokens.ZONE_ASSOCIATION: "the hosted zone of",
    tokens.CLOUD_MAP_NAMESPACE: "Cloud Map namespace",
    tokens.VPC_ENDPOINT: "VPC endpoint",
    tokens.ECS_SERVICE: "Service Connect of ECS service",
    tokens.RESOLVER_FIREWALL: "DNS Firewall rule group association",
    tokens.PROFILE_ASSOCIATION: "Route 53 Profile association",
}
_CURES: Final = {
    tokens.VPC_ENDPOINT: "set private_dns_enabled=False",
    tokens.ECS_SERVICE: "give its client alias another dns_name",
}


def _may_lead_elsewhere(source: Resource, host: str) -> Outcome:
    what = next(text for types, text in _SOURCES.items() if source.type in types)
    cures = (text for types, text in _CURES.items() if source.type in types)
    cure = next(cures, "take the zone or rule off the VPC")
    return names.MAY_ANSWER(source, what=what, host=host, cure=cure)


def _private_name(endpoint: Resource) -> str:
    """The name that an endpoint for one of AWS's services takes in its VPC."""
    region, _, service = str(endpoint.get("serviceName")).removeprefix("com.amazonaws.").partition(".")
    return f"{service}.{region}{AWS_DOMAIN}"


def _is_of_aws(service: Value) -> bool:
    """Whether an endpoint's service is certainly AWS's own, whose names are under `amazonaws.com`."""
    name = str(service)
    return name.startswith(("com.amazonaws.", "aws.")) and not name.startswith("com.amazonaws.vpce.")


def _aliases(service: Resource) -> Iterator[Value]:
    """The names that Service Connect gives an ECS service in the tasks that take part."""
    for offered in elements(service.get("serviceConnectConfiguration"), "services"):
        for alias in elements(offered, "clientAlias"):
            yield get(alias, "dnsName")


def _may_answer(source: Resource, host: str) -> bool:
    wanted = plain(host)
    if source.type in tokens.ECS_SERVICE:
        return any(alias is UNKNOWN or plain(str(alias)) == wanted for alias in _aliases(source))
    if source.type in tokens.VPC_ENDPOINT:
        return not wanted.endswith(AWS_DOMAIN)
    domain = _domain(source)
    return not domain or is_in(wanted, domain)


def _domain(source: Resource) -> str:
    """The domain that a zone, namespace or rule is for; empty where it may be any.

    The domain lists of a firewall, and what a profile brings along, are not read; a delegation rule says by
    its record what it answers for, and names no domain.
    """
    if source.type in tokens.RESOLVER_RULE:
        name = source.get("domainName")
    elif source.type in tokens.HOSTED_ZONE + tokens.CLOUD_MAP_NAMESPACE:
        name = source.get("name")
    else:
        return ""
    return plain(name) if isinstance(name, str) else ""
