"""What a mail host's name leads to, or may lead to, and by which port."""

from __future__ import annotations

from .code import Code
from .routing import GIVE_EVIDENCE

# Hosts and ports -----------------------------------------------------------------------------------

HOST_UNKNOWN = Code("HOST_UNKNOWN", 'Pulumi documentation, "Inputs and outputs"')
UNKNOWN_HOST = HOST_UNKNOWN.undetermined(
    "the mail host cannot be known yet, and not every host that it may be can be reached",
    "name the host as a plain value, such as email-smtp.REGION.amazonaws.com",
)
_KEEP_OUTPUTS_OUT = (
    "keep outputs out of it: one inside a JSON text makes all of it unknown; name an SSM parameter, or look "
    "a secret up (aws.secretsmanager.get_secret)"
)
UNKNOWN_ENVIRONMENT = HOST_UNKNOWN.undetermined(
    "the environment is not known before creation, and not every public mail host that it may name can be "
    "reached by every submission port",
    _KEEP_OUTPUTS_OUT,
)
ENVIRONMENT_UNKNOWN = Code("ENVIRONMENT_UNKNOWN", 'Pulumi documentation, "Inputs and outputs"')
ENVIRONMENT_NAMES_PUBLIC_HOST = ENVIRONMENT_UNKNOWN.assumption(
    "the environment of {subject.label} is not known before creation: the mail host that it may name is a "
    "public one, which no zone or rule of the VPC answers for, and its port a submission port ({ports})",
    f"rehearse with --up, where it is known; or {_KEEP_OUTPUTS_OUT}",
)
HOST_INVALID = Code("HOST_INVALID", "RFC 1123, section 2.1")
INVALID_HOST = HOST_INVALID.undetermined(
    "{host!r} is no host name and no plain address: what {subject.label} makes of it is not known",
    "name the host alone, without scheme, port, path or blanks: smtp.example.com",
)
NAME_NOT_PUBLIC = Code(
    "NAME_NOT_PUBLIC",
    'RFC 6761, "Special-Use Domain Names"; RFC 6762, "Multicast DNS"; Elastic Load Balancing User Guide, '
    '"How '
    'Elastic Load Balancing works"',
)
HOST_NOT_PUBLIC = NAME_NOT_PUBLIC.undetermined(
    "{host} may lead to a private address, or nowhere: it is no name of a public host",
    "name the mail server's public host, or give this one's addresses in the pack's config",
)
HOST_IS_ITSELF = NAME_NOT_PUBLIC.undetermined(
    "{host} is {subject.label} itself, and whether a relay runs beside it is not known",
    "name the mail server's public host; a relay beside the service is judged by its own",
)
PORT_UNKNOWN = Code("PORT_UNKNOWN", 'Amazon SES Developer Guide, "Connecting to an Amazon SES SMTP endpoint"')
UNKNOWN_PORT = PORT_UNKNOWN.undetermined(
    "the port of the mail host is not known, or is none from 1 to 65535",
    "give the port as a plain number, such as 587, in the environment or in the pack's config",
)
PORT_IS_ONE_OF = PORT_UNKNOWN.undetermined(
    "nothing sets the port of {host} for certain, and not every one that the program may take ({ports}) can "
    "be reached",
    "set the variable of its port, named as that of the host with PORT in place of the last word, to 587 or "
    "465",
)
PORT_NOT_SET = Code("PORT_NOT_SET", 'RFC 6409, "Message Submission for Mail"; Nodemailer, "SMTP transport"')
PORT_IS_SUBMISSION = PORT_NOT_SET.assumption(
    "no variable sets the port of {host}: {subject.label} takes {port}, the port of submission",
    "set the variable of the port: many programs take 25 without it, which AWS blocks",
)
ENDPOINT_URL = Code("ENDPOINT_URL", 'AWS SDKs and Tools Reference Guide, "Service-specific endpoints"')
URL_IS_HTTPS = ENDPOINT_URL.assumption(
    "{variable} of {subject.label}, which is not known before the update, is an https:// URL without a port",
    "see what the output holds, or rehearse with --up, where it is known",
)
SES_CLIENT = Code("SES_CLIENT", 'AWS SDKs and Tools Reference Guide, "Service-specific endpoints"')
CLIENT_READS_VARIABLE = SES_CLIENT.assumption(
    "the client by which {subject.label} sends reads {variable}: AWS_ENDPOINT_URL_SES is for SES's API v1 "
    "alone, AWS_ENDPOINT_URL_SESV2 for v2",
    "set both variables, or AWS_ENDPOINT_URL, which every client reads",
)
API_REGION = Code("API_REGION", 'AWS SDKs and Tools Reference Guide, "AWS Region"')
VARIABLE_IS_OF_REGION = API_REGION.assumption(
    "{variable} of {subject.label}, which is a secret or not known before the update, leads to {host}",
    "give it as plain text: it is no secret",
)
SECRET_PORT = Code("SECRET_PORT", 'Amazon SES Developer Guide, "Connecting to an Amazon SES SMTP endpoint"')
SECRET_PORT_IS_SUBMISSION = SECRET_PORT.assumption(
    "the port that {subject.label} sends its mail to is a secret: it is a submission port ({ports})",
    "give the port as a plain number, such as 587",
)
_PLAIN_HOST = "give the host as plain text: it is no secret"
SECRET_HOST = Code("SECRET_HOST", 'Amazon SES Developer Guide, "Connecting to an Amazon SES SMTP endpoint"')
SECRET_HOST_IS_SES = SECRET_HOST.assumption(
    "the mail host of {subject.label} is a secret: it is SES's SMTP host, which the VPC's endpoint takes",
    _PLAIN_HOST,
)
SECRET_HOST_IS_PUBLIC = SECRET_HOST.assumption(
    "the mail host of {subject.label} is a secret: it is a public one, not inside a network", _PLAIN_HOST
)
WILDCARD_OF_OTHER_DOMAIN = Code(
    "WILDCARD_OF_OTHER_DOMAIN",
    'Amazon Route 53 Developer Guide, "Using an asterisk (*) in the names of hosted zones and records"',
)
WILDCARD_NOT_FOR_HOST = WILDCARD_OF_OTHER_DOMAIN.assumption(
    "hosted zone {zone}, which is neither in the program nor in the evidence, is not that of a domain of "
    "{host}: {subject.label}, its record for all names, does not answer for it",
    "give the account's evidence, or write the record's full name (*.example.com)",
)
PROXY = Code("PROXY", 'AWS SDKs and Tools Reference Guide, "HTTP proxies"; Requests documentation, "Proxies"')
PROXY_REACHES = Code("PROXY_REACHES", 'Requests documentation, "Proxies"')
_NO_PROXY = (
    "list {host} in NO_PROXY, or take the variable out; ignoredVariables of the rule says that it is unused"
)
MAYBE_BY_PROXY = PROXY.undetermined(
    "{subject.label} may connect to {host} by the proxy that {variables} names, or directly, as its programs "
    "have it, and not both are known to work",
    _NO_PROXY,
)
PROXY_FORWARDS = PROXY_REACHES.assumption(
    "the proxy that {variables} of {subject.label} names connects to {host} for its programs",
    _NO_PROXY,
)
PORT_25_BLOCKED = Code("PORT_25_BLOCKED", 'Amazon EC2 User Guide, "Restriction on email sent using port 25"')
PORT_25 = PORT_25_BLOCKED.undetermined(
    "AWS blocks outbound port 25 to public addresses unless an account has asked to lift that",
    "use port 587 or 465",
)

# Name resolution in a VPC --------------------------------------------------------------------------

NAME_SHADOWED = Code(
    "NAME_SHADOWED",
    'Amazon Route 53 Developer Guide, "Working with private hosted zones" and "Forwarding outbound DNS '
    'queries"',
)
MAY_ANSWER = NAME_SHADOWED.undetermined(
    "{what} {subject.label} may answer for {host} inside the VPC, and the proof does not resolve it",
    "name the host's addresses in the pack's config, or {cure}",
)
_NAME_ITS_ADDRESSES = "name the host's addresses in the pack's config"
RECORDS_UNKNOWN = NAME_SHADOWED.undetermined(
    "records of hosted zone {subject.label} that are not known may answer for {host}",
    f"{GIVE_EVIDENCE}, create the record of {{host}} in the program, or {_NAME_ITS_ADDRESSES}",
)
DELEGATED = NAME_SHADOWED.undetermined(
    "private hosted zone {subject.label} leaves {host} to the name servers of a subdomain",
    _NAME_ITS_ADDRESSES,
)
ZONE_MAYBE_NOT_ASKED = NAME_SHADOWED.undetermined(
    "private hosted zone {subject.label} answers in VPC {vpc} only with DNS support and DNS hostnames on",
    "set enable_dns_support=True and enable_dns_hostnames=True on the VPC",
)
ZONE_MAYBE_NOT_DELEGATED = NAME_SHADOWED.undetermined(
    "public hosted zone {subject.label} leads {host} to what can be reached, if its domain is delegated to "
    "the zone: no plan shows that, and other name servers may lead {host} to any public address",
    "name the host that the zone's record leads to, or put the record into a private hosted zone of the VPC",
)
DNS_RECORD_UNKNOWN = Code("DNS_RECORD_UNKNOWN", 'Pulumi documentation, "Inputs and outputs"')
RECORD_UNKNOWN = DNS_RECORD_UNKNOWN.undetermined(
    "where record {subject.label} leads {host} is not known until the update",
    f"give the record a plain value, or {_NAME_ITS_ADDRESSES}",
)
LOAD_BALANCER_UNKNOWN = DNS_RECORD_UNKNOWN.undetermined(
    "where load balancer {subject.label} has its addresses is not known",
    f"give it subnets and internal as plain values, or {_NAME_ITS_ADDRESSES}",
)
NAME_WITHOUT_RECORD = Code(
    "NAME_WITHOUT_RECORD",
    'Amazon Route 53 Developer Guide, "Considerations when working with a private hosted zone"; RFC 4592, '
    '"The Role of Wildcards in the Domain Name System"',
)
NO_RECORD = NAME_WITHOUT_RECORD.unreachable(
    "hosted zone {subject.label} ({subject.domain}) has no record that leads {host} to an address",
    "create an A or CNAME record of {host} in the zone, or name a host that exists",
)
NAME_LOOP = Code("NAME_LOOP", "RFC 1034, section 3.6.2")
NAME_LOOPS = NAME_LOOP.unreachable(
    "the records that {host} leads to go round in a circle: they come back to {name}",
    "let one of them hold an address, or the name of a host outside the circle",
)
NAMES_NOT_READ = Code("NAMES_NOT_READ", 'Amazon Route 53 API Reference, "ListHostedZonesByVPC"')
UNREAD_NAMES = NAMES_NOT_READ.undetermined(
    "whether a zone or rule of VPC {vpc} answers for {host} has not been read", GIVE_EVIDENCE
)
UNREAD_PUBLIC_ZONES = NAMES_NOT_READ.undetermined(
    "whether a public hosted zone of the account answers for {host} has not been read", GIVE_EVIDENCE
)
VPC_NOT_READ = Code("VPC_NOT_READ", 'Amazon VPC User Guide, "DNS attributes for your VPC"')
UNREAD_VPC = VPC_NOT_READ.undetermined(
    "nothing is known of VPC {subject}, whose DNS settings decide whether names resolve", GIVE_EVIDENCE
)
UNREAD_VPC_OF_ENDPOINT = VPC_NOT_READ.undetermined(
    "nothing is known of the VPC of VPC endpoint {subject.label}, whose DNS settings decide", GIVE_EVIDENCE
)
VPC_DNS_SUPPORT_OFF = Code("VPC_DNS_SUPPORT_OFF", 'Amazon VPC User Guide, "DNS attributes for your VPC"')
DNS_SUPPORT_MAYBE_OFF = VPC_DNS_SUPPORT_OFF.undetermined(
    "enableDnsSupport of VPC {subject.label} is not known to be on: names may not resolve",
    "set enable_dns_support=True on the VPC",
)
DNS_SUPPORT_IS_OFF = VPC_DNS_SUPPORT_OFF.undetermined(
    "enableDnsSupport of VPC {subject.label} is off: Amazon's DNS server does not answer, and names may not "
    "resolve",
    "set enable_dns_support=True on the VPC",
)
DNS_SUPPORT_OFF = VPC_DNS_SUPPORT_OFF.unreachable(
    "enableDnsSupport of VPC {subject.label} is off, so private DNS of its endpoints does not work",
    "set enable_dns_support=True on the VPC",
)
VPC_DNS_HOSTNAMES_OFF = Code("VPC_DNS_HOSTNAMES_OFF", 'Amazon VPC User Guide, "DNS attributes for your VPC"')
DNS_HOSTNAMES_OFF = VPC_DNS_HOSTNAMES_OFF.unreachable(
    "enableDnsHostnames of VPC {subject.label} is off, so private DNS of its endpoints does not work",
    "set enable_dns_hostnames=True on the VPC",
)
VPC_DNS_UNKNOWN = Code("VPC_DNS_UNKNOWN", 'Amazon VPC User Guide, "DNS attributes for your VPC"')
DNS_ATTRIBUTE_UNKNOWN = VPC_DNS_UNKNOWN.undetermined(
    "it cannot be known whether {attribute} of VPC {subject.label} is on", "set {argument}=True on the VPC"
)
VPC_OTHER_RESOLVER = Code("VPC_OTHER_RESOLVER", 'Amazon VPC User Guide, "DHCP option sets in Amazon VPC"')
OTHER_RESOLVER = VPC_OTHER_RESOLVER.undetermined(
    "the DHCP options of VPC {subject.label} name other resolvers ({servers}) than Amazon's",
    "keep AmazonProvidedDNS in the VPC's DHCP options, or add an exception where those ask it",
)

# IPv6 ----------------------------------------------------------------------------------------------

INTERFACE_WITHOUT_IPV6 = Code("INTERFACE_WITHOUT_IPV6", 'Amazon VPC User Guide, "IPv6 support for your VPC"')
_NAME_OR_IPV4 = "name the host, or its IPv4 address"
SERVICE_MAYBE_WITHOUT_IPV6 = INTERFACE_WITHOUT_IPV6.undetermined(
    "{host} is reached over IPv6, and whether the service has it is not documented", _NAME_OR_IPV4
)
SUBNET_WITHOUT_IPV6 = INTERFACE_WITHOUT_IPV6.unreachable(
    "{name} is reached over IPv6, and subnet {subject.label} has no IPv6 block", _NAME_OR_IPV4
)
WORKLOAD_WITHOUT_IPV6 = INTERFACE_WITHOUT_IPV6.unreachable(
    "{name} is reached over IPv6, and {subject.label} has IPv4 addresses alone", _NAME_OR_IPV4
)
WORKLOAD_MAYBE_WITHOUT_IPV6 = INTERFACE_WITHOUT_IPV6.undetermined(
    "it cannot be known whether the interfaces of {subject.label} have IPv6 addresses", _NAME_OR_IPV4
)
HOST_OVER_IPV6 = Code("HOST_OVER_IPV6", 'Amazon VPC User Guide, "DNS64 and NAT64"')
MAYBE_OVER_IPV6 = HOST_OVER_IPV6.undetermined(
    "there is no way to {name} over IPv4, and there may be one over IPv6, if the host has it",
    "route 0.0.0.0/0 to a NAT gateway too, or give the host's addresses in the pack's config",
)
SUBNET_WITHOUT_IPV4 = Code(
    "SUBNET_WITHOUT_IPV4",
    'App Runner API Reference, "CreateVpcConnector"; AWS Lambda Developer Guide, "Giving Lambda functions '
    "access "
    'to resources in an Amazon VPC"; Amazon ECS Developer Guide, "Amazon ECS task networking options for '
    'Fargate"',
)
CANNOT_RUN_IN_IPV6_ONLY = SUBNET_WITHOUT_IPV4.unreachable(
    "subnet {subject.label} is IPv6-only, where {owner.label} cannot run", "use a subnet with an IPv4 block"
)
IPV4_FROM_IPV6_ONLY = SUBNET_WITHOUT_IPV4.unreachable(
    "{name} is an IPv4 address, and subnet {subject.label} is IPv6-only",
    "name the host, with DNS64 and NAT64",
)
DNS64_OFF = Code("DNS64_OFF", 'Amazon VPC User Guide, "DNS64 and NAT64"')
_DNS64 = "set enable_dns64=True on the subnet and route 64:ff9b::/96 to a NAT gateway"
WITHOUT_DNS64 = DNS64_OFF.unreachable(
    "{name} has IPv4 addresses alone, and subnet {subject.label} IPv6 alone: without DNS64 the name leads "
    "nowhere",
    _DNS64,
)
MAYBE_WITHOUT_DNS64 = DNS64_OFF.undetermined(
    "{name} has IPv4 addresses alone, and subnet {subject.label} IPv6 alone: DNS64 may be off", _DNS64
)
