"""What AWS refuses to create by what one request says; two that claim one thing are in `conflicts`."""

from __future__ import annotations

from typing import Final

from .code import Code

# VPCs and subnets ----------------------------------------------------------------------------------

VPC_RANGE = Code("VPC_RANGE", 'Amazon VPC User Guide, "VPC CIDR blocks"')
BLOCK_SIZE = VPC_RANGE.unreachable(
    "AWS refuses the block {cidr} of {subject.name}: a VPC's blocks are between /16 and /28",
    "give it a block between /16 and /28",
)
BLOCKS_OVERLAP = VPC_RANGE.unreachable(
    "AWS refuses the block {cidr} of {subject.name}, which overlaps with another one of VPC {vpc}",
    "give it a block that the VPC does not have",
)
CREATION_ORDER = Code(
    "CREATION_ORDER",
    'Amazon EC2 API Reference, "CreateSubnet" and "CreateRoute"; Amazon VPC User Guide, "Troubleshoot NAT '
    'gateways" and "Associate security groups with multiple VPCs"; Pulumi documentation, "dependsOn"; Pulumi '
    'Registry, "aws.ec2.VpcIpv4CidrBlockAssociation" and "aws.ec2.NatGateway"',
)
SUBNET_BEFORE_BLOCK = CREATION_ORDER.undetermined(
    "subnet {subject.label} may be created before {block.name} gives the VPC its block, and AWS refuses that",
    "take the subnet's vpc_id from the association (vpc_id={block.name}.vpc_id), or let it depend on that "
    "(depends_on)",
)
ROUTE_BEFORE_ATTACHMENT = CREATION_ORDER.warning(
    "route {subject.name} may be created before {attachment.name}, and AWS refuses a route to a transit "
    "gateway that the VPC is not attached to; the provider tries again for a few minutes",
    "let it depend on the attachment (depends_on)",
)
NAT_BEFORE_GATEWAY = CREATION_ORDER.unreachable(
    "AWS refuses NAT gateway {subject.name}: it is created before {gateway.name} attaches an internet "
    "gateway to its VPC",
    "let the NAT gateway depend on {gateway.name} (depends_on), not the other way round",
)
NAT_MAYBE_BEFORE_GATEWAY = CREATION_ORDER.warning(
    "NAT gateway {subject.name} may be created before {gateway.name} attaches an internet gateway to its "
    "VPC, and AWS refuses that",
    "let it depend on {gateway.name} (depends_on)",
)
_TAKE_FROM_ASSOCIATION: Final = (
    "take the group from the association ({association.name}.security_group_id), or depend on it (depends_on)"
)
GROUP_ASSOCIATED_LATER = CREATION_ORDER.unreachable(
    "AWS refuses {subject.label}: it is created with security group {group.label} of VPC {other} before "
    "{association.name} associates that with VPC {vpc}",
    _TAKE_FROM_ASSOCIATION,
)
GROUP_MAYBE_ASSOCIATED_LATER = CREATION_ORDER.warning(
    "{subject.label} may be created with security group {group.label} of VPC {other} before "
    "{association.name} associates that with VPC {vpc}, and AWS refuses that",
    _TAKE_FROM_ASSOCIATION,
)
PEERING_CIDR_OVERLAP = Code("PEERING_CIDR_OVERLAP", 'Amazon VPC Peering Guide, "VPC peering limitations"')
PEERS_OVERLAP = PEERING_CIDR_OVERLAP.unreachable(
    "AWS refuses peering connection {subject.name}: the blocks of VPCs {vpc} and {other} overlap",
    "give the VPCs blocks that do not overlap",
)
PEERING_ACCEPTANCE = Code(
    "PEERING_ACCEPTANCE",
    'Pulumi Registry, "aws.ec2.VpcPeeringConnection"; Amazon VPC Peering Guide, "Accept or '
    'reject a VPC peering connection"',
)
ACCEPTED_ACROSS_REGIONS = PEERING_ACCEPTANCE.unreachable(
    "the provider refuses peering connection {subject.name}: it has auto_accept and a peer_region",
    "leave peer_region out within one region; across regions accept it there (VpcPeeringConnectionAccepter)",
)

# Gateways ------------------------------------------------------------------------------------------

PRIVATE_IP_ADDRESS = Code(
    "PRIVATE_IP_ADDRESS",
    'Amazon EC2 API Reference, "CreateNatGateway", "RunInstances", "CreateNetworkInterface" and '
    '"SubnetConfiguration"; Amazon VPC User Guide, "Subnet CIDR blocks"',
)
_ANY_ADDRESS: Final = "leave the address out, so that AWS chooses one"
PRIVATE_IP_OUTSIDE = PRIVATE_IP_ADDRESS.unreachable(
    "AWS refuses {subject.name}: its private address {address} is not in the block of subnet {subnet.label}",
    _ANY_ADDRESS,
)
PRIVATE_IP_RESERVED = PRIVATE_IP_ADDRESS.unreachable(
    "AWS refuses {subject.name}: it keeps the first four addresses of subnet {subnet.label} and the last one "
    "for itself, {address} among them",
    _ANY_ADDRESS,
)
NETWORK_BORDER_GROUP = Code("NETWORK_BORDER_GROUP", 'Amazon VPC User Guide, "NAT gateway basics"')
ADDRESS_OF_OTHER_GROUP = NETWORK_BORDER_GROUP.unreachable(
    "Elastic IP address {address.label} is of network border group {group}, not of that of the zone of NAT "
    "gateway {subject.label}, which fails to launch with it",
    "leave network_border_group out, so that the address is of the region",
)
NAT_GATEWAY_PLACE = Code(
    "NAT_GATEWAY_PLACE",
    'Amazon VPC User Guide, "NAT gateway basics" and "Regional NAT gateways"; Pulumi Registry, '
    '"aws.ec2.NatGateway"',
)
NAT_WITHOUT_IPV4 = NAT_GATEWAY_PLACE.unreachable(
    "AWS refuses NAT gateway {subject.name}: its subnet {subnet.label} has IPv6 addresses alone",
    "create it in a subnet with an IPv4 block",
)
REGIONAL_WITH_PLACE = NAT_GATEWAY_PLACE.unreachable(
    "AWS refuses NAT gateway {subject.name}: a regional one takes no {arguments}",
    "leave {arguments} out, and name the VPC (vpc_id)",
)
TGW_SUBNETS_IN_ONE_ZONE = Code(
    "TGW_SUBNETS_IN_ONE_ZONE", 'Amazon EC2 API Reference, "CreateTransitGatewayVpcAttachment"'
)
ATTACHED_TWICE_IN_ZONE = TGW_SUBNETS_IN_ONE_ZONE.unreachable(
    "AWS refuses transit gateway attachment {subject.name}: its subnets {first.label} and {second.label} are "
    "both in zone {zone}",
    "give it one subnet in each zone",
)
TGW_ATTACHMENT_SUBNETS = Code(
    "TGW_ATTACHMENT_SUBNETS", 'Amazon EC2 API Reference, "CreateTransitGatewayVpcAttachment"'
)
ATTACHED_SUBNET_ELSEWHERE = TGW_ATTACHMENT_SUBNETS.unreachable(
    "AWS refuses transit gateway attachment {subject.name} of VPC {vpc}: its subnet {subnet.label} is in VPC "
    "{other}",
    "give it subnets of its own VPC",
)
TGW_ATTACHMENT_PLACE = Code(
    "TGW_ATTACHMENT_PLACE", 'AWS Transit Gateway Guide, "Amazon VPC attachments in AWS Transit Gateway"'
)
ATTACHED_OUTSIDE_THE_ZONES = TGW_ATTACHMENT_PLACE.unreachable(
    "AWS refuses transit gateway attachment {subject.name}: its subnet {subnet.label} is in zone {zone}, no "
    "Availability Zone of the region",
    "give it subnets in Availability Zones",
)
ATTACHED_BY_IPV6_ALONE = TGW_ATTACHMENT_PLACE.unreachable(
    "AWS refuses transit gateway attachment {subject.name}: its subnet {subnet.label} has IPv6 addresses "
    "alone",
    "give it subnets with an IPv4 block",
)
TGW_ROUTE_TABLE_OF_OTHER_GATEWAY = Code(
    "TGW_ROUTE_TABLE_OF_OTHER_GATEWAY",
    'Amazon EC2 API Reference, "AssociateTransitGatewayRouteTable" and "CreateTransitGatewayRoute"',
)
TABLE_OF_OTHER_GATEWAY = TGW_ROUTE_TABLE_OF_OTHER_GATEWAY.unreachable(
    "AWS refuses {subject.name}: its attachment and route table {table.name} are of two transit gateways",
    "name a route table of the gateway that the attachment is of",
)

# Interfaces ----------------------------------------------------------------------------------------

TOO_MANY_PARTS = Code(
    "TOO_MANY_PARTS",
    'Amazon ECS API Reference, "AwsVpcConfiguration"; AWS Lambda API Reference, "VpcConfig"; AWS App Runner '
    'API Reference, "CreateVpcConnector"; Amazon VPC User Guide, "Amazon VPC quotas"',
)
TOO_MANY = TOO_MANY_PARTS.unreachable(
    "AWS refuses {subject.name}: it takes {most} {what} at most, not {count}", "name {most} {what} at most"
)
SECURITY_GROUP_NAME = Code("SECURITY_GROUP_NAME", 'Amazon EC2 API Reference, "CreateSecurityGroup"')
GROUP_NAME_REFUSED = SECURITY_GROUP_NAME.unreachable(
    "AWS refuses security group {subject.name}: its name is {name}, and none is default or begins with sg-",
    "give it another name (name=...), or another one in the program, of which the provider makes that name",
)
PREFIX_LIST_MAX_ENTRIES = Code(
    "PREFIX_LIST_MAX_ENTRIES", 'Amazon EC2 API Reference, "CreateManagedPrefixList"'
)
TOO_MANY_ENTRIES = PREFIX_LIST_MAX_ENTRIES.unreachable(
    "AWS refuses prefix list {subject.name}: it has {count} entries, and max_entries is {most}",
    "set max_entries to the number of entries, or more",
)
ECS_NETWORK_MODE = Code(
    "ECS_NETWORK_MODE", 'Amazon ECS API Reference, "RegisterTaskDefinition" and "CreateService"'
)
_OWN_INTERFACE = 'set network_mode="awsvpc" on the task definition'
NOT_FOR_FARGATE = ECS_NETWORK_MODE.unreachable(
    "AWS refuses service {subject.name}: it runs on Fargate, and the network mode of task definition "
    "{task.name} is {mode}",
    _OWN_INTERFACE,
)
NOT_WITH_SUBNETS = ECS_NETWORK_MODE.unreachable(
    "AWS refuses service {subject.name}: it has a network_configuration, and the network mode of task "
    "definition {task.name} is {mode}",
    f"{_OWN_INTERFACE}, or take network_configuration off the service",
)
ENDPOINT_SUBNET_ADDRESSES = Code("ENDPOINT_SUBNET_ADDRESSES", 'AWS PrivateLink Guide, "IP address types"')
SUBNET_WITHOUT_FAMILY = ENDPOINT_SUBNET_ADDRESSES.unreachable(
    "AWS refuses VPC endpoint {subject.name}: its IP address type is {kind}, and its subnet {subnet.label} "
    "has no {family} block",
    'set ip_address_type="ipv4" on the endpoint, or give it subnets with blocks of both families',
)

# Filters -------------------------------------------------------------------------------------------

SECURITY_GROUP_PORTS = Code(
    "SECURITY_GROUP_PORTS", 'Amazon EC2 API Reference, "AuthorizeSecurityGroupIngress"'
)
PORTS_INVERTED = SECURITY_GROUP_PORTS.unreachable(
    "AWS refuses {subject.name}: a rule has ports from {first} to {last}", "swap from_port and to_port"
)
PORTS_MISSING = SECURITY_GROUP_PORTS.unreachable(
    "AWS refuses {subject.name}: a rule for {protocol} needs both ports, and it has not",
    "set from_port and to_port",
)
SECURITY_GROUP_REFERENCE = Code(
    "SECURITY_GROUP_REFERENCE", 'Amazon VPC User Guide, "Security group referencing"'
)
GROUP_NOT_CONNECTED = SECURITY_GROUP_REFERENCE.unreachable(
    "AWS refuses {subject.name}: a rule names security group {group.name} of another VPC, and nothing "
    "connects that with VPC {vpc}",
    "name the other side's blocks (cidr_blocks), or peer the VPCs",
)
NETWORK_ACL_NUMBER = Code("NETWORK_ACL_NUMBER", 'Amazon EC2 API Reference, "CreateNetworkAclEntry"')
ENTRY_NUMBER = NETWORK_ACL_NUMBER.unreachable(
    "AWS refuses {subject.name}: an entry of a network ACL has number {number}",
    "give it a number from 1 to 32766",
)

# Records -------------------------------------------------------------------------------------------

RECORD_NOT_PERMITTED = Code(
    "RECORD_NOT_PERMITTED",
    'Amazon Route 53 Developer Guide, "CNAME record type" and "Choosing between alias and non-alias records"',
)
CNAME_AT_APEX = RECORD_NOT_PERMITTED.unreachable(
    "Route 53 refuses CNAME {name}: it is the name of its zone itself, and a CNAME is not permitted there",
    "make it an alias record (type A with aliases), or name the zone after a domain above",
)
ALIAS_OF_OTHER_TYPE = RECORD_NOT_PERMITTED.unreachable(
    "Route 53 refuses alias {name}: an alias of type A is for records of that type, and {target} of its zone "
    "is a CNAME",
    'make it a CNAME itself (type="CNAME", records=[...])',
)
ALIAS_IN_OWN_ZONE = RECORD_NOT_PERMITTED.unreachable(
    "Route 53 refuses alias {name}: it names its own hosted zone as that of {target}, which is not in it",
    "name the hosted zone of the target (for an endpoint, dns_entries[0].hosted_zone_id)",
)
