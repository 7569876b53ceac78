"""Interface endpoints for Amazon SES's SMTP: which takes the mail host's name, and whether it serves.

Sources: Amazon SES Developer Guide, "Setting up VPC endpoints with Amazon SES"; AWS PrivateLink Guide,
"Access an AWS service using an interface VPC endpoint".
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property, partial
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from . import kinds
from .membership import Membership
from .network import is_new
from .outcomes import all_of, blocked, open_question, passed, whichever
from .places import in_one_region
from .references import Links, judged
from .ses_names import SMTP_PORTS, port_not_offered, region_of_service
from .values import ABSENT, UNKNOWN, Unknown, Value, elements, get, is_known, known_items
from .verdict import Origin, Outcome

if TYPE_CHECKING:
    from .evidence import Offer
    from .graph import Ref, Resource


class Endpoints:
    """The SMTP endpoints of a network."""

    def __init__(self, membership: Membership, offer: Offer) -> None:
        self.membership = membership
        self.network = membership.network
        self.graph = self.network.graph
        self.groups_of_network = membership.groups
        self.offer = offer

    @cached_property
    def smtp(self) -> tuple[Resource, ...]:
        """Every endpoint that is for SES's SMTP in some region, or may be."""
        return tuple(
            endpoint
            for endpoint in self.graph.of_type(*kinds.VPC_ENDPOINT)
            if self._serves(endpoint, None) is not False
        )

    def _serves(self, endpoint: Resource, region: str | None) -> bool | Unknown:
        if endpoint.get("state") == "deleted":
            return False
        service = endpoint.declared("serviceName")
        if isinstance(service, Unknown):
            own = self.graph.ref(endpoint, service, "serviceName", kinds.ENDPOINT_SERVICE)
            balances = endpoint.declared("vpcEndpointType") == "GatewayLoadBalancer"
            return service if own.open and not balances else False
        found = region_of_service(str(service))
        return found is not None and region in (None, found)

    def in_vpc(self, vpc: Resource, region: str | None) -> list[tuple[Resource, bool]]:
        """The SMTP endpoints for `region` that may be in `vpc`, with whether they certainly are."""
        return [
            (endpoint, sure and self._serves(endpoint, region) is True)
            for endpoint, sure in self._by_vpc.to(vpc)
            if self._serves(endpoint, region) is not False
        ]

    @cached_property
    def _by_vpc(self) -> Links[Resource]:
        return Links((endpoint, self.network.vpc_of(endpoint)) for endpoint in self.smtp)

    # What it takes to serve ----------------------------------------------------------------------

    def is_usable(self, endpoint: Resource) -> Outcome:
        """What holds or fails whoever the client is, by SES's name: all but groups, ACLs and ports."""
        return all_of([self.serves(endpoint), self.takes_name(endpoint), self.vpc_resolves(endpoint)])

    def serves(self, endpoint: Resource) -> Outcome:
        """The same of whoever has its address, by one of its own names: those resolve everywhere."""
        return all_of(
            [
                self.is_interface(endpoint),
                self._is_in_its_region(endpoint),
                _speaks_ipv4(endpoint),
                is_available(endpoint),
                self._is_in_its_vpc(endpoint),
                self.is_offered_in_its_zones(endpoint),
                self._policy_allows(endpoint),
            ]
        )

    def is_interface(self, endpoint: Resource) -> Outcome:
        kind = endpoint.declared("vpcEndpointType")
        remedy = 'set vpc_endpoint_type="Interface"'
        if kind is UNKNOWN:
            message = f"it cannot be known whether VPC endpoint {endpoint.label} is of type Interface"
            return open_question("ENDPOINT_TYPE_UNKNOWN", endpoint.key, message, remedy)
        if kind == "Interface":
            return Outcome()
        given = "Gateway (the default)" if kind is ABSENT else str(kind)
        message = f"VPC endpoint {endpoint.label} is of type {given}; SES's SMTP needs one of type Interface"
        return blocked("ENDPOINT_TYPE", endpoint.key, message, remedy)

    def _is_in_its_region(self, endpoint: Resource) -> Outcome:
        """AWS makes an endpoint for a service of its own region; for some of another one, if that is named.

        Source: AWS PrivateLink Guide, "Cross-Region enabled AWS services".
        """
        vpcs = self.network.vpc_of(endpoint).candidates
        beside = whichever([_is_of(endpoint, vpc) for vpc in vpcs]) if vpcs else Outcome()
        service, here = region_of_service(str(endpoint.declared("serviceName"))), endpoint.region
        if service is None or here in (UNKNOWN, service) or endpoint.origin is Origin.ACCOUNT:
            return beside
        message = f"VPC endpoint {endpoint.label} is in {here}, and for SES's SMTP in {service}"
        remedy = f"set service_name to com.amazonaws.{here}.email-smtp"
        if endpoint.declared("serviceRegion") is ABSENT:
            return beside + blocked("ENDPOINT_FOR_OTHER_REGION", endpoint.key, message, remedy)
        return beside + open_question("ENDPOINT_FOR_OTHER_REGION", endpoint.key, message, remedy)

    def _is_in_its_vpc(self, endpoint: Resource) -> Outcome:
        vpc, groups = self.network.vpc_of(endpoint), self.security_groups(endpoint)
        placed = self.membership.subnets_in(endpoint, self.subnets(endpoint), vpc)
        return placed + self.membership.groups_serve(endpoint, groups, vpc)

    def private_dns(self, endpoint: Resource) -> bool | Unknown:
        """Whether the host's name leads to `endpoint` inside its VPC."""
        settings = self._private_dns_settings.to(endpoint)
        values = {setting.get("privateDnsEnabled") if sure else UNKNOWN for setting, sure in settings}
        values = values or {endpoint.declared("privateDnsEnabled")}
        return UNKNOWN if UNKNOWN in values or len(values) > 1 else True in values

    @cached_property
    def _private_dns_settings(self) -> Links[Resource]:
        return Links(
            (setting, self._endpoint_ref(setting))
            for setting in self.graph.of_type(*kinds.ENDPOINT_PRIVATE_DNS)
        )

    def _endpoint_ref(self, resource: Resource) -> Ref:
        return self.graph.ref(resource, resource.get("vpcEndpointId"), "vpcEndpointId", kinds.VPC_ENDPOINT)

    def takes_name(self, endpoint: Resource) -> Outcome:
        on = self.private_dns(endpoint)
        remedy = "set private_dns_enabled=True"
        if on is True:
            return Outcome()
        if on is UNKNOWN:
            message = f"it cannot be known whether private DNS of VPC endpoint {endpoint.label} is on"
            return open_question("ENDPOINT_PRIVATE_DNS_UNKNOWN", endpoint.key, message, remedy)
        message = (
            f"private DNS of VPC endpoint {endpoint.label} is off, so the mail host's name still leads to "
            "its public addresses"
        )
        return blocked("ENDPOINT_PRIVATE_DNS_OFF", endpoint.key, message, remedy)

    def vpc_resolves(self, endpoint: Resource) -> Outcome:
        """Private DNS needs the VPC's DNS support and hostnames, and Amazon's resolver."""
        vpc = self.network.vpc_of(endpoint)
        if not vpc.candidates or vpc.open:
            return open_question(
                "VPC_NOT_READ",
                endpoint.key,
                f"nothing is known of the VPC of VPC endpoint {endpoint.label}, whose DNS settings decide",
                "give the account's evidence (mailroute snapshot)",
            )
        return whichever([self.resolves(candidate) for candidate in vpc.candidates])

    def resolves(self, vpc: Resource) -> Outcome:
        """Source: Amazon VPC User Guide, "DNS attributes for your VPC": a default VPC has both on."""
        outcomes = [self.amazon_resolver(vpc)]
        hostnames = vpc.is_on("enableDnsHostnames", default=vpc.type == kinds.DEFAULT_VPC)
        settings = (
            ("enableDnsSupport", "enable_dns_support", vpc.is_on("enableDnsSupport", default=True)),
            ("enableDnsHostnames", "enable_dns_hostnames", hostnames),
        )
        for attribute, argument, on in settings:
            remedy = f"set {argument}=True on the VPC"
            if on is UNKNOWN:
                message = f"it cannot be known whether {attribute} of VPC {vpc.label} is on"
                outcomes.append(open_question("VPC_DNS_UNKNOWN", vpc.key, message, remedy))
            elif on is False:
                message = (
                    f"{attribute} of VPC {vpc.label} is off, so private DNS of its endpoints does not work"
                )
                code = "VPC_DNS_SUPPORT_OFF" if attribute == "enableDnsSupport" else "VPC_DNS_HOSTNAMES_OFF"
                outcomes.append(blocked(code, vpc.key, message, remedy))
        return all_of(outcomes)

    def amazon_resolver(self, vpc: Resource) -> Outcome:
        """Whether what runs in `vpc` asks Amazon's resolver.

        Sources: Amazon VPC User Guide, "DHCP option sets in Amazon VPC"; Amazon EC2 API Reference,
        "AssociateDhcpOptions": `default` stands for no set.
        """
        remedy = "keep AmazonProvidedDNS in the VPC's DHCP options, or add an exception where those ask it"
        links = self._dhcp_associations.to(vpc)
        held = [] if is_new(vpc) or any(sure for _, sure in links) else [vpc]
        for holder in (*(link for link, _ in links), *held):
            named = holder.get("dhcpOptionsId")
            options = self.graph.ref(holder, named, "dhcpOptionsId", kinds.DHCP_OPTIONS).target
            servers = (UNKNOWN,) if options is None else elements(options.declared("domainNameServers"))
            if named in (ABSENT, "default") or set(servers) <= _amazons_servers(vpc):
                continue
            where = "not known" if UNKNOWN in servers else ", ".join(map(str, servers))
            message = f"the DHCP options of VPC {vpc.label} name other resolvers ({where}) than Amazon's"
            return open_question("VPC_OTHER_RESOLVER", vpc.key, message, remedy)
        return Outcome()

    @cached_property
    def _dhcp_associations(self) -> Links[Resource]:
        return Links(
            (link, self.network.vpc_of(link)) for link in self.graph.of_type(*kinds.DHCP_ASSOCIATION)
        )

    def subnets(self, endpoint: Resource) -> tuple[Ref, ...]:
        """The subnets that the endpoint has an interface in; an unknown list is one open reference."""
        values = elements(endpoint.declared("subnetIds"))
        refs = list(self.graph.refs(endpoint, values, "subnetIds", kinds.SUBNET))
        for link, _ in self._subnet_associations.to(endpoint):
            refs.append(self.graph.ref(link, link.get("subnetId"), "subnetId", kinds.SUBNET))
        return tuple(refs)

    @cached_property
    def _subnet_associations(self) -> Links[Resource]:
        return Links((link, self._endpoint_ref(link)) for link in self.graph.of_type(*kinds.ENDPOINT_SUBNET))

    def security_groups(self, endpoint: Resource) -> tuple[Ref, ...]:
        """The groups on the endpoint's interfaces; none stands for the VPC's default group."""
        refs = list(
            self.groups_of_network.group_refs(
                endpoint, elements(endpoint.declared("securityGroupIds")), "securityGroupIds"
            )
        )
        links = [link for link, _ in self._group_associations.to(endpoint)]
        replaced = [link.declared("replaceDefaultAssociation") for link in links]
        if links and not refs and True not in replaced:
            default = self.network.vpc_of(endpoint)
            refs.append(replace(default, open=default.open or UNKNOWN in replaced))
        for link in links:
            refs.append(
                self.groups_of_network.group_ref(link, link.get("securityGroupId"), "securityGroupId")
            )
        return tuple(refs)

    @cached_property
    def _group_associations(self) -> Links[Resource]:
        return Links((link, self._endpoint_ref(link)) for link in self.graph.of_type(*kinds.ENDPOINT_GROUP))

    def is_offered_in_its_zones(self, endpoint: Resource) -> Outcome:
        """AWS refuses an endpoint in a zone that does not offer the service."""
        refs = self.subnets(endpoint)
        if not refs:
            return blocked(
                "ENDPOINT_NO_SUBNET",
                endpoint.key,
                f"VPC endpoint {endpoint.label} has no subnet, so it has no interface in the VPC",
                "give it subnet_ids, at most one subnet in each zone that offers the service",
            )
        return all_of(judged(refs, partial(self._offered, endpoint)))

    def _offered(self, endpoint: Resource, subnet: Resource) -> Outcome:
        region = region_of_service(str(endpoint.declared("serviceName")))
        name, zone_id = subnet.get("availabilityZone"), subnet.get("availabilityZoneId")
        offered = self.offer.smtp_in_zone(region, name, zone_id, subnet.account) if region else UNKNOWN
        zone = next(filter(is_known, (name, zone_id)), "not known")
        remedy = (
            "give the endpoint subnets in zones that offer it (aws.ec2.get_vpc_endpoint_service lists them)"
        )
        if offered is True:
            return Outcome()
        if offered is False:
            message = f"subnet {subnet.label} is in zone {zone}, where AWS does not offer SES's SMTP endpoint"
            return blocked("VPCE_SERVICE_NOT_INSTALLED_IN_AZ", subnet.key, message, remedy)
        message = (
            "it cannot be known whether AWS offers SES's SMTP endpoint in the zone of subnet "
            f"{subnet.label} ({zone})"
        )
        return open_question("VPCE_ZONE_UNKNOWN", subnet.key, message, remedy)

    def _policy_allows(self, endpoint: Resource) -> Outcome:
        """A policy that allows everything to everybody, as the one that AWS sets by itself, is no obstacle.

        Any other is left open: whether the SMTP service takes endpoint policies at all is not documented,
        and one that does not gives full access whatever they say. Source: AWS PrivateLink Guide, "Control
        access to VPC endpoints using endpoint policies".
        """
        attached = self._policies.to(endpoint)
        policies = [endpoint.declared("policy"), *(policy.get("policy") for policy, _ in attached)]
        if all(policy is ABSENT or _gives_full_access(policy) for policy in policies):
            return Outcome()
        message = (
            f"the policy of VPC endpoint {endpoint.label} does not allow everything to everybody, and what "
            "that does to SMTP is not documented"
        )
        remedy = "leave the endpoint's policy out, which stands for full access"
        return open_question("ENDPOINT_POLICY", endpoint.key, message, remedy)

    @cached_property
    def _policies(self) -> Links[Resource]:
        return Links(
            (policy, self._endpoint_ref(policy)) for policy in self.graph.of_type(*kinds.ENDPOINT_POLICY)
        )

    def offers_port(self, endpoint: Resource, port: int) -> Outcome:
        if port in SMTP_PORTS:
            return passed("vpc-endpoint", endpoint.key, f"SES's SMTP, port {port}", endpoint.origin)
        return port_not_offered(port, endpoint)


def _is_of(endpoint: Resource, vpc: Resource) -> Outcome:
    """An endpoint is in its VPC's region, and its VPC's owner makes it.

    Source: Amazon VPC User Guide, "Responsibilities and permissions for owners and participants".
    """
    beside = in_one_region(endpoint, vpc)
    if endpoint.origin is Origin.ACCOUNT or endpoint.in_account_of(vpc) is not False:
        return beside
    message = f"VPC {vpc.label} is account {vpc.account}'s, which alone may make endpoints in it"
    remedy = f"create {endpoint.label} through a provider of account {vpc.account}"
    return beside + blocked("VPC_NOT_OWNED", endpoint.key, message, remedy)


def _amazons_servers(vpc: Resource) -> frozenset[str]:
    """What DHCP options may call Amazon's resolver in `vpc`: its keyword and its addresses.

    Source: Amazon VPC User Guide, "Amazon DNS": one is the base of the VPC's first block plus two.
    """
    block = vpc.get("cidrBlock")
    base = [str(ip_network(block, strict=False)[2])] if isinstance(block, str) else []
    return frozenset(("AmazonProvidedDNS", "169.254.169.253", "fd00:ec2::253", *base))


def _speaks_ipv4(endpoint: Resource) -> Outcome:
    """Whether its interfaces have IPv4 addresses, and its names lead to them.

    Source: AWS CDK API Reference, "VpcEndpointDnsRecordIpType": what the service defines has such records.
    """
    code, kind = "ENDPOINT_ADDRESS_TYPE", endpoint.declared("ipAddressType")
    records = endpoint.declared("dnsOptions", "dnsRecordIpType")
    if kind not in (ABSENT, "ipv4", "dualstack"):
        message = (
            f"VPC endpoint {endpoint.label} may have IPv6 addresses alone, and clients reach it over IPv4"
        )
        return open_question(code, endpoint.key, message, 'set ip_address_type="ipv4"')
    if records not in (UNKNOWN, "ipv6"):
        return Outcome()
    message = f"the names of VPC endpoint {endpoint.label} may lead to IPv6 addresses alone"
    return open_question(code, endpoint.key, message, 'set dns_record_ip_type="ipv4" in its dns_options')


def is_available(endpoint: Resource) -> Outcome:
    state = endpoint.get("state")
    if not is_known(state) or str(state).lower() in ("available", "pending"):
        return Outcome()
    message = f"VPC endpoint {endpoint.label} is {state}"
    return blocked("BAD_STATE", endpoint.key, message, "create the endpoint anew")


def _gives_full_access(policy: Value) -> bool:
    """Whether a policy denies nothing, and has a statement that allows everything to everybody."""
    try:
        document: Any = json.loads(policy) if isinstance(policy, str) else None
    except ValueError:
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
