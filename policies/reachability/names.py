"""What a mail host's name leads to inside a VPC, where it may differ from the public answer.

Sources: Amazon Route 53 Developer Guide, "Working with private hosted zones", "Forwarding outbound DNS
queries" and "What are Amazon Route 53 Profiles?"; AWS Cloud Map Developer Guide, "AWS Cloud Map namespaces";
AWS PrivateLink Guide, "Manage DNS names for VPC endpoint services"; Amazon ECS Developer Guide, "Amazon ECS
Service Connect components".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from . import kinds
from .hosts import plain
from .network import Network, name_of
from .outcomes import all_of, open_question
from .references import Links
from .values import ABSENT, UNKNOWN, Value, elements, get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .endpoints import Endpoints
    from .graph import Ref, Resource
    from .verdict import Outcome

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
_AWS_DOMAIN: Final = ".amazonaws.com"
_WITHOUT_NAMES: Final = (ABSENT, "Gateway", "GatewayLoadBalancer")
"""The types of endpoints that take no name; the first is the default."""


class Names:
    """The private zones, forwarding rules and endpoints of a network, which answer for names."""

    def __init__(self, network: Network, endpoints: Endpoints) -> None:
        self.network = network
        self.endpoints = endpoints
        self.graph = network.graph

    def shadow(self, host: str, vpc: Ref) -> Outcome:
        """A finding for each zone, forwarding rule or endpoint that may answer for `host` in `vpc`."""
        if not all(self.network.covers(vpc, action) for action in _READ_BY):
            message = f"whether a zone or rule of VPC {name_of(vpc)} answers for {host} has not been read"
            subject = vpc.candidates[0].key if vpc.candidates else name_of(vpc)
            remedy = "give the account's evidence (mailroute snapshot)"
            return open_question("NAMES_NOT_READ", subject, message, remedy)
        in_vpcs = (self._zones, self._rules, self._firewalls, self._profiles, self._services)
        sources = [link for held in vpc.candidates for links in in_vpcs for link, _ in links.to(held)]
        sources += self.graph.of_type(*kinds.ECS_SERVICE)
        return all_of(self._question(source, host) for source in sources if _may_answer(source, host))

    def resolve(self, vpc: Ref) -> Outcome:
        """Whether clients in `vpc` ask Amazon's resolver, and it answers: what others know is not in AWS.

        Source: Amazon VPC User Guide, "DNS attributes for your VPC".
        """
        if vpc.open or not vpc.candidates:
            message = (
                f"nothing is known of VPC {name_of(vpc)}, whose DNS settings decide whether names resolve"
            )
            remedy = "give the account's evidence (mailroute snapshot)"
            return open_question("VPC_NOT_READ", name_of(vpc), message, remedy)
        asks = [self.endpoints.amazon_resolver(candidate) for candidate in vpc.candidates]
        answers = [
            open_question(
                "VPC_DNS_SUPPORT_OFF",
                candidate.key,
                f"enableDnsSupport of VPC {candidate.label} is not known to be on: names may not resolve",
                "set enable_dns_support=True on the VPC",
            )
            for candidate in vpc.candidates
            if candidate.is_on("enableDnsSupport", default=True) is not True
        ]
        return all_of([*asks, *answers])

    @staticmethod
    def _question(source: Resource, host: str) -> Outcome:
        what = next(text for types, text in _SOURCES.items() if source.type in types)
        message = (
            f"{what} {source.label} may answer for {host} inside the VPC, and the proof does not resolve it"
        )
        cure = next(
            (text for types, text in _CURES.items() if source.type in types),
            "take the zone or rule off the VPC",
        )
        remedy = f"name the host's addresses in the pack's config, or {cure}"
        return open_question("NAME_SHADOWED", source.key, message, remedy)

    @cached_property
    def _zones(self) -> Links[Resource]:
        return Links(self._read_zones())

    def _read_zones(self) -> Iterator[tuple[Resource, Ref]]:
        for zone in self.graph.of_type(*kinds.PRIVATE_ZONE):
            for value in elements(zone.declared("vpcs")):
                yield zone, self.graph.ref(zone, get(value, "vpcId"), "vpcs", kinds.VPC)
        for link in self.graph.of_type(*kinds.ZONE_ASSOCIATION):
            zone_ref = self.graph.ref(link, link.get("zoneId"), "zoneId", kinds.PRIVATE_ZONE)
            for candidate in zone_ref.candidates:
                yield candidate, self.network.vpc_of(link)
        for namespace in self.graph.of_type(*kinds.CLOUD_MAP_NAMESPACE):
            yield namespace, self.graph.ref(namespace, namespace.get("vpc"), "vpc", kinds.VPC)

    @cached_property
    def _firewalls(self) -> Links[Resource]:
        return Links(
            (link, self.network.vpc_of(link)) for link in self.graph.of_type(*kinds.RESOLVER_FIREWALL)
        )

    @cached_property
    def _profiles(self) -> Links[Resource]:
        return Links(
            (link, self.graph.ref(link, link.get("resourceId"), "resourceId", kinds.VPC))
            for link in self.graph.of_type(*kinds.PROFILE_ASSOCIATION)
        )

    @cached_property
    def _services(self) -> Links[Resource]:
        """Endpoints for services that are not AWS's, or may not be, and that take a name of their owners'."""
        return Links(
            (endpoint, self.network.vpc_of(endpoint))
            for endpoint in self.graph.of_type(*kinds.VPC_ENDPOINT)
            if endpoint.declared("vpcEndpointType") not in _WITHOUT_NAMES
            and self.endpoints.private_dns(endpoint) is not False
            and not _is_of_aws(endpoint.declared("serviceName"))
        )

    @cached_property
    def _rules(self) -> Links[Resource]:
        return Links(self._read_rules())

    def _read_rules(self) -> Iterator[tuple[Resource, Ref]]:
        for link in self.graph.of_type(*kinds.RESOLVER_RULE_ASSOCIATION):
            ref = self.graph.ref(link, link.get("resolverRuleId"), "resolverRuleId", kinds.RESOLVER_RULE)
            for rule in ref.candidates:
                if rule.get("ruleType") not in _PUBLIC_ANSWERS:
                    yield rule, self.network.vpc_of(link)


_SOURCES: Final = {
    kinds.RESOLVER_RULE: "resolver rule",
    kinds.PRIVATE_ZONE: "private hosted zone",
    kinds.CLOUD_MAP_NAMESPACE: "Cloud Map namespace",
    kinds.VPC_ENDPOINT: "VPC endpoint",
    kinds.ECS_SERVICE: "Service Connect of ECS service",
    kinds.RESOLVER_FIREWALL: "DNS Firewall rule group association",
    kinds.PROFILE_ASSOCIATION: "Route 53 Profile association",
}
_CURES: Final = {
    kinds.VPC_ENDPOINT: "set private_dns_enabled=False",
    kinds.ECS_SERVICE: "give its client alias another dns_name",
}


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
    if source.type in kinds.ECS_SERVICE:
        return any(alias is UNKNOWN or str(alias).lower() == wanted for alias in _aliases(source))
    if source.type in kinds.VPC_ENDPOINT:
        return not wanted.endswith(_AWS_DOMAIN)
    if source.type in kinds.RESOLVER_FIREWALL + kinds.PROFILE_ASSOCIATION:
        return True  # Its domain lists, or the zones and rules that it brings along, are not read.
    name = source.get("domainName") if source.type in kinds.RESOLVER_RULE else source.get("name")
    domain = plain(str(name))
    return name is UNKNOWN or not domain or f".{wanted}".endswith(f".{domain}")
