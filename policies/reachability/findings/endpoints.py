"""What an interface endpoint for SES's SMTP, or a firewall's endpoint, lacks."""

from __future__ import annotations

from typing import Final

from .code import Code
from .routing import GIVE_EVIDENCE

_SETTING_UP: Final = 'Amazon SES Developer Guide, "Setting up VPC endpoints with Amazon SES"'
_INTERFACE_ENDPOINTS: Final = 'AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint"'

ENDPOINT_TYPE = Code(
    "ENDPOINT_TYPE",
    f'{_SETTING_UP}; Amazon EC2 API Reference, "CreateRoute"',
)
ENDPOINT_OF_OTHER_TYPE = ENDPOINT_TYPE.unreachable(
    "VPC endpoint {subject.label} is of type {kind}; {subject.service} needs one of type Interface",
    'set vpc_endpoint_type="Interface"',
)
ENDPOINT_TAKES_NO_ROUTE = ENDPOINT_TYPE.unreachable(
    "VPC endpoint {subject.label} is not of type GatewayLoadBalancer: no route can lead to it",
    "route to a Gateway Load Balancer endpoint, or to that of a firewall",
)
ENDPOINT_TYPE_UNKNOWN = Code("ENDPOINT_TYPE_UNKNOWN", _SETTING_UP)
ENDPOINT_MAYBE_OF_OTHER_TYPE = ENDPOINT_TYPE_UNKNOWN.undetermined(
    "it cannot be known whether VPC endpoint {subject.label} is of type Interface",
    'set vpc_endpoint_type="Interface"',
)

ENDPOINT_FOR_OTHER_REGION = Code(
    "ENDPOINT_FOR_OTHER_REGION",
    'AWS PrivateLink Guide, "Cross-Region enabled AWS services"; Amazon SES Developer Guide, "Connecting '
    "to an "
    'Amazon SES SMTP endpoint"',
)
_OWN_SERVICE: Final = "set service_name to com.amazonaws.{here}.{ses.name}"
SERVICE_OF_OTHER_REGION = ENDPOINT_FOR_OTHER_REGION.unreachable(
    "VPC endpoint {subject.label} is in {here}, and for {ses} in {service}", _OWN_SERVICE
)
SERVICE_MAYBE_OF_OTHER_REGION = ENDPOINT_FOR_OTHER_REGION.undetermined(
    "VPC endpoint {subject.label} is in {here}, and for {ses} in {service}", _OWN_SERVICE
)
NOT_FOR_REGION_OF_HOST = ENDPOINT_FOR_OTHER_REGION.unreachable(
    "VPC endpoint {subject.label} is not for {subject.service} in {region}",
    "set service_name to com.amazonaws.{region}.{subject.service.name}",
)
NOT_FOR_REGION_OF_HOST_BUT_OWN = ENDPOINT_FOR_OTHER_REGION.unreachable(
    "VPC endpoint {subject.label} is not for {subject.service} in {region}",
    "name SES's host of its own region: {subject.service.name}.{subject.region}.amazonaws.com",
)

SES_SMTP_REGION = Code(
    "SES_SMTP_REGION", 'AWS General Reference, "Amazon Simple Email Service endpoints and quotas"'
)
REGION_WITHOUT_SMTP = SES_SMTP_REGION.undetermined(
    "{host} is not known to exist: SES has no SMTP interface in {region}",
    "use SES's SMTP interface of another region",
)

SES_API_HOST = Code(
    "SES_API_HOST",
    'AWS General Reference, "Amazon Simple Email Service endpoints and quotas"; AWS SDKs and Tools Reference '
    'Guide, "Dual-stack and FIPS endpoints"',
)
REGION_WITHOUT_FIPS_API = SES_API_HOST.undetermined(
    "{host} is not known to exist: SES's API has no FIPS host in {region}",
    "leave AWS_USE_FIPS_ENDPOINT out, or send through another region",
)
NAME_NOT_OF_ENDPOINT = SES_API_HOST.undetermined(
    "{host} is another name than email.{region}.amazonaws.com, which an endpoint for SES's API takes: "
    "whether it takes this one too is not documented",
    "leave AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT out, or name the endpoint's own host in "
    "AWS_ENDPOINT_URL_SESV2",
)

ENDPOINT_ADDRESS_TYPE = Code(
    "ENDPOINT_ADDRESS_TYPE",
    'AWS PrivateLink Guide, "IP address types"; AWS CDK API Reference, "VpcEndpointDnsRecordIpType"',
)
ENDPOINT_OF_IPV6 = ENDPOINT_ADDRESS_TYPE.undetermined(
    "VPC endpoint {subject.label} may have IPv6 addresses alone, and clients reach it over IPv4",
    'set ip_address_type="ipv4"',
)
ENDPOINT_NAMES_OF_IPV6 = ENDPOINT_ADDRESS_TYPE.undetermined(
    "the names of VPC endpoint {subject.label} may lead to IPv6 addresses alone",
    'set dns_record_ip_type="ipv4" in its dns_options',
)

ENDPOINT_PRIVATE_DNS_OFF = Code("ENDPOINT_PRIVATE_DNS_OFF", 'AWS PrivateLink Guide, "Private DNS names"')
PRIVATE_DNS_OFF = ENDPOINT_PRIVATE_DNS_OFF.unreachable(
    "private DNS of VPC endpoint {subject.label} is off, so the mail host's name still leads to its public "
    "addresses",
    "set private_dns_enabled=True",
)
ENDPOINT_PRIVATE_DNS_UNKNOWN = Code(
    "ENDPOINT_PRIVATE_DNS_UNKNOWN", 'AWS PrivateLink Guide, "Private DNS names"'
)
PRIVATE_DNS_MAYBE_OFF = ENDPOINT_PRIVATE_DNS_UNKNOWN.undetermined(
    "it cannot be known whether private DNS of VPC endpoint {subject.label} is on",
    "set private_dns_enabled=True",
)

ENDPOINT_NO_SUBNET = Code("ENDPOINT_NO_SUBNET", _SETTING_UP)
WITHOUT_SUBNET = ENDPOINT_NO_SUBNET.unreachable(
    "VPC endpoint {subject.label} has no subnet, so it has no interface in the VPC",
    "give it subnet_ids, at most one subnet in each zone that offers the service",
)
ENDPOINT_SUBNETS_IN_ONE_ZONE = Code(
    "ENDPOINT_SUBNETS_IN_ONE_ZONE",
    'AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint"',
)
TWO_SUBNETS_IN_ONE_ZONE = ENDPOINT_SUBNETS_IN_ONE_ZONE.undetermined(
    "AWS refuses VPC endpoint {subject.label}: its subnets {first.label} and {second.label} are both in zone "
    "{zone}",
    "give it one subnet in each zone",
)
_ZONES_THAT_OFFER: Final = (
    "give the endpoint subnets in zones that offer it (aws.ec2.get_vpc_endpoint_service lists them)"
)
VPCE_SERVICE_NOT_INSTALLED_IN_AZ = Code("VPCE_SERVICE_NOT_INSTALLED_IN_AZ", _SETTING_UP)
ZONE_WITHOUT_SERVICE = VPCE_SERVICE_NOT_INSTALLED_IN_AZ.unreachable(
    "subnet {subject.label} is in zone {zone}, where AWS does not offer {ses} endpoint",
    _ZONES_THAT_OFFER,
)
VPCE_ZONE_UNKNOWN = Code("VPCE_ZONE_UNKNOWN", _SETTING_UP)
ZONE_MAYBE_WITHOUT_SERVICE = VPCE_ZONE_UNKNOWN.undetermined(
    "it cannot be known whether AWS offers {ses} endpoint in the zone of subnet {subnet.label} ({zone})",
    _ZONES_THAT_OFFER,
)

ENDPOINT_POLICY = Code(
    "ENDPOINT_POLICY", 'AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"'
)
POLICY_NOT_FULL_ACCESS = ENDPOINT_POLICY.undetermined(
    "the policy of VPC endpoint {subject.label} does not allow everything to everybody, and what that does "
    "to {subject.service} is not documented",
    "leave the endpoint's policy out, which stands for full access",
)

ENDPOINT_PORT = Code(
    "ENDPOINT_PORT", 'Amazon SES Developer Guide, "Connecting to an Amazon SES SMTP endpoint"'
)
PORT_NOT_OFFERED = ENDPOINT_PORT.unreachable(
    "port {port} is not offered by {ses} endpoint", "use one of the ports {ses.ports_text}"
)

ENDPOINT_NOT_READ = Code("ENDPOINT_NOT_READ", 'Amazon VPC User Guide, "Middlebox routing"')
UNREAD_FIREWALL_ENDPOINT = ENDPOINT_NOT_READ.undetermined(
    "{subject.label} sends this traffic to endpoint {place}, and nothing is known of it: it is that of no "
    "firewall or Gateway Load Balancer in the program or the evidence",
    f"{GIVE_EVIDENCE}, or create the firewall in the program",
)
ENDPOINTS_NOT_READ = Code("ENDPOINTS_NOT_READ", _INTERFACE_ENDPOINTS)
UNREAD_ENDPOINTS = ENDPOINTS_NOT_READ.undetermined(
    "whether VPC {vpc} has an endpoint for {ses} has not been read", GIVE_EVIDENCE
)

ENDPOINT_IN_OTHER_VPC = Code("ENDPOINT_IN_OTHER_VPC", _INTERFACE_ENDPOINTS)
IN_OTHER_VPC = ENDPOINT_IN_OTHER_VPC.unreachable(
    "VPC endpoint {subject.label} is in another VPC, where it does not take the name",
    "create one in the workload's VPC",
)
ENDPOINT_UNKNOWN = Code("ENDPOINT_UNKNOWN", _INTERFACE_ENDPOINTS)
MAYBE_IN_OTHER_VPC = ENDPOINT_UNKNOWN.undetermined(
    "it cannot be known whether VPC endpoint {subject.label} is for {subject.service} in the workload's VPC",
    "give it the service_name and the vpc_id as plain values, or as outputs of one resource",
)
UNKNOWN_ENDPOINT_NAMED = ENDPOINT_UNKNOWN.undetermined(
    "the host is a name of VPC endpoint {identity}, not known as SES's in the workload's VPC",
    f"{GIVE_EVIDENCE}, or create the endpoint in that VPC",
)

ENDPOINT_OVER_IPV6 = Code("ENDPOINT_OVER_IPV6", 'AWS PrivateLink Guide, "IP address types"')
ENDPOINT_FROM_IPV6_ONLY = ENDPOINT_OVER_IPV6.undetermined(
    "the name may lead to an endpoint in the VPC, and the path there of {owner.label} from IPv6-only subnet "
    "{subject.label} is not followed",
    "use a subnet with an IPv4 block",
)

VPC_NOT_OWNED = Code(
    "VPC_NOT_OWNED", 'Amazon VPC User Guide, "Responsibilities and permissions for owners and participants"'
)
ENDPOINT_OF_PARTICIPANT = VPC_NOT_OWNED.unreachable(
    "VPC {vpc.label} is account {vpc.account}'s, which alone may make endpoints in it",
    "create {subject.label} through a provider of account {vpc.account}",
)
PART_OF_OTHER_ACCOUNT = VPC_NOT_OWNED.unreachable(
    "{named.label} is account {named.account}'s, which alone may change it or its VPC: {subject.label} is of "
    "account {subject.account}",
    "create {subject.label} through a provider of account {named.account}",
)
