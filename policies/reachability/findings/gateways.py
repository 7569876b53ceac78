"""What NAT and internet gateways lack, and what an account forbids them."""

from __future__ import annotations

from typing import Final

from .code import Code
from .routing import GIVE_EVIDENCE, OUT_OF_THE_NAT_SUBNET, TO_A_PRIVATE_NETWORK, TO_THE_INTERNET

# Internet gateways ---------------------------------------------------------------------------------

GATEWAY_NOT_READ = Code(
    "GATEWAY_NOT_READ", 'Amazon VPC User Guide, "Enable internet access for a VPC using an internet gateway"'
)
UNREAD_GATEWAY = GATEWAY_NOT_READ.undetermined(
    "the gateway {place} is neither in the program nor in the evidence",
    f"{GIVE_EVIDENCE}, or create the gateway in the program",
)
_ATTACH_TO_THE_NAT_VPC: Final = "attach an internet gateway to the VPC of the regional NAT gateway"
REGIONAL_NAT_GATEWAY_NOT_READ = GATEWAY_NOT_READ.undetermined(
    "it cannot be known whether the VPC of regional NAT gateway {subject.label} has an internet gateway",
    _ATTACH_TO_THE_NAT_VPC,
)

INTERNET_GATEWAY_SECOND = Code(
    "INTERNET_GATEWAY_SECOND",
    'Amazon VPC User Guide, "Amazon VPC quotas"; Amazon EC2 API Reference, "AttachInternetGateway"',
)
SECOND_INTERNET_GATEWAY = INTERNET_GATEWAY_SECOND.undetermined(
    "internet gateways {subject.label} and {other.label} are for one VPC, which takes one: AWS attaches one "
    "of them",
    "keep one internet gateway for each VPC",
)

IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS = Code(
    "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
    'Amazon VPC User Guide, "Enable internet access for a VPC using an internet gateway"',
)
WITHOUT_PUBLIC_ADDRESS = IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS.unreachable(
    "{subject.label} sends the traffic to {name} straight to an internet gateway, and {owner}'s "
    "interfaces have no public address: a public subnet does not help without a public IP address",
    TO_THE_INTERNET,
)
MAYBE_WITHOUT_PUBLIC_ADDRESS = IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS.undetermined(
    "it cannot be known whether {owner}'s interfaces have a public address", TO_THE_INTERNET
)

IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS = Code(
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    'Amazon VPC User Guide, "Internet gateways" and "Egress-only internet gateways"; RFC 1918; RFC 6598',
)
DESTINATION_NOT_PUBLIC = IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS.unreachable(
    "internet gateways drop what is sent to {name}, which is no public address", TO_A_PRIVATE_NETWORK
)
IPV6_DESTINATION_NOT_PUBLIC = IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS.unreachable(
    "egress-only internet gateways drop what is sent to {name}, which is no public address",
    "route it to a NAT gateway",
)

VPC_BLOCK_PUBLIC_ACCESS_ENABLED = Code(
    "VPC_BLOCK_PUBLIC_ACCESS_ENABLED",
    'Amazon VPC User Guide, "Block public access to VPCs and subnets", "VPC BPA basics" and "Advanced '
    'example"',
)
_EXCLUDE: Final = "exclude the VPC (aws.ec2.VpcBlockPublicAccessExclusion), or use the SMTP endpoint"
PUBLIC_ACCESS_BLOCKED = VPC_BLOCK_PUBLIC_ACCESS_ENABLED.unreachable(
    "VPC Block Public Access ({mode}) stops traffic to the internet gateway", _EXCLUDE
)
PUBLIC_ACCESS_MAYBE_BLOCKED = VPC_BLOCK_PUBLIC_ACCESS_ENABLED.undetermined(
    "VPC Block Public Access ({mode}) may stop traffic to the internet gateway", _EXCLUDE
)
PUBLIC_ACCESS_NOT_READ = VPC_BLOCK_PUBLIC_ACCESS_ENABLED.undetermined(
    "whether VPC Block Public Access stops traffic to the internet gateway has not been read",
    "allow ec2:DescribeVpcBlockPublicAccessOptions (mailroute iam-policy)",
)

# NAT gateways --------------------------------------------------------------------------------------

NAT_GATEWAY_MISSING = Code("NAT_GATEWAY_MISSING", 'Amazon VPC User Guide, "NAT gateways"')
_POINT_AT_ANOTHER: Final = "point the route at a NAT gateway that is there, or give the account's evidence"
MISSING_NAT_GATEWAY = NAT_GATEWAY_MISSING.undetermined(
    "{subject.label} sends the traffic to {name} to NAT gateway {place}, which does not exist",
    _POINT_AT_ANOTHER,
)
NAT_GATEWAY_NOT_READ = Code("NAT_GATEWAY_NOT_READ", 'Amazon VPC User Guide, "NAT gateways"')
UNREAD_NAT_GATEWAY = NAT_GATEWAY_NOT_READ.undetermined(
    "{subject.label} sends the traffic to {name} to NAT gateway {place}, which is neither in the program "
    "nor in "
    "the evidence",
    _POINT_AT_ANOTHER,
)
NGW_REQUIRES_SOURCE_IN_VPC = Code("NGW_REQUIRES_SOURCE_IN_VPC", 'Amazon VPC User Guide, "NAT gateway basics"')
NAT_GATEWAY_IN_OTHER_VPC = NGW_REQUIRES_SOURCE_IN_VPC.unreachable(
    "NAT gateway {subject.label} is in another VPC than subnet {subnet.label}",
    "use a NAT gateway of the same VPC",
)
NAT_SUBNET_NOT_READ = Code("NAT_SUBNET_NOT_READ", 'Amazon VPC User Guide, "NAT gateway basics"')
UNREAD_NAT_SUBNET = NAT_SUBNET_NOT_READ.undetermined(
    "NAT gateway {subject.label} is in subnet {place}, of which nothing is known",
    f"{GIVE_EVIDENCE}, or create the subnet in the program",
)
NAT_SUBNET_NOT_PUBLIC = Code(
    "NAT_SUBNET_NOT_PUBLIC", 'Amazon VPC User Guide, "NAT gateway use cases" and "Regional NAT gateways"'
)
NAT_SUBNET_WITHOUT_ROUTE = NAT_SUBNET_NOT_PUBLIC.unreachable(
    "NAT gateway {subject.label} {where}, whose {table.called} has no route to the internet",
    OUT_OF_THE_NAT_SUBNET,
)
NAT_SUBNET_LEADS_ELSEWHERE = NAT_SUBNET_NOT_PUBLIC.unreachable(
    "NAT gateway {subject.label} {where}, whose {table.called} does not lead to an internet gateway",
    OUT_OF_THE_NAT_SUBNET,
)
REGIONAL_NAT_WITHOUT_GATEWAY = NAT_SUBNET_NOT_PUBLIC.unreachable(
    "regional NAT gateway {subject.label} is in a VPC without an internet gateway", _ATTACH_TO_THE_NAT_VPC
)
NAT_GATEWAY_PRIVATE = Code("NAT_GATEWAY_PRIVATE", 'Amazon VPC User Guide, "NAT gateways"')
_MAKE_PUBLIC: Final = 'set connectivity_type="public" and give it an Elastic IP address'
PRIVATE_NAT_GATEWAY = NAT_GATEWAY_PRIVATE.unreachable(
    "NAT gateway {subject.label} is private: it does not translate to a public address", _MAKE_PUBLIC
)
NAT_GATEWAY_KIND_UNKNOWN = Code("NAT_GATEWAY_KIND_UNKNOWN", 'Amazon VPC User Guide, "NAT gateways"')
MAYBE_PRIVATE_NAT_GATEWAY = NAT_GATEWAY_KIND_UNKNOWN.undetermined(
    "it cannot be known whether NAT gateway {subject.label} is public", _MAKE_PUBLIC
)

# NAT instances -------------------------------------------------------------------------------------

_NAT_INSTANCES: Final = 'Amazon VPC User Guide, "NAT instances"'
ENI_SOURCE_DEST_CHECK_RESTRICTION = Code("ENI_SOURCE_DEST_CHECK_RESTRICTION", _NAT_INSTANCES)
_DO_NOT_CHECK: Final = "set source_dest_check=False on it"
SOURCE_CHECKED = ENI_SOURCE_DEST_CHECK_RESTRICTION.unreachable(
    "source/destination checking of {subject.label} is on, so it drops packets that are not its own",
    _DO_NOT_CHECK,
)
SOURCE_MAYBE_CHECKED = ENI_SOURCE_DEST_CHECK_RESTRICTION.undetermined(
    "it cannot be known whether source/destination checking of {subject.label} is off", _DO_NOT_CHECK
)
NAT_INSTANCE_UNKNOWN = Code("NAT_INSTANCE_UNKNOWN", _NAT_INSTANCES)
INTERFACE_MAYBE_NOT_ATTACHED = NAT_INSTANCE_UNKNOWN.undetermined(
    "no instance is known to have network interface {subject.label}, to which the route leads",
    "attach it to the instance in the program (aws.ec2.NetworkInterfaceAttachment)",
)

# Elastic IP addresses ------------------------------------------------------------------------------

NAT_GATEWAY_NO_ADDRESS = Code("NAT_GATEWAY_NO_ADDRESS", 'Amazon VPC User Guide, "NAT gateway basics"')
NO_ELASTIC_IP = NAT_GATEWAY_NO_ADDRESS.unreachable(
    "NAT gateway {subject.label} has no Elastic IP address, so it has nothing to translate to",
    "give it allocation_id, the allocation id of an aws.ec2.Eip",
)
NAT_GATEWAY_ADDRESS_IN_USE = Code(
    "NAT_GATEWAY_ADDRESS_IN_USE", 'Amazon EC2 API Reference, "CreateNatGateway"'
)
_ONE_EACH: Final = "give each NAT gateway an aws.ec2.Eip of its own"
ELASTIC_IP_ELSEWHERE = NAT_GATEWAY_ADDRESS_IN_USE.unreachable(
    "Elastic IP address {address.label} is associated with {given}, not with {subject.label}", _ONE_EACH
)
ELASTIC_IP_MAYBE_ELSEWHERE = NAT_GATEWAY_ADDRESS_IN_USE.undetermined(
    "Elastic IP address {address.label} may be associated elsewhere, by its {prop}", _ONE_EACH
)
ELASTIC_IP_SHARED = NAT_GATEWAY_ADDRESS_IN_USE.undetermined(
    "{other.label} names the Elastic IP address of NAT gateway {subject.label} too: one of them gets it",
    _ONE_EACH,
)
ELASTIC_IP_TWICE = NAT_GATEWAY_ADDRESS_IN_USE.unreachable(
    "NAT gateway {subject.label} names Elastic IP address {address} more than once, and AWS refuses that",
    _ONE_EACH,
)
ELASTIC_IP_MAYBE_TWICE = NAT_GATEWAY_ADDRESS_IN_USE.undetermined(
    "NAT gateway {subject.label} names {count} Elastic IP addresses, and may name one of {names} more than "
    "once, which AWS refuses",
    _ONE_EACH,
)
ELASTIC_IP_NOT_OWNED = Code("ELASTIC_IP_NOT_OWNED", 'Amazon EC2 User Guide, "Elastic IP addresses"')
ELASTIC_IP_OF_OTHER_ACCOUNT = ELASTIC_IP_NOT_OWNED.unreachable(
    "Elastic IP address {address.label} is account {address.account}'s, not that of {subject.label}",
    _ONE_EACH,
)
